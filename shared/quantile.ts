const BINS = 4096;
const counts = new Int32Array(BINS);
/** Up to this many values are put in order by halves, which takes long for an order that someone chose to that end. */
const FEW = 512;
let scratch = new Float64Array(FEW);

/** Values without NaN, gathered at the front of `scratch`; gives their number. */
function gather(values: ArrayLike<number>, from: number, to: number): number {
  if (scratch.length < to - from) scratch = new Float64Array(2 * (to - from));
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (!Number.isNaN(value)) scratch[count++] = value;
  }
  return count;
}

/** The values of two neighbouring ranks (from 1) of the first `count` gathered. */
function ranked(count: number, rank: number, next: number): readonly [number, number] {
  if (count <= FEW) {
    const value = select(count, rank - 1);
    return [value, next === rank ? value : leastFrom(rank, count)];
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    if (scratch[i] < low) low = scratch[i];
    if (scratch[i] > high) high = scratch[i];
  }
  if (low === high) return [low, low];
  const bins = Math.min(BINS, count);
  const scale = (bins - 1) / (high - low);
  counts.fill(0, 0, bins);
  for (let i = 0; i < count; i++) counts[((scratch[i] - low) * scale) | 0]++;
  const [first, before] = binOf(rank);
  const [last] = binOf(next);
  // Only the bins of the two ranks are sorted: they lie together, and those between them are empty.
  let picked = 0;
  for (let i = 0; i < count; i++) {
    const bin = ((scratch[i] - low) * scale) | 0;
    if (bin >= first && bin <= last) scratch[picked++] = scratch[i];
  }
  const sorted = scratch.subarray(0, picked).sort();
  return [sorted[rank - before - 1], sorted[next - before - 1]];
}

/** The value of an index in the order of the first `count` gathered; none before it is larger, none after it smaller. */
function select(count: number, index: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = scratch[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (scratch[i] < middle) i++;
      while (scratch[j] > middle) j--;
      if (i > j) break;
      const one = scratch[i];
      scratch[i++] = scratch[j];
      scratch[j--] = one;
    }
    if (index <= j) high = j;
    else if (index >= i) low = i;
    else break;
  }
  return scratch[index];
}

function leastFrom(from: number, to: number): number {
  let least = scratch[from];
  for (let i = from + 1; i < to; i++) if (scratch[i] < least) least = scratch[i];
  return least;
}

/** The bin of a rank, and how many values lie in the bins below. */
function binOf(rank: number): readonly [number, number] {
  let bin = 0;
  let before = 0;
  while (before + counts[bin] < rank) before += counts[bin++];
  return [bin, before];
}

/**
 * The q-quantile of values[from, to) without NaN, by nearest rank: the smallest value that at least the share q of
 * the values does not exceed. NaN when there is none. Linear in the number of values: counting finds the bin, and
 * only that bin is sorted.
 */
export function quantile(values: ArrayLike<number>, from: number, to: number, q: number): number {
  const count = gather(values, from, to);
  if (count === 0) return Number.NaN;
  // The epsilon keeps 0.1 × 10 from being a little more than 1.
  const rank = Math.max(1, Math.ceil(q * count - 1e-9));
  return ranked(count, rank, rank)[0];
}

/** Median: the mean of the two middle values where their number is even; NaN when there is none. */
export function median(values: ArrayLike<number>, from: number, to: number): number {
  const count = gather(values, from, to);
  if (count === 0) return Number.NaN;
  const [lower, upper] = ranked(count, (count + 1) >> 1, (count >> 1) + 1);
  return (lower + upper) / 2;
}

/** The latest of times[from, to); NaN where there is none. */
export function latest(times: Float64Array, from: number, to: number): number {
  let last = Number.NaN;
  for (let i = from; i < to; i++) if (!Number.isNaN(times[i]) && !(times[i] <= last)) last = times[i];
  return last;
}
