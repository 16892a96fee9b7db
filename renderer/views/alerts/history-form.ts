import type { AlertDomain, AlertSeverity, JournalKind } from '../../../shared/alerting/alert.ts';
import type { CallArg } from '../../../shared/contract.ts';

/** Filters of the history as they are chosen; '' lets everything through. Times are UTC, as in the rows. */
export interface HistoryDraft {
  readonly group: keyof typeof HISTORY_GROUPS;
  readonly text: string;
  readonly severity: AlertSeverity | '';
  readonly domain: AlertDomain | '';
  readonly rule: string;
  /** Path of a place: everything at and under it. */
  readonly under: string;
  readonly from: string;
  readonly to: string;
}

export const HISTORY_GROUPS = {
  alerts: ['firing', 'resolved', 'unknown', 'known', 'restored'],
  people: ['ack', 'unack', 'silence', 'silence-end', 'note', 'rule'],
  all: [],
} as const satisfies Readonly<Record<string, readonly JournalKind[]>>;

export const EMPTY_HISTORY: HistoryDraft = {
  ...{ group: 'alerts', text: '', severity: '', domain: '', rule: '', under: '', from: '', to: '' },
};

export const MOST_ROWS = 200;

/** The filter of a draft, and what is wrong with its times: a wrong one is left out, and said. */
export function historyFilterOf(draft: HistoryDraft): {
  readonly filter: CallArg<'alertHistory'>;
  readonly error: string;
} {
  const [from, to] = [timeOf(draft.from), timeOf(draft.to)];
  const bad = [from, to].some(Number.isNaN);
  const kinds = HISTORY_GROUPS[draft.group];
  const [text, under] = [draft.text.trim(), draft.under.trim()];
  return {
    filter: {
      most: MOST_ROWS,
      ...(kinds.length === 0 ? {} : { kinds: [...kinds] }),
      ...(text === '' ? {} : { text }),
      ...(draft.severity === '' ? {} : { severities: [draft.severity] }),
      ...(draft.domain === '' ? {} : { domains: [draft.domain] }),
      ...(draft.rule === '' ? {} : { rule: draft.rule }),
      ...(under === '' ? {} : { under }),
      ...(from === null || Number.isNaN(from) ? {} : { from }),
      ...(to === null || Number.isNaN(to) ? {} : { to }),
    },
    error: bad
      ? 'A time is written 2026-11-26 14:30, in UTC.'
      : from !== null && to !== null && from >= to
        ? 'The first time must be before the second.'
        : '',
  };
}

/** "2026-11-26 14:30" or a day alone as epoch ms; null where nothing stands there, NaN where it is no time. */
function timeOf(text: string): number | null {
  if (text.trim() === '') return null;
  const [, day, hour = '00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?$/.exec(text.trim()) ?? [];
  return day === undefined ? Number.NaN : Date.parse(`${day}T${hour}:00Z`);
}
