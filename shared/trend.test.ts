import { describe, expect, it } from 'vitest';
import { fitTrends, forecastCap, minutesToCap, type TrendRow } from './trend.ts';

const NOW = 1_795_444_330_000;
/** One place's watts, one sample each `stepS` seconds, the last of them now. */
function rowsOf(values: readonly number[], stepS: number, basis = 1): TrendRow[] {
  return values.map((value, i) => ({
    time: NOW - (values.length - 1 - i) * stepS * 1000,
    values: Float32Array.of(value),
    basis: Uint8Array.of(basis),
    places: null,
  }));
}
const line = (rows: readonly TrendRow[], last: number, basis = 1) => {
  const { slope, r2 } = fitTrends(rows, Float32Array.of(last), Uint8Array.of(basis), NOW, 1);
  return { slope: slope[0], r2: r2[0] };
};

describe('forecastCap', () => {
  const line = (noise: (i: number) => number) =>
    Array.from({ length: 31 }, (_, i): [number, number] => [(i - 30) / 2, 960_000 + 1000 * i + noise(i)]);

  it('of a straight line has no band', () => {
    // 2 kW a minute, 990 kW now, 10 kW to go: 5 min.
    const cap = forecastCap(
      line(() => 0),
      990_000,
      1_000_000,
    );
    expect(cap?.minutes).toBeCloseTo(5, 9);
    expect(cap?.earliest).toBeCloseTo(5, 6);
    expect(cap?.latest).toBeCloseTo(5, 6);
  });

  it('widens with the scatter, by two standard errors of the slope', () => {
    // ±3 kW by turns: Σ residual² ≈ 31 × 9e6, Σ(t − t̄)² = 0.25 × 31 × (31² − 1) ÷ 12 = 620.
    const cap = forecastCap(
      line((i) => (i % 2 === 0 ? 3000 : -3000)),
      990_000,
      1_000_000,
    );
    const error = Math.sqrt((31 * 9e6) / 29 / 620);
    expect(cap?.minutes).toBeCloseTo(5, 1);
    expect(cap?.earliest).toBeCloseTo(10_000 / (2000 + 2 * error), 1);
    expect(cap?.latest).toBeCloseTo(10_000 / (2000 - 2 * error), 1);
  });

  it('says nothing of a flat, falling or short line, nor of one that fits badly', () => {
    expect(
      forecastCap(
        line((i) => -1000 * i),
        960_000,
        1e6,
      ),
    ).toBeNull();
    expect(
      forecastCap(
        line((i) => -2000 * i),
        930_000,
        1e6,
      ),
    ).toBeNull();
    expect(forecastCap(line(() => 0).slice(-3), 990_000, 1e6)).toBeNull();
    expect(
      forecastCap(
        line((i) => (i % 2 === 0 ? 60_000 : -60_000)),
        990_000,
        1e6,
      ),
    ).toBeNull();
    expect(forecastCap([], 990_000, 1e6)).toBeNull();
  });
});

describe('fitTrends', () => {
  it('finds a straight line', () => {
    const values = Array.from({ length: 13 }, (_, i) => 900_000 + i * 2900);
    const { slope, r2 } = line(rowsOf(values, 60), values[12]);
    expect(slope).toBeCloseTo(2900, 0);
    expect(r2).toBeCloseTo(1, 5);
  });

  it('equals the least squares of a worked example', () => {
    // t = −4…0 min, v = 1 2 4 4 6: Σ(t−t̄)(v−v̄) = 12, Σ(t−t̄)² = 10, Σ(v−v̄)² = 15.2; slope 1.2, R² = 144/152
    const { slope, r2 } = line(rowsOf([1, 2, 4, 4, 6], 60), 6);
    expect(slope).toBeCloseTo(1.2, 5);
    expect(r2).toBeCloseTo(144 / 152, 5);
  });

  it('leaves gaps out and needs two minutes', () => {
    expect(line(rowsOf([1, Number.NaN, 3, 4, 5], 60), 5).slope).toBeCloseTo(1, 5);
    expect(line(rowsOf([1, 2, 3, 4, 5], 25), 5).slope).toBeNaN();
    expect(line(rowsOf([1, 2, 3, 4, 5], 30), 5).slope).toBeCloseTo(2, 5);
    expect(line(rowsOf([1, 2, 3], 300), 3).slope).toBeNaN();
  });

  it('does not take a change of how the draw is known for a rise', () => {
    const before = rowsOf(Array(10).fill(5000), 60, 1).map((row) => ({ ...row, time: row.time - 300_000 }));
    const after = rowsOf([9000, 9000, 9000, 9000, 9000], 60, 3);
    expect(line([...before, ...after], 9000, 3)).toEqual({ slope: 0, r2: 0 });
  });

  it('finds places that moved by the row’s own order', () => {
    const rows = [4, 3, 2, 1, 0].map((ago) => ({
      time: NOW - ago * 60_000,
      values: Float32Array.of(100, 50 - 10 * ago),
      basis: Uint8Array.of(1, 1),
      places: Int32Array.of(1, -1),
    }));
    const { slope } = fitTrends(rows, Float32Array.of(50, 7), Uint8Array.of(1, 1), NOW, 2);
    expect(slope[0]).toBeCloseTo(10, 5);
    expect(slope[1]).toBeNaN();
  });
});

describe('minutesToCap', () => {
  const cap = (slope: number, r2: number, drawW: number, budgetW: number, spanMin = 14.9) =>
    minutesToCap({ slope, r2, spanMin }, drawW, budgetW);

  it('reaches no further than eight times what the line was fitted to, a minute more for its ends', () => {
    // 12 kW to go at 111 W/min is 1 h 48 min: not to be told from the first 2 min of a run, nor that it is over 2 h.
    expect(cap(111, 0.9, 988_000, 1_000_000, 2)).toBeNaN();
    expect(cap(100, 0.9, 988_000, 1_000_000, 2)).toBeNaN();
    expect(cap(111, 0.9, 988_000, 1_000_000, 13)).toBeCloseTo(108.1, 1);
    expect(cap(500, 0.9, 988_000, 1_000_000, 2)).toBe(24);
    expect(cap(499, 0.9, 988_000, 1_000_000, 2)).toBeNaN();
    expect(cap(-5, 0, 1_000_000, 1_000_000, 0)).toBe(0);
  });

  it('is headroom over slope: 22 kW at 2.9 kW/min is about 7.6 min', () => {
    expect(cap(2900, 0.9, 978_000, 1_000_000)).toBeCloseTo(7.586, 3);
  });

  it('is said only for a line that fits, rises, and meets the budget within two hours', () => {
    expect(cap(2900, 0.59, 978_000, 1_000_000)).toBeNaN();
    expect(cap(-1, 0.9, 978_000, 1_000_000)).toBeNaN();
    expect(cap(0, 0.9, 978_000, 1_000_000)).toBeNaN();
    expect(cap(Number.NaN, 0, 978_000, 1_000_000)).toBeNaN();
    expect(cap(100, 0.9, 988_000, 1_000_000)).toBe(Number.POSITIVE_INFINITY);
    expect(cap(101, 0.9, 988_000, 1_000_000)).toBeCloseTo(118.8, 1);
    expect(cap(1, 0.9, Number.NaN, 1_000_000)).toBeNaN();
    expect(cap(1, 0.9, 978_000, Number.NaN)).toBeNaN();
  });

  it('is 0 at the budget', () => {
    expect(cap(-5, 0, 1_000_000, 1_000_000)).toBe(0);
  });
});
