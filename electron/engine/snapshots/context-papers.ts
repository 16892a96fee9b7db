import type { Alert, AlertsReply, HistoryPage, JournalRow, RulesReply } from '../../../shared/alerting/alert.ts';
import type { AlertRecord, JournalRecord, Papers, RuleRecord } from '../../../shared/snapshot/document.ts';
import type { EngineContext } from '../part.ts';

/** What the alert engine says of a window, as it stands in a snapshot. */
export interface AlertPapers extends Pick<Papers, 'alerts' | 'journal' | 'rules'> {
  readonly missing: readonly string[];
}

const PAGE = 1000;
const MOST_ROWS = 20_000;

/** Asks for alerts, journal and rules of [from, to]; where nobody answers that is said, and the rest is taken all the same. */
export async function alertPapers(context: EngineContext, from: number, to: number): Promise<AlertPapers> {
  try {
    const [reply, rules] = await Promise.all([context.ask('alerts', {}), context.ask('rules', {})]);
    const rows = await journalOf(context, from, to);
    return {
      alerts: alertsOf(reply, from, to),
      journal: rows.map(journalRecord),
      rules: rulesOf(rules),
      missing: rows.length < MOST_ROWS ? [] : [`Only the last ${MOST_ROWS} rows of the journal are in it`],
    };
  } catch (error) {
    return { alerts: [], journal: [], rules: [], missing: [`Alerts could not be read: ${(error as Error).message}`] };
  }
}

async function journalOf(context: EngineContext, from: number, to: number): Promise<JournalRow[]> {
  const rows: JournalRow[] = [];
  let before: number | undefined;
  do {
    const page: HistoryPage = await context.ask('alertHistory', { from, to, before, most: PAGE });
    rows.push(...page.rows);
    before = page.next ?? undefined;
  } while (before !== undefined && rows.length < MOST_ROWS);
  return rows.reverse();
}

function alertsOf({ alerts }: AlertsReply, from: number, to: number): AlertRecord[] {
  return alerts
    .filter(({ activeAt, resolvedAt }) => activeAt <= to && (resolvedAt === null || resolvedAt >= from))
    .map(alertRecord);
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
