import type { Page } from '@playwright/test';
import { violations } from '../axe.ts';
import { expect, go, test } from '../console.ts';
import {
  banner,
  expectInstant,
  iso,
  kw,
  MINUTE,
  POLL,
  settledTime,
  timeOf,
  wattsOf,
  withPast,
} from '../past-console.ts';
import { ask } from '../real/ask.ts';
import { GAP_MS, SCRAPE_MS } from '../real/past.ts';

const past = withPast();

const power = (page: Page) =>
  page.getByRole('region', { name: 'Site summary' }).getByRole('button', { name: 'Site IT power' });
/** The page shows what the server itself has at its time. */
async function expectServersNumber(page: Page, time: number): Promise<void> {
  const [said] = await ask(past.url, 'sum(rPDU2DeviceStatusPower) * 10', time / 1000);
  expect(said?.value, 'the fixture’s own formula').toBe(wattsOf(time));
  await expect(power(page)).toContainText(kw(said?.value ?? Number.NaN).replace(' kW', ''));
  await expect(page.getByRole('gridcell').first()).toContainText(kw(said?.value ?? Number.NaN));
}

test('the page is moved to a time of a real Prometheus, shows that and nothing of now, and goes back', async ({
  open,
}) => {
  const { page } = await open(past.options());
  await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');

  // By the scrubber's keys: a tenth of the hour each; the focus stays though everything around it is of another time.
  const scrubber = page.getByRole('slider', { name: 'Time shown' });
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'Now');
  await scrubber.focus();
  await expect(scrubber).toBeFocused();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  const first = await settledTime(page);
  expect(first % POLL).toBe(0);
  await expectServersNumber(page, first);
  await expect(scrubber).toBeFocused();
  await expect(page.locator('[data-state="replay"]')).toContainText('Not live');
  await expect(banner(page)).toContainText('From Prometheus Main, every 2 s');
  for (const [key, by] of [
    [',', -POLL],
    [',', -2 * POLL],
    ['.', -POLL],
    ['Shift+ArrowLeft', -POLL - MINUTE],
  ] as const) {
    await page.keyboard.press(key);
    await expectInstant(page, first + by);
    await expectServersNumber(page, first + by);
  }

  // Live frames go on arriving for longer than two polls: none of their numbers is seen.
  const still = timeOf(page);
  const since = performance.now();
  await expect
    .poll(
      async () => {
        expect(await power(page).textContent()).toContain((wattsOf(still) / 1000).toFixed(1));
        return performance.now() - since;
      },
      { intervals: [500] },
    )
    .toBeGreaterThan(2 * POLL + 500);
  expect(timeOf(page)).toBe(still);

  // Nothing is done at a time that is over. Budgets and rules are those of then; what is of now only says so.
  await page.keyboard.press('Shift+S');
  await page.keyboard.press('5');
  await expect(page.getByText('Snapshots are of now only.')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await go(page, `#/sources?tab=budgets&t=${iso(still)}`);
  const budget = page.getByRole('table', { name: 'Budgets then' }).getByRole('row').filter({ hasText: /A2-05/ });
  await expect(budget).toContainText(kw(wattsOf(still)));
  await go(page, `#/sources?tab=mappings&t=${iso(still)}`);
  await expect(page.getByText('Label mappings are of now only.')).toBeVisible();
  await page.getByRole('radio', { name: 'Sources', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Sources then' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add source' })).toHaveCount(0);
  await page.keyboard.press('4');
  await page.getByRole('radio', { name: 'Rules' }).click();
  // No engine ran then.
  await expect(page.getByText('Alerts and rules of this time are not written down.')).toBeVisible();
  await expectInstant(page, still);
  await page.keyboard.press('1');

  // Played at sixteen times: an instant every eighth of a second, each with its own number.
  await banner(page).getByLabel('Speed').selectOption('16');
  await banner(page).getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => timeOf(page)).toBeGreaterThanOrEqual(still + 10 * POLL);
  await banner(page).getByRole('button', { name: 'Pause' }).click();
  await expect(banner(page).getByRole('button', { name: 'Play' })).toBeVisible();
  const sent = await settledTime(page);
  await expectServersNumber(page, sent);

  // The address alone leads there again.
  await page.reload();
  await expectInstant(page, sent);
  await expectServersNumber(page, sent);
  expect(await violations(page)).toEqual([]);

  // In the gap the second node is silent, as it was then; who chose its alert cannot take it.
  const gap = past.end - (GAP_MS[0] + GAP_MS[1]) / 2;
  await go(page, `#/?t=${iso(gap)}`);
  await expectInstant(page, gap);
  await expect(
    page.getByRole('region', { name: 'Site summary' }).getByRole('button', { name: 'Reporting' }),
  ).toContainText(/4\s*of 8/);
  await expect(page.getByRole('region', { name: 'Alerts then' }).getByRole('button')).not.toHaveCount(0);
  await page.keyboard.press(']');
  await expect(page.getByText('Acknowledge and silence: Off in a replay')).toBeVisible();

  // Where nothing is recorded nothing is shown, least of all what was there before.
  await go(page, `#/?t=${iso(past.end - 600 * MINUTE)}`);
  await expect(banner(page)).toContainText('Not recorded');
  await expect(power(page)).toContainText('Not recorded');
  const rest = async () => (await power(page).textContent())?.replace(/Not recorded at [\d:]+ UTC/, '');
  await expect.poll(rest).not.toMatch(/\d/);
  await expect(page.getByRole('gridcell').first()).toHaveText(/^Rack \S+, no data$/);

  await page.keyboard.press('Shift+Escape');
  await expect(banner(page)).toHaveCount(0);
  await expect.poll(() => page.url()).not.toContain('t=');
  await expect(page.locator('[data-state="live"], [data-state="late"]')).toBeVisible();
});

test('two times are compared: the change has its sign and is what arithmetic says, here and in the address', async ({
  open,
}) => {
  const { page } = await open(past.options({ theme: 'light' }));
  await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');
  // The 3rd and the 19th scrape of one climb: 16 × 20 W more, by hand.
  const base = past.end - 90 * MINUTE - ((past.end - 90 * MINUTE) % (20 * SCRAPE_MS));
  const [a, b] = [base + 2 * SCRAPE_MS, base + 18 * SCRAPE_MS];
  await go(page, `#/compare?a=${iso(a)}&b=${iso(b)}`);
  const change = page.getByRole('region', { name: 'What changed' }).getByRole('button', { name: 'Change' });
  await expect(change).toContainText(/\+0.3\s*kW/);
  await expect(change).toContainText('+6.3%, 1 rack compared');
  const table = page.getByRole('region', { name: 'Change as table' });
  await expect(table).toContainText('5.0 kW');
  await expect(table).toContainText('5.4 kW');
  await expect(table).toContainText('+0.3 kW');
  await expect(page.locator('[data-change]')).toHaveAttribute('data-change', '320');
  // The floor speaks too, and its cell is one stop for the keyboard; choosing it chooses its row.
  const cell = page.getByRole('grid', { name: 'Change of draw, racks by row' }).getByRole('gridcell');
  await expect(cell).toHaveText('Rack A2-05, 0.3 kW more, 5.0 kW at A, 5.4 kW at B');
  await cell.focus();
  await expect(table.getByRole('row').filter({ hasText: 'A2-05' })).toHaveAttribute('aria-current', 'true');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('x');
  await expect(change).toContainText(/−0.3\s*kW/);
  await expect.poll(() => page.url()).toContain(`a=${iso(b)}`);
  await page.reload();
  await expect(change).toContainText(/−0.3\s*kW/);
  await page.keyboard.press('d');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).not.toBe('light');
  expect(await violations(page, 'color-contrast')).toEqual([]);
});
