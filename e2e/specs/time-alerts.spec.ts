import type { Page } from '@playwright/test';
import { expect, test } from '../console.ts';
import type { OpenOptions } from '../hosts.ts';
import { banner, clock, expectInstant, kw, POLL, settledTime, wattsOf, withPast } from '../past-console.ts';

/** Holds from the first reading on. */
const RULES = `- name: BoardsWarm
  when: gpu.temp > 20
  at: [rack]
  severity: warning
  title: "{object} is above {limit}"
`;

const past = withPast();
const scrubberOf = (page: Page) => page.getByRole('slider', { name: 'Time shown' });

/** The console with its one alert chosen on the rail, and the beginning of that alert as its mark on the strip says it. */
async function openChosen(open: (options: OpenOptions) => Promise<{ readonly page: Page }>) {
  const { page } = await open(past.options({ files: { 'rules/mine.yaml': RULES } }));
  const mark = page.getByRole('button', { name: /^Go to [\d:]+ UTC Rack A2-05 is above/ });
  await expect(mark).toBeVisible();
  const [, text = ''] = /Go to ([\d:]+) UTC/.exec((await mark.getAttribute('aria-label')) ?? '') ?? [];
  const day = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  const [hours, minutes, seconds] = text.split(':').map(Number);
  const today = day + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  // A mark has no date: one that is still to come is of the day before.
  const began = today > Date.now() ? today - 86_400_000 : today;
  // The instant at which it began can be gone to once it is settled, by the clock of the page.
  await expect
    .poll(async () => 1000 * Number(await scrubberOf(page).getAttribute('aria-valuemax')) - began)
    .toBeGreaterThan(2 * POLL + 2000);
  await page.getByRole('button', { name: /^warning Rack A2-05 is above/ }).click();
  return { page, mark, instant: Math.floor(began / POLL) * POLL };
}

test('an alert leads to when it began, by key and by its mark; there it is neither taken nor silenced', async ({
  open,
}) => {
  const { page, mark, instant } = await openChosen(open);
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
  await page.getByRole('radio', { name: 'Rules' }).click();
  await page.getByRole('button', { name: 'Boards warm' }).click();
  const rule = page.getByRole('region', { name: 'Rule Boards warm' });
  await expect(rule).toContainText('As it was then');
  await expect(rule.getByLabel('When', { exact: true })).toBeDisabled();
  await expectInstant(page, instant);

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
  const { page } = await open(past.options());
  await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');
  const scrubber = scrubberOf(page);
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'Now');
  const boxOf = async () => {
    const box = await scrubber.boundingBox();
    if (!box) throw new Error('the scrubber has no place');
    return box;
  };
  // A hover waits until it lies still, with nothing over it.
  const pressAt = async (share: number) => {
    const { width, height } = await boxOf();
    await scrubber.hover({ position: { x: width * share, y: height / 2 } });
    await page.mouse.down();
  };
  await pressAt(0.9);
  // From its first instant on the axis stands still, so that a place on it is a time.
  await settledTime(page);
  const box = await boxOf();
  const moveTo = (share: number) => page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
  // On and on, faster than instants come: each is asked for and called off for the next.
  for (let i = 1; i <= 30; i++) await moveTo(0.9 - i * 0.02);
  await page.mouse.up();
  const [from, to] = await Promise.all(
    ['aria-valuemin', 'aria-valuemax'].map(async (name) => 1000 * Number(await scrubber.getAttribute(name))),
  );
  const aimed = from + 0.3 * (to - from);
  let time = Number.NaN;
  await expect(async () => {
    time = await settledTime(page);
    // To the pixel, and to the poll that it lies in.
    expect(Math.abs(time - aimed)).toBeLessThanOrEqual(POLL + (2 * (to - from)) / box.width);
  }).toPass();
  await expect(scrubber).toHaveAttribute('aria-valuetext', clock(time));
  await expect(page.getByRole('gridcell').first()).toContainText(kw(wattsOf(time)));

  // Let go beyond the newest instant it is now again.
  await pressAt(0.3);
  for (const share of [0.7, 0.99, 1.15]) await moveTo(share);
  await page.mouse.up();
  await expect(banner(page)).toHaveCount(0);
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'Now');
});
