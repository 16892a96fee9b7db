/**
 * One palette byte a cell: what the engine sends for every GPU and what the renderer's 256-entry lookup table is
 * indexed by. 220 steps make 1.0, so that the edges 0.90 (198) and 1.00 (220) fall between two bytes exactly.
 */

/** No sample within the stale limit: hatched. */
export const CELL_NODATA = 255;
/** The signal is not exported for this object: outlined, never hatched as if it had been lost. */
export const CELL_UNSUPPORTED = 254;
/** Bytes a ratio of 1. */
export const CELL_ONE = 220;
/** 1.10, the end of the `limit` domain; everything above is clamped to it. */
export const CELL_MAX = 242;

/** A share of a limit (0–1.1) as a palette byte; NaN is no data. */
export function cellOfRatio(ratio: number): number {
  if (Number.isNaN(ratio)) return CELL_NODATA;
  // The epsilon mends float32 columns, in which 0.9 is 0.89999998.
  const step = Math.floor(ratio * CELL_ONE + 1e-3);
  return step < 0 ? 0 : step > CELL_MAX ? CELL_MAX : step;
}

/** The lower edge of a byte's range as a ratio; NaN for the two special bytes. */
export function ratioOfCell(cell: number): number {
  return cell > CELL_MAX ? Number.NaN : cell / CELL_ONE;
}

/** Throttle classes in order of severity, worst last; the byte of the `throttle` view is the index (ui.md 3.3). */
export const THROTTLE_CLASSES = ['none', 'idle', 'user', 'powerCap', 'swThermal', 'hwThermal', 'powerBrake'] as const;
export type ThrottleClass = (typeof THROTTLE_CLASSES)[number];
