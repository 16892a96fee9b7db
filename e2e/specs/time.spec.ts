import type { Page } from '@playwright/test';
import { violations } from '../axe.ts';
import { expect, go, test } from '../console.ts';
import { ask } from '../real/ask.ts';
import { requireReal } from '../real/available.ts';
import { GAP_MS, pastText, SCRAPE_MS } from '../real/past.ts';
import type { Running } from '../real/running.ts';
import { startPrometheus } from '../real/servers.ts';

const needs = [requireReal('prometheus'), requireReal('promtool')];
const skip = needs.find((need) => need.skip !== null)?.skip ?? '';
const MINUTE = 60_000;
/**
 * What a Prometheus has: from two hours before to half an hour after this, by the formulas of `past.ts`. Of when this file
 * is read: its worker may have begun half an hour ago.
 */
const END = Math.floor(Date.now() / (10 * MINUTE)) * 10 * MINUTE;
const POLL = 5000;
const iso = (time: number) => new Date(time).toISOString().replace('.000', '');
/** The rack's two meters together, watts: hundredths of a kilowatt on the wire, and both climb by one a scrape. */
const wattsOf = (time: number) => 10 * (500 + 2 * (Math.floor(time / SCRAPE_MS) % 20));
const kw = (watts: number) => `${(watts / 1000).toFixed(1)} kW`;

let server: Running;
test.beforeAll(async () => {
  if (skip === '')
    server = await startPrometheus(
      { configText: 'scrape_configs: []\n' },
      pastText(END - 120 * MINUTE, END + 30 * MINUTE, END, 'openmetrics'),
    );
});
test.afterAll(async () => await server?.stop());

const banner = (page: Page) => page.getByRole('region', { name: 'Replay' });
const power = (page: Page) =>
  page.getByRole('region', { name: 'Site summary' }).getByRole('button', { name: 'Site IT power' });
const timeOf = (page: Page) =>
  Date.parse(new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? '').get('t') ?? '');
/** The instant of the address, once the banner shows it and nothing else is on its way. */
async function settledTime(page: Page): Promise<number> {
  await expect(async () => {
    const time = timeOf(page);
    expect(time).toBeGreaterThan(0);
    // Read once: the address follows a little after the banner, so that one that was waited for may be of another instant.
    const said = await banner(page).textContent({ timeout: 1000 });
    expect(said).toContain(`Replay ${iso(time).slice(11, 19)} UTC`);
    expect(said).not.toContain('Loading');
  }).toPass();
  return timeOf(page);
}
/** The page shows what the server itself has at its time. */
async function expectServersNumber(page: Page, time: number): Promise<void> {
  const [said] = await ask(server.url, 'sum(rPDU2DeviceStatusPower) * 10', time / 1000);
  expect(said?.value, 'the fixture’s own formula').toBe(wattsOf(time));
  await expect(power(page)).toContainText(kw(said?.value ?? Number.NaN).replace(' kW', ''));
  await expect(page.getByRole('gridcell').first()).toContainText(kw(said?.value ?? Number.NaN));
}

test('the page is moved to a time of a real Prometheus, shows that and nothing of now, and goes back', async ({
  open,
}) => {
  test.skip(skip !== '', skip);
  const source = { id: 'p', kind: 'prometheus', name: 'Main', site: 'S', url: server.url };
  const { page } = await open({ settings: { pollMs: POLL, staleMs: 60_000, sources: [source] } });
  await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');

  // By the scrubber's keys: a tenth of the hour each; the focus stays though everything around it is of another time.
  const scrubber = page.getByRole('slider', { name: 'Time shown' });
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'Now');
  await scrubber.focus();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  const first = await settledTime(page);
  expect(first % POLL).toBe(0);
  await expectServersNumber(page, first);
  await expect(scrubber).toBeFocused();
  await expect(page.locator('[data-state="replay"]')).toContainText('Not live');
  await expect(banner(page)).toContainText('From Prometheus Main, every 5 s');
  for (const [key, by] of [
    [',', -POLL],
    [',', -2 * POLL],
    ['.', -POLL],
    ['Shift+ArrowLeft', -POLL - MINUTE],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => timeOf(page)).toBe(first + by);
    await expectServersNumber(page, await settledTime(page));
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

  // Nothing is done at a time that is over, and what is of now only says so.
  await page.keyboard.press('Shift+S');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('6');
  await expect(page.getByText('Sources are of now only.')).toBeVisible();
  expect(timeOf(page)).toBe(still);
  await page.keyboard.press('1');

  // Played at sixteen times: an instant every third of a second, each with its own number.
  await banner(page).getByLabel('Speed').selectOption('16');
  await page.keyboard.press('Escape');
  await banner(page).getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => timeOf(page)).toBeGreaterThanOrEqual(still + 4 * POLL);
  await banner(page).getByRole('button', { name: 'Pause' }).click();
  await expectServersNumber(page, await settledTime(page));

  // The address alone leads there again.
  const sent = timeOf(page);
  await page.reload();
  expect(await settledTime(page)).toBe(sent);
  await expectServersNumber(page, sent);
  expect(await violations(page)).toEqual([]);

  // In the gap the second node is silent, as it was then; who chose its alert cannot take it.
  const gap = END - (GAP_MS[0] + GAP_MS[1]) / 2;
  await go(page, `#/?t=${iso(gap)}`);
  expect(await settledTime(page)).toBe(gap);
  await expect(
    page.getByRole('region', { name: 'Site summary' }).getByRole('button', { name: 'Reporting' }),
  ).toContainText(/4\s*of 8/);
  await page.keyboard.press(']');
  await expect(page.getByText('Acknowledge and silence: Off in a replay')).toBeVisible();

  // Where nothing is recorded nothing is shown, least of all what was there before.
  await go(page, `#/?t=${iso(END - 600 * MINUTE)}`);
  await expect(banner(page)).toContainText('Not recorded');
  await expect(power(page)).toContainText('Not recorded');
  expect((await power(page).textContent())?.replace(/Not recorded at [\d:]+ UTC/, '')).not.toMatch(/\d/);
  await expect(page.getByRole('gridcell').first()).toHaveText(/^Rack \S+, no data$/);

  await page.keyboard.press('Shift+Escape');
  await expect(banner(page)).toHaveCount(0);
  await expect.poll(() => page.url()).not.toContain('t=');
  await expect(page.locator('[data-state="live"], [data-state="late"]')).toBeVisible();
});

test('two times are compared: the change has its sign and is what arithmetic says, here and in the address', async ({
  open,
}) => {
  test.skip(skip !== '', skip);
  const source = { id: 'p', kind: 'prometheus', name: 'Main', site: 'S', url: server.url };
  const { page } = await open({ theme: 'light', settings: { pollMs: POLL, staleMs: 60_000, sources: [source] } });
  await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');
  // The 3rd and the 19th scrape of one climb: 16 × 20 W more, by hand.
  const base = END - 90 * MINUTE - ((END - 90 * MINUTE) % (20 * SCRAPE_MS));
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
  expect(await violations(page, 'color-contrast')).toEqual([]);
});
