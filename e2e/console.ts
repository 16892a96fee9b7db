import { test as base, expect, type Page } from '@playwright/test';
import { startDemo } from '../electron/demo/demo.ts';
import { type Console, type HostName, type OpenOptions, realElectron, Shared } from './hosts.ts';

interface Fixtures {
  /** Opens the console on this project's host; closed and checked for policy violations after the test. */
  open(options?: OpenOptions): Promise<Console>;
  /** Settings of a console with a fleet of this test alone, read every second. */
  fleet: FleetSettings;
  /** The same where nothing comes near a limit. */
  calm: FleetSettings;
}

/** 8 nodes of 8 GPUs in two racks of row A1, which is at 98 % of its budget and climbs. */
export interface FleetSettings {
  readonly pollMs: number;
  readonly sources: readonly object[];
}

export const test = base.extend<Fixtures, { shared: Shared }>({
  shared: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern
    async ({}, use) => {
      const shared = new Shared();
      await use(shared);
      await shared.close();
    },
    { scope: 'worker' },
  ],
  open: async ({ shared }, use, info) => {
    const opened: Console[] = [];
    const errors: string[] = [];
    const wrong = (error: Error) => errors.push(error.message);
    await use(async (options) => {
      const console = await shared.open(info.project.name as HostName, options);
      console.page.on('pageerror', wrong);
      opened.push(console);
      info.annotations.push({ type: 'ran on', description: console.ranOn });
      return console;
    });
    const violations: string[] = [];
    for (const console of opened) {
      violations.push(...((await console.page.evaluate(() => window.__violations).catch(() => [])) ?? []));
      console.page.off('pageerror', wrong);
      await console.close();
    }
    expect(violations, 'policy violations that no spec asked for').toEqual([]);
    expect(errors, 'errors thrown in the page').toEqual([]);
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern
  fleet: async ({}, use) => withFleet(false, use),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern
  calm: async ({}, use) => withFleet(true, use),
});

async function withFleet(calm: boolean, use: (settings: FleetSettings) => Promise<void>): Promise<void> {
  const { targetsFile, topologyFile, budgetsFile, close } = await startDemo({ nodes: 8, calm });
  const source = { kind: 'exporters', id: 'own', name: 'Own fleet', site: 'PDX-1', files: [targetsFile] };
  await use({ pollMs: 1000, sources: [{ ...source, topologyFile, budgetsFile }] });
  await close();
}

/**
 * For what is about the looks of a page alone: the stand-in shows the page of serve in the same Chromium, so that a second
 * look (minutes, for every page in every state) would find nothing that the first did not. On a real Electron both look.
 */
export function looksOnce(): void {
  const seen = test.info().project.name === 'desktop' && realElectron() === undefined;
  test.skip(seen, 'the same page in the same Chromium: looked at once, on serve');
}

/** The demo fleet's numbers are on the screen: from here on keys find their page. */
export async function demoShown(page: Page): Promise<void> {
  await expect(page.getByText(/2,0\d\d of 2,048 GPUs reporting/)).toBeVisible();
}

/** The numbers of `fleet` are on the screen, all of them. */
export async function fleetShown(page: Page): Promise<void> {
  await expect(page.getByText('64 of 64 GPUs reporting')).toBeVisible();
}

/** Pauses the screen, so that no line moves and no number changes between two looks at it. */
export async function standStill(page: Page): Promise<void> {
  // Space belongs to a button or a radio that has the focus.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('Space');
  await expect(page.getByRole('banner').getByText('Paused')).toBeVisible();
}

/** Lets a screen that stood still run again. */
export async function goOn(page: Page): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('Space');
  await expect(page.getByRole('banner').getByText('Paused')).toHaveCount(0);
}

/** The address of the page after its #, as it is read. */
export const hashOf = (page: Page): Promise<string> => page.evaluate(() => decodeURIComponent(location.hash));

/** Goes to an address as a link does. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

export { expect };
