import type { Alert, AlertSummary, Incident } from '../../../shared/alerting/alert.ts';
import type { AlertBook, AlertRecord } from '../../../shared/alerting/book.ts';
import { titleOf } from '../../../shared/alerting/loud.ts';
import type { AlertScene } from '../../../shared/alerting/scene.ts';
import type { Silences } from '../../../shared/alerting/silences.ts';
import type { EngineContext } from '../part.ts';
import type { Journal, NewRow } from './journal.ts';
import type { RuleSet } from './rule-set.ts';
import type { Scenes } from './scenes.ts';

/** Everything that the calls of alerts look at. */
export interface AlertState {
  readonly context: EngineContext;
  readonly book: AlertBook;
  readonly silences: Silences;
  readonly journal: Journal;
  readonly rules: RuleSet;
  readonly scenes: Scenes;
  /** Alerts of now, the worst first. */
  alerts(): readonly Alert[];
  incidents(): readonly Incident[];
  summary(): AlertSummary;
  /** A scene for a preview; undefined before anything was read. */
  scene(): AlertScene | undefined;
  readonly missedPasses: number;
  /** Something changed by hand: it is worked out and shown anew. */
  refresh(): void;
}

/** The row of an alert as it is now. */
export function rowOf(record: AlertRecord, row: NewRow): NewRow {
  const { id, rule, labels, placePath, group, instance } = record;
  return {
    ...{ alert: id, rule: rule.name, severity: rule.severity, domain: rule.domain, path: placePath },
    ...{ object: record.tell().object, incident: group?.id ?? '', text: titleOf(record) },
    // Acknowledgements, notes and ends add nothing to what was said.
    ...(row.kind === 'pending' || row.kind === 'firing' ? { detail: record.tell().detail } : {}),
    ...{ value: Number.isFinite(instance.value) ? instance.value : null, labels: Object.fromEntries(labels) },
    ...row,
  };
}
