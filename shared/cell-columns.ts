import { CELL_NODATA, CELL_UNSUPPORTED, cellOfRatio } from './cells.ts';
import type { ViewSignal } from './contract.ts';
import type { FabricColumns } from './fabric.ts';
import { type Column, type Frame, STALE, UNSUPPORTED } from './frame.ts';
import { type Members, membersOf } from './members.ts';
import type { PowerColumns } from './power.ts';
import { median } from './quantile.ts';
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
  return { value, rackCells: rackCells(signal, topology, members, value, cells), cells, raw: gpu.raw };
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
function lostOrUnsupported(column: Column | undefined, at: number): number {
  return (column?.quality[at] ?? UNSUPPORTED) === STALE ? CELL_NODATA : CELL_UNSUPPORTED;
}

function ratios(signal: Exclude<ViewSignal, 'nic'>, raw: Float32Array, parts: SignalParts): Float32Array {
  const { topology, columns } = parts.frame;
  const { start, parent, model } = topology;
  if (signal === 'power') return powerRatios(raw, parts);
  if (signal === 'temp') {
    const limit = columns.get('gpu.tempLimit');
    return raw.map((celsius, i) => celsius / (limit?.value[start[GPU] + i] ?? Number.NaN));
  }
  if (signal === 'nvlink') {
    const peak = (gpu: number) => hardwareOf(model[gpu] || (model[parent[gpu]] ?? ''))?.nvlinkBps || Number.NaN;
    return raw.map((bytes, i) => (Number.isNaN(bytes) ? bytes : bytes / peak(start[GPU] + i)));
  }
  return raw;
}

/**
 * A GPU's share of its rack's draw over its fair share of the rack's budget, so that the mean over a rack's GPUs is
 * the rack's own share; where the rack has no budget or no draw, its board's power over its own limit.
 */
function powerRatios(raw: Float32Array, { frame, power }: SignalParts): Float32Array {
  const { start, budgetW } = frame.topology;
  const { rackOfGpu } = membersOf(frame.topology);
  const limit = frame.columns.get('gpu.powerLimit');
  const perWatt = new Float64Array(start[NODE] - start[RACK]);
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    perWatt[rack - start[RACK]] = (power.drawW[rack] / power.shareW[rack] / budgetW[rack]) * power.gpuCount[rack];
  }
  return raw.map((watts, i) => {
    const factor = perWatt[rackOfGpu[i] - start[RACK]];
    return Number.isNaN(factor) ? watts / (limit?.value[start[GPU] + i] ?? Number.NaN) : watts * factor;
  });
}

/** A GPU shows the busiest port of its node. */
function nicOf({ frame, fabric }: SignalParts): GpuSignal {
  const { start, parent } = frame.topology;
  const ratio = Float32Array.from(
    { length: start[GPU + 1] - start[GPU] },
    (_, i) => fabric.worst[parent[start[GPU] + i]],
  );
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
  const known = ratio.map((one, i) => (cells[i] >= CELL_UNSUPPORTED ? Number.NaN : one));
  return Float32Array.from({ length: count }, (_, place) => {
    const [from, to] = [gpus.from[place] - start[GPU], gpus.to[place] - start[GPU]];
    if (signal === 'power' && !Number.isNaN(budgetW[place])) return power.drawW[place] / budgetW[place];
    if (signal === 'util' || signal === 'nvlink') return median(known, from, to);
    return fold(signal, known, cells, from, to);
  });
}

/** Temperature: the worst; throttle: the share that is held; power without a budget: the mean of the GPUs' shares. */
function fold(signal: ViewSignal, known: Float32Array, cells: Uint8Array, from: number, to: number): number {
  let [count, sum, most] = [0, 0, Number.NaN];
  for (let i = from; i < to; i++) {
    if (Number.isNaN(known[i])) continue;
    count++;
    sum += signal === 'throttle' ? (cells[i] >= HELD ? 1 : 0) : known[i];
    if (!(known[i] <= most)) most = known[i];
  }
  if (count === 0) return Number.NaN;
  return signal === 'temp' ? most : sum / count;
}

/** A rack's byte: its share's, or the worst throttle class of its GPUs; without one, what its GPUs say of it. */
function rackCells(
  signal: ViewSignal,
  { start }: Topology,
  { gpus }: Members,
  value: Float32Array,
  cells: Uint8Array,
): Uint8Array {
  return Uint8Array.from({ length: start[NODE] - start[RACK] }, (_, i) => {
    const rack = start[RACK] + i;
    const share = value[rack];
    const of = cells.subarray(gpus.from[rack] - start[GPU], gpus.to[rack] - start[GPU]);
    if (Number.isNaN(share))
      return of.length > 0 && of.every((cell) => cell === CELL_UNSUPPORTED) ? CELL_UNSUPPORTED : CELL_NODATA;
    if (signal !== 'throttle') return cellOfRatio(share);
    return of.reduce((worst, cell) => (cell < CELL_UNSUPPORTED && cell > worst ? cell : worst), 0);
  });
}
