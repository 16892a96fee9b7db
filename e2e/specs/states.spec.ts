import type { Page } from '@playwright/test';
import { violations } from '../axe.ts';
import { expect, looksOnce, test } from '../console.ts';
import { pagesOf, STATES, startState } from '../states.ts';
import { untidy } from '../tidy.ts';

/** Every page in every state and theme: no WCAG violation, nothing beyond the window, no text that is cut or covered. */
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const themeOf = (page: Page) => page.evaluate(() => document.documentElement.dataset.theme);

for (const name of STATES) {
  test(`every page, ${name}: axe finds nothing in dark, light and high contrast; nothing lies beyond the page, no text is cut or covered`, async ({
    open,
  }) => {
    looksOnce();
    const state = await startState(name);
    try {
      const { page } = await open({ ...state.options, viewport: SIZES[0] });
      await state.entered(page);
      for (const { name: view, hash, gpu, part } of pagesOf(state)) {
        await show(page, hash);
        if (gpu) await openFirstGpu(page);
        const begin = await themeOf(page);
        let theme = begin;
        do {
          const rule = theme === begin ? undefined : 'color-contrast';
          await comesToRest(`${view} ${theme}`, async () => [
            ...(await violations(page, rule)),
            ...(await beyond(page)),
            ...(await untidy(page)),
          ]);
          theme = view === 'wall' ? begin : await nextTheme(page, theme);
        } while (theme !== begin);
        // Wider, a part is its table or form with more room.
        if (part) continue;
        await page.setViewportSize(SIZES[1]);
        await comesToRest(`${view} ${SIZES[1].width}`, () => untidy(page));
        await page.setViewportSize(SIZES[0]);
      }
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

/** Goes to an address, and waits until its view has been painted: every page has a `main`, also the one before. */
async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate(
    (to) =>
      new Promise<void>((resolve) => {
        if (location.hash === to) return resolve();
        const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
        window.addEventListener('hashchange', painted, { once: true });
        location.hash = to;
      }),
    hash,
  );
  await expect(page.locator('main')).toBeVisible();
}

/** What a look at the page finds is nothing once the page has come to rest. */
async function comesToRest(what: string, look: () => Promise<readonly string[]>): Promise<void> {
  await expect(async () => expect(await look(), what).toEqual([])).toPass();
}

async function nextTheme(page: Page, theme: string | undefined): Promise<string | undefined> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('d');
  await expect.poll(() => themeOf(page)).not.toBe(theme);
  return themeOf(page);
}

/** A page that scrolls as a whole though its window is large enough. */
function beyond(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const [wide, high] = [scrollWidth - innerWidth, scrollHeight - innerHeight];
    return wide > 0 || high > 0 ? [`the page is ${wide} × ${high} px larger than its window`] : [];
  });
}
