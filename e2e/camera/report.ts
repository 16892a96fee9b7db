import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from '@playwright/test';
import { openFile } from '../../electron/engine/snapshots/assemble.ts';
import { digest } from '../../electron/engine/snapshots/keys.ts';
import { embeddedIn } from '../../electron/engine/snapshots/report-console.ts';
import { reportOf } from '../../shared/snapshot/report/report.ts';
import { atRest, STILL, stopClocks } from './page.ts';
import { MOMENT, recorded } from './recording.ts';
import { KEPT, MADE, type ShotTheme } from './shots.ts';

interface ReportShot {
  readonly to: string;
  readonly theme: ShotTheme;
  readonly width: number;
  readonly height: number;
  /** With scripts it is the console in replay, without it is what was written. */
  readonly scripts: boolean;
  readonly fullPage: boolean;
}

const shot = (name: string, theme: ShotTheme, scripts: boolean, fullPage: boolean): ReportShot => ({
  ...{ to: join(KEPT, `${name}.png`), theme, scripts, fullPage },
  ...(scripts ? { width: 1280, height: 800 } : { width: 1920, height: 1080 }),
});

export const reportShots = [
  shot('report-dark', 'dark', false, false),
  shot('report-light-full', 'light', false, true),
  shot('report-replay', 'dark', true, false),
];

/** A picture of the report of the fleet in trouble, opened from disk. */
export async function takeReport(browser: Browser, { theme, width, height, scripts, fullPage }: ReportShot) {
  const file = join(MADE, 'report.html');
  const snapshot = readFileSync(await recorded(MADE, 'alarm'));
  writeFileSync(file, [...reportOf(openFile(snapshot, file), digest, embeddedIn(snapshot))].join(''));
  const context = await browser.newContext({
    ...{ ...STILL, colorScheme: theme, javaScriptEnabled: scripts, viewport: { width, height } },
  });
  const page = await context.newPage();
  if (scripts) await page.addInitScript(stopClocks, MOMENT);
  await page.goto(pathToFileURL(file).href);
  if (scripts) {
    await page.getByRole('region', { name: 'Replay' }).waitFor();
    await page.keyboard.press('1');
  }
  const picture = await atRest(page, () => true, { fullPage });
  await context.close();
  return picture;
}
