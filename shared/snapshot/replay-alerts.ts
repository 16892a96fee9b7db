import { type Alert, type AlertSummary, type AlertsReply, NO_ALERTS } from '../alerting/alert.ts';
import type { AlertRecord, Papers, Snapshot } from './document.ts';

/** Alerts that were pending or fired at a time, as they stood then: whether they fired already, and whose they were. */
export function openAt(
  { alerts, journal }: Papers,
  now: number,
): readonly (AlertRecord & { firedAt: number | null })[] {
  const open = alerts.filter(({ since, until }) => since <= now && (until === null || until > now));
  if (open.length === 0) return [];
  const fired = new Map<string, number>();
  const owner = new Map<string, string>();
  const late = new Map<string, number>();
  for (const { time, kind, alert, who } of journal) {
    if (kind === 'firing') (time <= now ? fired : late).set(alert, time);
    if (kind === 'ack') owner.set(alert, time <= now ? who : (owner.get(alert) ?? ''));
    if (kind === 'unack' && time <= now) owner.set(alert, '');
  }
  return open.map((alert) => {
    const { id, since, until, state } = alert;
    const [at = Number.NaN, later = Number.NaN] = [fired.get(id), late.get(id)];
    // Without a row it fired before the window, which is told by its onset.
    const isPending = state === 'pending' || (!(at >= since) && later >= since && later <= (until ?? later));
    return {
      ...alert,
      state: isPending ? 'pending' : 'firing',
      firedAt: isPending ? null : at >= since ? at : since,
      acknowledgedBy: owner.get(id) ?? alert.acknowledgedBy,
    };
  });
}

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

function alertOf(alert: ReturnType<typeof openAt>[number], place: number, now: number): Alert {
  const { id, rule, domain, title, detail, path, labels, since, acknowledgedBy, state, firedAt } = alert;
  return {
    ...{ id, rule, title, detail, path, labels, place, object: path, notes: 0, incident: '' },
    severity: alert.severity as Alert['severity'],
    ...{ domain: domain as Alert['domain'], level: 'rack' as Alert['level'], state: state as Alert['state'] },
    ...{
      value: null,
      limit: null,
      unit: '',
      activeAt: since,
      firesAt: firedAt ?? since,
      resolvedAt: null,
      keepsUntil: null,
    },
    ...{ firedAt, unknownSince: null, inhibitedBy: [], silencedBy: [] },
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
