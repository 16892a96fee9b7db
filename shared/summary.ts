import type { Summary } from './contract.ts';
import { type FabricColumns, linkLabel } from './fabric.ts';
import { ASSUMED, type Frame } from './frame.ts';
import { labelOf, membersOf } from './members.ts';
import type { Missing } from './missing.ts';
import { fleetPower } from './power/fleet-power.ts';
import { feedLossVerdict, siteFeeds } from './power/site-feeds.ts';
import { ESTIMATED, METERED, MIXED, type PowerColumns } from './power.ts';
import { latest, median, quantile } from './quantile.ts';
import { recordedAt } from './recorded/columns.ts';
import { partlyRead } from './recorded/partly-read.ts';
import { busiestRack, recordedSum } from './recorded/ports.ts';
import type { SignalId } from './signals/catalogue.ts';
import { POWER_REASONS, reasonsOf } from './throttle.ts';

import { GPU, HALL, NODE, RACK, type Topology } from './topology.ts';

import type { EpochMs } from './units.ts';

/** What the strip's numbers are told from. */
export interface SummaryParts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  /** When each GPU was last heard, epoch ms (index: place − start[GPU]); NaN never. */
  readonly heardAt: Float64Array;
  /** Of the GPUs that are live 99 % were heard at this time or later, epoch ms; NaN: none is live. */
  readonly lateAt: EpochMs;
  readonly badSamples: number;
  readonly now: EpochMs;
  /** Polls that were seen so far; left out where there is no first one (an instant of the past). */
  readonly polls?: number;
}

const orNull = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);

/** A GPU signal of all GPUs; empty where it is not there. */
const gpuValues = ({ topology, columns }: Frame, id: SignalId) =>
  columns.get(id)?.value.subarray(topology.start[GPU], topology.start[GPU + 1]) ?? new Float32Array(0);

const SOURCES: Readonly<Record<number, Summary['powerSource']>> = {
  [METERED]: 'metered',
  [ESTIMATED]: 'estimated',
  [MIXED]: 'mixed',
};

/** The numbers of the KPI strip. */
export function summarize(parts: SummaryParts): Summary {
  return {
    ...sitePower(parts),
    feeds: siteFeeds(parts.frame),
    feedLoss: feedLossVerdict(parts.frame, parts.power),
    tightest: tightest(parts),
    throttled: throttled(parts),
    fabric: busiest(parts),
    fabricWaits: waitsForRates(parts),
    util: utilisation(parts),
    hottest: hottest(parts),
    ...reporting(parts),
    badSamples: parts.badSamples,
  };
}

function sitePower({ frame, power, slope }: SummaryParts) {
  const { drawW, budgetW, atLeast, source } = fleetPower(frame.topology, power);
  let trend = 0;
  for (let site = 0; site < frame.topology.start[HALL]; site++) trend += slope[site];
  return {
    powerW: orNull(drawW),
    budgetW: orNull(budgetW),
    powerAtLeast: atLeast,
    powerSource: SOURCES[source] ?? 'none',
    slopeWPerMin: Number.isNaN(drawW) ? null : orNull(trend),
    headroomW: orNull(budgetW - drawW),
  };
}

/** The place with the highest share of its budget; of equal ones the widest. */
function tightest({ frame, power, capMin }: SummaryParts): Summary['tightest'] {
  const { start, budgetW } = frame.topology;
  let [place, ratio] = [-1, Number.NEGATIVE_INFINITY];
  for (let one = 0; one < start[NODE]; one++) {
    const share = power.drawW[one] / budgetW[one];
    if (share > ratio) [place, ratio] = [one, share];
  }
  if (place < 0) return null;
  const capMinutes = Number.isFinite(capMin[place]) ? capMin[place] : null;
  const atLeast = power.atLeast[place] === 1;
  return { place, ratio, headroomW: budgetW[place] - power.drawW[place], atLeast, capMinutes };
}

/** GPUs that power holds back, the worst reason among them, and the lowest place that contains them all. */
function throttled({ frame }: SummaryParts): Summary['throttled'] {
  const { start, parent } = frame.topology;
  const masks = gpuValues(frame, 'gpu.throttle');
  const recorded = heldRacks(frame);
  let { gpus, of, worst, where } = recorded;
  for (let i = 0; i < masks.length; i++) {
    if (Number.isNaN(masks[i]) || recorded.isOf?.(i)) continue;
    of++;
    const power = masks[i] & POWER_REASONS;
    if (power === 0) continue;
    gpus++;
    worst |= power;
    where = where < 0 ? start[GPU] + i : common(parent, where, start[GPU] + i);
  }
  return of === 0 ? null : { gpus, of, worst: reasonsOf(worst)[0] ?? '', where };
}

/** What is recorded of GPUs that power holds; `isOf` tells the GPUs (from 0) that are counted there, where any are. */
function heldRacks(frame: Frame) {
  const { start, parent } = frame.topology;
  const { rackOfGpu } = membersOf(frame.topology);
  const counted = frame.columns.get('place.reasons')?.value;
  const held = { gpus: 0, of: 0, worst: 0, where: -1 };
  for (let rack = start[RACK]; counted && rack < start[NODE]; rack++) {
    if (Number.isNaN(counted[rack])) continue;
    held.of += counted[rack];
    const gpus = recordedAt(frame, 'place.heldByPower', rack) || 0;
    if (gpus === 0) continue;
    held.gpus += gpus;
    held.worst |= recordedAt(frame, 'place.throttle', rack) & POWER_REASONS;
    held.where = held.where < 0 ? rack : common(parent, held.where, rack);
  }
  return { ...held, isOf: counted && ((gpu: number) => !Number.isNaN(counted[rackOfGpu[gpu]])) };
}

/** The lowest place above or at both; −1 where there is none. Parents stand before their children. */
function common(parent: Int32Array, a: number, b: number): number {
  let [x, y] = [a, b];
  while (x !== y) {
    if (x < 0 || y < 0) return -1;
    if (x > y) x = parent[x];
    else y = parent[y];
  }
  return x;
}

function busiest({ frame, fabric }: SummaryParts): Summary['fabric'] {
  if (fabric.known === 0 && Number.isNaN(fabric.rxBps) && Number.isNaN(fabric.txBps)) return null;
  let link = -1;
  // A link that is full and waits is named before one that is only busy.
  const full = [...fabric.saturated, ...fabric.waiting];
  for (const one of full.length > 0 || fabric.full > 0 ? full : fabric.use.keys()) {
    if (!Number.isNaN(fabric.use[one]) && (link < 0 || fabric.use[one] > fabric.use[link])) link = one;
  }
  // Of racks that are not read no port is known by name.
  const elsewhere = busiestRack(frame, fabric.full > 0, link < 0 ? Number.NEGATIVE_INFINITY : fabric.use[link]);
  return {
    saturated: fabric.full,
    of: fabric.known,
    worst: elsewhere ? labelOf(frame.topology, elsewhere.rack) : link < 0 ? '' : linkLabel(frame.topology, link),
    use: elsewhere ? elsewhere.use : link < 0 ? null : fabric.use[link],
    rxBps: orNull(fabric.rxBps),
    txBps: orNull(fabric.txBps),
  };
}

/** A rate needs two readings, and the second may come a poll late. */
const POLLS_OF_A_RATE = 3;

/** Ports are known, and none of their rates so far: they were read for the first time. */
const waitsForRates = ({ frame: { topology }, fabric, polls = POLLS_OF_A_RATE }: SummaryParts): boolean =>
  fabric.known === 0 && polls < POLLS_OF_A_RATE && topology.linkNode.some((node) => node >= 0);

/** Below this a GPU counts as idle. */
const IDLE = 0.05;

function utilisation({ frame, power }: SummaryParts): Summary['util'] {
  const recorded = recordedUtilisation(frame, power.gpuLive);
  if (recorded) return recorded;
  const values = gpuValues(frame, 'gpu.util');
  const middle = median(values, 0, values.length);
  if (Number.isNaN(middle)) return null;
  let idle = 0;
  for (let i = 0; i < values.length; i++) if (values[i] < IDLE) idle++;
  return { median: middle, p10: quantile(values, 0, values.length, 0.1), idle };
}

/** By what is recorded of sites; of several the mean by their GPUs, since medians of medians say little. */
function recordedUtilisation(frame: Frame, gpuLive: Uint32Array): Summary['util'] | undefined {
  const { start } = frame.topology;
  let [middle, p10, gpus] = [0, 0, 0];
  for (let site = 0; site < start[HALL]; site++) {
    const one = recordedAt(frame, 'place.util', site);
    if (Number.isNaN(one)) continue;
    middle += one * gpuLive[site];
    p10 += recordedAt(frame, 'place.utilP10', site) * gpuLive[site];
    gpus += gpuLive[site];
  }
  if (gpus === 0) return undefined;
  return { median: middle / gpus, p10: p10 / gpus, idle: recordedSum(frame, 'place.idle', 0) };
}

/** The hottest rack by what is recorded, where it is hotter than any GPU that is known. */
function hottestRack(frame: Frame, celsius: number): Summary['hottest'] {
  const { start } = frame.topology;
  let [rack, most] = [-1, celsius];
  for (let place = start[RACK]; place < start[NODE]; place++) {
    const one = recordedAt(frame, 'place.temp', place);
    if (!(one <= most) && !Number.isNaN(one)) [rack, most] = [place, one];
  }
  if (rack < 0) return null;
  const share = recordedAt(frame, 'place.tempUse', rack);
  return { place: rack, celsius: most, limit: orNull(most / share), assumed: false };
}

function hottest({ frame }: SummaryParts): Summary['hottest'] {
  const { start } = frame.topology;
  const temps = gpuValues(frame, 'gpu.temp');
  let gpu = -1;
  for (let i = 0; i < temps.length; i++) if (!Number.isNaN(temps[i]) && !(temps[i] <= temps[gpu])) gpu = i;
  const elsewhere = hottestRack(frame, gpu < 0 ? Number.NaN : temps[gpu]);
  if (elsewhere || gpu < 0) return elsewhere;
  const limit = frame.columns.get('gpu.tempLimit');
  const place = start[GPU] + gpu;
  const known = orNull(limit?.value[place]);
  return { place, celsius: temps[gpu], limit: known, assumed: known !== null && limit?.quality[place] === ASSUMED };
}

/** What should be there and was never heard. */
function missing({ start, hole, feedHole }: Topology): Missing {
  const count = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);
  return {
    gpus: count(hole.subarray(start[GPU], start[GPU + 1])),
    nodes: count(hole.subarray(start[NODE], start[NODE + 1])),
    feeds: count(feedHole),
  };
}

/** Age at `now` of what was heard at a time, ms; null where nothing was. */
export const ageSince = (heardAt: EpochMs, now: EpochMs) => orNull(Math.max(0, now - heardAt));

function someLive({ live }: PowerColumns, from: number, to: number): boolean {
  for (let gpu = from; gpu < to; gpu++) if (live[gpu] === 1) return true;
  return false;
}

function reporting({ frame, power, heardAt, lateAt, now }: SummaryParts) {
  const { start } = frame.topology;
  const { gpus, rackOfGpu } = membersOf(frame.topology);
  const sites = Array.from({ length: start[HALL] }, (_, site) => site);
  const totalOf = (counts: Uint32Array) => sites.reduce((sum, site) => sum + counts[site], 0);
  let [silentNodes, silentSince] = [0, Number.NaN];
  for (let node = start[NODE]; node < start[NODE + 1]; node++) {
    const [from, to] = [gpus.from[node] - start[GPU], gpus.to[node] - start[GPU]];
    if (to <= from || someLive(power, from, to)) continue;
    // Of a node that nobody asked for nothing is known.
    if (partlyRead(frame, power, rackOfGpu[from])) continue;
    silentNodes++;
    const heard = latest(heardAt, from, to);
    if (!(heard >= silentSince)) silentSince = Number.isNaN(heard) ? silentSince : heard;
  }
  return {
    gpus: totalOf(power.gpuCount),
    gpusReporting: totalOf(power.gpuLive),
    silentNodes,
    silentSince: orNull(silentSince),
    missing: missing(frame.topology),
    ageP99Ms: ageSince(lateAt, now),
  };
}
