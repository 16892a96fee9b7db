import { expect, test } from 'vitest';
import { ANY, DCGM, isBlank, isMark, MARKS } from './blank.ts';

test.each(
  ['9223372036854775792', '9223372036854775794', '9223372036854775795', '140737488355328', '140737488355331'].map(
    Number,
  ),
)('%d is no reading of any DCGM field', (raw) => {
  for (const marks of [MARKS, DCGM]) expect(isBlank(raw, marks), `${marks}`).toBe(true);
  expect(isMark(raw)).toBe(true);
});

test('32-bit marks are no watts and no degrees, but they may be bytes and nanoseconds', () => {
  expect([MARKS, DCGM].map((marks) => isBlank(2147483632, marks))).toEqual([false, true]);
  expect([2147483631, 2147483632, 2147483637, 2147483638].map(isMark)).toEqual([false, true, true, false]);
  expect(isBlank(2147483631, DCGM)).toBe(false);
  expect(isBlank(140737488355327, MARKS)).toBe(false);
});

test("other makers' numbers may be as large as they like, up to the end of 64 bits", () => {
  expect([2147483632, 2.619e9, 2 ** 47, 9.1e18].map((raw) => isBlank(raw, ANY))).toEqual(Array(4).fill(false));
  expect(isBlank(Number('9223372036854775807'), ANY)).toBe(true);
});
