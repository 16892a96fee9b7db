/** Where a draw is heading: a straight line through its last minutes. */
export interface Trend {
  /** Watts per minute; NaN where there are too few samples to tell. */
  readonly slope: number;
  /** Share of the variance that the line explains, 0–1. */
  readonly r2: number;
  /** The line's value at the last sample. */
  readonly last: number;
}

/** The window of the fit (ui.md 4). */
export const WINDOW_MS = 15 * 60_000;
const LEAST_SPAN_MS = 120_000;
const LEAST_SAMPLES = 8;
const LEAST_R2 = 0.6;
const HORIZON_MIN = 120;

const NONE: Trend = { slope: Number.NaN, r2: 0, last: Number.NaN };

/** Least squares over samples (epoch ms, watts); NaN samples are gaps. At least 8 over at least 2 minutes. */
export function fitTrend(times: ArrayLike<number>, values: ArrayLike<number>, from = 0, to = times.length): Trend {
  let [count, sumT, sumV, sumTT, sumTV, sumVV] = [0, 0, 0, 0, 0, 0];
  let [first, last] = [Number.NaN, Number.NaN];
  const origin = times[from] ?? 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const t = ((times[i] as number) - origin) / 60_000;
    if (count === 0) first = times[i] as number;
    last = times[i] as number;
    count++;
    sumT += t;
    sumV += value;
    sumTT += t * t;
    sumTV += t * value;
    sumVV += value * value;
  }
  if (count < LEAST_SAMPLES || last - first < LEAST_SPAN_MS) return NONE;
  const spreadT = sumTT - (sumT * sumT) / count;
  const spreadV = sumVV - (sumV * sumV) / count;
  const together = sumTV - (sumT * sumV) / count;
  const slope = together / spreadT;
  const r2 = spreadV <= 1e-9 * sumVV ? 0 : (together * together) / (spreadT * spreadV);
  return { slope, r2, last: sumV / count + slope * ((last - origin) / 60_000 - sumT / count) };
}

/**
 * Minutes until a draw meets its budget: only where the line fits (R² ≥ 0.6) and rises. Infinity beyond two hours,
 * NaN where nothing can be said; 0 where the draw is there already.
 */
export function minutesToCap({ slope, r2 }: Trend, drawW: number, budgetW: number): number {
  if (Number.isNaN(drawW) || Number.isNaN(budgetW)) return Number.NaN;
  if (!(slope > 0) || r2 < LEAST_R2) return Number.NaN;
  if (drawW >= budgetW) return 0;
  const minutes = (budgetW - drawW) / slope;
  return minutes > HORIZON_MIN ? Number.POSITIVE_INFINITY : minutes;
}
