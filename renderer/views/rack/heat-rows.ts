import { evenEdges, type TimeGrid } from '../../draw/time-raster.ts';
import type { RackModel } from './rack-model.ts';

export const TOP = 12;
export const BOTTOM = 26;
const GAP = 3;

/** Where trays and GPUs lie on the heatmap, in CSS pixels from its top. */
export interface HeatRows {
  /** Top and height of each tray without the gap below it. */
  readonly trays: readonly { readonly top: number; readonly height: number }[];
  /** Top and height of each GPU, by its number in the rack. */
  readonly gpus: readonly { readonly top: number; readonly height: number }[];
  readonly bottom: number;
  /** Every how many trays have words beside them, so that they do not touch. */
  readonly wordsEvery: number;
}

/** A line of words in them, px. */
const LINE = 13;

/** Trays share the height evenly, GPUs the height of their tray. */
export function heatRows({ trays, count }: RackModel, height: number): HeatRows {
  const step = Math.max(4, (height - TOP - BOTTOM) / Math.max(1, trays.length));
  const gpus: { top: number; height: number }[] = new Array(count);
  const boxes = trays.map((tray, index) => {
    const top = TOP + index * step;
    const each = (step - GAP) / tray.gpus.length;
    tray.gpus.forEach((gpu, position) => {
      gpus[gpu] = { top: top + position * each, height: each };
    });
    return { top, height: step - GAP };
  });
  return { trays: boxes, gpus, bottom: TOP + trays.length * step - GAP, wordsEvery: Math.ceil(LINE / step) };
}

/** The same in device pixels; rows of more than 3 pixels leave one between them. */
export function heatGrid(rows: HeatRows, left: number, right: number, columns: number, unit: number): TimeGrid {
  const top = Int32Array.from(rows.gpus, ({ top }) => Math.round(top * unit));
  const height = Int32Array.from(rows.gpus, (gpu, i) => {
    const whole = Math.round((gpu.top + gpu.height) * unit) - top[i];
    return Math.max(1, whole > 3 ? whole - 1 : whole);
  });
  return { edges: evenEdges(Math.round(left * unit), Math.round(right * unit), columns), top, height };
}

/** The GPU at a height; −1 between trays and outside. */
export function gpuAt(rows: HeatRows, y: number): number {
  return rows.gpus.findIndex(({ top, height }) => y >= top && y < top + height);
}
