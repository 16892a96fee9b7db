import { CELL_NODATA, CELL_UNSUPPORTED, cellOfRatio } from './cells.ts';
import type { ViewSignal, WatchSignal } from './contract.ts';
import type { FabricColumns } from './fabric.ts';
import { type Column, type Frame, STALE, UNSUPPORTED } from './frame.ts';
import { type Members, membersOf } from './members.ts';
import type { PowerColumns } from './power.ts';
import { median } from './quantile.ts';
import { recordedClass, recordedValues, shareRackCells } from './recorded/cells.ts';
import { recordedAt } from './recorded/columns.ts';
import type { SignalId } from './signals/catalogue.ts';
import { hardwareOf } from './signals/hardware.ts';
import { HELD, throttleClass } from './throttle.ts';
import { GPU, NODE, RACK, type Topology } from './topology.ts';

/** What the floor plan shows of one signal. */
export interface SignalColumns {
  /** Share of a limit, or 0..1, for sites to racks (index: place); throttle: share of GPUs that are held. */
  readonly value: Float32Array;
  /** Palette byte a rack (index: place − start[RACK]). */
  readonly rackCells: Uint8Array;
  /** Palette byte a GPU (index: place − start[GPU]). */
  readonly cells: Uint8Array;
  /** Value in the signal's own unit for every GPU: W, share, °C, bitmask, B/s, share of the link's rate. */
  readonly raw: Float32Array;
  /** The value that is drawn as 1, where the scale is the fleet's own; null where it is each object's limit. */
  readonly full: number | null;
}

/** What signals are told from. */
export interface SignalParts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
}

const COLUMN: Readonly<Record<Exclude<ViewSignal, 'nic'>, SignalId>> = {
  power: 'gpu.power',
  util: 'gpu.util',
  temp: 'gpu.temp',
  throttle: 'gpu.throttle',
  nvlink: 'gpu.nvlink',
};

const SIX: ReadonlySet<string> = new Set(['nic', ...Object.keys(COLUMN)]);
/** Whether a signal is one of the six, rather than of the catalogue. */
export const isViewSignal = (signal: WatchSignal): signal is ViewSignal => SIX.has(signal);

/** A signal of every GPU: its value, that value as a share of its limit, and the byte of a GPU without one. */
interface GpuSignal {
  readonly raw: Float32Array;
  readonly ratio: Float32Array;
  missing(index: number): number;
}

/** Bytes and shares of one signal for every GPU, rack and place above. */
export function signalColumns(signal: ViewSignal, parts: SignalParts): SignalColumns {
  const { topology } = parts.frame;
  const gpu = signal === 'nic' ? nicOf(parts) : gpuSignal(signal, parts);
  const cells = new Uint8Array(gpu.ratio.length);
  for (let i = 0; i < cells.length; i++) {
    const known = parts.power.live[i] === 1 && !Number.isNaN(gpu.ratio[i]);
    if (!known) cells[i] = parts.power.live[i] === 1 ? gpu.missing(i) : CELL_NODATA;
    else cells[i] = signal === 'throttle' ? throttleClass(gpu.ratio[i]) : cellOfRatio(gpu.ratio[i]);
  }
  const members = membersOf(topology);
  const value = placeValues(signal, parts, members, gpu.ratio, cells);
  const recorded = recordedValues(signal, parts.frame);
  recorded?.forEach((one, place) => {
    if (!Number.isNaN(one)) value[place] = one;
  });
  const racks = rackCells(signal, parts.frame, members, value, cells);
  shareRackCells(parts.frame, parts.power, racks, cells);
  return { value, rackCells: racks, cells, raw: gpu.raw, full: null };
}

function gpuSignal(signal: Exclude<ViewSignal, 'nic'>, parts: SignalParts): GpuSignal {
  const { topology, columns } = parts.frame;
  const { start } = topology;
  const column = columns.get(COLUMN[signal]);
  const count = start[GPU + 1] - start[GPU];
  const raw = column?.value.subarray(start[GPU], start[GPU + 1]) ?? new Float32Array(count).fill(Number.NaN);
  return { raw, ratio: ratios(signal, raw, parts), missing: (i) => lostOrUnsupported(column, start[GPU] + i) };
}

/** A live GPU's missing value: lost where it was once there, else never exported. */
export function lostOrUnsupported(column: Column | undefined, at: number): number {
  return (column?.quality[at] ?? UNSUPPORTED) === STALE ? CELL_NODATA : CELL_UNSUPPORTED;
}

function ratios(signal: Exclude<ViewSignal, 'nic'>, raw: Float32Array, parts: SignalParts): Float32Array {
  if (signal === 'power') return powerRatios(raw, parts);
  if (signal === 'temp') return tempRatios(raw, parts.frame);
  return signal === 'nvlink' ? nvlinkRatios(raw, parts.frame.topology) : raw;
}

function tempRatios(raw: Float32Array, { topology, columns }: Frame): Float32Array {
  const limit = columns.get('gpu.tempLimit')?.value;
  const share = new Float32Array(raw.length).fill(Number.NaN);
  for (let i = 0; limit && i < raw.length; i++) share[i] = raw[i] / limit[topology.start[GPU] + i];
  return share;
}

/** Throughput over what the model's links carry in both directions; NaN for a model that has none. */
function nvlinkRatios(raw: Float32Array, { start, parent, model }: Topology): Float32Array {
  const share = new Float32Array(raw.length).fill(Number.NaN);
  let [last, peak] = ['', Number.NaN];
  for (let i = 0; i < raw.length; i++) {
    const gpu = start[GPU] + i;
    const name = model[gpu] || (model[parent[gpu]] ?? '');
    if (name !== last) [last, peak] = [name, hardwareOf(name)?.nvlinkBps || Number.NaN];
    share[i] = raw[i] / peak;
  }
  return share;
}

/**
 * A GPU's share of its rack's draw over its fair share of the rack's budget, so that the mean over a rack's GPUs is
 * the rack's own share; where the rack has no budget or no draw, its board's power over its own limit.
 */
function powerRatios(raw: Float32Array, { frame, power }: SignalParts): Float32Array {
  const { start, budgetW } = frame.topology;
  const { gpus } = membersOf(frame.topology);
  const limit = frame.columns.get('gpu.powerLimit')?.value;
  const share = new Float32Array(raw.length).fill(Number.NaN);
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const perWatt = (power.drawW[rack] / power.shareW[rack] / budgetW[rack]) * power.gpuCount[rack];
    const budgeted = !Number.isNaN(perWatt);
    for (let gpu = gpus.from[rack]; gpu < gpus.to[rack]; gpu++) {
      const watts = raw[gpu - start[GPU]];
      if (budgeted) share[gpu - start[GPU]] = watts * perWatt;
      else if (limit) share[gpu - start[GPU]] = watts / limit[gpu];
    }
  }
  return share;
}

/** A GPU shows the busiest port of its node. */
function nicOf({ frame, fabric }: SignalParts): GpuSignal {
  const { start, parent } = frame.topology;
  const ratio = new Float32Array(start[GPU + 1] - start[GPU]);
  for (let i = 0; i < ratio.length; i++) ratio[i] = fabric.worst[parent[start[GPU] + i]];
  const missing = (i: number) => (fabric.stale[parent[start[GPU] + i]] === 1 ? CELL_NODATA : CELL_UNSUPPORTED);
  return { raw: ratio, ratio, missing };
}

/** Values of sites to racks: power by budget, temperature and links the worst, utilisation and NVLink the median. */
function placeValues(
  signal: ViewSignal,
  { frame, power, fabric }: SignalParts,
  { gpus }: Members,
  ratio: Float32Array,
  cells: Uint8Array,
): Float32Array {
  const { start, budgetW } = frame.topology;
  const count = start[NODE];
  if (signal === 'nic') return fabric.worst.slice(0, count);
  const value = new Float32Array(count);
  for (let place = 0; place < count; place++) {
    const [from, to] = [gpus.from[place] - start[GPU], gpus.to[place] - start[GPU]];
    if (signal === 'power' && !Number.isNaN(budgetW[place])) value[place] = power.drawW[place] / budgetW[place];
    // Of a GPU that is not live nothing is known, so its ratio is NaN here too.
    else if (signal === 'util' || signal === 'nvlink') value[place] = median(ratio, from, to);
    else value[place] = fold(signal, ratio, cells, from, to);
  }
  return value;
}

/** Temperature: the worst; throttle: the share that is held; power without a budget: the mean of the GPUs' shares. */
function fold(signal: ViewSignal, ratio: Float32Array, cells: Uint8Array, from: number, to: number): number {
  let [count, sum, most] = [0, 0, Number.NaN];
  for (let i = from; i < to; i++) {
    if (cells[i] >= CELL_UNSUPPORTED) continue;
    count++;
    sum += signal === 'throttle' ? (cells[i] >= HELD ? 1 : 0) : ratio[i];
    if (!(ratio[i] <= most)) most = ratio[i];
  }
  if (count === 0) return Number.NaN;
  return signal === 'temp' ? most : sum / count;
}

/** A rack's byte: its share's, or the worst throttle class of its GPUs; without one, what its GPUs say of it. */
export function rackCells(
  signal: WatchSignal,
  frame: Frame,
  { gpus }: Members,
  value: Float32Array,
  cells: Uint8Array,
): Uint8Array {
  const { start } = frame.topology;
  const bytes = new Uint8Array(start[NODE] - start[RACK]);
  for (let i = 0; i < bytes.length; i++) {
    const rack = start[RACK] + i;
    const [from, to] = [gpus.from[rack] - start[GPU], gpus.to[rack] - start[GPU]];
    const recorded = recordedAt(frame, 'place.gpus', rack) > 0;
    let [worst, unsupported] = [0, to > from || recorded];
    for (let gpu = from; gpu < to; gpu++) {
      if (cells[gpu] < CELL_UNSUPPORTED && cells[gpu] > worst) worst = cells[gpu];
      unsupported &&= recorded || cells[gpu] === CELL_UNSUPPORTED;
    }
    if (!Number.isNaN(value[rack]))
      bytes[i] = signal === 'throttle' ? (recordedClass(frame, rack) ?? worst) : cellOfRatio(value[rack]);
    else bytes[i] = unsupported ? CELL_UNSUPPORTED : CELL_NODATA;
  }
  return bytes;
}
