import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JournalKind } from '../../../shared/alerting/alert.ts';
import { SEED } from '../../../shared/seed.fixture.ts';
import { Store } from '../store/database.ts';
import { Journal, type NewRow } from './journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-states-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const KINDS = [
  'pending',
  'firing',
  'resolved',
  'dropped',
  'restored',
  'ack',
  'unack',
  'unknown',
  'known',
  'note',
] as const;

it('what alerts were at one time after another, forth and back, is what they were at each of them alone', () => {
  let [run, seen] = [0, 0];
  const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom(...KINDS)), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(rows, fc.array(fc.integer({ min: -1, max: 61 }), { maxLength: 20 }), (list, times) => {
      const store = new Store(join(folder, String(run++)), 0);
      const journal = new Journal(store);
      for (const [i, [alert, kind]] of list.entries())
        journal.write([{ kind: kind as JournalKind, alert: `a${alert}`, text: `${i}` } satisfies NewRow], [], 1000 + i);
      for (const at of times) {
        const told = journal.statesAt(1000 + at);
        // Another journal over the same rows has asked for no other time.
        expect(told).toEqual(new Journal(store).statesAt(1000 + at));
        seen += told?.length ?? 0;
      }
      store.close(0);
    }),
    { numRuns: 12, seed: SEED },
  );
  expect(seen).toBeGreaterThan(0);
});
