import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { violations } from '../axe.ts';
import { expect, looksOnce, test } from '../console.ts';
import { pagesOf, STATES, startState } from '../states.ts';
import { untidy } from '../tidy.ts';

/**
 * Every page in every state and theme: no WCAG violation, nothing beyond the window, no text that is cut or covered. With
 * FLEETWATT_PICTURES=FOLDER each is photographed as well, at every size (`npm run pictures -- --states FOLDER`).
 */
const folder = process.env.FLEETWATT_PICTURES;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
];
const themeOf = (page: Page) => page.evaluate(() => document.documentElement.dataset.theme);

for (const name of STATES) {
  test(`every page, ${name}: axe finds nothing in dark, light and high contrast; nothing lies beyond the page, no text is cut or covered`, async ({
    open,
  }) => {
    looksOnce();
    if (folder) test.setTimeout(1_200_000);
    const state = await startState(name);
    try {
      const { page } = await open({ ...state.options, viewport: SIZES[0] });
      await state.entered(page);
      if (folder && name === 'alarm') await page.waitForTimeout(Number(process.env.FLEETWATT_PICTURES_AFTER ?? 0));
      const found: string[] = [];
      for (const { name: view, hash, gpu } of pagesOf(state)) {
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
        await expect(page.locator('main')).toBeVisible();
        if (gpu) await openFirstGpu(page);
        const begin = await themeOf(page);
        do {
          const theme = await themeOf(page);
          const tell = (line: string) => found.push(`${view} ${theme}: ${line}`);
          for (const line of await violations(page, theme === begin ? undefined : 'color-contrast')) tell(line);
          for (const line of await beyond(page)) tell(line);
          for (const line of await stillUntidy(page)) tell(line);
          if (folder) await photograph(page, join(folder, name), `${view}-${theme}`);
          await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
          await page.keyboard.press('d');
        } while (view !== 'wall' && (await themeOf(page)) !== begin);
        await page.setViewportSize(SIZES[1]);
        for (const line of await stillUntidy(page)) found.push(`${view} ${SIZES[1].width}: ${line}`);
        await page.setViewportSize(SIZES[0]);
      }
      expect(found).toEqual([]);
    } finally {
      await state.stop();
    }
  });
}

async function openFirstGpu(page: Page): Promise<void> {
  await expect(page.getByRole('grid', { name: 'GPUs by tray' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Identity' })).toBeVisible();
}

/** What is cut or covered once the page has come to rest. */
async function stillUntidy(page: Page): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  const look = async () => {
    lines = await untidy(page);
    return lines.length;
  };
  await expect
    .poll(look, { timeout: 5000 })
    .toBe(0)
    .catch(() => {});
  return lines;
}

/** A page that scrolls as a whole though its window is large enough. */
function beyond(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const [wide, high] = [scrollWidth - innerWidth, scrollHeight - innerHeight];
    return wide > 0 || high > 0 ? [`the page is ${wide} × ${high} px larger than its window`] : [];
  });
}

async function photograph(page: Page, to: string, name: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  const before = page.viewportSize();
  for (const size of SIZES) {
    if (size.width > 1920 && !name.startsWith('wall')) continue;
    await page.setViewportSize(size);
    await page.waitForTimeout(1200);
    await page.screenshot({ path: join(to, `${name}-${size.width}.png`) });
  }
  if (before) await page.setViewportSize(before);
}
