import type { Page } from '@playwright/test';
import { expect, test } from '../console.ts';
import { requireReal } from '../real/available.ts';
import { pastText, SCRAPE_MS } from '../real/past.ts';
import type { Running } from '../real/running.ts';
import { startPrometheus } from '../real/servers.ts';

const needs = [requireReal('prometheus'), requireReal('promtool')];
const skip = needs.find((need) => need.skip !== null)?.skip ?? '';
const MINUTE = 60_000;
/** Not of when this file's worker began, which may be half an hour ago: data ends half an hour after this. */
const END = Math.floor(Date.now() / (10 * MINUTE)) * 10 * MINUTE;
const POLL = 5000;
/** Holds from the first reading on. */
const RULES = `- name: BoardsWarm
  when: gpu.temp > 20
  at: [rack]
  severity: warning
  title: "{object} is above {limit}"
`;

let server: Running;
test.beforeAll(async () => {
  if (skip !== '') return;
  const past = pastText(END - 60 * MINUTE, END + 30 * MINUTE, END, 'openmetrics');
  server = await startPrometheus({ configText: 'scrape_configs: []\n' }, past);
});
test.afterAll(async () => await server?.stop());

const banner = (page: Page) => page.getByRole('region', { name: 'Replay' });
const timeOf = (page: Page) =>
  Date.parse(new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? '').get('t') ?? '');
const clock = (time: number) => new Date(time).toISOString().slice(11, 19);
/** The instant of the address, once the banner shows it and nothing else is on its way. */
async function settledTime(page: Page): Promise<number> {
  await expect(async () => {
    const time = timeOf(page);
    expect(time).toBeGreaterThan(0);
    const said = await banner(page).textContent({ timeout: 1000 });
    expect(said).toContain(`Replay ${clock(time)} UTC`);
    expect(said).not.toContain('Loading');
  }).toPass();
  return timeOf(page);
}
/** The page is at an instant. An alert begins within one: the address says when exactly until it follows what is shown. */
async function expectInstant(page: Page, instant: number): Promise<void> {
  await expect.poll(() => timeOf(page)).toBe(instant);
  expect(await settledTime(page)).toBe(instant);
}
/** The console with its one alert chosen on the rail, and the beginning of that alert as its mark on the strip says it. */
async function openChosen(open: (options: object) => Promise<{ page: Page }>) {
  const source = { id: 'p', kind: 'prometheus', name: 'Main', site: 'S', url: server.url };
  const settings = { pollMs: POLL, staleMs: 60_000, sources: [source] };
  const viewport = { width: 1920, height: 1080 };
  const { page } = await open({ settings, viewport, files: { 'rules/mine.yaml': RULES } });
  const mark = page.getByRole('button', { name: /^Go to [\d:]+ UTC Rack A2-05 is above/ });
  await expect(mark).toBeVisible();
  const [, text = ''] = /Go to ([\d:]+) UTC/.exec((await mark.getAttribute('aria-label')) ?? '') ?? [];
  const day = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  const [hours, minutes, seconds] = text.split(':').map(Number);
  const today = day + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  // A mark has no date: one that is still to come is of the day before.
  const began = today > Date.now() ? today - 86_400_000 : today;
  // The instant at which it began can be gone to once it is settled.
  await expect.poll(() => Date.now() - began).toBeGreaterThan(2 * POLL + 2000);
  await page.getByRole('button', { name: /^warning Rack A2-05 is above/ }).click();
  return { page, mark, instant: Math.floor(began / POLL) * POLL };
}

test('an alert leads to when it began, by key and by its mark; there it is neither taken nor silenced', async ({
  open,
}) => {
  test.skip(skip !== '', skip);
  const { page, mark, instant } = await openChosen(open as never);
  const rail = page.getByRole('region', { name: 'Alerts', exact: true });
  await expect(rail.getByRole('button', { name: /^Acknowledge/ })).toBeVisible();
  await page.keyboard.press('j');
  await expectInstant(page, instant);
  // The choice stays, and what could be done with it is off.
  await expect(rail.getByText('Acknowledge and silence: Off in a replay')).toBeVisible();
  await expect(rail.getByRole('button', { name: /^(Acknowledge|Silence)/ })).toHaveCount(0);
  for (const key of ['a', 's', '?']) await page.keyboard.press(key);
  // Keys are taken in their order: only the last one opens something.
  await expect(page.getByRole('dialog')).toHaveCount(1);
  await expect(page.getByRole('dialog', { name: /keys/i })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('4');
  const detail = page.getByRole('region', { name: 'Alert', exact: true });
  await expect(detail.getByRole('heading', { name: /Rack A2-05 is above/ })).toBeVisible();
  await expect(detail.getByRole('button', { name: /^Acknowledge/ })).toBeDisabled();
  await expect(detail.getByRole('button', { name: /^Silence/ })).toBeDisabled();
  // The rule is that of then, with its condition.
  await expect(detail.getByText('gpu.temp > 20')).toBeVisible();
  expect(timeOf(page)).toBe(instant);

  await page.keyboard.press('1');
  await page.keyboard.press('Shift+Escape');
  await expect(banner(page)).toHaveCount(0);
  await expect(rail.getByRole('button', { name: /^Acknowledge/ })).toBeVisible();
  await mark.click();
  await expectInstant(page, instant);
});

test('the scrubber is dragged through the hour: what is shown is the instant under it when it is let go', async ({
  open,
}) => {
  test.skip(skip !== '', skip);
  const source = { id: 'p', kind: 'prometheus', name: 'Main', site: 'S', url: server.url };
  const { page } = await open({ settings: { pollMs: POLL, staleMs: 60_000, sources: [source] } });
  await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');
  const scrubber = page.getByRole('slider', { name: 'Time shown' });
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'Now');
  const box = await scrubber.boundingBox();
  if (!box) throw new Error('the scrubber has no place');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.9, y);
  await page.mouse.down();
  await expect(banner(page)).toBeVisible();
  // On and on, faster than instants come: each is asked for and called off for the next.
  const shares = Array.from({ length: 30 }, (_, i) => 0.9 - (i + 1) * 0.02);
  for (const share of shares) await page.mouse.move(box.x + box.width * share, y);
  await page.mouse.up();
  const time = await settledTime(page);
  const [from, to] = await Promise.all(
    ['aria-valuemin', 'aria-valuemax'].map(async (name) => 1000 * Number(await scrubber.getAttribute(name))),
  );
  // To the pixel, and to the poll that it lies in.
  const aimed = from + 0.3 * (to - from);
  expect(Math.abs(time - aimed)).toBeLessThanOrEqual(POLL + (2 * (to - from)) / box.width);
  await expect(scrubber).toHaveAttribute('aria-valuetext', `${clock(time)} UTC`);
  // The rack's two meters, by the fixture's own formula.
  const watts = 10 * (500 + 2 * (Math.floor(time / SCRAPE_MS) % 20));
  await expect(page.getByRole('gridcell').first()).toContainText(`${(watts / 1000).toFixed(1)} kW`);

  // Let go beyond the newest instant it is now again.
  await page.mouse.move(box.x + box.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, y);
  await page.mouse.move(box.x + box.width - 1, y);
  await page.mouse.move(box.x + box.width + 40, y);
  await page.mouse.up();
  await expect(banner(page)).toHaveCount(0);
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'Now');
});
