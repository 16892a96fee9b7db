import type { Alert, HistoryPage, JournalRow, RulesReply } from '../../../shared/alerting/alert.ts';
import { pathOf } from '../../../shared/alerting/objects.ts';
import { formatTime } from '../../../shared/format.ts';
import type { AlertRecord, JournalRecord, Papers, RuleRecord } from '../../../shared/snapshot/document.ts';
import type { EngineContext } from '../part.ts';

/** What the alert engine says of a window, as it stands in a snapshot. */
export interface AlertPapers extends Pick<Papers, 'alerts' | 'journal' | 'rules'> {
  readonly missing: readonly string[];
}

const PAGE = 1000;
const MOST_ROWS = 20_000;

/** What is asked for: a window in epoch ms, and the place that it is about; '' for the whole fleet. */
export interface PapersOf {
  readonly from: number;
  readonly to: number;
  readonly scope: string;
}

/** Asks for alerts, journal and rules of a window; where nobody answers that is said, and the rest is taken all the same. */
export async function alertPapers(context: EngineContext, { from, to, scope }: PapersOf): Promise<AlertPapers> {
  try {
    const [reply, rules] = await Promise.all([context.ask('alerts', {}), context.ask('rules', {})]);
    // Also what came after the window: an alert of a window of the past may have ended since.
    const rows = await journalOf(context, from);
    const now = reply.alerts.map(alertRecord);
    const over = runsOf([...(await begunBefore(context, rows, from)), ...rows]);
    const alerts = [...now, ...over.filter((run) => !now.some((one) => one.id === run.id && overlap(one, run)))].filter(
      (one) => one.since <= to && (one.until ?? to) >= from && isWithin(one, scope),
    );
    return {
      alerts: alerts.sort((a, b) => a.since - b.since),
      journal: rows.filter((row) => row.time <= to && isWithin(row, scope)).map(journalRecord),
      rules: rulesOf(rules),
      missing: [
        ...(rows.length < MOST_ROWS ? [] : [`Only the last ${MOST_ROWS} rows of the journal are in it`]),
        ...(reply.total > reply.alerts.length
          ? [`Of ${reply.total} alerts only the worst ${reply.alerts.length} and those that ended are in it`]
          : []),
      ],
    };
  } catch (error) {
    return { alerts: [], journal: [], rules: [], missing: [`Alerts could not be read: ${(error as Error).message}`] };
  }
}

const overlap = (a: AlertRecord, b: AlertRecord) =>
  a.since <= (b.until ?? Number.POSITIVE_INFINITY) && b.since <= (a.until ?? Number.POSITIVE_INFINITY);

/** Whether it is at or under a place, or of one above that holds it; what names no place is of the whole fleet. */
function isWithin({ path, labels }: Pick<JournalRow, 'path' | 'labels'>, scope: string): boolean {
  // A GPU's path is its UUID; its labels tell where it is.
  const place = pathOf(new Map(Object.entries(labels))) || path;
  return scope === '' || place === '' || `${place}/`.startsWith(`${scope}/`) || scope.startsWith(`${place}/`);
}

/** Rows since a time, the oldest first; of too many the last ones. */
async function journalOf(context: EngineContext, from: number): Promise<JournalRow[]> {
  const rows: JournalRow[] = [];
  let before: number | undefined;
  do {
    const page: HistoryPage = await context.ask('alertHistory', { from, before, most: PAGE, details: true });
    rows.push(...page.rows);
    before = page.next ?? undefined;
  } while (before !== undefined && rows.length < MOST_ROWS);
  return rows.reverse();
}

/** How alerts began that only ended in these rows. */
async function begunBefore(context: EngineContext, rows: readonly JournalRow[], from: number): Promise<JournalRow[]> {
  const seen = new Set<string>();
  const began: JournalRow[] = [];
  for (const { alert, kind } of rows) {
    if (alert === '' || !LIFE.has(kind) || seen.has(alert)) continue;
    seen.add(alert);
    if (kind === 'pending' || seen.size > MOST_BEGUN) continue;
    const kinds = ['pending', 'firing', 'resolved', 'dropped'] as const;
    const page = await context.ask('alertHistory', { alert, kinds: [...kinds], to: from, most: 2, details: true });
    began.push(...[...page.rows].reverse());
  }
  return began;
}

const LIFE: ReadonlySet<string> = new Set(['pending', 'firing', 'resolved', 'dropped']);
/** Alerts whose beginning is looked for. */
const MOST_BEGUN = 2000;

/**
 * The alerts that rows of the journal tell of, each from its onset to its end: an alert that came twice is two. The
 * engine itself forgets one fifteen minutes after it ended. What was said beside its title has the time of its numbers.
 *
 * @param rows the oldest first
 */
export function runsOf(rows: readonly JournalRow[]): AlertRecord[] {
  const open = new Map<string, AlertRecord>();
  const done: AlertRecord[] = [];
  for (const { time, kind, alert, rule, severity, domain, path, labels, text, who, detail = '' } of rows) {
    const run = open.get(alert);
    if (kind === 'ack' && run) open.set(alert, { ...run, acknowledgedBy: who });
    if (kind === 'unack' && run) open.set(alert, { ...run, acknowledgedBy: '' });
    if (kind === 'dropped') open.delete(alert);
    if (kind === 'resolved') {
      if (run?.state === 'firing') done.push({ ...run, state: 'resolved', until: time });
      open.delete(alert);
    }
    if ((kind === 'pending' || kind === 'firing') && severity !== '') {
      const since = run?.state === 'pending' ? run.since : time;
      open.set(alert, {
        ...{
          id: alert,
          rule,
          severity,
          domain,
          path,
          labels,
          title: text,
          detail: detail === '' ? (run?.detail ?? '') : `At ${formatTime(time).slice(0, 8)}: ${detail}`,
          state: kind,
          since,
          until: null,
        },
        acknowledgedBy: run?.acknowledgedBy ?? '',
      });
    }
  }
  // What is still open the engine itself tells.
  return done;
}

/** An alert as a snapshot keeps it. */
export function alertRecord(alert: Alert): AlertRecord {
  const { id, rule, severity, domain, title, detail, path, labels, activeAt, resolvedAt, acked } = alert;
  return {
    ...{ id, rule, severity, domain, title, detail, path, labels },
    state: resolvedAt !== null ? 'resolved' : alert.firedAt === null ? 'pending' : 'firing',
    ...{ since: activeAt, until: resolvedAt, acknowledgedBy: acked?.who ?? '' },
  };
}

const journalRecord = ({ time, kind, alert, who, text }: JournalRow): JournalRecord => ({
  time,
  kind,
  alert,
  who,
  text,
});

const rulesOf = ({ rules }: RulesReply): RuleRecord[] =>
  rules.map(({ name, when, severity }) => ({ name, text: when, severity }));
