// frames-to-wall: what a wall in a real browser gets of a fleet, and what it does with it, beside every number of every GPU.
import { traced } from './console.mjs';
import { median } from './peer.mjs';

const FRAMES = 4;
const SIGNALS = 10;
/** Of racks only: the share of all numbers that may go to a wall of some 1,440 racks. */
const SHARE = 0.02;

/** Sizes of the next live frames that come to a page. */
async function framesOf(session, count) {
  const sizes = [];
  let enough;
  const done = new Promise((resolve) => {
    enough = resolve;
  });
  const take = ({ response: { opcode, payloadData } }) => {
    if (opcode !== 2) return;
    sizes.push(Buffer.from(payloadData, 'base64').length);
    if (sizes.length >= count) enough();
  };
  session.on('Network.webSocketFrameReceived', take);
  await done;
  session.off('Network.webSocketFrameReceived', take);
  return sizes;
}

async function looked(running, address, ready) {
  const page = await running.blank();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await page.goto(address);
  await page.locator(ready).first().waitFor({ timeout: 60_000 });
  await framesOf(session, 1);
  let sizes;
  const { tasks } = await traced(running.browser, page, async () => {
    sizes = await framesOf(session, FRAMES);
  });
  await page.close();
  return { bytes: median(sizes), cpu: tasks.reduce((sum, { cpu }) => sum + cpu, 0) / FRAMES };
}

export async function framesToWallRow(running, gpus) {
  const { url } = running;
  const wall = await looked(
    running,
    `${url}&go=${encodeURIComponent('/wall?views=power')}`,
    'main[aria-label="Wall"] svg[role="img"][aria-label^="Racks"]',
  );
  const overview = await looked(running, url, `canvas[data-cells="${gpus}"]`);
  const all = gpus * SIGNALS * Float32Array.BYTES_PER_ELEMENT;
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const goal = gpus >= 100_000 ? SHARE : 1;
  return {
    ...{ name: 'frames-to-wall', unit: 'B', ours: wall.bytes, theirs: all, ratio: all / wall.bytes },
    ...{
      goal: `≤ ${goal * 100} %`,
      holds: wall.bytes <= goal * all,
      peer: `${SIGNALS} signals of every GPU as Float32`,
    },
    workload: `a frame for a wall of ${gpus.toLocaleString('en-US')} GPUs, ${wall.cpu.toFixed(1)} ms of its page's main thread; the overview gets ${kb(overview.bytes)} and takes ${overview.cpu.toFixed(1)} ms`,
  };
}
