import { expect, it } from 'vitest';
import type { PlaceDifference } from '../../../shared/compare.ts';
import { changeLines, spokenOf } from './CompareFloor.tsx';

const rack = (of: Partial<PlaceDifference>) =>
  spokenOf('A2-05', { has: 'both', assumed: 0, changeW: Number.NaN, ...of } as PlaceDifference);

it('names a rack with its change, its sign in words, and what it drew at both times', () => {
  const sides = { ownBeforeW: 5000, ownAfterW: 6200 };
  expect(rack({ ...sides, changeW: 1200 })).toBe('Rack A2-05, 1.2 kW more, 5.0 kW at A, 6.2 kW at B');
  expect(rack({ ownBeforeW: 6200, ownAfterW: 5000, changeW: -1200, assumed: 1 })).toBe(
    'Rack A2-05, 1.2 kW less, 6.2 kW at A, 5.0 kW at B, silent GPUs at nameplate',
  );
  expect(rack({ ownBeforeW: 5000, ownAfterW: 5000, changeW: 0 })).toBe(
    'Rack A2-05, no change, 5.0 kW at A, 5.0 kW at B',
  );
  expect(rack({ ownBeforeW: 5000, ownAfterW: Number.NaN })).toBe(
    'Rack A2-05, change not known, 5.0 kW at A, no data at B',
  );
  expect(rack({ has: 'before', ownBeforeW: 5000, ownAfterW: Number.NaN })).toBe('Rack A2-05, only at A, 5.0 kW');
  expect(rack({ has: 'after', ownBeforeW: Number.NaN, ownAfterW: Number.NaN })).toBe('Rack A2-05, only at B, no data');
});

it('prints a change without its unit only where the scale has the same one', () => {
  expect(changeLines(1200, 5000)).toEqual(['+1.2 kW', '+1.2']);
  expect(changeLines(0, 5000)).toEqual(['0 W', '0']);
  // "+42" beside "+1.2" would be thirty-five times as much.
  expect(changeLines(-42, 5000)).toEqual(['−42 W']);
  expect(changeLines(20_000, 2e6)).toEqual(['+20.0 kW']);
});
