import type { DurationMs, EpochMs } from '../units.ts';
import type { TimeFold } from './signals.ts';

/** Steps of equal length, aligned to whole multiples of it: step i is [first + i × step, first + (i + 1) × step). */
export interface Grid {
  readonly first: EpochMs;
  readonly stepMs: DurationMs;
  readonly count: number;
}

export const MINUTE_MS = 60_000;

/**
 * Steps that cover [from, to): at most `points` + 1, none shorter than `finestMs`, which is a whole multiple of the
 * poll. From a minute on they are whole minutes, so that remembered minutes fall into them evenly.
 */
export function gridOf(from: EpochMs, to: EpochMs, points: number, finestMs: DurationMs): Grid {
  if (!(to > from) || !(points >= 1)) return { first: 0, stepMs: finestMs, count: 0 };
  const unit = (to - from) / points > MINUTE_MS && MINUTE_MS % finestMs === 0 ? MINUTE_MS : finestMs;
  const stepMs = Math.max(unit, Math.ceil((to - from) / points / unit) * unit);
  const first = Math.floor(from / stepMs) * stepMs;
  return { first, stepMs, count: Math.min(points + 1, Math.ceil((to - first) / stepMs)) };
}

export const timesOf = ({ first, stepMs, count }: Grid) => Array.from({ length: count }, (_, i) => first + i * stepMs);

/** Samples of one object put into steps. A step without a sample is NaN. */
export class Steps {
  readonly #grid: Grid;
  readonly #fold: TimeFold;
  readonly #values: Float64Array;
  readonly #counts: Uint32Array;

  constructor(grid: Grid, fold: TimeFold) {
    this.#grid = grid;
    this.#fold = fold;
    this.#values = new Float64Array(grid.count).fill(Number.NaN);
    this.#counts = new Uint32Array(grid.count);
  }

  /** Samples come in the order of time. */
  add(time: EpochMs, value: number): void {
    const at = Math.floor((time - this.#grid.first) / this.#grid.stepMs);
    if (Number.isNaN(value) || !(at >= 0 && at < this.#grid.count)) return;
    const values = this.#values;
    if (this.#counts[at]++ === 0) values[at] = value;
    else if (this.#fold === 'mean') values[at] += value;
    else if (this.#fold === 'peak') values[at] = Math.max(values[at], value);
    else values[at] = this.#fold === 'or' ? values[at] | value : value;
  }

  result(): Float64Array {
    if (this.#fold !== 'mean') return this.#values;
    return this.#values.map((sum, at) => sum / Math.max(1, this.#counts[at]));
  }
}
