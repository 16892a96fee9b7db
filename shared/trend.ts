import type { EpochMs } from './units.ts';

/** One remembered instant of a quantity over places. */
export interface TrendRow {
  readonly time: EpochMs;
  /** Watts by place; NaN is "no sample". */
  readonly values: Float32Array;
  /** How the value was known; only rows of the same basis as now are fitted, since a change of basis is a step. */
  readonly basis: Uint8Array;
  /** The place's index in this row by its index now, −1 for none; null where they are the same. */
  readonly places: Int32Array | null;
}

/** Straight lines through the last minutes of every place (index: place). */
export interface Trends {
  /** Watts per minute; NaN where too few samples tell. */
  readonly slope: Float32Array;
  /** Share of the variance that the line explains, 0–1. */
  readonly r2: Float32Array;
  /** Minutes from the first to the last sample of the fit. */
  readonly spanMin: Float32Array;
}

/** The window of the fit (ui.md 4). */
export const WINDOW_MS = 15 * 60_000;
const LEAST_SPAN_MIN = 2;
const LEAST_SAMPLES = 4;
/** Of a window the samples at its ends may be missing: a poll is at most a minute. */
const EDGES_MIN = 1;
const LEAST_R2 = 0.6;
const HORIZON_MIN = 120;
/** A line is drawn on for so many times what it was fitted to: the whole window of 15 min tells of 2 h, 2 min of 16 min. */
const REACH = HORIZON_MIN / (WINDOW_MS / 60_000);

/**
 * Least squares for all places at once: slope = Σ(t−t̄)(v−v̄) ÷ Σ(t−t̄)², R² = that sum squared ÷ (Σ(t−t̄)² Σ(v−v̄)²).
 * Times count in minutes from now and values from today's, so that the sums lose no digits.
 */
export function fitTrends(
  rows: readonly TrendRow[],
  values: Float32Array,
  basis: Uint8Array,
  now: EpochMs,
  count: number,
): Trends {
  const sums = new Float64Array(count * 6);
  const first = new Float64Array(count).fill(Number.NaN);
  const last = new Float64Array(count).fill(Number.NaN);
  for (const row of rows) {
    const t = (row.time - now) / 60_000;
    for (let place = 0; place < count; place++) {
      const at = row.places ? row.places[place] : place;
      if (at < 0 || row.basis[at] !== basis[place]) continue;
      const v = row.values[at] - values[place];
      if (Number.isNaN(v)) continue;
      if (Number.isNaN(first[place])) first[place] = t;
      last[place] = t;
      addTo(sums, place * 6, t, v);
    }
  }
  const slope = new Float32Array(count).fill(Number.NaN);
  const r2 = new Float32Array(count);
  const spanMin = new Float32Array(count);
  for (let place = 0; place < count; place++) {
    const n = sums[place * 6];
    if (n < LEAST_SAMPLES || !(last[place] - first[place] >= LEAST_SPAN_MIN)) continue;
    const [, st, sv, stt, stv, svv] = sums.subarray(place * 6, place * 6 + 6);
    const spreadT = stt - (st * st) / n;
    const spreadV = svv - (sv * sv) / n;
    const together = stv - (st * sv) / n;
    slope[place] = together / spreadT;
    spanMin[place] = last[place] - first[place];
    r2[place] = spreadV > 0 ? (together * together) / (spreadT * spreadV) : 0;
  }
  return { slope, r2, spanMin };
}

function addTo(sums: Float64Array, at: number, t: number, v: number): void {
  sums[at] += 1;
  sums[at + 1] += t;
  sums[at + 2] += v;
  sums[at + 3] += t * t;
  sums[at + 4] += t * v;
  sums[at + 5] += v * v;
}

/**
 * Minutes until a draw meets its budget: only where the line fits (R² ≥ 0.6), rises, and was fitted to an eighth of that
 * time at least. Infinity from two hours on, NaN where nothing can be said, 0 where the draw is there already.
 *
 * @param spanMin minutes from the first to the last sample of the fit
 */
export function minutesToCap(
  { slope, r2, spanMin }: { readonly slope: number; readonly r2: number; readonly spanMin: number },
  drawW: number,
  budgetW: number,
): number {
  if (Number.isNaN(drawW) || Number.isNaN(budgetW)) return Number.NaN;
  if (drawW >= budgetW) return 0;
  if (!(slope > 0) || r2 < LEAST_R2) return Number.NaN;
  const minutes = (budgetW - drawW) / slope;
  if (Math.min(minutes, HORIZON_MIN) > REACH * (spanMin + EDGES_MIN)) return Number.NaN;
  return minutes >= HORIZON_MIN ? Number.POSITIVE_INFINITY : minutes;
}

/** When a draw meets its budget, with the band that the scatter of its samples leaves; minutes from now. */
export interface CapForecast {
  readonly minutes: number;
  readonly earliest: number;
  /** Infinity where the slope may as well be none. */
  readonly latest: number;
}

/** Standard errors on either side of the slope: some 95 % of slopes lie within. */
const BAND = 2;

/**
 * The forecast of one place with its band: headroom ÷ (slope ± 2 standard errors of the slope), where the standard error
 * is √(Σ residual² ÷ (n − 2) ÷ Σ(t − t̄)²). Null under the rules of `minutesToCap`, which it shares: too few samples,
 * R² below 0.6, falling, or beyond two hours.
 *
 * @param samples minutes from now (so ≤ 0) and watts, of one basis
 */
export function forecastCap(
  samples: readonly (readonly [minutes: number, watts: number])[],
  drawW: number,
  budgetW: number,
): CapForecast | null {
  const n = samples.length;
  const span = n === 0 ? 0 : samples[n - 1][0] - samples[0][0];
  if (n < LEAST_SAMPLES || span < LEAST_SPAN_MIN) return null;
  const mean = (index: 0 | 1) => samples.reduce((sum, sample) => sum + sample[index], 0) / n;
  const [meanT, meanV] = [mean(0), mean(1)];
  let [spreadT, spreadV, together] = [0, 0, 0];
  for (const [t, v] of samples) {
    spreadT += (t - meanT) ** 2;
    spreadV += (v - meanV) ** 2;
    together += (t - meanT) * (v - meanV);
  }
  const slope = together / spreadT;
  const r2 = spreadV > 0 ? (together * together) / (spreadT * spreadV) : 0;
  const minutes = minutesToCap({ slope, r2, spanMin: span }, drawW, budgetW);
  if (!Number.isFinite(minutes)) return null;
  const error = Math.sqrt(Math.max(0, spreadV - slope * together) / (n - 2) / spreadT);
  const headroomW = Math.max(0, budgetW - drawW);
  const least = slope - BAND * error;
  return {
    minutes,
    earliest: headroomW / (slope + BAND * error),
    latest: least > 0 ? headroomW / least : Number.POSITIVE_INFINITY,
  };
}
