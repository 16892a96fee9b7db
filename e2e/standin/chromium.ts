import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS } from '../chromium-flags.ts';
import { Cdp } from './cdp.ts';

/** The browser behind every window of the stand-in. */
export interface Chromium {
  readonly cdp: Cdp;
  close(): Promise<void>;
}

const flags = [
  ...CHROMIUM_FLAGS,
  '--headless=new',
  '--no-startup-window',
  '--remote-debugging-port=0',
  '--block-new-web-contents',
];

function endpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let told = false;
    child.stderr?.on('data', (chunk) => {
      text += String(chunk);
      const url = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (!url || told) return;
      told = true;
      // Playwright waits for Chromium's own line on our standard error.
      process.stderr.write(`DevTools listening on ${url}\n`);
      resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${text.slice(-500)}`)));
  });
}

/** Starts headless Chromium (CHROMIUM_PATH, else `chromium`) with a profile of its own. */
export async function startChromium(): Promise<Chromium> {
  const data = mkdtempSync(join(tmpdir(), 'fleetwatt-standin-'));
  const child = spawn(process.env.CHROMIUM_PATH ?? 'chromium', [...flags, `--user-data-dir=${data}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const cdp = await Cdp.connect(await endpoint(child));
  return {
    cdp,
    async close() {
      await cdp.send('Browser.close').catch(() => {});
      cdp.close();
      const kill = setTimeout(() => child.kill('SIGKILL'), 2000);
      await ended;
      clearTimeout(kill);
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
