import { expect, it } from 'vitest';
import { clustered, windowEnd } from './window.ts';

const HOUR = 3600;

it('stands still while the time that is shown is on the axis, else moves there and never beyond now', () => {
  expect(windowEnd(9000, HOUR, 10_000, 20_000)).toBe(10_000);
  expect(windowEnd(6000, HOUR, 10_000, 20_000)).toBe(6000 + HOUR / 4);
  expect(windowEnd(10_500, HOUR, 10_000, 20_000)).toBe(10_500 + HOUR / 4);
  expect(windowEnd(19_990, HOUR, 10_000, 20_000)).toBe(20_000);
});

it('takes what is close together as one', () => {
  const times = [50, 10, 14, 19, 21].map((time) => ({ time }));
  expect(clustered(times, 10).map((group) => group.map(({ time }) => time))).toEqual([[10, 14, 19], [21], [50]]);
});
