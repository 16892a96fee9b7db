import { CELL_NODATA, CELL_UNSUPPORTED, cellOfRatio } from '../../../shared/cells.ts';
import type { RackNow } from './rack-model.ts';
import type { ViewOfSignal } from './signals.ts';

/** The past of one rack's GPUs in one signal, on a grid of equal steps. */
export interface RackPast {
  /** Beginning of the first column, epoch ms. */
  readonly from: number;
  readonly stepMs: number;
  readonly columns: number;
  readonly gpus: number;
  /** GPU after GPU, each by column, in the signal's unit; NaN: no sample. */
  readonly values: Float32Array;
  /** Clock event reasons that held at any time of the column, GPU after GPU; −1: not known. */
  readonly reasons: Int16Array;
  /** Whether anything of the rack was recorded at all, by column. */
  readonly recorded: Uint8Array;
}

/** An empty grid over [from, from + columns × step). */
export function emptyPast(from: number, stepMs: number, columns: number, gpus: number): RackPast {
  return {
    ...{ from, stepMs, columns, gpus },
    values: new Float32Array(gpus * columns).fill(Number.NaN),
    reasons: new Int16Array(gpus * columns).fill(-1),
    recorded: new Uint8Array(columns),
  };
}

/** The end of the grid, epoch ms. */
export const endOf = ({ from, stepMs, columns }: RackPast) => from + stepMs * columns;

/** The same past on a grid that begins at another time: what falls outside is dropped, what is new is not known. */
export function movedTo(past: RackPast, from: number): RackPast {
  const { stepMs, columns, gpus } = past;
  const by = Math.round((from - past.from) / stepMs);
  if (by === 0) return past;
  const moved = emptyPast(from, stepMs, columns, gpus);
  const [first, end] = [Math.max(0, by), Math.min(columns, columns + by)];
  if (first >= end) return moved;
  for (let gpu = 0; gpu < gpus; gpu++) {
    const row = gpu * columns;
    moved.values.set(past.values.subarray(row + first, row + end), row + first - by);
    moved.reasons.set(past.reasons.subarray(row + first, row + end), row + first - by);
  }
  moved.recorded.set(past.recorded.subarray(first, end), first - by);
  return moved;
}

/** The column of a time; −1 outside the grid. */
export function columnAt({ from, stepMs, columns }: RackPast, time: number): number {
  const column = Math.floor((time - from) / stepMs);
  return column >= 0 && column < columns ? column : -1;
}

/**
 * The past with what the frame says now in the column of the frame's newest sample, so that the last column, the column
 * of means and the small multiples print one number for one thing.
 */
export function withNow(past: RackPast, now: RackNow | null, view: ViewOfSignal): RackPast {
  const sampled = now?.frame.sampled ?? null;
  if (now === null || sampled === null) return past;
  const column = columnAt(past, sampled);
  if (column < 0) return past;
  const values = past.values.slice();
  const reasons = past.reasons.slice();
  const recorded = past.recorded.slice();
  const newest = now.value(view.signal);
  const masks = now.value('gpu.throttle');
  for (let gpu = 0; gpu < past.gpus; gpu++) {
    const at = gpu * past.columns + column;
    values[at] = newest[gpu];
    if (!Number.isNaN(masks[gpu])) reasons[at] = Math.max(0, reasons[at]) | (masks[gpu] & 0xff);
  }
  recorded[column] = 1;
  return { ...past, values, reasons, recorded };
}

/**
 * Palette bytes of the heatmap, GPU after GPU. A sample that is missing while the rack was recorded is lost; before the
 * record began, and after its end, there is nothing to show.
 *
 * @param limits what each GPU's value is a share of; NaN: not known, and the highest value of all stands for it
 */
export function cellsOf(past: RackPast, limits: Float32Array): Uint8Array {
  const { columns, gpus, values, recorded } = past;
  const cells = new Uint8Array(gpus * columns);
  const first = recorded.indexOf(1);
  const last = recorded.lastIndexOf(1);
  const most = values.reduce((high, value) => (value > high ? value : high), 0);
  for (let gpu = 0; gpu < gpus; gpu++) {
    for (let column = 0; column < columns; column++) {
      const at = gpu * columns + column;
      const outside = first < 0 || column < first || column > last;
      if (outside) cells[at] = CELL_UNSUPPORTED;
      else if (Number.isNaN(values[at])) cells[at] = CELL_NODATA;
      else cells[at] = cellOfRatio(values[at] / (Number.isNaN(limits[gpu]) ? most : limits[gpu]));
    }
  }
  return cells;
}

/** The four reasons that have a lane, with the bits that mean them (signals.md 1; NVML's clocks event reasons). */
export const LANES = [
  { id: 'powerCap', label: 'SW power cap', short: 'SW cap', bits: 0x4 },
  { id: 'swThermal', label: 'SW thermal', short: 'SW therm', bits: 0x20 },
  { id: 'hwThermal', label: 'HW thermal', short: 'HW therm', bits: 0x48 },
  { id: 'powerBrake', label: 'HW power brake', short: 'HW brake', bits: 0x80 },
] as const;
export type LaneId = (typeof LANES)[number]['id'];

/** GPUs that a reason held, by column; null where no GPU's reasons are known. */
export function laneCounts({ columns, gpus, reasons }: RackPast, bits: number): (number | null)[] {
  return Array.from({ length: columns }, (_, column) => {
    let [known, held] = [0, 0];
    for (let gpu = 0; gpu < gpus; gpu++) {
      const mask = reasons[gpu * columns + column];
      if (mask < 0) continue;
      known++;
      if ((mask & bits) !== 0) held++;
    }
    return known === 0 ? null : held;
  });
}

/** When the unbroken run of columns that ends with the last known one began to have a count, epoch ms; null: it has none. */
export function heldSince(past: RackPast, counts: readonly (number | null)[]): number | null {
  let column = counts.findLastIndex((count) => count !== null);
  if (column < 0 || counts[column] === 0) return null;
  while (column > 0 && (counts[column - 1] ?? 0) > 0) column--;
  return past.from + column * past.stepMs;
}

/** Lowest and highest value in a span of columns; NaN where there is none. */
export function rangeOf({ columns, gpus, values }: RackPast, from: number, to: number): readonly [number, number] {
  let [low, high] = [Number.NaN, Number.NaN];
  for (let gpu = 0; gpu < gpus; gpu++) {
    for (let column = Math.max(0, from); column < Math.min(columns, to); column++) {
      const value = values[gpu * columns + column];
      if (Number.isNaN(value)) continue;
      if (!(value >= low)) low = value;
      if (!(value <= high)) high = value;
    }
  }
  return [low, high];
}
