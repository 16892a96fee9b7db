import type { AlertTrouble } from '../../../shared/alerting/alert.ts';
import { FLOOD_PER_MINUTE, newWithinMinute } from '../../../shared/alerting/flood.ts';
import { formatAge, formatCount, formatTime } from '../../../shared/format.ts';
import { printable } from '../fault.ts';
import type { Store } from '../store/database.ts';
import type { AlertState } from './state.ts';

/** Without a pass for this many polls rules are late (alerts.md). */
const LATE_POLLS = 3;
/** A rule that failed as often in a row is told. */
const FAILED_PASSES = 3;

/** Why alerts may be missing or are not written down, for the banner. */
export class Troubles {
  readonly #store: Store;
  readonly #damaged: number;
  readonly #startedAt: number;
  #passedAt = Number.NaN;
  #error = '';
  #found: readonly AlertTrouble[] = [];
  readonly #since = new Map<string, number>();
  #text = '';

  /** @param damaged documents that could not be read at the start */
  constructor(store: Store, damaged: number, now: number) {
    this.#store = store;
    this.#damaged = damaged;
    this.#startedAt = now;
  }

  passed(now: number): void {
    this.#passedAt = now;
    this.#error = '';
  }

  failed(error: Error): void {
    this.#error = printable(error.message, 200);
  }

  /** Looks again. @returns whether there is something else to tell */
  update(state: AlertState, now: number): boolean {
    const found = [...this.#late(state, now), ...this.#rules(state), ...this.#file(state), ...floodOf(state, now)];
    const seen = new Set(found.map(({ code }) => code));
    for (const code of this.#since.keys()) if (!seen.has(code as AlertTrouble['code'])) this.#since.delete(code);
    for (const { code } of found) if (!this.#since.has(code)) this.#since.set(code, now);
    this.#found = found.map((one) => ({ ...one, since: this.#since.get(one.code) ?? now }));
    const text = JSON.stringify(this.#found);
    const other = text !== this.#text;
    this.#text = text;
    return other;
  }

  list(): readonly AlertTrouble[] {
    return this.#found;
  }

  #late({ book, context }: AlertState, now: number): Omit<AlertTrouble, 'since'>[] {
    const back = book.evaluatedAt - now;
    if (back > 0) {
      const message = `The clock of this machine went back by ${formatAge(back)}: rules wait until ${formatTime(book.evaluatedAt)}`;
      return [{ code: 'rules-late', message, hint: 'Check the clock, or restart Fleetwatt.' }];
    }
    const last = Number.isNaN(this.#passedAt) ? this.#startedAt : this.#passedAt;
    if (now - last <= LATE_POLLS * context.settings().pollMs + 1000 || context.sources().length === 0) return [];
    const why = this.#error === '' ? '' : `: ${this.#error}`;
    const message = `Rules could not run for ${formatAge(now - last)}. Alerts may be missing${why}`;
    return [{ code: 'rules-late', message, hint: 'Restart Fleetwatt; if it goes on, this machine may be overloaded.' }];
  }

  #rules({ book, rules }: AlertState): Omit<AlertTrouble, 'since'>[] {
    const failed = book.rules.filter(({ rule }) => book.healthOf(rule.name).failedPasses >= FAILED_PASSES);
    const found: Omit<AlertTrouble, 'since'>[] = [];
    if (failed.length > 0) {
      const names = failed.slice(0, 3).map(({ rule }) => `${rule.name} (${book.healthOf(rule.name).error})`);
      const message = `${formatCount(failed.length)} ${failed.length === 1 ? 'rule' : 'rules'} cannot be evaluated: ${names.join(', ')}`;
      found.push({ code: 'rule-failed', message, hint: 'Correct or switch off the rule; the others run.' });
    }
    const [first] = rules.errors;
    if (first) {
      const others = rules.errors.length > 1 ? ` and ${formatCount(rules.errors.length - 1)} more` : '';
      const message = `rules/${first.file}, line ${first.line}, column ${first.column}: ${first.message}${others}`;
      found.push({ code: 'rule-files', message, hint: 'Correct the file: it is read again when it changes.' });
    }
    return found;
  }

  #file({ journal }: AlertState): Omit<AlertTrouble, 'since'>[] {
    const { waiting, dropped, reason } = this.#store.trouble;
    const found: Omit<AlertTrouble, 'since'>[] = [];
    if (reason !== '') {
      const lost = dropped > 0 ? ` ${formatCount(dropped)} are lost.` : '';
      found.push({
        code: 'not-written',
        message: `The journal is not written (${reason}). ${formatCount(waiting)} changes wait in memory.${lost}`,
        hint: 'Make room on the disk, or check who owns the profile. It goes on by itself.',
      });
    }
    const bad = this.#damaged + journal.damagedRows;
    if (this.#store.repaired !== '' || bad > 0) {
      const rows = bad > 0 ? `${formatCount(bad)} rows of the journal are damaged and left out` : '';
      const message = [this.#store.repaired, rows].filter((text) => text !== '').join('. ');
      found.push({ code: 'journal-repaired', message, hint: 'Check the disk of this machine.' });
    }
    return found;
  }
}

/** More new alerts than anyone can read one by one. */
function floodOf({ book }: AlertState, now: number): Omit<AlertTrouble, 'since'>[] {
  const { alerts, lines } = newWithinMinute(book.records.values(), now);
  if (lines <= FLOOD_PER_MINUTE) return [];
  const message = `${formatCount(alerts)} new alerts in 1 min, grouped by hall`;
  return [{ code: 'flood', message, hint: 'Look at groups and incidents first; silence by place.' }];
}
