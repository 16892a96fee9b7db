// soak: the console on a fleet of 10,000 GPUs for 30 simulated hours: whether memory grows once it remembers a whole day.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiFleet } from './api-fleet.mjs';
import { profileOn } from './console.mjs';
import { enginesOf, FAST, fastServe, fastTime, HOUR, heapOf, residentOf, withFastPage } from './fast.mjs';

const GPUS = 10_000;
const POLL_S = 60;
const HOURS = 30;
/** Hours after which the minutes of a day are full: until then memory has to grow. */
const FULL_HOURS = 24.5;
/** Simulated time between two looks at the memory. */
const LOOK_MS = 600_000;

/**
 * How much a straight line through values rises from the first to the last, and twice the scatter of the values around
 * it. A rise within that is noise.
 */
export function riseOf(values) {
  const n = values.length;
  const [middle, mean] = [(n - 1) / 2, values.reduce((sum, one) => sum + one, 0) / n];
  let [both, own] = [0, 0];
  values.forEach((value, i) => {
    both += (i - middle) * (value - mean);
    own += (i - middle) ** 2;
  });
  const slope = both / own;
  const squares = values.reduce((sum, value, i) => sum + (value - mean - slope * (i - middle)) ** 2, 0);
  return { mean, rise: slope * (n - 1), noise: 2 * Math.sqrt(squares / (n - 2)) };
}

/** Memory of engine and page, look after look, from `begin` hours on until `end`. */
async function watch(page, session, pid, base, begin, end) {
  const found = { engine: [], page: [], newest: 0 };
  const start = fastTime(base);
  for (let at = start + begin * HOUR; at <= start + end * HOUR; at += LOOK_MS) {
    await page.waitForTimeout(Math.max(0, (at - fastTime(base)) / FAST));
    found.page.push(await heapOf(session));
    found.engine.push(residentOf(enginesOf(pid)[0]));
  }
  // What is measured is a console that works; a busy machine may be some polls behind.
  await page
    .locator('header', { hasText: /Live|Late/ })
    .first()
    .waitFor({ timeout: 60_000 });
  return found;
}

/** Row of `npm run measure`: how much the engine's memory rises over the last hours, beside its noise. */
export async function soakRow({ size }) {
  const share = size < 100_000 ? 0.1 : 1;
  const [begin, end, gpus] = [FULL_HOURS * share, HOURS * share, GPUS * share];
  const base = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-soak-'));
  const fleet = await startApiFleet(gpus, POLL_S);
  const profile = profileOn(folder, fleet, gpus, POLL_S);
  let serve;
  try {
    serve = await fastServe(profile, base);
    const found = await withFastPage(base, async (page, session) => {
      await page.goto(serve.url);
      await page.locator(`canvas[data-cells="${gpus}"]`).waitFor({ timeout: 120_000 });
      return watch(page, session, serve.pid, base, begin, end);
    });
    return [rowOf(found, gpus, begin, end)];
  } finally {
    await serve?.stop();
    fleet.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function rowOf(found, gpus, begin, end) {
  const [engine, page] = [riseOf(found.engine), riseOf(found.page)];
  const words = ({ mean, rise, noise }) =>
    `${mean.toFixed(0)} MB ${rise < 0 ? '−' : '+'}${Math.abs(rise).toFixed(1)}, noise ${noise.toFixed(1)}`;
  return {
    ...{
      name: 'soak',
      unit: 'MB',
      ours: engine.rise,
      theirs: engine.noise,
      ratio: engine.noise / Math.abs(engine.rise),
    },
    ...{ goal: '≤ noise', holds: engine.rise <= engine.noise && page.rise <= page.noise, peer: 'its own noise' },
    workload: `${gpus.toLocaleString('en-US')} GPUs, ${end} simulated hours at ${FAST} ×, rise over the last ${(end - begin).toFixed(1)}: engine ${words(engine)}; heap of the overview's page ${words(page)}`,
  };
}
