// `npm run pictures`: reviewed pictures out of recordings of the demo fleet (e2e/camera).
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { testBrowser } from './browser.mjs';
import { root } from './install.mjs';

/**
 * Takes the README's pictures into e2e/pictures and every page in every state into dist/pictures; `--only` names some by
 * words of their paths, with commas between; `--again` records the fleets anew.
 */
export async function pictures(args) {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string', default: '' }, again: { type: 'boolean', default: false } },
  });
  if (values.again) rmSync(join(root, 'dist/pictures'), { recursive: true, force: true });
  const run = spawn(
    process.execPath,
    [join(root, 'node_modules/@playwright/test/cli.js'), 'test', '-c', 'e2e/camera/playwright.config.ts'],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, CHROMIUM_PATH: await testBrowser(), FLEETWATT_ONLY: values.only },
    },
  );
  return new Promise((resolve) => run.once('exit', (code) => resolve(code ?? 1)));
}
