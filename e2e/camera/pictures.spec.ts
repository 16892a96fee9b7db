import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Browser, test } from '@playwright/test';
import { STATES } from '../states.ts';
import { type Camera, launchCamera, openCamera } from './page.ts';
import { reportShots, takeReport } from './report.ts';
import { MADE, type Shot, shotsOf } from './shots.ts';
import { stageOf } from './stage.ts';

/** `npm run pictures`: every page in every state, theme and size, and the README's. */

const words = (process.env.FLEETWATT_ONLY ?? '').split(',');
const isWanted = ({ to }: Pick<Shot, 'to'>) => words.some((word) => to.includes(word));

let browser: Browser;
test.beforeAll(async () => {
  browser = await launchCamera();
});
test.afterAll(() => browser?.close());

for (const state of STATES)
  for (const theme of ['dark', 'light'] as const)
    test(`${state}, ${theme}`, async () => {
      if (!shotsOf(state, theme, { rack: 'a' }).some(isWanted)) return;
      const stage = await stageOf(state, MADE);
      const camera = await openCamera(browser, stage, theme);
      for (const shot of shotsOf(state, theme, stage).filter(isWanted)) keep(shot, await photograph(camera, shot));
      await camera.close();
      await stage.close();
    });

test('report', async () => {
  for (const shot of reportShots.filter(isWanted)) keep(shot, await takeReport(browser, shot));
});

function keep({ to }: Pick<Shot, 'to'>, picture: Buffer): void {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, picture);
}

async function photograph(camera: Camera, { hash, keys, width, height }: Shot): Promise<Buffer> {
  const { page } = camera;
  await page.setViewportSize({ width, height });
  await camera.go(hash);
  if (keys.length > 0) await camera.take();
  for (const key of keys) await page.keyboard.press(key);
  return camera.take();
}
