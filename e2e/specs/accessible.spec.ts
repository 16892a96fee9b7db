import { violationsInThemes } from '../axe.ts';
import { demoShown, expect, looksOnce, test } from '../console.ts';

test('first run has no WCAG violation in dark and light', async ({ open }) => {
  looksOnce();
  const { page } = await open();
  await expect(page.getByRole('button', { name: /Open demo fleet/ })).toBeVisible();
  expect(await violationsInThemes(page)).toEqual([]);
});

test('overview and sources have no WCAG violation in dark and light', async ({ open }) => {
  looksOnce();
  const { page } = await open({ demo: true });
  await demoShown(page);
  expect(await violationsInThemes(page)).toEqual([]);
  await page.keyboard.press('v');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await violationsInThemes(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('l');
  await page.getByRole('combobox', { name: 'Filter' }).fill('util<');
  await page.getByText(/^Column 6/).waitFor();
  expect(await violationsInThemes(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('combobox', { name: 'Filter' })).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('a2');
  await expect(page.getByRole('option').first()).toBeVisible();
  expect(await violationsInThemes(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('combobox', { name: 'Jump to' })).toHaveCount(0);
  await page.keyboard.press('6');
  await expect(page.getByRole('heading', { name: 'Sources' })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Coverage' })).toBeVisible();
  // What is said aloud of the fleet is said here as well.
  await expect(page.locator('[role="status"][data-voice]')).toHaveText(/\d alerts? now, \d+ critical$/);
  expect(await violationsInThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Add source' }).click();
  await expect(page.getByRole('button', { name: 'Test connection' })).toBeVisible();
  expect(await violationsInThemes(page)).toEqual([]);
});
