// `npm run pictures`: the README's screenshots, taken from the real console on the demo fleet.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { browserFlags, testBrowser } from './browser.mjs';
import { root } from './install.mjs';

const folder = join(root, 'e2e', 'pictures');

/** Each picture: where to go, which keys to press first, and how large the window is. */
const shots = [
  { name: 'overview-dark', theme: 'dark', size: [1920, 1080], keys: [] },
  { name: 'overview-light', theme: 'light', size: [1920, 1080], keys: [] },
  { name: 'overview-1280', theme: 'dark', size: [1280, 800], keys: [] },
  { name: 'throttle-dark', theme: 'dark', size: [1920, 1080], keys: ['r'] },
  { name: 'sources-light', theme: 'light', size: [1280, 800], keys: ['6'] },
];

function readyUrl(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const url = /ready at (\S+)/.exec(text)?.[1];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with code ${code}: ${text}`)));
  });
}

/** Starts the demo fleet, lets it run for some minutes so that there is a history, and takes every picture. */
export async function pictures(args) {
  const { values } = parseArgs({ args, options: { minutes: { type: 'string', default: '4' } } });
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-pictures-'));
  const child = spawn(
    process.execPath,
    [join(root, 'build/run.mjs'), 'fleetwatt', 'serve', '--demo', '--profile', profile],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, npm_lifecycle_event: '' },
    },
  );
  const { chromium } = await import('playwright');
  let browser;
  try {
    const url = await readyUrl(child);
    browser = await chromium.launch({
      executablePath: await testBrowser(),
      args: [...browserFlags(), '--force-color-profile=srgb'],
    });
    await new Promise((resolve) => setTimeout(resolve, Number(values.minutes) * 60_000));
    for (const { name, theme, size, keys } of shots) {
      const page = await browser.newPage({ viewport: { width: size[0], height: size[1] }, colorScheme: theme });
      await page.goto(url);
      await page.getByText(/GPUs reporting/).waitFor();
      await page.getByRole('radio', { name: '15 min' }).click();
      for (const key of keys) await page.keyboard.press(key);
      await page.mouse.move(2, size[1] - 2);
      // Two frames of the engine: the picture has the numbers of one and the history of the other.
      await page.waitForTimeout(6500);
      await page.screenshot({ path: join(folder, `${name}.png`) });
      await page.close();
      process.stdout.write(`e2e/pictures/${name}.png\n`);
    }
  } finally {
    await browser?.close();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await gone;
    rmSync(profile, { recursive: true, force: true });
  }
  return 0;
}
