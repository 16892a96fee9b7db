import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEPT, type PlaceRow, type PlaceSpace } from '../../../shared/history/rows.ts';
import { Store } from '../store/database.ts';
import { Rollups } from './rollups.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const NOW = 1_795_651_200_000;
const space: PlaceSpace = { paths: ['S', 'S/A', 'S/A/A1', 'S/A/A1/A1-01'], places: 4, index: null };

/** Draw of place p in minute m: 1000 p + m; temperature 50 + m modulo 7; everything else is not known. */
function row(minute: number, of = space): PlaceRow {
  const values = new Float32Array(of.places * KEPT.length).fill(Number.NaN);
  for (let place = 0; place < of.places; place++) {
    values[place] = 1000 * place + (minute % 1000);
    values[2 * of.places + place] = 50 + (minute % 7);
  }
  return { time: NOW + minute * MINUTE, space: of, values, basis: new Uint8Array(of.places).fill(1) };
}
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i));

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-rollups-'));
  store = new Store(folder, NOW);
});
afterEach(() => {
  store.close(NOW);
  rmSync(folder, { recursive: true, force: true });
});
const again = () => {
  store.close(NOW);
  store = new Store(folder, NOW);
  return new Rollups(store);
};

describe('roll-ups in the database', () => {
  it('give the next run the minutes of the last day as they were, gaps among them', () => {
    const before = new Rollups(store);
    before.take(rows(0, 30), NOW + 30 * MINUTE);
    before.take(rows(40, 50), NOW + 50 * MINUTE);
    const after = again();
    expect(after.last).toBe(NOW + 49 * MINUTE);
    const found = after.minutes(NOW);
    expect(found.map(({ time }) => time)).toEqual([...rows(0, 30), ...rows(40, 50)].map(({ time }) => time));
    expect(found[35].values).toEqual(row(45).values);
    expect([...found[0].basis]).toEqual([1, 1, 1, 1]);
    expect(found[0].space.paths).toEqual(space.paths);
  });

  it('tell five minutes together: the mean of draws, the peak of heat; what was not written is a gap', async () => {
    const rollups = new Rollups(store);
    rollups.take(rows(0, 12), NOW + 12 * MINUTE);
    rollups.take(rows(20, 26), NOW + 26 * MINUTE);
    const grid = { first: NOW, stepMs: 5 * MINUTE, count: 5 };
    const draw = await rollups.read('S/A', 'draw', grid, NOW + 25 * MINUTE);
    expect([...draw.values]).toEqual([1002, 1007, 1010.5, Number.NaN, 1022]);
    expect(draw.from).toBe(NOW);
    const temp = await rollups.read('S', 'gpu.temp', grid, NOW + 25 * MINUTE);
    expect([...temp.values]).toEqual([54, 56, 54, Number.NaN, 56]);
    expect((await rollups.read('S', 'draw', grid, NOW)).from).toBe(Number.POSITIVE_INFINITY);
    expect([...(await rollups.read('elsewhere', 'draw', grid, NOW + 25 * MINUTE)).values].every(Number.isNaN)).toBe(
      true,
    );
  });

  it('go on with five minutes that were begun before the restart', async () => {
    new Rollups(store).take(rows(0, 3), NOW + 3 * MINUTE);
    const after = again();
    after.take(rows(3, 6), NOW + 6 * MINUTE);
    const { values } = await after.read('S', 'draw', { first: NOW, stepMs: 5 * MINUTE, count: 1 }, NOW + 5 * MINUTE);
    expect([...values]).toEqual([2]);
  });

  it('are there after a kill', () => {
    new Rollups(store).take(rows(0, 10), NOW);
    const killed = join(folder, 'killed');
    mkdirSync(killed);
    // As a killed process leaves it: the files as they are, and SQLite's lock folder.
    for (const name of readdirSync(folder)) {
      if (statSync(join(folder, name)).isFile()) copyFileSync(join(folder, name), join(killed, name));
    }
    mkdirSync(join(killed, 'fleetwatt.db.lock'));
    const left = new Store(killed, NOW);
    expect(new Rollups(left).minutes(NOW)).toHaveLength(10);
    left.close(NOW);
  });

  it('keep minutes for a day and five of them for thirty days, over restarts', () => {
    let rollups = new Rollups(store);
    for (let day = 0; day < 32; day++) {
      if (day % 8 === 7) rollups = again();
      rollups.take(rows(day * 1440, day * 1440 + 60), NOW + day * DAY + 60 * MINUTE);
    }
    const now = NOW + 31 * DAY + 60 * MINUTE;
    const times = (tier: number) =>
      store.all('SELECT at FROM rollup WHERE at % 2 = ?', [tier]).map(({ at }) => Number(at) / 2);
    expect(Math.min(...times(0))).toBeGreaterThanOrEqual(now - DAY);
    expect(Math.min(...times(1))).toBeGreaterThanOrEqual(now - 30 * DAY);
    expect(rollups.first()).toBe(NOW + 2 * DAY);
  });

  it('stay under their bytes and give up the oldest', () => {
    const most = 12_000;
    const rollups = new Rollups(store, most);
    for (let minute = 0; minute < 300; minute++) {
      rollups.take([row(minute)], NOW + minute * MINUTE);
      expect(Number(store.get('SELECT SUM(LENGTH(data)) AS bytes FROM rollup')?.bytes)).toBeLessThanOrEqual(most);
    }
    expect(rollups.minutes(NOW).at(-1)?.time).toBe(NOW + 299 * MINUTE);
    expect(rollups.minutes(NOW)[0].time).toBeGreaterThan(NOW);
  });

  it('forget what lies ahead when the clock is set back', () => {
    const rollups = new Rollups(store);
    rollups.take(rows(0, 60), NOW + 60 * MINUTE);
    rollups.take([row(20)], NOW + 21 * MINUTE);
    expect(rollups.minutes(NOW).at(-1)?.time).toBe(NOW + 20 * MINUTE);
  });

  it('leave a row of other quantities alone: it is a gap', () => {
    new Rollups(store).take(rows(0, 2), NOW);
    store.write([['UPDATE rollup SET data = ? WHERE at = ?', [new Uint8Array([1, 2, 3]), NOW * 2]]], NOW);
    expect(
      again()
        .minutes(NOW)
        .map(({ time }) => time),
    ).toEqual([NOW + MINUTE]);
  });
});
