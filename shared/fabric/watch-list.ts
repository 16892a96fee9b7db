import { FULL, WAITS } from '../fabric.ts';
import type { Frame } from '../frame.ts';
import { membersOf } from '../members.ts';
import { NVLINKS } from '../nvlinks.ts';
import { median } from '../quantile.ts';
import { GPU, NODE } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { LinkMemory } from './flaps.ts';
import { Nvlinks } from './nvlink-reading.ts';
import { type AnyLinkKind, gpuReader, LINK_KINDS, type LinkReading, readPort } from './reading.ts';

/** What is wrong with a link, worst first. `full` is use alone: good use, no alarm. */
export const TROUBLES = ['down', 'saturated', 'flapping', 'degraded', 'errors', 'full'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface WatchedLink extends LinkReading {
  /** Ethernet tells no wait: its marks, notifications or pauses are well above what is usual among its peers. */
  readonly congested: boolean;
  /** Worst first; empty where nothing is wrong. */
  readonly troubles: readonly Trouble[];
  /** Why it is degraded, in words; '' where it is not. */
  readonly degraded: string;
  /** Times it went down in the last 10 min; NaN: not known. */
  readonly recentDowns: number;
}

/** More downs than this within 10 min is flapping. */
const FLAPPING = 2;
/** Congestion marks and pauses count above this many times what is usual among the links of the kind. */
const ABOVE_PEERS = 3;
/** A link whose rate is below this share of its peers' is degraded: rates differ by powers of two. */
const BELOW_PEERS = 0.99;
/** A GPU that is busier than this should have its PCIe link at full speed: links rest when nothing runs. */
const BUSY = 0.5;

export interface WatchOptions {
  readonly kinds?: readonly AnyLinkKind[];
  /** Only links at and under this place; the whole fleet by default. */
  readonly under?: number;
  /** At most this many rows, the worst first. */
  readonly most: number;
}

/**
 * Links of all kinds in one list, the worst first: by trouble, then by wait, then by use. Of a GPU's NVLinks those that have
 * a trouble stand beside what they are together; all of them where the list is that GPU's own.
 */
export function watchList(
  frame: Frame,
  memory: LinkMemory,
  now: EpochMs,
  options: WatchOptions,
): readonly WatchedLink[] {
  const kinds = new Set(options.kinds ?? LINK_KINDS);
  const { from, to, nodes } = rangeOf(frame, options.under);
  const found: WatchedLink[] = [];
  const nvlinks = new Nvlinks(frame);
  const peers = new Peers(frame, nvlinks);
  const { linkNode, linkKind } = frame.topology;
  for (let link = 0; link < linkNode.length; link++) {
    if (linkNode[link] < nodes.from || linkNode[link] >= nodes.to || !kinds.has(linkKind[link])) continue;
    found.push(judgePort(frame, link, memory, peers, now));
  }
  const [nvlinkOf, pcieOf] = [gpuReader(frame, 'nvlink'), gpuReader(frame, 'pcie')];
  for (let gpu = from; gpu < to; gpu++) {
    const nvlink = kinds.has('nvlink') ? nvlinkOf(gpu) : undefined;
    const pcie = kinds.has('pcie') ? pcieOf(gpu) : undefined;
    if (nvlink) found.push(judge(nvlink, peers.lacksLinks(gpu), Number.NaN, memory, peers));
    if (kinds.has('nvlink') && nvlinks.isTold)
      found.push(...judgeNvlinks(nvlinks, gpu, { memory, peers, now, all: options.under === gpu }));
    if (pcie) found.push(judge(pcie, downtrained(frame, gpu), Number.NaN, memory, peers));
  }
  return found.sort(worseFirst).slice(0, options.most);
}

/** Every NIC port by its index in the topology, in that order. */
export function watchPorts(frame: Frame, memory: LinkMemory, now: EpochMs): readonly WatchedLink[] {
  const peers = new Peers(frame, new Nvlinks(frame));
  return Array.from(frame.topology.linkNode, (_, link) => judgePort(frame, link, memory, peers, now));
}

interface NvlinkJudge {
  readonly memory: LinkMemory;
  readonly peers: Peers;
  readonly now: EpochMs;
  /** Those without a trouble too. */
  readonly all: boolean;
}

/** The links of one GPU that are told of one by one. */
function judgeNvlinks(nvlinks: Nvlinks, gpu: number, { memory, peers, now, all }: NvlinkJudge): WatchedLink[] {
  const found: WatchedLink[] = [];
  const hasMoved = (index: number, count: number) => memory.nvlinks.hasMoved(index, count);
  for (let link = 0; link < NVLINKS; link++) {
    if (!all && nvlinks.isQuiet(gpu, link, hasMoved, FULL)) continue;
    const reading = nvlinks.of(gpu, link);
    if (!reading) continue;
    const recovered = memory.nvlinks.recoveries(nvlinks.firstOf(gpu) + link, reading.downs, now);
    const one = judge(reading, bitErrorWords(nvlinks.bitErrors(gpu, link)), recovered, memory, peers);
    if (all || one.troubles.length > 0) found.push(one);
  }
  return found;
}

/** A link without errors tells 1.5e-254, which is 0 in a column: DCGM's health check fails one of more (NVLink 5). */
const bitErrorWords = (ratio: number) => (ratio > 0 ? `BER ${ratio.toExponential(0)}` : '');

function judgePort(frame: Frame, link: number, memory: LinkMemory, peers: Peers, now: EpochMs): WatchedLink {
  const reading = readPort(frame, link);
  return judge(reading, peers.degraded(reading), memory.recentDowns(link, reading.downs, now), memory, peers);
}

function rangeOf({ topology }: Frame, under: number | undefined) {
  const { start, parent } = topology;
  const all = { from: start[GPU], to: start[GPU + 1], nodes: { from: start[NODE], to: start[NODE + 1] } };
  if (under === undefined || under < 0) return all;
  if (under >= start[GPU]) return { from: under, to: under + 1, nodes: { from: parent[under], to: parent[under] + 1 } };
  const { gpus, children } = membersOf(topology);
  const gpuRun = { from: gpus.from[under], to: gpus.to[under] };
  if (under >= start[NODE]) return { ...gpuRun, nodes: { from: under, to: under + 1 } };
  let [first, end] = [under, under + 1];
  while (first < start[NODE] && end > first) [first, end] = [children.from[first], children.to[end - 1]];
  return { ...gpuRun, nodes: { from: first, to: end } };
}

function judge(
  reading: LinkReading,
  degraded: string,
  recentDowns: number,
  memory: LinkMemory,
  peers: Peers,
): WatchedLink {
  const full = reading.use >= FULL;
  // InfiniBand and NVLink tell their wait; Ethernet, RoCE among it, tells marks, notifications and pauses.
  const congested = peers.congested(reading);
  const waits = reading.wait > WAITS || congested;
  const holds: Readonly<Record<Trouble, boolean>> = {
    down:
      reading.nvlink >= 0
        ? memory.nvlinks.wentDown(peers.nvlinks.firstOf(reading.place) + reading.nvlink, reading.state)
        : reading.link >= 0 && memory.wentDown(reading.link, reading.state),
    saturated: full && waits,
    flapping: recentDowns > FLAPPING,
    degraded: degraded !== '',
    errors: reading.link >= 0 ? memory.aboveUsual(reading.link, reading.errors) : reading.errors > 0,
    full: full && !waits,
  };
  return { ...reading, congested, degraded, recentDowns, troubles: TROUBLES.filter((trouble) => holds[trouble]) };
}

/** A PCIe link below its maximum while its GPU works; '' where it is not, or where the maximum is not told. */
function downtrained({ columns }: Frame, gpu: number): string {
  const value = (id: Parameters<Frame['columns']['get']>[0]) => columns.get(id)?.value[gpu] ?? Number.NaN;
  const [width, widthMax] = [value('gpu.pcieWidth'), value('gpu.pcieWidthMax')];
  if (width < widthMax) return `${width} of ${widthMax} lanes`;
  const [generation, most] = [value('gpu.pcieGen'), value('gpu.pcieGenMax')];
  // At rest a GPU lowers the generation, never the width.
  return generation < most && value('gpu.util') > BUSY ? `Gen ${generation} of ${most}` : '';
}

/** What is usual among links of one kind: rates by device and node model, congestion marks by kind. */
class Peers {
  readonly #frame: Frame;
  readonly #rates = new Map<string, number>();
  readonly #usual = new Map<string, number>();

  readonly nvlinks: Nvlinks;

  constructor(frame: Frame, nvlinks: Nvlinks) {
    this.#frame = frame;
    this.nvlinks = nvlinks;
    const rate = frame.columns.get('link.rate')?.value;
    const rates = new Map<string, number[]>();
    for (let link = 0; rate && link < rate.length; link++) {
      if (Number.isNaN(rate[link])) continue;
      const key = this.#key(link);
      const of = rates.get(key);
      if (of) of.push(rate[link]);
      else rates.set(key, [rate[link]]);
    }
    // The middle one, the upper of two: one port that is faster makes no others slow.
    for (const [key, of] of rates) this.#rates.set(key, of.sort((a, b) => a - b)[of.length >> 1]);
    for (const id of ['link.ecn', 'link.cnp', 'link.pfc'] as const) {
      const values = frame.columns.get(id)?.value ?? [];
      this.#usual.set(id, median(values, 0, values.length));
    }
  }

  /** Ports of the same device in nodes of the same model are peers. */
  #key(link: number): string {
    const { linkKind, linkName, linkNode, model } = this.#frame.topology;
    return `${linkKind[link]} ${linkName[link]} ${model[linkNode[link]] ?? ''}`;
  }

  degraded({ link, rateBps }: LinkReading): string {
    const usual = this.#rates.get(this.#key(link));
    if (usual === undefined || !(rateBps < usual * BELOW_PEERS)) return '';
    return `${gbps(rateBps)} of its peers' ${gbps(usual)} Gb/s`;
  }

  /** A GPU with fewer active NVLinks than its like, in words; '' where it has as many, or nobody tells. */
  lacksLinks(gpu: number): string {
    const lacking = this.nvlinks.lacking(gpu).length;
    if (lacking === 0) return '';
    const active = this.nvlinks.active(gpu);
    return `${active} of ${active + lacking} links`;
  }

  congested({ ecn, cnp, pfc }: LinkReading): boolean {
    const above = (value: number, id: string) => value > 0 && value > (this.#usual.get(id) || 0) * ABOVE_PEERS;
    return above(ecn, 'link.ecn') || above(cnp, 'link.cnp') || above(pfc, 'link.pfc');
  }
}

const gbps = (bytesPerS: number) => Math.round((bytesPerS * 8) / 1e9);

function worseFirst(a: WatchedLink, b: WatchedLink): number {
  const rank = ({ troubles }: WatchedLink) => (troubles.length === 0 ? TROUBLES.length : TROUBLES.indexOf(troubles[0]));
  const down = (value: number) => (Number.isNaN(value) ? -1 : value);
  return (
    rank(a) - rank(b) ||
    down(b.wait) - down(a.wait) ||
    down(b.use) - down(a.use) ||
    a.place - b.place ||
    a.link - b.link
  );
}
