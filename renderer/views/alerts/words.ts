import type { Alert, Silence } from '../../../shared/alerting/alert.ts';
import { pastTitle } from '../../../shared/alerting/tense.ts';
import { formatTime } from '../../../shared/format.ts';

/** An alert of which a page hears nothing since then: in the past tense, without numbers as of now. */
export const asLastKnown = (alert: Alert, since: number): Alert =>
  alert.state === 'resolved' || alert.unknownSince !== null
    ? alert
    : { ...alert, title: pastTitle(alert), detail: `Unknown since ${formatTime(since)}.`, unknownSince: since };

/** The value that stands as that of now; null where nobody can tell, or where the alert is over. */
export const valueNow = ({ value, state, unknownSince, keepsUntil }: Alert): number | null =>
  state === 'resolved' || unknownSince !== null || keepsUntil !== null ? null : value;

/** "rule = BudgetAtCap, severity = critical, at and under PDX-1/A/A2". */
export function silenceWords({ matchers, under }: Pick<Silence, 'matchers' | 'under'>): string {
  const words = matchers.map(({ name, op, value }) => `${name} ${op} ${value === '' ? '""' : value}`);
  return [...words, ...(under === '' ? [] : [`at and under ${under}`])].join(', ');
}

/** The alert's own text for a place to be looked at: its path, or what it is called. */
export const whereOf = ({ path, object, level }: Alert) => (path === '' || level === 'gpu' ? object : path);
