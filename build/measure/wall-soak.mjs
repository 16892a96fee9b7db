// wall-soak: a wall in a real browser for 30 simulated hours, with an outage of its source and a killed engine on the way.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { enginesOf, FAST, fastServe, fastTime, HOUR, heapOf, residentOf, withFastPage } from './fast.mjs';

const STALE_MS = 180_000;
const DAY = 24 * HOUR;
/** A wall whose clock is this far behind is frozen, and not late on a busy machine (a real minute). */
const STUCK_MS = 60_000 * FAST;
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

/** Starts `serve` on a fleet of 24 nodes, both by the fast clock; the exporters can be ended and started again. */
async function startWall(base) {
  const { startDemo } = await import(pathToFileURL(await bundle('build/measure/demo-entry.ts', 'demo')).href);
  const now = () => fastTime(base);
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-soak-'));
  const profile = join(folder, 'profile');
  mkdirSync(profile);
  let demo = await startDemo({ nodes: 24, now, folder });
  const { port } = demo;
  const roomier = readFileSync(demo.budgetsFile, 'utf8').replace(
    /,(\d{2,}(?:\.\d+)?)(?=,)/g,
    (_, kw) => `,${kw * 1.6}`,
  );
  writeFileSync(join(profile, 'budgets.csv'), roomier);
  const source = {
    ...{ kind: 'exporters', id: 'own', name: 'Own fleet', site: 'PDX-1', files: [demo.targetsFile] },
    ...{ topologyFile: demo.topologyFile },
  };
  const settings = { schema: 1, pollMs: 60_000, staleMs: STALE_MS, sources: [source] };
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings));
  const { url, pid, stop } = await fastServe(profile, base);
  return {
    url,
    pid,
    outage: () => demo.close(),
    async back() {
      demo = await startDemo({ nodes: 24, now, port, folder });
    },
    async stop() {
      await stop();
      await demo.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Row of `npm run measure`: heap of the wall's page after 30 hours beside after 3. Throws when the wall ever showed the wrong
 * slide, a number that is stale, or did not come back from an outage of the source or a killed engine.
 */
export async function wallSoakRow({ size }) {
  const hours = size < 100_000 ? 3 : 30;
  const base = Date.now();
  const wall = await startWall(base);
  try {
    const found = await withFastPage(base, async (page, session) => {
      await page.goto(wall.url);
      const list = SLIDES.map(([view, seconds]) => `${view}:${seconds}`).join(',');
      await page.evaluate((to) => {
        location.hash = to;
      }, `#/wall?views=${list}`);
      await page.locator('header', { hasText: /Live/ }).first().waitFor();
      return watch({ page, session, wall, hours });
    });
    return [
      {
        name: 'wall-soak',
        workload: `192 GPUs, ${hours} simulated hours at ${FAST} ×, ${found.looks} looks, ${found.slides} of them at a slide, drawn at most ${found.lateS} s late; out and back ${found.backAfterS} s, engine killed and back ${found.engineAfterS} s (simulated); engine ${found.engineMb.map(Math.round).join(' → ')} MB`,
        peer: `the same page after ${hours / 10} h`,
        ours: found.heapMb[1],
        theirs: found.heapMb[0],
        unit: 'MB',
        ratio: found.heapMb[1] / found.heapMb[0],
        goal: '≤ 1.1 ×',
        holds: found.heapMb[1] <= found.heapMb[0] * 1.1,
      },
    ];
  } finally {
    await wall.stop();
  }
}

/**
 * Looks at a wall whose source has just gone until it has said so twenty times in a row. What was on its way then may be
 * live for as long as it is not stale, by the clock that the wall shows.
 */
async function looksLost(page) {
  const gone = (await seen(page)).time;
  for (let lost = 0; lost < 20; ) {
    const { time, header, text, cells } = await seen(page);
    // What was there is told in the past tense, with the time it is from; alerts as those that were last known.
    const now = text.replace(/Last value (?:≥ )?\S+(?: [kM]W)? at [\d:]+/g, '');
    const unmarked = cells.filter((cell) => !/As last known|^Data is lost/.test(cell));
    const live = /\d (?:kW|MW)|\d\s?%/.test(now) || unmarked.length > 0;
    const isLost = header.includes('No data for');
    if (live && (isLost || shownMinute(header, time) > gone + STALE_MS))
      throw new Error(`wall-soak: shown as if it were live while nothing answers: ${now} ${unmarked.join()}`);
    lost = isLost ? lost + 1 : 0;
    await page.waitForTimeout(200);
  }
}

/** Looks at the wall about once a second until the hours are over; breaks the source at a third of them, the engine at two thirds. */
async function watch({ page, session, wall, hours }) {
  const begin = (await seen(page)).time;
  const at = (share) => begin + share * hours * HOUR;
  const found = { looks: 0, slides: 0, lateS: 0, heapMb: [], engineMb: [], backAfterS: 0, engineAfterS: 0 };
  const live = async () => {
    const from = (await seen(page)).time;
    await page.locator('header', { hasText: /Live/ }).first().waitFor({ timeout: 60_000 });
    return Math.round(((await seen(page)).time - from) / 1000);
  };
  const steps = [
    [at(0.1), async () => mark()],
    [
      at(0.33),
      async () => {
        await wall.outage();
        await looksLost(page);
        await wall.back();
        found.backAfterS = await live();
      },
    ],
    [
      at(0.66),
      async () => {
        const [engine] = enginesOf(wall.pid);
        process.kill(engine, 'SIGKILL');
        await page.locator('header', { hasNotText: /Live/ }).first().waitFor({ timeout: 60_000 });
        found.engineAfterS = await live();
      },
    ],
    [at(1), async () => mark()],
  ];
  const mark = async () => {
    found.heapMb.push(await heapOf(session));
    found.engineMb.push(residentOf(enginesOf(wall.pid)[0]));
  };
  for (const [until, step] of steps) {
    for (;;) {
      const { time, header, marks: interrupted } = await seen(page);
      found.looks++;
      const minute = shownMinute(header, time);
      if (!(time - minute < STUCK_MS)) throw new Error(`wall-soak: the wall stands still: ${header}`);
      found.lateS = Math.max(found.lateS, Math.round((time - minute - 60_000) / 1000));
      const due = dueAt(minute);
      // An alert that began holds its view for a minute.
      if (due !== undefined && !interrupted) {
        if (!header.includes(due)) throw new Error(`wall-soak: ${due} was due, shown is ${header}`);
        found.slides++;
      }
      if (time >= until) break;
      await page.waitForTimeout(1000);
    }
    await step();
  }
  return found;
}
