import { expect, test } from 'vitest';
import { HourCost } from './cost.ts';

const MINUTE = 60_000;

test('sums the last hour and no more', () => {
  const cost = new HourCost();
  expect(cost.sum()).toEqual({ questions: 0, bytes: 0 });
  for (let minute = 0; minute < 90; minute++) cost.add(minute * MINUTE, 12, 1000);
  expect(cost.sum()).toEqual({ questions: 720, bytes: 60_000 });
});

test('a clock that is set back counts from there', () => {
  const cost = new HourCost();
  cost.add(100 * MINUTE, 5, 50);
  cost.add(10 * MINUTE, 1, 10);
  expect(cost.sum()).toEqual({ questions: 1, bytes: 10 });
});
