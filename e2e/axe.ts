import type { Page } from '@playwright/test';
import axe from 'axe-core';

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

/**
 * WCAG 2 A and AA violations in the page, each with the elements that have it. `only` asks one rule alone, by axe's name
 * of it: colours, for a page that was looked at whole in another theme.
 */
export async function violations(page: Page, only?: string): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async (runOnly) => {
      const checker = (window as unknown as { axe: typeof axe }).axe;
      const found = await checker.run(document, { runOnly });
      return found.violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
      );
    },
    only === undefined ? LEVELS : [only],
  );
}

/** The same, and the colours in the other of dark and light as well; the page is left as it was. */
export async function violationsInThemes(page: Page): Promise<readonly string[]> {
  const found = [...(await violations(page))];
  const theme = await page.evaluate(() => document.documentElement.dataset.theme);
  const wear = (one = '') =>
    page.evaluate((to) => {
      document.documentElement.dataset.theme = to;
    }, one);
  const other = theme === 'dark' ? 'light' : 'dark';
  await wear(other);
  found.push(...(await violations(page, 'color-contrast')).map((line) => `${other}: ${line}`));
  await wear(theme);
  return found;
}
