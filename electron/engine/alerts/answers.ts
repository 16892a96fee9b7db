import type { Alert, AlertsReply } from '../../../shared/alerting/alert.ts';
import { journalCsv, journalJson } from '../../../shared/alerting/export.ts';
import { plainAlert, silenceable } from '../../../shared/alerting/loud.ts';
import { previewRule } from '../../../shared/alerting/rules.ts';
import { FaultError } from '../fault.ts';
import type { Answers } from '../part.ts';
import { quantityList } from './rule-set.ts';
import type { AlertState } from './state.ts';

const MOST_ALERTS = 2000;
const MOST_EXPORTED = 100_000;
const HOUR_MS = 3_600_000;
const STATES = { firing: 0, pending: 1, resolved: 2 } as const;

/** The calls that only look. */
export function alertAnswers(state: AlertState): Answers {
  const { journal, silences, book, rules, context } = state;
  const evaluatedAt = () => (Number.isFinite(book.evaluatedAt) ? book.evaluatedAt : null);
  return {
    alerts: () => reply(state, evaluatedAt()),
    alertHistory: (filter) => journal.page(filter),
    alertExport: ({ filter, format }) => {
      const { rows } = journal.page(filter, MOST_EXPORTED);
      return format === 'csv'
        ? { name: 'alerts.csv', type: 'text/csv; charset=utf-8', text: journalCsv(rows) }
        : { name: 'alerts.json', type: 'application/json', text: journalJson(rows) };
    },
    alertNotes: ({ alert }) => journal.notes(alert),
    silences: () => {
      const active = [...book.records.values()].filter(({ instance }) => instance.state !== 'inactive');
      return silences.list(active.map(silenceable), context.clock.now());
    },
    rules: () => ({
      ...{ rules: rules.status(book), errors: rules.errors, quantities: quantityList },
      ...{ evaluatedAt: evaluatedAt(), missedPasses: state.missedPasses },
    }),
    previewRule: ({ rule }) => {
      const scene = state.scene();
      if (!scene) throw new FaultError('no-data', 'Nothing was read yet', 'Wait for the first data, or add a source.');
      return previewRule(rule, scene);
    },
  };
}

function reply(state: AlertState, evaluatedAt: number | null): AlertsReply {
  const all = state.alerts();
  // They are sorted by loudness; the sort is stable.
  const order = (a: Alert, b: Alert) => STATES[a.state] - STATES[b.state];
  const now = state.context.clock.now();
  const { version, counts, trouble } = state.summary();
  return {
    ...{ version, evaluatedAt, counts, trouble, total: all.length },
    alerts: [...all].sort(order).slice(0, MOST_ALERTS).map(plainAlert),
    incidents: state.incidents(),
    resolvedLastHour: state.journal.resolvedSince(now - HOUR_MS),
  };
}
