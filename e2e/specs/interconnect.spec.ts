import type { Page } from '@playwright/test';
import { violationsInThemes } from '../axe.ts';
import { demoShown, expect, go, hashOf, looksOnce, test } from '../console.ts';

/** The matrix of the demo's hall A with rates, which need two polls. */
async function matrixShown(page: Page): Promise<void> {
  // A key that is pressed before the page stands is nobody's.
  await demoShown(page);
  await page.keyboard.press('3');
  await expect(page.locator('canvas[data-cells="576"]')).toBeVisible();
  const summary = page.getByRole('region', { name: 'Interconnect summary' });
  await expect(summary.getByRole('button', { name: /^Saturated leaves/ })).toContainText('leaf-A-17');
}

test('leaf-A-17 is saturated, its detail is shown, and the keys move, switch and open', async ({ open }) => {
  const { page } = await open({ demo: true });
  await matrixShown(page);
  const detail = page.getByRole('region', { name: 'Detail' });
  await expect(detail.getByRole('heading', { name: 'leaf-A-17' })).toBeVisible();
  await expect(detail).toContainText('Rail 2, racks A1-04 to A1-06');
  await expect(
    detail.getByRole('img', { name: /last hour: transmit 9\d\.\d%, receive \d\d\.\d%, wait [23]\d\.\d%/ }),
  ).toBeVisible();

  const watch = page.getByRole('region', { name: 'Watch list' });
  await expect(watch.locator('tbody tr[aria-rowindex="2"]')).toContainText('leaf-A-17');

  // The grid: one tab stop, arrows move, a cell says its numbers.
  const grid = page.getByRole('grid', { name: 'Leaf by column' });
  await expect(grid).toHaveAttribute('aria-rowcount', '36');
  await expect(grid.locator('[tabindex="0"]')).toHaveCount(1);
  await grid.locator('[tabindex="0"]').focus();
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await expect.poll(focused).toMatch(/^Leaf leaf-A-17, transmit 9\d\.\d%, .*critical/);
  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toMatch(/^leaf-A-17 to spine-A-01, transmit 9\d\.\d%.*2 of 2 links up$/);
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toMatch(/^leaf-A-18 to spine-A-01/);
  await expect(detail.getByRole('heading', { name: 'leaf-A-18' })).toBeVisible();
  await expect.poll(() => hashOf(page)).toBe('#/interconnect/leaf-A-18');

  // X: transmit, receive, wait. [ and ] go from flag to flag.
  const direction = page.getByRole('radiogroup', { name: 'Direction' });
  for (const label of ['Receive', 'Wait', 'Transmit']) {
    await page.keyboard.press('x');
    await expect(direction.getByRole('radio', { name: label })).toBeChecked();
  }
  await page.keyboard.press(']');
  // Which leaves are flagged changes with their load: another one than this is.
  await expect(detail.getByRole('heading', { name: /leaf-A-(?!18)\d\d$/ })).toBeVisible();

  await page.keyboard.press('v');
  const table = page.getByRole('dialog', { name: 'InfiniBand as table' });
  await expect(table.getByRole('table')).toHaveAttribute('aria-rowcount', '37');
  await page.keyboard.press('Escape');
  await expect(table).toHaveCount(0);

  await page.keyboard.press('g');
  await expect.poll(() => hashOf(page)).toContain('#/overview/');
});

test('an address opens the network and the leaf that it names', async ({ open }) => {
  const { page } = await open({ demo: true });
  await matrixShown(page);
  await go(page, '#/interconnect/leaf-A-31?show=rx');
  const detail = page.getByRole('region', { name: 'Detail' });
  await expect(detail.getByRole('heading', { name: 'leaf-A-31' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Leaf to spine uplinks' })).toContainText('Down: p26 to spine-A-13');
  await page.keyboard.press('n');
  await expect(page.getByRole('region', { name: 'Leaf to spine uplinks' })).toContainText('28 leaves');
  await expect(page.locator('canvas[data-cells="112"]')).toBeVisible();
  // Ethernet tells marks and pauses where InfiniBand tells its wait, in the table behind the picture too.
  const list = page.getByRole('region', { name: 'Watch list' });
  for (const label of ['ECN marks/s', 'PFC pauses/s']) await expect(list).toContainText(label);
  await expect(list).not.toContainText('Wait %');
  await page.keyboard.press('v');
  const table = page.getByRole('dialog', { name: 'Ethernet as table' });
  await expect(table).toContainText('PFC pauses/s');
  await page.keyboard.press('Escape');
  await expect(table).toHaveCount(0);
  await page.keyboard.press('n');
  await expect(page.getByRole('region', { name: 'NVLink domains by GPU' })).toContainText('128 domains');
  await expect.poll(() => hashOf(page)).toBe('#/interconnect?fabric=nvlink');
});

test('interconnect has no WCAG violation in dark and light', async ({ open }) => {
  looksOnce();
  const { page } = await open({ demo: true, viewport: { width: 1280, height: 800 } });
  await matrixShown(page);
  expect(await violationsInThemes(page)).toEqual([]);
  const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(beyond, 'pixels beyond the right edge').toBeLessThanOrEqual(0);
  await page.getByRole('radio', { name: 'All links' }).click();
  await expect(
    page.getByRole('region', { name: 'Links by congestion' }).locator('tbody tr[aria-rowindex="2"]'),
  ).toContainText('mlx5_0');
  expect(await violationsInThemes(page)).toEqual([]);
  await page.keyboard.press('v');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await violationsInThemes(page)).toEqual([]);
});
