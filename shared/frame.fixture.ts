import { type Column, type Frame, MEASURED, STALE } from './frame.ts';
import { type SignalId, signalOf } from './signals/catalogue.ts';
import { GPU, LEVELS, NODE, RACK, ROW, type SwitchPort, type Topology } from './topology.ts';

/** A small fleet by hand: one site and hall, `rows` rows of `racks` racks of `nodes` nodes of `gpus` GPUs. */
export interface Shape {
  readonly rows?: number;
  readonly racks?: number;
  readonly nodes?: number;
  readonly gpus?: number;
  readonly version?: number;
  /** Watts by path, as "S/A/A1". */
  readonly budgets?: Readonly<Record<string, number>>;
  /** Nameplate of a GPU; NaN: its model is not known. */
  readonly nameplateW?: number;
  readonly model?: string;
  /** Feeds: rack path and name, as "S/A/A1/A1-01 A", and their budget. */
  readonly feeds?: Readonly<Record<string, number>>;
  /** Of the feeds, those that no PDU reports. */
  readonly feedHoles?: readonly string[];
  /** Links: node path and device, as "S/A/A1/A1-01/A1-01-n1 mlx5_0". */
  readonly links?: readonly string[];
  readonly ports?: readonly SwitchPort[];
  /** Ratings of feeds A and B by path, watts. */
  readonly ratings?: Readonly<Record<string, readonly [number, number]>>;
  /** Bytes a tick of their wait counters. */
  readonly tickBytes?: number;
}

const two = (n: number) => String(n).padStart(2, '0');

/** Site S, hall A, rows A1…, racks A1-01…, nodes A1-01-n1…, GPUs "GPU-A1-01-n1-g0"…. */
export function topologyOf(shape: Shape = {}): Topology {
  const { rows = 1, racks = 1, nodes = 1, gpus = 8, nameplateW = 1275 } = shape;
  const levels: { name: string; path: string; parent: number }[][] = [
    [{ name: 'S', path: 'S', parent: -1 }],
    [{ name: 'A', path: 'S/A', parent: 0 }],
  ];
  let first = 1;
  const grow = (count: number, nameOf: (parent: string, i: number) => string, short = false, uuid = false) => {
    const above = levels.at(-1) as (typeof levels)[number];
    levels.push(
      above.flatMap((parent, p) =>
        Array.from({ length: count }, (_, i) => {
          const full = nameOf(parent.path.slice(parent.path.lastIndexOf('/') + 1), i);
          const name = short || uuid ? full.slice(full.lastIndexOf('-') + 1) : full;
          return { name, path: uuid ? `GPU-${full}` : `${parent.path}/${full}`, parent: first + p };
        }),
      ),
    );
    first += above.length;
  };
  grow(rows, (hall, i) => `${hall}${i + 1}`);
  grow(racks, (row, i) => `${row}-${two(i + 1)}`);
  grow(nodes, (rack, i) => `${rack}-n${i + 1}`, true);
  grow(gpus, (node, i) => `${node}-g${i}`, false, true);
  const all = levels.flat();
  const start = new Int32Array(LEVELS.length + 1);
  levels.forEach((level, i) => {
    start[i + 1] = start[i] + level.length;
  });
  const place = (path: string) => all.findIndex((one) => one.path === path);
  const parent = Int32Array.from(all, (one) => one.parent);
  const nameplate = new Float64Array(all.length).fill(Number.NaN);
  for (let i = all.length - 1; i >= 0 && !Number.isNaN(nameplateW); i--) {
    if (i >= start[GPU]) nameplate[i] = nameplateW;
    if (i > 0) nameplate[parent[i]] = (Number.isNaN(nameplate[parent[i]]) ? 0 : nameplate[parent[i]]) + nameplate[i];
  }
  const feeds = Object.entries(shape.feeds ?? {});
  const links = shape.links ?? [];
  return {
    version: shape.version ?? 1,
    start,
    parent,
    name: all.map((one) => one.name),
    path: all.map((one) => one.path),
    model: all.map((_, i) => (i >= start[GPU] ? (shape.model ?? 'NVIDIA H200') : '')),
    inferred: new Uint8Array(all.length),
    hole: new Uint8Array(all.length),
    racks: all.slice(start[RACK], start[NODE]).map(() => ({ position: 0, aisle: '', heightU: 0, model: '' })),
    nodeU: new Uint16Array(start[GPU] - start[NODE]),
    nodeHeight: new Uint16Array(start[GPU] - start[NODE]),
    nodeKind: all.slice(start[NODE], start[GPU]).map(() => 'compute' as const),
    priority: new Uint8Array(start[NODE]),
    nameplateW: nameplate,
    budgetW: Float64Array.from(all, (one) => shape.budgets?.[one.path] ?? Number.NaN),
    linkNode: Int32Array.from(links, (link) => place(link.split(' ')[0])),
    linkKind: links.map(() => 'infiniband'),
    linkName: links.map((link) => link.split(' ')[1]),
    linkTickBytes: Float64Array.from(links, () => shape.tickBytes ?? Number.NaN),
    ports: shape.ports ?? [],
    nvlinkDomain: [],
    gpuGuid: [],
    feedRack: Int32Array.from(feeds, ([feed]) => place(feed.split(' ')[0])),
    feedName: feeds.map(([feed]) => feed.split(' ')[1]),
    feedBudgetW: Float64Array.from(feeds, ([, watts]) => watts),
    feedHole: Uint8Array.from(feeds, ([feed]) => (shape.feedHoles?.includes(feed) ? 1 : 0)),
    ratingAW: Float64Array.from(all.slice(0, start[NODE]), (one) => shape.ratings?.[one.path]?.[0] ?? Number.NaN),
    ratingBW: Float64Array.from(all.slice(0, start[NODE]), (one) => shape.ratings?.[one.path]?.[1] ?? Number.NaN),
    derate: new Float64Array(start[NODE]).fill(0.5),
    servers: [],
    work: [],
    shared: [],
    workRack: new Int32Array(0),
    workOn: [],
  };
}

/** Stands for a value that was there and is too old now. */
export const LOST = Symbol('lost');
/** Values in the order of the signal's objects: GPUs, nodes, links or feeds; null was never there. */
export type Values = readonly (number | null | typeof LOST)[];

/** A frame with these values, all sampled at `time`, lost ones 10 min before. */
export function frameOf(topology: Topology, values: Partial<Record<SignalId, Values>>, time = 1_000_000): Frame {
  const columns = new Map<SignalId, Column>();
  for (const [id, list] of Object.entries(values) as [SignalId, Values][]) {
    const { kind } = signalOf(id);
    const placed = kind === 'gpu' || kind === 'node';
    const count = placed ? topology.parent.length : list.length;
    const first = kind === 'gpu' ? topology.start[GPU] : kind === 'node' ? topology.start[NODE] : 0;
    const column = {
      value: new Float32Array(count).fill(Number.NaN),
      time: new Float64Array(count).fill(Number.NaN),
      quality: new Uint8Array(count),
    };
    list.forEach((value, i) => {
      if (value === null) return;
      column.time[first + i] = value === LOST ? time - 600_000 : time;
      column.quality[first + i] = value === LOST ? STALE : MEASURED;
      if (value !== LOST) column.value[first + i] = value;
    });
    columns.set(id, column);
  }
  return { time, topology, columns };
}

/** Index of the n-th rack or row. */
export const rackAt = ({ start }: Topology, n = 0) => start[RACK] + n;
export const rowAt = ({ start }: Topology, n = 0) => start[ROW] + n;
export const times = (count: number, value: number | null | typeof LOST): Values => Array(count).fill(value);
