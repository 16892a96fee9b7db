import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Store } from '../store/database.ts';
import { bundled, runAndKill } from '../store/killed.fixture.ts';
import { SPACE, wattsOf } from './minutes.fixture.ts';
import { Rollups } from './rollups.ts';

/** 30 and more show what a few cannot: FLEETWATT_KILLS=30 npx vitest run electron/engine/history/kill.test.ts */
const KILLS = Number(process.env.FLEETWATT_KILLS ?? 4);
const MINUTE = 60_000;
/** So few that old minutes have to give way while it runs. */
const MOST_BYTES = 12_000;

let folder = '';
let program = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-history-kill-'));
  program = await bundled('electron/engine/history/minutes.fixture.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(`every minute that was written is there, as it was, after ${KILLS} × kill −9`, { timeout: 600_000 }, async () => {
  const profile = join(folder, 'profile');
  mkdirSync(profile);
  let [before, slowest, fives] = [0, 0, 0];
  for (let n = 0; n < KILLS; n++) {
    const said = await runAndKill<{ last: number; startMs: number }>(program, [profile, String(MOST_BYTES)], n, 12);
    slowest = Math.max(slowest, said[0].startMs);
    // The next start goes on where the last one was killed.
    expect(said[0].last).toBeGreaterThanOrEqual(before);
    const store = new Store(profile, 0);
    expect(store.repaired).toBe('');
    expect(Object.values(store.get('PRAGMA integrity_check') ?? {})).toEqual(['ok']);
    const rollups = new Rollups(store, MOST_BYTES);
    const last = rollups.last / MINUTE;
    expect(last).toBeGreaterThanOrEqual(said.at(-1)?.last ?? 0);
    const minutes = rollups.minutes(0);
    // What is kept is the newest without a gap, each of its own minute.
    expect(minutes.map(({ time }) => time / MINUTE)).toEqual(minutes.map((_, i) => last - minutes.length + 1 + i));
    for (const { time, values } of minutes)
      for (const place of [0, 1, SPACE.places - 1]) expect(values[place]).toBe(wattsOf(time / MINUTE, place));
    // Killed between a minute with its five and what gives way for them: the next one makes up for it.
    const size = store.get('SELECT SUM(LENGTH(data)) AS bytes, MAX(LENGTH(data)) AS row FROM rollup');
    expect(Number(size?.bytes)).toBeLessThanOrEqual(MOST_BYTES + 2 * Number(size?.row));
    fives = rollups.times(0, last * MINUTE).length;
    store.close(0);
    before = last;
  }
  expect(fives).toBeGreaterThan(0);
  expect(before).toBeGreaterThan(KILLS * 10);
  process.stdout.write(`    ${KILLS} kills, ${before} minutes, slowest start ${Math.round(slowest)} ms\n`);
});
