// `npm run pictures`: the README's screenshots, taken from the real console on the demo fleet.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { parseArgs } from 'node:util';
import { browserFlags, testBrowser } from './browser.mjs';
import { root } from './install.mjs';
import { reportPictures } from './report-pictures.mjs';

/** A machine that does other things besides may take its time. */
const PATIENCE_MS = 180_000;
const folder = join(root, 'e2e', 'pictures');

/** Each picture: where to go (the overview unless `hash` says), which keys to press first, and how large the window is. */
const shots = [
  { name: 'overview-dark', theme: 'dark', size: [1920, 1080], keys: [] },
  { name: 'overview-light', theme: 'light', size: [1920, 1080], keys: [] },
  { name: 'overview-1280', theme: 'dark', size: [1280, 800], keys: [] },
  { name: 'throttle-dark', theme: 'dark', size: [1920, 1080], keys: ['r'] },
  { name: 'interconnect-dark', theme: 'dark', size: [1920, 1080], keys: [], hash: '#/interconnect' },
  { name: 'interconnect-light', theme: 'light', size: [1280, 800], keys: [], hash: '#/interconnect' },
  { name: 'power-dark', theme: 'dark', size: [1920, 1080], keys: [], hash: '#/power' },
  { name: 'power-light', theme: 'light', size: [1280, 800], keys: [], hash: '#/power' },
  { name: 'sources-light', theme: 'light', size: [1280, 800], keys: ['6'] },
  { name: 'rack-dark', theme: 'dark', size: [1920, 1080], keys: ['ArrowDown'], hash: '#/rack/PDX-1/A/A2/A2-05' },
  { name: 'rack-light', theme: 'light', size: [1920, 1080], keys: ['ArrowDown'], hash: '#/rack/PDX-1/A/A2/A2-05' },
  { name: 'rack-1280', theme: 'dark', size: [1280, 800], keys: ['t'], hash: '#/rack/PDX-1/B/B3/B3-05' },
  {
    name: 'gpu-dark',
    theme: 'dark',
    size: [1920, 1080],
    keys: ['ArrowDown', 'Enter'],
    hash: '#/rack/PDX-1/A/A2/A2-05',
  },
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

/** Every page in every state, theme and size into a folder, by the spec that looks at them all (e2e/specs/states.spec.ts). */
async function states(to, minutes) {
  const run = spawn(
    process.execPath,
    [
      join(root, 'node_modules/@playwright/test/cli.js'),
      ...['test', '-c', 'e2e/playwright.config.ts', '--project=serve', '--reporter=list', 'specs/states.spec.ts'],
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        CHROMIUM_PATH: await testBrowser(),
        FLEETWATT_PICTURES: resolvePath(to),
        FLEETWATT_PICTURES_AFTER: `${minutes * 60_000}`,
      },
    },
  );
  return new Promise((resolve) => run.once('exit', (code) => resolve(code ?? 1)));
}

/**
 * Starts the demo fleet, lets it run for some minutes so that there is a history, and takes every picture, or those whose
 * names begin with one of the words of `--only`, by commas; with `--states FOLDER` every page in every state instead.
 */
export async function pictures(args) {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '4' },
      only: { type: 'string', default: '' },
      states: { type: 'string' },
    },
  });
  if (values.states !== undefined) return states(values.states, Number(values.minutes));
  const words = values.only.split(',');
  const isWanted = ({ name }) => words.some((word) => name.startsWith(word));
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
    for (const { name, theme, size, keys, hash } of shots.filter(isWanted)) {
      const page = await browser.newPage({ viewport: { width: size[0], height: size[1] }, colorScheme: theme });
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(url);
      await page.getByText(/GPUs reporting/).waitFor();
      await page.getByRole('radio', { name: '15 min' }).click();
      if (hash) {
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
        if (hash.startsWith('#/rack')) await page.getByRole('grid', { name: 'GPUs by tray' }).waitFor();
        else await page.getByRole('table').first().waitFor();
      }
      for (const key of keys) await page.keyboard.press(key);
      await page.mouse.move(2, size[1] - 2);
      // Two frames of the engine: the picture has the numbers of one and the history of the other. A rack asks for more of it.
      await page.waitForTimeout(hash?.startsWith('#/rack') ? 12_000 : 6500);
      await page.screenshot({ path: join(folder, `${name}.png`) });
      await page.close();
      process.stdout.write(`e2e/pictures/${name}.png\n`);
    }
    await reportPictures(browser, url, { isWanted, to: folder, folder: profile });
  } finally {
    await browser?.close();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await gone;
    rmSync(profile, { recursive: true, force: true });
  }
  return 0;
}
