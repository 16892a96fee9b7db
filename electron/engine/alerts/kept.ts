import type { Acknowledgement, AlertLevel, Rule } from '../../../shared/alerting/alert.ts';
import type { AlertRecord } from '../../../shared/alerting/book.ts';
import type { Group } from '../../../shared/alerting/incidents.ts';
import type { AlertInstance, AlertState } from '../../../shared/alerting/machine.ts';
import type { Words } from '../../../shared/alerting/words.ts';
import type { Statement } from '../store/database.ts';

/** How long an engine may have been away for its alerts to be taken up again (alert-semantics.md 6.1). */
export const TOLERANCE_MS = 3_600_000;

type Times = Record<'activeAt' | 'firedAt' | 'resolvedAt' | 'keepFiringSince' | 'unknownSince', number | null>;

/** One alert in the database; JSON has no NaN. */
export interface KeptAlert extends Times {
  readonly id: string;
  readonly rule: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: AlertState;
  readonly value: number | null;
  readonly words: Words;
  readonly level: AlertLevel;
  readonly placePath: string;
  readonly limit: number | null;
  readonly unit: string;
  readonly forMs: number;
  readonly group: Group | null;
  readonly acked: Acknowledgement | null;
  readonly notes: number;
}

const orNull = (value: number) => (Number.isFinite(value) ? value : null);

/** The statement that keeps an alert as it is now. */
export function keep(record: AlertRecord): Statement {
  const { id, rule, labels, instance, level, placePath, unit, forMs, group, acked, notes } = record;
  const { state, activeAt, firedAt, resolvedAt, keepFiringSince, unknownSince } = instance;
  const document: KeptAlert = {
    ...{ id, rule: rule.name, labels: Object.fromEntries(labels), state, value: orNull(instance.value) },
    ...{ activeAt: orNull(activeAt), firedAt: orNull(firedAt), resolvedAt: orNull(resolvedAt) },
    ...{ keepFiringSince: orNull(keepFiringSince), unknownSince: orNull(unknownSince), words: record.tell() },
    ...{ level, placePath, limit: orNull(record.limit), unit, forMs, group, acked, notes },
  };
  return ['INSERT OR REPLACE INTO alert VALUES (?, ?)', [id, JSON.stringify(document)]];
}

export const forget = (id: string): Statement => ['DELETE FROM alert WHERE id = ?', [id]];

/**
 * An alert as it goes on after a restart, with grace 0: what fires goes on; what was pending for long enough fires at
 * the next pass, otherwise the time that the engine was away does not count as pending. After more than an hour nothing
 * is taken up again: undefined.
 */
export function restored(kept: KeptAlert, downAt: number, now: number): AlertInstance | undefined {
  if (!(now - downAt <= TOLERANCE_MS)) return undefined;
  const times = (name: keyof Times) => kept[name] ?? Number.NaN;
  const instance: AlertInstance = {
    ...{ labels: new Map(Object.entries(kept.labels)), state: kept.state, value: kept.value ?? Number.NaN },
    ...{ activeAt: times('activeAt'), firedAt: times('firedAt'), resolvedAt: times('resolvedAt') },
    ...{ keepFiringSince: times('keepFiringSince'), unknownSince: times('unknownSince') },
  };
  if (kept.state !== 'pending') return instance;
  const remaining = kept.forMs - (downAt - instance.activeAt);
  return remaining <= 0 ? instance : { ...instance, activeAt: instance.activeAt + Math.max(0, now - downAt) };
}

/** A record with its instance; the rule may be gone. */
export function recordOf(kept: KeptAlert, instance: AlertInstance, rule: Rule): AlertRecord {
  const { id, level, placePath, unit, forMs, group, acked, notes, words } = kept;
  return {
    ...{ id, labels: instance.labels, rule, instance, level, placePath, unit, forMs, group, acked, notes },
    ...{ tell: () => words, limit: kept.limit ?? Number.NaN, inhibitedBy: [], silencedBy: [] },
  };
}
