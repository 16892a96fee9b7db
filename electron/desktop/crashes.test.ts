import { expect, test } from 'vitest';
import { Crashes, crashedPage } from './crashes.ts';

test('C10: a window that crashes is loaded again, and after three times in a minute stands still and says so', () => {
  const crashes = new Crashes();
  expect([0, 10_000, 20_000, 30_000].map((now) => crashes.crashed(now))).toEqual([
    ...['reload', 'reload', 'reload'],
    'stop',
  ]);
  // A crash an hour is none of a loop.
  const rare = new Crashes();
  expect([0, 61_000, 122_000, 183_000, 244_000].map((now) => rare.crashed(now))).not.toContain('stop');
  const page = crashedPage(Date.UTC(2026, 10, 26, 3, 7));
  expect(page).toContain('03:07 UTC');
  expect(page).not.toMatch(/<script|\bon\w+=/);
});
