import { expect, it } from 'vitest';
import { outlookOf } from './outlook.ts';

it.each([
  [978_000, 2900, 7.4, 'Cap in ~7 min'],
  [2_621_000, 3100, Number.POSITIVE_INFINITY, '+3.1 kW/min, over 2 h'],
  // 838 kW × 0.5 % = 4.19 kW over 15 min: under 279 W/min is steady.
  [838_000, 278, 90, 'Steady'],
  [838_000, 280, Number.NaN, 'Rising'],
  [154_000, -900, Number.NaN, 'Falling'],
  [154_000, Number.NaN, Number.NaN, ''],
])('%d W at %d W/min with %d min to cap is "%s"', (draw, slope, cap, words) => {
  expect(outlookOf(draw, slope, cap)).toBe(words);
});
