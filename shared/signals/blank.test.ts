import { expect, test } from 'vitest';
import { isBlank, isMark } from './blank.ts';

test.each(
  ['9223372036854775792', '9223372036854775794', '9223372036854775795', '140737488355328', '140737488355331'].map(
    Number,
  ),
)('%d is no reading of any unit', (raw) => {
  for (const unit of ['W', 'C', 'ratio', 'B', 'B/s', 'MHz'] as const) expect(isBlank(raw, unit), unit).toBe(true);
  expect(isMark(raw)).toBe(true);
});

test('32-bit marks are no watts and no degrees, but they may be bytes and nanoseconds', () => {
  for (const unit of ['W', 'C', 'MHz', 'code', 'bits'] as const) expect(isBlank(2147483632, unit), unit).toBe(true);
  for (const unit of ['B', 'B/s', 'ratio', 'ticks/s'] as const) expect(isBlank(2147483632, unit), unit).toBe(false);
  expect([2147483631, 2147483632, 2147483637, 2147483638].map(isMark)).toEqual([false, true, true, false]);
  expect(isBlank(2147483631, 'C')).toBe(false);
  expect(isBlank(140737488355327, 'B/s')).toBe(false);
});
