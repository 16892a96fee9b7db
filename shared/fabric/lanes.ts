import { waitShare } from '../fabric.ts';
import { type Column, type Frame, MEASURED } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { hardwareOf } from '../signals/hardware.ts';
import { type LinkKind, NODE, RACK } from '../topology.ts';
import type { FabricLayout } from './cables.ts';
import { isToldTwice } from './cards.ts';
import { Nvlinks } from './nvlink-reading.ts';
import { gpuTraffic, modelOf, readPort } from './reading.ts';

/** `up` and read, `down` though it should be up, or `missing`: nobody tells of it (any more). */
export type LaneState = 'up' | 'down' | 'missing';

/** One link in the matrix: a cable between leaf and spine, a node's port, or a GPU's links. NaN is "not known". */
export interface Lane {
  readonly row: number;
  readonly column: number;
  /** "p3 to spine-13 p31", "mlx5_0/1": what tells it from the others of its cell. */
  readonly name: string;
  readonly state: LaneState;
  /** How many links it stands for: a GPU's NVLinks together are one lane. */
  readonly links: number;
  /** Bytes per second; sent is seen from the row: from the leaf up, from the node or GPU out. */
  readonly txBps: number;
  readonly rxBps: number;
  readonly rateBps: number;
  /** Share of time; NaN where the tick is not known, `ticks` a second then. */
  readonly wait: number;
  readonly ticks: number;
  readonly ecn: number;
  readonly pfc: number;
  readonly errors: number;
}

const SIGNALS = ['tx', 'rx', 'rate', 'wait', 'ecn', 'pfc', 'errors', 'linked', 'state'] as const;
type PortColumns = Readonly<Record<(typeof SIGNALS)[number], Column | undefined>>;

const at = (column: Column | undefined, index: number) =>
  index < 0 ? Number.NaN : (column?.value[index] ?? Number.NaN);
const first = (a: number, b: number) => (Number.isNaN(a) ? b : a);
/** The larger, or the one that is known. */
const larger = (a: number, b: number) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b));

/**
 * Every cable of a layout at one instant: read at the leaf's end where that is read, else at the spine's, whose receive
 * is the leaf's transmit. What waits for the cable stands at the end that sends, so the leaf's wait is its own only.
 */
export function cableLanes({ columns, topology }: Frame, { cables, switchOf }: FabricLayout): readonly Lane[] {
  const of = Object.fromEntries(SIGNALS.map((one) => [one, columns.get(`port.${one}` as SignalId)])) as PortColumns;
  const { ports } = topology;
  const telling = tellingSwitches(of.linked, switchOf);
  const tells = (port: number) => port >= 0 && telling[switchOf[port]] === 1;
  return cables.map(({ leaf, spine, leafPort, spinePort, name, rateBps }): Lane => {
    const rate = first(first(at(of.rate, leafPort), at(of.rate, spinePort)), rateBps);
    const ticks = at(of.wait, leafPort);
    return {
      row: leaf,
      column: spine,
      name,
      links: 1,
      rateBps: rate,
      ticks,
      state: stateOf(of, leafPort, spinePort, tells),
      txBps: first(at(of.tx, leafPort), at(of.rx, spinePort)),
      rxBps: first(at(of.rx, leafPort), at(of.tx, spinePort)),
      wait: leafPort < 0 ? Number.NaN : waitShare(ticks, ports[leafPort].tickBytes, rate),
      ecn: larger(at(of.ecn, leafPort), at(of.ecn, spinePort)),
      pfc: larger(at(of.pfc, leafPort), at(of.pfc, spinePort)),
      errors: larger(at(of.errors, leafPort), at(of.errors, spinePort)),
    };
  });
}

/** Switches (by number) that name the neighbours of any of their ports now: 1. */
function tellingSwitches(linked: Column | undefined, switchOf: Int32Array): Uint8Array {
  const telling = new Uint8Array(switchOf.reduce((most, number) => Math.max(most, number), -1) + 1);
  for (let port = 0; linked && port < switchOf.length; port++) {
    if (switchOf[port] >= 0 && linked.quality[port] === MEASURED) telling[switchOf[port]] = 1;
  }
  return telling;
}

/**
 * A cable is down where an end says so, or where a switch that names its neighbours names none at this port. Where
 * nobody tells of states or neighbours, traffic that is read means up; up without traffic that is read is missing.
 */
function stateOf(of: PortColumns, leaf: number, spine: number, tells: (port: number) => boolean): LaneState {
  const [near, far] = [at(of.state, leaf), at(of.state, spine)];
  const stated = !Number.isNaN(near) || !Number.isNaN(far);
  if ((!Number.isNaN(near) && near !== 4) || (!Number.isNaN(far) && far !== 4)) return 'down';
  if (!stated && !isLinked(of.linked, leaf) && !isLinked(of.linked, spine) && (tells(leaf) || tells(spine)))
    return 'down';
  const read = (port: number) => !Number.isNaN(at(of.tx, port)) || !Number.isNaN(at(of.rx, port));
  return read(leaf) || read(spine) ? 'up' : 'missing';
}

const isLinked = (linked: Column | undefined, port: number) => port >= 0 && linked?.quality[port] === MEASURED;

/** Ports of the nodes: a row a rack, a column a node in it; the ports of a node share its cell. */
export function portLanes(frame: Frame, kind: LinkKind): readonly Lane[] {
  const { linkKind, linkNode, linkName, parent, start } = frame.topology;
  const firstOf = new Map<number, number>();
  for (let node = start[NODE + 1] - 1; node >= start[NODE]; node--) firstOf.set(parent[node], node);
  return linkName.flatMap((name, link): Lane[] => {
    const node = linkNode[link];
    if (node < 0 || linkKind[link] !== kind || isToldTwice(frame.columns, link)) return [];
    const reading = readPort(frame, link);
    // A port without a rate is one that nobody uses.
    if (Number.isNaN(reading.rateBps) && reading.up !== true) return [];
    const { txBps, rxBps, rateBps, wait, waitTicks: ticks, ecn, pfc, errors, up } = reading;
    const read = !Number.isNaN(txBps) || !Number.isNaN(rxBps);
    const state = up === false ? 'down' : read ? 'up' : 'missing';
    const rack = parent[node];
    const place = { row: rack - start[RACK], column: node - (firstOf.get(rack) ?? node), name };
    return [{ ...place, state, links: 1, txBps, rxBps, rateBps, wait, ticks, ecn, pfc, errors }];
  });
}

const NOTHING = {
  ...{ txBps: Number.NaN, rxBps: Number.NaN, rateBps: Number.NaN, wait: Number.NaN, ticks: Number.NaN },
  ...{ ecn: Number.NaN, pfc: Number.NaN, errors: Number.NaN },
};

/**
 * NVLink or PCIe of every GPU. Where NVLinks are told of one by one, those that are inactive and that its like have are
 * lanes of their own, and the others carry what their part of the rate allows.
 */
export function gpuLanes(
  frame: Frame,
  kind: 'nvlink' | 'pcie',
  gpus: readonly { readonly gpu: number; readonly row: number; readonly column: number }[],
): readonly Lane[] {
  const read = gpuTraffic(frame, kind);
  const readings = gpus.map(({ gpu }) => read(gpu));
  // A silent GPU is missing where its like are read; where none of its model is, the link is not exported.
  // A fleet has few models and many GPUs.
  const likes = new Map<string, string>();
  const likeOf = (gpu: number) => {
    const model = modelOf(frame, gpu);
    const like = likes.get(model) ?? hardwareOf(model)?.match ?? model;
    likes.set(model, like);
    return like;
  };
  const nvlinks = new Nvlinks(frame);
  const told = new Set(gpus.flatMap(({ gpu }, i) => (readings[i] ? [likeOf(gpu)] : [])));
  const lanes: Lane[] = [];
  gpus.forEach(({ gpu, row, column }, i) => {
    const reading = readings[i];
    const name = frame.topology.name[gpu];
    if (!reading) {
      if (told.has(likeOf(gpu))) lanes.push({ row, column, name, state: 'missing', links: 1, ...NOTHING });
      return;
    }
    const { use, errors, waitTicks: ticks } = reading;
    // Where only the sum of both directions is read, either carries half of it as far as anyone knows.
    const half = use * reading.rateBps;
    const active = kind === 'nvlink' ? nvlinks.active(gpu) : Number.NaN;
    const down = kind === 'nvlink' ? nvlinks.lacking(gpu) : [];
    for (const link of down) lanes.push({ row, column, name: `${name} ${link}`, state: 'down', links: 1, ...NOTHING });
    if (active === 0 && down.length > 0) return;
    const links = active > 0 ? active : 1;
    const rateBps = (reading.rateBps * links) / (links + down.length);
    const [txBps, rxBps] = [first(reading.txBps, half), first(reading.rxBps, half)];
    const state = Number.isNaN(use) ? 'missing' : 'up';
    const [wait, ecn, pfc] = [Number.NaN, Number.NaN, Number.NaN];
    lanes.push({ row, column, name, state, links, txBps, rxBps, rateBps, wait, ticks, ecn, pfc, errors });
  });
  return lanes;
}
