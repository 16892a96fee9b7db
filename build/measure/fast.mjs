// What soaks share: `serve` and a page of a real browser by a clock that runs FAST times as fast, and what memory they hold.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserFlags, testBrowser } from '../browser.mjs';
import { root } from '../install.mjs';
import { built } from '../sources.mjs';
import { spawnServe } from './console.mjs';

export const HOUR = 3_600_000;
export const FAST = 120;
const clockFile = join(root, 'build/measure/fast-clock.cjs');

/** The fast clock begins that far back that a soak ends before the real time: a Prometheus takes nothing of the future. */
const BACK_MS = 31 * HOUR;

const beginOf = (base) => base - BACK_MS;
/** The time by the fast clock of a soak that began at `base`. */
export const fastTime = (base) => beginOf(base) + (Date.now() - base) * FAST;
const clockOf = (base) => `${base},${beginOf(base)},${FAST}`;

/** Spawns `serve` on a profile, its engine by the fast clock; gives its address, its process, and how to end it. */
export async function fastServe(profile, base) {
  await built();
  const { child, url } = await spawnServe(profile, {
    FLEETWATT_FAST_CLOCK: clockOf(base),
    NODE_OPTIONS: `--require ${clockFile}`,
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill();
      await gone;
    },
  };
}

/** Runs `work` with a page by the fast clock and its CDP session. Throws what the page threw meanwhile. */
export async function withFastPage(base, work) {
  const { chromium } = await import('playwright');
  const browser = await chromium.launch({ executablePath: await testBrowser(), args: browserFlags() });
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.addInitScript(`globalThis.fleetwattFastClock = '${clockOf(base)}';\n${readFileSync(clockFile, 'utf8')}`);
    const found = await work(page, await page.context().newCDPSession(page));
    if (errors.length > 0) throw new Error(`The page threw ${errors[0]}`);
    return found;
  } finally {
    await browser.close();
  }
}

/** Children of a process that are engines. */
export function enginesOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.flatMap((child) => {
    const line = readFileSync(`/proc/${child}/cmdline`, 'utf8');
    return line.includes('engine.mjs') ? [Number(child)] : enginesOf(Number(child));
  });
}

const COLLECTIONS = 5;

/**
 * MB that a page holds: objects, what the browser keeps for its elements, and buffers. A page by the fast clock makes new
 * garbage between a collection and the look at what is left, so that the least of some looks is what it holds.
 */
export async function heapOf(session) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < COLLECTIONS; i++) {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
    least = Math.min(least, usedSize + embedderHeapUsedSize + backingStorageSize);
  }
  return least / 1e6;
}

/** Resident MB of a process. */
export const residentOf = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1e3;
