import { expect, it } from 'vitest';
import { hashAt, timeOfHash } from './time-address.ts';

it('keeps a time in an address beside what else stands there', () => {
  // 2026-11-23T14:12:00Z by `date -u -d … +%s`.
  const time = 1_795_443_120_000;
  expect(hashAt('#/rack/PDX-1/A?signal=temp', time)).toBe('#/rack/PDX-1/A?signal=temp&t=2026-11-23T14:12:00Z');
  expect(timeOfHash('#/rack/PDX-1/A?signal=temp&t=2026-11-23T14:12:00Z')).toBe(time);
  expect(timeOfHash('#/?t=1795443120000')).toBe(time);
  expect(hashAt('#/?t=2026-11-23T14:12:00Z', null)).toBe('#/');
  expect(hashAt('', time)).toBe('#/?t=2026-11-23T14:12:00Z');
  for (const text of ['', '?t=', '?t=yesterday', '?t=-5', '?t=99999999999999999'])
    expect(timeOfHash(`#/${text}`)).toBeNull();
});
