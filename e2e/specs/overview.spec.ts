import type { Page } from '@playwright/test';
import { demoShown, expect, standStill, test } from '../console.ts';

/** The floor plan of the demo fleet, live. */
async function planShown(page: Page): Promise<void> {
  await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '2048');
  await demoShown(page);
  await expect(page.locator('[data-state="live"]')).toBeVisible();
}

test('keys: signals, theme, table, grid, keys window, conditions', async ({ open }) => {
  const { page } = await open({ demo: true });
  await planShown(page);
  const signal = page.getByRole('radiogroup', { name: 'Signal' });
  const signals = { u: 'GPU util', t: 'Temperature', r: 'Throttle', n: 'NVLink', i: 'NIC / IB', p: 'Power' };
  for (const [key, label] of Object.entries(signals)) {
    await page.keyboard.press(key);
    await expect(signal.getByRole('radio', { name: label, exact: true })).toBeChecked();
    await expect(signal.getByRole('radio', { checked: true })).toHaveCount(1);
  }

  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  const dark = await ground();
  await page.keyboard.press('d');
  await expect.poll(ground).not.toBe(dark);

  await page.keyboard.press('v');
  const table = page.getByRole('dialog', { name: 'Floor plan as table' });
  await expect(table.getByRole('table')).toHaveAttribute('aria-rowcount', '45');
  const rows = table.locator('tbody tr[aria-rowindex]');
  await expect(rows.first()).toContainText(/\d\.\d of \d+\.\d kW/);
  // A window takes the focus when it opens: only then is it ours to move.
  await expect(table.locator(':focus')).toHaveCount(1);
  const racks = table.getByRole('region', { name: 'Racks' });
  await racks.focus();
  await expect(racks).toBeFocused();
  await page.keyboard.press('End');
  await expect(table.locator('tr[aria-rowindex="45"]')).toBeInViewport();
  await page.keyboard.press('Escape');
  await expect(table).toHaveCount(0);

  await page.keyboard.press('Shift+?');
  const keys = page.getByRole('dialog');
  await expect(keys).toContainText('Signal of the floor plan');
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);

  // On a screen that stands still: meanwhile alerts would come, go and tell other numbers.
  const lines = page.getByRole('region', { name: 'Alerts now' }).getByRole('button');
  await expect(lines.nth(2)).toBeVisible();
  await standStill(page);
  await expect(lines.and(page.getByRole('button', { pressed: true }))).toHaveCount(0);
  for (const [key, line] of [
    [']', 0],
    [']', 1],
    ['[', 0],
  ] as const) {
    await page.keyboard.press(key);
    await expect(lines.nth(line)).toHaveAttribute('aria-pressed', 'true');
    await expect(lines.and(page.getByRole('button', { pressed: true }))).toHaveCount(1);
  }
});

test('the grid of racks is moved in by arrows and says what a rack draws', async ({ open }) => {
  const { page } = await open({ demo: true });
  await planShown(page);
  const grid = page.getByRole('grid', { name: 'Floor plan, racks by row' });
  await expect(grid.getByRole('gridcell')).toHaveCount(44);
  await expect(grid.locator('[tabindex="0"]')).toHaveCount(1);
  const a205 = grid.getByRole('gridcell', { name: /^Rack A2-05, \d+\.\d percent, \d+\.\d of \d+\.\d kW/ });
  await expect(a205).toHaveCount(1);
  await expect(a205).toHaveText(/sampled \d+ s ago$/);
  await a205.focus();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.split(',')[0]);
  await expect.poll(focused).toBe('Rack A2-05');
  for (const [key, rack] of [
    ['ArrowRight', 'Rack A2-06'],
    ['ArrowLeft', 'Rack A2-05'],
    ['ArrowUp', 'Rack A1-05'],
    ['ArrowDown', 'Rack A2-05'],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(focused).toBe(rack);
  }
  await expect(grid.getByRole('gridcell', { selected: true })).toHaveText(/^Rack A2-05/);
});

test('1280 × 800: nothing scrolls sideways and no summary text is cut', async ({ open }) => {
  const { page } = await open({ demo: true, viewport: { width: 1280, height: 800 } });
  await planShown(page);
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(wide, 'pixels beyond the right edge').toBeLessThanOrEqual(0);
  const cut = () =>
    page.getByRole('region', { name: 'Site summary' }).evaluate((strip) =>
      [...strip.querySelectorAll('*')]
        .filter((element) => !element.classList.contains('hidden') && element.scrollWidth > element.clientWidth)
        .filter((element) => getComputedStyle(element).display !== 'inline')
        .map((element) => `${element.textContent}: ${element.scrollWidth} px in ${element.clientWidth} px`),
    );
  await expect.poll(cut).toEqual([]);
});
