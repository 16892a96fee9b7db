// The console itself for measuring: `serve` in a process of its own on a fleet of N GPUs, and pages of one real browser.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags, testBrowser } from '../browser.mjs';
import { root } from '../install.mjs';
import { built } from '../sources.mjs';
import { budgetsOf, POLL_S, startApiFleet } from './api-fleet.mjs';

const VIEWPORT = { width: 1920, height: 1080 };

/** Spawns `serve` on a profile; gives its process, and its address once it answers there. */
export async function spawnServe(profile, env = {}) {
  const child = spawn(process.execPath, [join(root, 'build/run.mjs'), 'fleetwatt', 'serve', '--profile', profile], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, npm_lifecycle_event: '', ...env },
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /ready at (\S+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with code ${code}: ${text}`)));
  });
  return { child, url };
}

/** The same, with how to end it. */
async function serveOn(profile) {
  const { child, url } = await spawnServe(profile);
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Writes the profile of a console that reads an API's fleet every `pollS` seconds; gives its folder. */
export function profileOn(folder, fleet, gpus, pollS) {
  const profile = join(folder, 'profile');
  mkdirSync(profile);
  const source = { kind: 'prometheus', id: 'api', name: 'Fleet', url: fleet.url, site: 'S' };
  const settings = { schema: 1, pollMs: pollS * 1000, staleMs: Math.max(60_000, 3 * pollS * 1000), sources: [source] };
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings));
  writeFileSync(join(profile, 'budgets.csv'), budgetsOf(gpus));
  return profile;
}

/** Runs `work` with a console on a fleet of `gpus` GPUs and a browser; ends all of it. */
export async function withConsole(gpus, work) {
  await built();
  const { chromium } = await import('playwright');
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-measure-'));
  const fleet = await startApiFleet(gpus);
  const profile = profileOn(folder, fleet, gpus, POLL_S);
  let [serve, browser] = [];
  try {
    serve = await serveOn(profile);
    browser = await chromium.launch({ executablePath: await testBrowser(), args: browserFlags() });
    return await work({ fleet, browser, url: serve.url, blank: () => browser.newPage({ viewport: VIEWPORT }) });
  } finally {
    await browser?.close();
    await serve?.stop();
    fleet.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Opens the overview and waits for the heatmap of all GPUs. */
export async function openOverview({ blank, url }, gpus, prepare = async () => {}) {
  const page = await blank();
  await prepare(page);
  await page.goto(url);
  await page.locator(`canvas[data-cells="${gpus}"]`).waitFor({ timeout: 120_000 });
  return page;
}

/**
 * What the main thread of a page did while `work` ran: its tasks as {at, ms, cpu}, in milliseconds (`cpu` leaves out what
 * the thread waited for a processor), and when its animation frames began, by the same clock.
 */
export async function traced(browser, page, work) {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'blink.user_timing'] });
  await page.evaluate((mark) => performance.mark(mark), MARK);
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const marked = traceEvents.find(({ name }) => name === MARK);
  const own = traceEvents.filter(({ pid, tid }) => pid === marked.pid && tid === marked.tid);
  const named = (wanted) => own.filter(({ name, ph }) => name === wanted && ph === 'X').sort((a, b) => a.ts - b.ts);
  return {
    tasks: named('ThreadControllerImpl::RunTask').map(({ ts, dur = 0, tdur = dur }) => ({
      at: ts / 1000,
      ms: dur / 1000,
      cpu: tdur / 1000,
    })),
    frames: named('FireAnimationFrame').map(({ ts }) => ts / 1000),
  };
}

const MARK = 'fleetwatt-measure';
