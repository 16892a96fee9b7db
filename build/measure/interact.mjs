// interact: hover, zoom and pan over the floor plan of a live fleet: what each frame takes of the main thread.
import { openOverview, traced } from './console.mjs';
import { openChart } from './scrape-to-pixel.mjs';

const FRAME_MS = 16.7;
const STEP_MS = 16;

/** One event after another at the pace of a mouse; a page that is slower to answer gets fewer. */
async function paced(durationMs, act) {
  const begin = performance.now();
  for (let i = 0; performance.now() - begin < durationMs; i++) {
    const due = performance.now() + STEP_MS;
    await act(i);
    await new Promise((go) => setTimeout(go, Math.max(0, due - performance.now())));
  }
}

/** Hover across, zoom in and half out again, pan, hover again: 5 s. `share` shortens it. */
async function script(page, { x, y, width, height }, share = 1) {
  const { mouse } = page;
  const at = (i) => [x + width * (0.5 + 0.45 * Math.sin(i / 17)), y + height * (0.5 + 0.45 * Math.sin(i / 11))];
  await paced(1500 * share, (i) => mouse.move(...at(i)));
  await mouse.move(x + width / 2, y + height / 2);
  await paced(900 * share, () => mouse.wheel(0, -60));
  await paced(400 * share, () => mouse.wheel(0, 60));
  await mouse.down();
  await paced(1200 * share, (i) => mouse.move(...at(i)));
  await mouse.up();
  await paced(1000 * share, (i) => mouse.move(...at(i)));
}

/** Work of the main thread for each frame: all tasks since the frame before began, its own with its input among them. */
function workOf({ tasks, frames }) {
  const work = [];
  let next = 0;
  for (const frame of frames) {
    const one = { ms: 0, cpu: 0 };
    for (; next < tasks.length && tasks[next].at <= frame; next++) {
      one.ms += tasks[next].ms;
      one.cpu += tasks[next].cpu;
    }
    work.push(one);
  }
  return work;
}

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0;

async function played(browser, page, selector, share) {
  const box = await page.locator(selector).first().boundingBox();
  // Every frame of the screen is one of the page's as well, so that those of a hover are seen.
  await page.evaluate(() => {
    const loop = () => requestAnimationFrame(loop);
    loop();
  });
  const work = workOf(await traced(browser, page, () => script(page, box, share)));
  return {
    frames: work.length,
    p99: percentile(
      work.map(({ cpu }) => cpu),
      0.99,
    ),
    wall: percentile(
      work.map(({ ms }) => ms),
      0.99,
    ),
  };
}

export async function interactRow(running, gpus) {
  const { browser } = running;
  const page = await openOverview(running, gpus);
  const ours = await played(browser, page, 'canvas[data-cells]');
  await page.close();
  const chart = await openChart(running, gpus);
  const theirs = await played(browser, chart, 'canvas', 0.5);
  await chart.close();
  return {
    ...{ name: 'interact', unit: 'ms', ours: ours.p99, theirs: theirs.p99, ratio: theirs.p99 / ours.p99 },
    ...{ goal: `p99 ≤ ${FRAME_MS}`, holds: ours.p99 <= FRAME_MS, peer: 'ECharts with tooltip and inside zoom' },
    workload: `${gpus.toLocaleString('en-US')} GPUs: hover, zoom, pan for 5 s, processor time of the main thread a frame (p99 of ${ours.frames}; by the clock ${ours.wall.toFixed(1)} ms)`,
  };
}
