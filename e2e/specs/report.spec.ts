import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { violationsInThemes } from '../axe.ts';
import { demoShown, expect, test } from '../console.ts';
import { type Console, launchBrowser } from '../hosts.ts';

// Packing, checking and replaying 2,048 GPUs compute: on a busy machine that takes its time.
test.describe.configure({ timeout: 300_000 });
const COMPUTED = { timeout: 120_000 };

/** Captures the demo fleet and takes its report, names replaced or not. */
async function reportFile({ page, profile, saved }: Console): Promise<string> {
  await demoShown(page);
  await page.keyboard.press('5');
  await page.keyboard.press('Shift+S');
  const dialog = page.getByRole('dialog', { name: 'Capture snapshot' });
  await dialog.getByLabel('Title, as a sentence').fill('Row A2 is near its budget');
  // What is shown first, of a fleet that is not heard of as a whole yet, is recorded a little later.
  await expect(dialog.getByText(/instants of 2,048 GPUs/)).toBeVisible(COMPUTED);
  await dialog.getByRole('button', { name: 'Capture snapshot' }).click();
  await expect(page.getByText('Whole, signed').first()).toBeVisible(COMPUTED);
  await page.getByRole('combobox', { name: 'Form' }).selectOption({ label: 'Report (HTML)' });
  const { name, bytes } = await saved(() => page.getByRole('button', { name: 'Download' }).click());
  expect(name).toMatch(/\.html$/);
  const file = join(profile, 'report.html');
  writeFileSync(file, bytes);
  return pathToFileURL(file).href;
}

/** The report as somebody gets it by mail: no network, and everything that it asks for or is refused is written down. */
async function openOffline(browser: Browser, url: string, options: Parameters<Browser['newContext']>[0]) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const asked: string[] = [];
  const said: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => said.push(message.text()));
  await page.goto(url);
  return { page, asked, said, close: () => context.close() };
}

test('the report opens from disk with the network cut: it reads without scripts, and with them it is the console in replay', async ({
  open,
}) => {
  const url = await reportFile(await open({ demo: true }));
  const browser = await launchBrowser();
  try {
    for (const javaScriptEnabled of [true, false]) {
      const colorScheme = javaScriptEnabled ? 'dark' : 'light';
      const report = await openOffline(browser, url, { colorScheme, javaScriptEnabled });
      // The console comes around what is read and moves it: it is waited for, lest a click misses. Its bar says then what
      // the report's own says without it.
      if (javaScriptEnabled) await expect(bannerOf(report.page)).toContainText(/^Replay \d\d:\d\d:\d\d UTC/, COMPUTED);
      else await expect(report.page.getByText(/^Frozen .* UTC\. These numbers do not update\.$/)).toBeVisible();
      await reads(report.page);
      if (javaScriptEnabled) await replays(report.page);
      expect(report.asked).toEqual([url]);
      expect(report.said).toEqual([]);
      await report.close();
    }
  } finally {
    await browser.close();
  }
});

const bannerOf = (page: Page) => page.getByRole('region', { name: 'Replay' });

async function reads(page: Page): Promise<void> {
  // What is redacted has no words that somebody wrote: its title is told from its numbers.
  await expect(page).toHaveTitle(/^(\S+ \S+ is (within|.* over)|The fleet draws|\d+ )/);
  await expect(page.getByText(/^The site drew .* of a budget of .*2,0\d\d GPUs/)).toBeVisible();
  for (const name of ['What happened', 'Racks at the moment, % of budget', 'Sequence', 'Sharing'])
    await expect(page.getByRole('heading', { name })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Row \S+ power, Site power/ })).toBeVisible();
  // The tables fold out without a script.
  await page.getByText('All racks').first().click();
  await expect(page.getByRole('region', { name: 'All racks' }).getByRole('row')).toHaveCount(45);
  // What leaves had its host names and devices replaced, as the library does by itself.
  expect(await page.content()).not.toMatch(/GPU-[0-9a-f]{8}/);
}

/** The console over the same file: every view of the moment, and the time moved by keys and by the bar. */
async function replays(page: Page): Promise<void> {
  const banner = bannerOf(page);
  expect(await violationsInThemes(page)).toEqual([]);
  await page.keyboard.press('1');
  await demoShown(page);
  await expect(page.getByText('Not live')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeHidden();
  expect(await violationsInThemes(page)).toEqual([]);
  const shown = () => banner.locator('b').first().innerText();
  const moment = await shown();
  await page.keyboard.press(',');
  await expect.poll(shown).not.toBe(moment);
  await banner.getByRole('slider').fill('0');
  await banner.getByRole('slider').blur();
  await expect(banner).toContainText(/ before “/);
  await page.keyboard.press('2');
  await expect(page.getByRole('grid', { name: 'GPUs by tray' })).toBeVisible();
  await page.keyboard.press('4');
  await expect(page.getByRole('heading', { name: 'Alerts', exact: true })).toBeVisible();
  await page.keyboard.press('5');
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
  // Paper has the report alone, whatever was looked at, and all of it.
  await page.keyboard.press('1');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
  await expect(page.getByText('Not live')).toBeHidden();
}
