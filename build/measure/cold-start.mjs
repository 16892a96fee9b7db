// cold-start: from spawning `serve --demo` to the first painted heatmap in a browser with a new profile, beside a blank page there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags, testBrowser } from '../browser.mjs';
import { root } from '../install.mjs';
import { built } from '../sources.mjs';
import { median } from './peer.mjs';

const ROUNDS = 3;
const OVER_MS = 1000;

/** From `begin` until what the selector names has been painted, in a browser that is started for it. */
async function painted(begin, url, selector) {
  const { chromium } = await import('playwright');
  const browser = await chromium.launch({ executablePath: await testBrowser(), args: browserFlags() });
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    await page.goto(url);
    await page.locator(selector).waitFor({ timeout: 120_000 });
    // The frame that has it is on the screen when the next one begins.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    return performance.now() - begin;
  } finally {
    await browser.close();
  }
}

async function ours() {
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-measure-'));
  const begin = performance.now();
  const child = spawn(
    process.execPath,
    [join(root, 'build/run.mjs'), 'fleetwatt', 'serve', '--demo', '--profile', profile],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  try {
    let text = '';
    const url = await new Promise((done, fail) => {
      child.stdout.on('data', (chunk) => {
        text += chunk;
        const found = /ready at (\S+)/.exec(text)?.[1];
        if (found) done(found);
      });
      child.once('exit', () => fail(new Error(`serve ended: ${text}`)));
    });
    const ready = performance.now() - begin;
    return { ready, whole: await painted(begin, url, 'canvas[data-cells="2048"]') };
  } finally {
    if (child.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function blank() {
  const begin = performance.now();
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>Blank</p>'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await painted(begin, `http://127.0.0.1:${server.address().port}/`, 'p');
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

export async function coldStartRow() {
  await built();
  const [mine, theirs, ready] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await blank());
    const one = await ours();
    mine.push(one.whole);
    ready.push(one.ready);
  }
  const [whole, empty] = [median(mine), median(theirs)];
  return [
    {
      ...{ name: 'cold-start', unit: 'ms', ours: whole, theirs: empty, ratio: empty / whole, goal: '≤ 1 s over it' },
      ...{ holds: whole - empty <= OVER_MS, peer: 'a blank page, same browser' },
      workload: `serve --demo to the first painted heatmap of 2,048 GPUs: ${Math.round(whole - empty)} ms over it; serve answers after ${Math.round(median(ready))} ms`,
    },
  ];
}
