// wall-soak: a wall in a real browser for 30 simulated hours, with an outage of its Prometheus, one of the exporters behind it,
// and a killed engine on the way.
import { enginesOf, FAST, HOUR, heapOf, residentOf, withFastPage } from './fast.mjs';
import { riseOf } from './soak.mjs';
import { GPUS, STALE_MS, startWallFleet } from './wall-fleet.mjs';

const DAY = 24 * HOUR;
/** A wall whose clock is this far behind is frozen, and not late on a busy machine (a real minute). */
const STUCK_MS = 60_000 * FAST;
/** Simulated time between two looks at the memory: a whole turn of the slides, so that all are of the same one. */
const WEIGH_MS = 600_000;
/** Seconds of each slide, and the words that the wall's header has for it. */
const SLIDES = [
  ['power', 240, 'Power, % of budget'],
  ['thermal', 120, 'Heat, % of slowdown °C'],
  ['fabric', 120, 'Busiest port, % of rate'],
  ['alerts', 120, 'Alerts'],
];

/** Index of the slide that the playlist has at a time (ms): it turns by the clock alone. */
function slideAt(time) {
  let left = (time / 1000) % SLIDES.reduce((sum, [, seconds]) => sum + seconds, 0);
  return SLIDES.findIndex(([, seconds]) => {
    left -= seconds;
    return left < 0;
  });
}

/** The beginning of the minute that a header's clock shows, the last one up to a time. */
function shownMinute(header, time) {
  const [, hours, minutes] = /(\d\d):(\d\d) UTC$/.exec(header) ?? [];
  const day = Math.floor(time / DAY) * DAY;
  const shown = day + (Number(hours) * 60 + Number(minutes)) * 60_000;
  return shown <= time ? shown : shown - DAY;
}

/**
 * The words that a header must have in a minute of its own clock, however late a busy machine drew it. Undefined where
 * the slide turns within that minute.
 */
function dueAt(minute) {
  const [first, last] = [minute, minute + 59_999].map(slideAt);
  return first === last ? SLIDES[first]?.[2] : undefined;
}

/** What the wall says at one moment; `cells` are those of its foot, which tell of alerts. */
const seen = (page) =>
  page.evaluate(() => {
    const wall = document.querySelector('main[aria-label="Wall"]');
    const foot = wall?.querySelector('[aria-label="Alerts"]');
    const cells = [...(foot?.children ?? [])].map((cell) => cell.textContent ?? '');
    const text = (wall?.textContent ?? '').replace(foot?.textContent ?? '', '');
    const marks = wall?.querySelector('[role="img"][aria-label="Interrupted"]') !== null;
    return { time: Date.now(), text, cells, header: wall?.querySelector('header')?.textContent ?? '', marks };
  });

/**
 * Row of `npm run measure`: what the wall's page holds after 30 hours beside what it held after three, by a straight line
 * through all looks between. Throws when the wall ever showed the wrong slide, a number that is stale, or did not come
 * back from an outage of Prometheus or of its exporters, or from a killed engine.
 */
export async function wallSoakRow({ size }) {
  const hours = size < 100_000 ? 3 : 30;
  const wall = await startWallFleet(hours);
  try {
    const found = await withFastPage(wall.base, async (page, session) => {
      await page.goto(wall.url);
      const list = SLIDES.map(([view, seconds]) => `${view}:${seconds}`).join(',');
      await page.evaluate((to) => {
        location.hash = to;
      }, `#/wall?views=${list}`);
      await live(page);
      return watch({ page, session, wall, hours });
    });
    return [rowOf(found, hours)];
  } finally {
    await wall.stop();
  }
}

function rowOf(found, hours) {
  const [page, engine, nodes] = [found.pageMb, found.engineMb, found.nodes].map(riseOf);
  const [from, to] = [page.mean - page.rise / 2, page.mean + page.rise / 2];
  const rise = ({ mean, rise }, digits = 0) =>
    `${mean.toFixed(digits)} ${rise < 0 ? '−' : '+'} ${Math.abs(rise).toFixed(digits)}`;
  return {
    name: 'wall-soak',
    workload: `${GPUS} GPUs behind a real Prometheus, ${hours} simulated hours at ${FAST} ×, ${found.looks} looks, ${found.lives} of them live, ${found.slides} at a slide, drawn at most ${found.lateS} s late; back after ${found.back.join(', ')} s (Prometheus killed, exporters silent, engine killed; simulated); in ${found.pageMb.length} looks at the memory the page's elements were ${rise(nodes)}, its listeners ${Math.min(...found.listeners)} to ${Math.max(...found.listeners)}, the engine ${rise(engine)} MB`,
    peer: `the same page after ${hours / 10} h`,
    ours: to,
    theirs: from,
    unit: 'MB',
    ratio: to / from,
    goal: '≤ 1.1 ×',
    holds: to <= from * 1.1,
  };
}

/** Waits until the wall says that it is live; gives the simulated seconds that it took. */
async function live(page) {
  const from = (await seen(page)).time;
  await page.locator('header', { hasText: /Live/ }).first().waitFor({ timeout: 60_000 });
  return Math.round(((await seen(page)).time - from) / 1000);
}

/**
 * Looks at a wall that gets nothing new since `gone` (ms) until that is `enough`. What was on its way then may be live for
 * as long as it is not stale, by the clock that the wall shows.
 */
async function looksLost(page, gone, enough) {
  for (let lost = 0; ; ) {
    const { time, header, text, cells } = await seen(page);
    if (enough(lost, time)) return;
    // What was there is told in the past tense, with the time it is from; alerts as those that were last known.
    const now = text.replace(/Last value (?:≥ )?\S+(?: [kM]W)? at [\d:]+/g, '');
    const unmarked = cells.filter((cell) => !/As last known|^Data is lost/.test(cell));
    const shown = /\d (?:kW|MW)|\d\s?%/.test(now) || unmarked.length > 0;
    const isLost = header.includes('No data for');
    if (shown && (isLost || shownMinute(header, time) > gone + STALE_MS))
      throw new Error(`wall-soak: shown as if it were live while nothing answers: ${now} ${unmarked.join()}`);
    lost = isLost ? lost + 1 : 0;
    await page.waitForTimeout(200);
  }
}

const LOST_LOOKS = 20;
/** What goes wrong after a quarter of the hours each, and that the wall tells it; each is over when it resolves. */
const FAULTS = [
  async ({ page, wall: { prometheus } }) => {
    await prometheus.kill();
    await looksLost(page, (await seen(page)).time, (lost) => lost >= LOST_LOOKS);
    await prometheus.restart();
  },
  async ({ page, wall }) => {
    const [from, to] = wall.silent;
    let most = 0;
    await looksLost(page, from, (lost, time) => {
      most = Math.max(most, lost);
      return time > to - 2 * STALE_MS;
    });
    if (most < LOST_LOOKS) throw new Error('wall-soak: exporters were silent for an hour, and the wall did not say so');
  },
  async ({ page, wall: { pid } }) => {
    process.kill(enginesOf(pid)[0], 'SIGKILL');
    await page.locator('header', { hasNotText: /Live/ }).first().waitFor({ timeout: 60_000 });
  },
];

/** Looks at the wall about once a second until the hours are over; something goes wrong after each quarter of them. */
async function watch(running) {
  const { page, hours } = running;
  const { begin } = running.wall;
  const found = {
    looks: 0,
    lives: 0,
    slides: 0,
    lateS: 0,
    back: [],
    pageMb: [],
    nodes: [],
    listeners: [],
    engineMb: [],
  };
  let weighed = begin + (hours / 10) * HOUR;
  for (const quarter of [1, 2, 3, 4]) {
    for (const until = begin + (quarter / 4) * hours * HOUR; ; ) {
      const time = await look(page, found);
      if (time >= weighed) {
        await weigh(running, found);
        weighed += WEIGH_MS;
      }
      if (time >= until) break;
      await page.waitForTimeout(1000);
    }
    const fault = FAULTS[quarter - 1];
    if (fault === undefined) continue;
    await fault(running);
    found.back.push(await live(page));
  }
  return found;
}

/** One look: that the clock goes and that the slide is the one which is due; gives the page's time. */
async function look(page, found) {
  const { time, header, marks: interrupted } = await seen(page);
  found.looks++;
  if (/Live/.test(header)) found.lives++;
  const minute = shownMinute(header, time);
  if (!(time - minute < STUCK_MS)) throw new Error(`wall-soak: the wall stands still: ${header}`);
  found.lateS = Math.max(found.lateS, Math.round((time - minute - 60_000) / 1000));
  const due = dueAt(minute);
  // An alert that began holds its view for a minute.
  if (due === undefined || interrupted) return time;
  if (!header.includes(due)) throw new Error(`wall-soak: ${due} was due, shown is ${header}`);
  found.slides++;
  return time;
}

/** What page and engine hold now. */
async function weigh({ session, wall }, found) {
  found.pageMb.push(await heapOf(session));
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  found.nodes.push(nodes);
  found.listeners.push(jsEventListeners);
  found.engineMb.push(residentOf(enginesOf(wall.pid)[0]));
}
