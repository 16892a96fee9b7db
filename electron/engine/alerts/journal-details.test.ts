import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Store } from '../store/database.ts';
import { Journal, type NewRow } from './journal.ts';

const DAY_MS = 86_400_000;
const LIMITS = { keepDays: 30, keepBytes: 1 << 30 };
const began = (alert: string, detail: string): NewRow => ({ kind: 'firing', alert, text: alert, detail });

let [folder, store] = ['', undefined as unknown as Store];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-details-'));
  store = new Store(folder, 0);
});
afterEach(() => {
  store.close(0);
  rmSync(folder, { recursive: true });
});

const details = () => store.all('SELECT seq, detail FROM journal_detail ORDER BY seq');

it('lets details go with their rows, also with the last one, after which a new start counts on', () => {
  const journal = new Journal(store);
  journal.write([began('a', 'Draw 1 kW.'), began('b', 'Draw 2 kW.')], [], 1000);
  journal.tend(1000 + 31 * DAY_MS, LIMITS);
  expect(details()).toEqual([]);
  const next = new Journal(store);
  next.write([began('c', 'Draw 3 kW.')], [], 1000 + 32 * DAY_MS);
  expect(details()).toEqual([{ seq: 3, detail: 'Draw 3 kW.' }]);
  // Of before nobody knows any more: that is not "no alert".
  expect(next.statesAt(2000)).toBeUndefined();
  expect(next.ruleRows().whole).toBe(false);
});

it('gives no row the detail of one that was lost by damage', () => {
  new Journal(store).write([began('a', 'Draw 1 kW.'), began('b', 'Draw 2 kW.'), began('c', 'Draw 3 kW.')], [], 1000);
  // What a file that was set aside leaves where its last pages of rows cannot be read.
  store.write([['DELETE FROM journal WHERE seq > 1'], ["DELETE FROM fact WHERE name = 'journalSeq'"]], 1000);
  const next = new Journal(store);
  next.write([began('d', ''), began('e', 'Draw 5 kW.')], [], 2000);
  expect(next.statesAt(2000)?.map(({ row, detail }) => [row.alert, detail])).toEqual([
    ['a', 'Draw 1 kW.'],
    ['d', ''],
    ['e', 'Draw 5 kW.'],
  ]);
});

it('counts details among its bytes', () => {
  const journal = new Journal(store);
  journal.write([began('a', '')], [], 1000);
  const before = journal.bytes();
  journal.write([began('b', 'x'.repeat(1000))], [], 2000);
  expect(journal.bytes()).toBe(2 * before + 1000);
});
