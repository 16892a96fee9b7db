import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latest, median, quantile } from './quantile.ts';
import { SEED } from './seed.fixture.ts';

/** A fixed sequence without a pattern: the multiplicative congruential generator of Park and Miller. */
const noise = (count: number) => {
  let x = 42;
  return Float64Array.from({ length: count }, () => {
    x = (x * 48271) % 2147483647;
    return x / 2147483647;
  });
};

describe('quantile', () => {
  it('is the nearest rank of a known example', () => {
    const ages = [15, 20, 35, 40, 50];
    expect([0.05, 0.3, 0.4, 0.5, 1].map((q) => quantile(ages, 0, 5, q))).toEqual([15, 20, 20, 35, 50]);
  });

  it('is exact for many values, equal ones and gaps', () => {
    const values = noise(10_000).map((value, i) => (i % 7 === 0 ? Number.NaN : i % 3 === 0 ? 0.5 : value));
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    for (const q of [0.001, 0.1, 0.5, 0.99, 1])
      expect(quantile(values, 0, values.length, q)).toBe(sorted[Math.ceil(q * sorted.length) - 1]);
  });

  it('is exact for few values in any order', () => {
    const gapless = fc.array(fc.oneof(fc.constantFrom(0, 1, 2), fc.float({ noNaN: true, noDefaultInfinity: true })), {
      minLength: 1,
      maxLength: 700,
    });
    fc.assert(
      fc.property(gapless, fc.constantFrom(0.01, 0.25, 0.5, 0.99), (values, q) => {
        const sorted = Float64Array.from(values).sort();
        const half = sorted.length >> 1;
        const middle = sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        expect(median(values, 0, values.length) - middle).toBeCloseTo(0, 30);
        const rank = Math.max(1, Math.ceil(q * sorted.length - 1e-9));
        expect(quantile(values, 0, values.length, q) - sorted[rank - 1]).toBeCloseTo(0, 30);
      }),
      { seed: SEED },
    );
  });

  it('reads its range only, and has none of nothing', () => {
    expect(quantile([9, 1, 2, 3, 9], 1, 4, 0.5)).toBe(2);
    expect(quantile([Number.NaN], 0, 1, 0.5)).toBeNaN();
    expect(quantile([], 0, 0, 0.5)).toBeNaN();
  });
});

describe('median and latest', () => {
  it('take the mean of the two in the middle', () => {
    expect(median([1, 2, 3, 10], 0, 4)).toBe(2.5);
    expect(median([3, 1, 2], 0, 3)).toBe(2);
    expect(median([Number.NaN], 0, 1)).toBeNaN();
    const values = noise(2000);
    const sorted = values.slice().sort();
    expect(median(values, 0, 2000)).toBe((sorted[999] + sorted[1000]) / 2);
  });

  it('find the latest of times with gaps', () => {
    expect(latest(Float64Array.of(Number.NaN, 3, 5, 4, Number.NaN), 0, 5)).toBe(5);
    expect(latest(Float64Array.of(Number.NaN), 0, 1)).toBeNaN();
  });
});
