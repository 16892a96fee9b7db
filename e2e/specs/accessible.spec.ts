import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, test } from '../console.ts';

/** WCAG 2 A and AA violations in the page, each with the elements that have it. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const checker = (window as unknown as { axe: typeof axe }).axe;
    const found = await checker.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
    );
  });
}

for (const theme of ['dark', 'light'] as const) {
  test(`first run has no WCAG violation (${theme})`, async ({ open }) => {
    const { page } = await open({ theme });
    await expect(page.getByRole('button', { name: /Open demo fleet/ })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });

  test(`overview and sources have no WCAG violation (${theme})`, async ({ open }) => {
    const { page } = await open({ demo: true, theme });
    await expect(page.getByText(/2,0\d\d of 2,048 GPUs reporting/)).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('v');
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('l');
    await page.getByRole('combobox', { name: 'Filter' }).fill('util<');
    await page.getByText(/^Column 6/).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Jump to' }).fill('a2');
    await expect(page.getByRole('option').first()).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('combobox', { name: 'Jump to' })).toHaveCount(0);
    await page.keyboard.press('6');
    await expect(page.getByRole('heading', { name: 'Sources' })).toBeVisible();
    await expect(page.getByRole('table', { name: 'Coverage' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add source' }).click();
    await expect(page.getByRole('button', { name: 'Test connection' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}
