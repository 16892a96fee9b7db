/** A sample: seconds and value; `stale` ends the series there, null is no sample at all. */
export type Sample = readonly [time: number, value: number | 'stale' | null];

/** Windows: Prometheus 2 closes them on both sides, Prometheus 3 leaves the left one open. */
export type Dialect = 'prometheus2' | 'prometheus3';

/** How far back an instant looks, seconds. */
export const LOOKBACK_S = 300;

const within = (time: number, from: number, to: number, dialect: Dialect) =>
  time <= to && (dialect === 'prometheus2' ? time >= from : time > from);

/** The value at a time: the newest sample within the lookback, NaN among them; undefined where there is none, or it is stale. */
export function instant(samples: readonly Sample[], at: number, dialect: Dialect): number | undefined {
  for (let i = samples.length - 1; i >= 0; i--) {
    const [time, value] = samples[i];
    if (time > at || value === null) continue;
    if (!within(time, at - LOOKBACK_S, at, dialect) || value === 'stale') return undefined;
    return value;
  }
  return undefined;
}

/**
 * rate() over a window, to the letter of Prometheus's extrapolatedRate (promql/functions.go): resets add what stood
 * before them, and the ends are extrapolated by at most half a mean gap. Prometheus 2 clamps at zero before it looks at
 * the threshold, Prometheus 3 after. Undefined with fewer than two samples.
 *
 * @param rangeS window in seconds
 */
export function rate(samples: readonly Sample[], at: number, rangeS: number, dialect: Dialect): number | undefined {
  const points = samples.filter(
    (sample): sample is readonly [number, number] =>
      typeof sample[1] === 'number' && within(sample[0], at - rangeS, at, dialect),
  );
  const first = points[0];
  const last = points.at(-1);
  if (points.length < 2 || !first || !last) return undefined;
  let increase = last[1] - first[1];
  let before = first[1];
  for (const [, value] of points.slice(1)) {
    if (value < before) increase += before;
    before = value;
  }
  const sampled = last[0] - first[0];
  const gap = sampled / (points.length - 1);
  const threshold = gap * 1.1;
  const toZero = increase > 0 && first[1] >= 0 ? sampled * (first[1] / increase) : Number.POSITIVE_INFINITY;
  let toStart = first[0] - (at - rangeS);
  if (dialect === 'prometheus2') {
    toStart = Math.min(toStart, toZero);
    if (toStart >= threshold) toStart = gap / 2;
  } else {
    if (toStart >= threshold) toStart = gap / 2;
    toStart = Math.min(toStart, toZero);
  }
  let toEnd = at - last[0];
  if (toEnd >= threshold) toEnd = gap / 2;
  const factor = (sampled + toStart + toEnd) / sampled / rangeS;
  return increase * factor;
}
