import type { Alert, AlertSummary, AlertsReply, JournalKind, Rule } from '../../../shared/alerting/alert.ts';
import type { AlertRecord } from '../../../shared/alerting/book.ts';
import { incidentsOf, linesOf, loudestFirst } from '../../../shared/alerting/incidents.ts';
import { alertOf, countsOf, mute, plainAlert } from '../../../shared/alerting/loud.ts';
import { AlertObjects } from '../../../shared/alerting/objects.ts';
import type { Finding } from '../../../shared/contract.ts';
import type { Frame } from '../../../shared/frame.ts';
import { siteFeeds } from '../../../shared/power/site-feeds.ts';
import type { JournalState } from './journal.ts';
import type { AlertState } from './state.ts';

/** What was shown of alerts at an instant of the past. */
export interface PastAlerts {
  readonly summary: AlertSummary;
  readonly findings: readonly Finding[];
  /** What `alerts` would have answered. */
  reply(): AlertsReply;
}

const HOUR_MS = 3_600_000;
const MOST_ALERTS = 2000;

const MOST_LINES = 200;

/**
 * Alerts as they stood at a frame's time, out of the journal; silences and inhibitions are worked out anew for then.
 * Undefined where rows of that time are not kept any more.
 */
export function pastAlerts(state: AlertState, frame: Frame): PastAlerts | undefined {
  const { time, topology } = frame;
  const states = state.journal.statesAt(time);
  if (!states) return undefined;
  const sources = state.context.sources().map(({ settings: { name, site } }) => {
    return { name, site, state: 'up', fault: '' } as const;
  });
  const rules = state.book.rules.map(({ rule }) => rule);
  const names = rules.map(({ name }) => name);
  const objects = new AlertObjects(topology, siteFeeds(frame), sources, names, state.scenes.leaves());
  const known = new Map(rules.map((rule) => [rule.name, rule]));
  const records = states.flatMap((one) => recordOf(one, known, objects) ?? []);
  mute(records, state.silences, objects, time);
  const alerts: readonly Alert[] = loudestFirst(records.map((record) => alertOf(record, objects)));
  const incidents = incidentsOf(alerts, topology);
  const loud = incidents.filter(({ muted }) => !muted);
  const counts = countsOf(records, loud.length);
  const cleared = { kinds: ['resolved'] satisfies JournalKind[], from: time - HOUR_MS, to: time, most: MOST_ALERTS };
  return {
    summary: { version: 0, counts, trouble: [] },
    findings: linesOf(alerts, topology).slice(0, MOST_LINES),
    reply: () => ({
      ...{ version: 0, evaluatedAt: time, counts, incidents, trouble: [], total: alerts.length },
      alerts: [...alerts.filter(isFiring), ...alerts.filter((one) => !isFiring(one))]
        .slice(0, MOST_ALERTS)
        .map(plainAlert),
      resolvedLastHour: state.journal.page(cleared).rows.length,
    }),
  };
}

const isFiring = ({ state }: Alert) => state === 'firing';

/** An alert that was pending or fired; the rule may be another by now, or gone. */
function recordOf(
  { row, before, ack, unknown }: JournalState,
  rules: ReadonlyMap<string, Rule>,
  objects: AlertObjects,
): AlertRecord | undefined {
  if (row.kind !== 'pending' && row.kind !== 'firing') return undefined;
  if (row.severity === '' || row.domain === '') return undefined;
  const labels = new Map(Object.entries(row.labels));
  const { time, severity, domain, object, text } = row;
  const [any] = rules.values();
  const rule = { ...(rules.get(row.rule) ?? any), name: row.rule, severity, domain };
  const activeAt = row.kind === 'firing' && before?.kind === 'pending' ? before.time : time;
  const predicate = text.startsWith(`${object} `) ? text.slice(object.length + 1) : text;
  return {
    ...{ id: row.alert, labels, rule, placePath: row.path, limit: Number.NaN, unit: '', forMs: rule.forMs, notes: 0 },
    instance: {
      ...{ labels, state: row.kind, value: row.value ?? Number.NaN, activeAt, resolvedAt: Number.NaN },
      ...{ firedAt: row.kind === 'firing' ? time : Number.NaN, keepFiringSince: Number.NaN },
      unknownSince: unknown?.kind === 'unknown' ? unknown.time : Number.NaN,
    },
    // What was said beside the title is not written down.
    tell: () => ({ object, predicate, detail: '' }),
    level: objects.find(labels)?.level ?? 'rule',
    group: row.incident === '' ? null : { id: row.incident, anchor: '', startedAt: time },
    acked: ack?.kind === 'ack' ? { who: ack.who, note: ack.text, at: ack.time, until: null } : null,
    ...{ inhibitedBy: [], silencedBy: [] },
  };
}
