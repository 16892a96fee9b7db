import { expect, it } from 'vitest';
import { rowsAround } from './row-window.ts';

it('draws all rows of a fabric, and of a thousand pods those near the ones that are seen', () => {
  expect(rowsAround(500, 700, 13, 128)).toEqual({ first: 0, end: 128 });
  expect(rowsAround(0, 700, 13, 1390).first).toBe(0);
  // 700 rows down: row 700 to 754 are seen, with 60 more at least on either side.
  const { first, end } = rowsAround(700 * 13, 700, 13, 1390);
  expect(first).toBeLessThanOrEqual(640);
  expect(end).toBeGreaterThanOrEqual(814);
  expect(end - first).toBeLessThan(400);
  // At the end, and where a shorter list was just drawn in place of a longer one.
  expect(rowsAround(1390 * 13, 700, 13, 1390).end).toBe(1390);
  expect(rowsAround(99_999, 700, 13, 300)).toEqual({ first: 192, end: 300 });
});
