import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rule, RuleFileError } from '../../../shared/alerting/alert.ts';
import { DATABASE_FILE, Store } from '../store/database.ts';
import { Journal } from './journal.ts';
import { RuleSet } from './rule-set.ts';

/** Rules of a profile, as its engine would evaluate them. */
export interface RulesInUse {
  /** The pack with what was changed of it, then those of rules/*.yaml. */
  readonly rules: readonly Rule[];
  readonly errors: readonly RuleFileError[];
}

/** Copies of a database that is written meanwhile are taken anew, so often at most. */
const MOST_TRIES = 20;

/**
 * The rules of a profile that an engine may be using at this moment: its database is read from a copy, and nothing in
 * the folder is touched.
 */
export function rulesInUse(folder: string): RulesInUse {
  const { compiled, errors } = new RuleSet(folder, changedRules(folder));
  return { rules: compiled.map(({ rule }) => rule), errors };
}

function changedRules(folder: string): readonly Rule[] {
  const file = join(folder, DATABASE_FILE);
  if (!existsSync(file)) return [];
  const copy = mkdtempSync(join(tmpdir(), 'fleetwatt-rules-'));
  try {
    copyWhole(file, join(copy, DATABASE_FILE));
    const now = statSync(file).mtimeMs;
    const store = new Store(copy, now);
    try {
      if (store.repaired !== '' || store.trouble.reason !== '')
        throw new Error(`${file} could not be read: ${store.repaired || store.trouble.reason}`);
      return new Journal(store).read().rules;
    } finally {
      store.close(now);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** File and log of one moment: neither was written while they were copied. */
function copyWhole(file: string, to: string): void {
  const parts = ['', '-wal'];
  const stamp = () =>
    parts.map((end) => {
      const found = statSync(file + end, { throwIfNoEntry: false });
      return found ? `${found.mtimeMs} ${found.size}` : '';
    });
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = stamp();
    parts.forEach((end, i) => {
      if (before[i] === '') rmSync(to + end, { force: true });
      else copyFileSync(file + end, to + end);
    });
    if (stamp().join() === before.join()) return;
  }
  throw new Error(`${file} is written all the time: try again`);
}
