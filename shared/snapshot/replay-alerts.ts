import { type Alert, type AlertSummary, type AlertsReply, NO_ALERTS } from '../alerting/alert.ts';
import type { AlertRecord, Papers, Snapshot } from './document.ts';

const openAt = ({ alerts }: Papers, now: number) =>
  alerts.filter(({ since, until }) => since <= now && (until === null || until > now));

/** Alerts as they stood at a time. */
export function alertsAt(snapshot: Snapshot, now: number): AlertsReply {
  const { papers, topology } = snapshot;
  const open = openAt(papers, now);
  const places = new Map(topology.path.map((path, place) => [path, place]));
  const ended = (until: number | null) => until !== null && until <= now && until > now - 3_600_000;
  return {
    ...alertSummaryAt(snapshot, now),
    ...{ evaluatedAt: now, total: open.length, incidents: [] },
    alerts: open.map((alert) => alertOf(alert, places.get(alert.path) ?? -1, now)),
    resolvedLastHour: papers.alerts.filter(({ until }) => ended(until)).length,
  };
}

/** What goes with the frames of that time: told of every instant, so that no place is looked for. */
export function alertSummaryAt({ papers }: Snapshot, now: number): AlertSummary {
  const open = openAt(papers, now);
  const firing = open.filter(({ state }) => state !== 'pending');
  const count = (severity: AlertRecord['severity']) => firing.filter((alert) => alert.severity === severity).length;
  return {
    ...{ version: now, trouble: troubleOf(papers) },
    counts: {
      ...NO_ALERTS.counts,
      ...{ critical: count('critical'), warning: count('warning'), advisory: count('advisory') },
      unowned: firing.filter(({ acknowledgedBy }) => acknowledgedBy === '').length,
      pending: open.length - firing.length,
    },
  };
}

function alertOf(alert: AlertRecord, place: number, now: number): Alert {
  const { id, rule, domain, title, detail, path, labels, since, acknowledgedBy, state } = alert;
  return {
    ...{ id, rule, title, detail, path, labels, place, object: path, notes: 0, incident: '' },
    severity: alert.severity as Alert['severity'],
    ...{ domain: domain as Alert['domain'], level: 'rack' as Alert['level'], state: 'firing' as Alert['state'] },
    ...{ value: null, limit: null, unit: '', activeAt: since, firesAt: since, resolvedAt: null, keepsUntil: null },
    ...{ firedAt: state === 'pending' ? null : since, unknownSince: null, inhibitedBy: [], silencedBy: [] },
    acked:
      acknowledgedBy === ''
        ? null
        : ({ who: acknowledgedBy, at: now, note: '', until: null } as unknown as Alert['acked']),
  };
}

/** An engine always has rules; without any nobody looked for alerts, and none must not read as good news. */
function troubleOf({ alerts, rules }: Papers): AlertsReply['trouble'] {
  if (alerts.length > 0 || rules.length > 0) return [];
  const message = 'No alert engine ran for this snapshot.';
  return [{ code: 'no-engine', message, hint: 'What stood out is in the panel of the overview.', since: 0 }];
}
