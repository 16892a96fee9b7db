const BINS = 4096;
const counts = new Int32Array(BINS);

/**
 * The q-quantile of values[from, to) without NaN, by nearest rank: the smallest value that at least the share q of
 * the values does not exceed. NaN when there is none. Linear in the number of values: counting finds the bin, and
 * only that bin is sorted.
 */
export function quantile(values: ArrayLike<number>, from: number, to: number, q: number): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    count++;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (count === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil(q * count - 1e-9));
  if (low === high) return low;
  if (count <= 256) return nth(values, from, to, rank);
  return inBins(values, from, to, low, high, rank);
}

/** Median: the mean of the two middle values where their number is even. */
export function median(values: ArrayLike<number>, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i])) count++;
  const lower = quantile(values, from, to, 0.5);
  return count % 2 === 1 || count === 0 ? lower : (lower + quantile(values, from, to, 0.5 + 1 / count)) / 2;
}

function inBins(values: ArrayLike<number>, from: number, to: number, low: number, high: number, rank: number): number {
  counts.fill(0);
  const scale = (BINS - 1) / (high - low);
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (!Number.isNaN(value)) counts[((value - low) * scale) | 0]++;
  }
  let bin = 0;
  let before = 0;
  while (before + counts[bin] < rank) before += counts[bin++];
  const picked: number[] = [];
  for (let i = from; i < to; i++)
    if ((((values[i] - low) * scale) | 0) === bin && !Number.isNaN(values[i])) picked.push(values[i]);
  return picked.sort((a, b) => a - b)[rank - before - 1];
}

function nth(values: ArrayLike<number>, from: number, to: number, rank: number): number {
  const picked: number[] = [];
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i])) picked.push(values[i]);
  return picked.sort((a, b) => a - b)[rank - 1];
}

/** The latest of times[from, to); NaN where there is none. */
export function latest(times: Float64Array, from: number, to: number): number {
  let last = Number.NaN;
  for (let i = from; i < to; i++) if (!Number.isNaN(times[i]) && !(times[i] <= last)) last = times[i];
  return last;
}
