import type { Page } from '@playwright/test';
import axe from 'axe-core';

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

/** How often a page is looked at before what is found counts. */
const LOOKS = 3;

interface Violation {
  readonly rule: string;
  /** The rule, the element and why. */
  readonly text: string;
}

/**
 * WCAG 2 A and AA violations in the page, each with the elements that have it. `only` asks one rule alone, by axe's name
 * of it: colours, for a page that was looked at whole in another theme. A page that lives changes under axe, which then
 * tells of elements that are gone: a rule counts that is broken whenever it is looked at.
 */
export async function violations(page: Page, only?: string): Promise<readonly string[]> {
  let found = await look(page, only);
  for (let looks = 1; looks < LOOKS && found.length > 0; looks++) {
    const before = new Set(found.map(({ rule }) => rule));
    found = (await look(page, only)).filter(({ rule }) => before.has(rule));
  }
  return found.map(({ text }) => text);
}

async function look(page: Page, only: string | undefined): Promise<readonly Violation[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async (runOnly) => {
      const checker = (window as unknown as { axe: typeof axe }).axe;
      const found = await checker.run(document, { runOnly });
      return found.violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => ({ rule: id, text: `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}` })),
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
