import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Store } from '../store/database.ts';
import { bundled, runAndKill } from '../store/killed.fixture.ts';
import { Journal } from './journal.ts';

/** 200 and more show what a few cannot: FLEETWATT_KILLS=200 npx vitest run electron/engine/alerts/kill.test.ts */
const KILLS = Number(process.env.FLEETWATT_KILLS ?? 5);

interface Told {
  readonly seq: number;
  readonly now: number;
  readonly startMs: number;
  readonly firing?: number;
  readonly restored?: number;
}

let folder = '';
let program = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-kill-'));
  program = await bundled('electron/engine/alerts/storm.fixture.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a storm and kills it. @returns all that it said */
const storm = (profile: string, start: number, n: number) => runAndKill<Told>(program, [profile, String(start)], n);

it(`every row that was shown is there after ${KILLS} × kill −9 in a storm`, { timeout: 1_200_000 }, async () => {
  const profile = join(folder, 'profile');
  await import('node:fs/promises').then(({ mkdir }) => mkdir(profile));
  let [start, rows, slowest, written] = [0, 0, 0, 0];
  for (let n = 0; n < KILLS; n++) {
    const told = await storm(profile, start, n);
    const last = told.at(-1) as Told;
    start = Math.max(...told.map(({ now }) => now));
    slowest = Math.max(slowest, told[0].startMs);
    // What the journal says of the state that it was killed in, and what the next start makes of it, are the same.
    const store = new Store(profile, 0);
    expect(store.repaired).toBe('');
    expect(Object.values(store.get('PRAGMA integrity_check') ?? {})).toEqual(['ok']);
    const { count, most } = store.get('SELECT count(*) AS count, max(seq) AS most FROM journal') ?? {};
    expect(count, 'no row is missing').toBe(most);
    expect(Number(most), 'every row that was shown is there').toBeGreaterThanOrEqual(last.seq);
    const journal = new Journal(store);
    const page = journal.page({ most: 1000 });
    expect(journal.damagedRows).toBe(0);
    expect(page.rows.length).toBe(Math.min(1000, Number(most)));
    written += Number(most) - rows;
    rows = Number(most);
    const firing = journal.read().alerts.filter(({ state }) => state === 'firing').length;
    store.close(0);
    if (n < KILLS - 1) continue;
    const [again] = await storm(profile, start, 1);
    expect(again.restored, 'alerts go on where they were').toBe(firing);
  }
  expect(written).toBeGreaterThan(KILLS * 10);
  process.stdout.write(`    ${KILLS} kills, ${rows} rows, slowest start ${Math.round(slowest)} ms\n`);
});
