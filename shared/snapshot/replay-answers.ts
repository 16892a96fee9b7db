import { type Alert, type AlertsReply, type HistoryPage, type JournalRow, NO_ALERTS } from '../alerting/alert.ts';
import type { CallArg, CallName, HelloReply } from '../contract.ts';
import { askView } from '../view-calls.ts';
import type { AlertRecord, Snapshot } from './document.ts';
import type { Replay } from './replay.ts';

/** Calls that need an engine: in a replay there is nothing to change, to test or to ask of a source. */
export class NotInReplay extends Error {
  override readonly name = 'NotInReplay';
}

/**
 * Answers a call as of the instant that is shown. What the view tells, it tells here; alerts, journal and rules are those
 * of the snapshot, as far as they had happened by then.
 *
 * @throws NotInReplay for everything else
 */
export function askReplay(replay: Replay, name: CallName, arg: unknown): unknown {
  const { snapshot, view } = replay;
  const seen = askView(view, name, arg);
  if (seen !== undefined) return seen;
  const now = view.current()?.now ?? snapshot.manifest.from;
  switch (name) {
    case 'hello':
      return helloOf(snapshot);
    case 'energy':
      return view.energy([]);
    case 'alerts':
      return alertsAt(snapshot, now);
    case 'alertHistory':
      return journalUntil(snapshot, arg as CallArg<'alertHistory'>, now);
    case 'alertNotes':
    case 'silences':
      return [];
    default:
      throw new NotInReplay(`${name} needs a running engine; this is a replay`);
  }
}

function helloOf({ manifest, papers }: Snapshot): Omit<HelloReply, 'settings'> & { settings: unknown } {
  const { limits } = papers;
  // What pages look at of the settings; the snapshot has no secret that could stand here.
  const settings = {
    schema: 1,
    ...limits,
    sources: [],
    mappings: [],
    sites: [],
    demo: false,
    workstationAsNode: false,
  };
  return {
    ...{
      version: manifest.made.version,
      host: 'serve',
      role: 'read',
      engineStarted: manifest.from,
      reading: [],
      profile: '',
    },
    settings,
  };
}

/** Alerts as they stood at a time. */
function alertsAt({ papers, topology }: Snapshot, now: number): AlertsReply {
  const known = papers.alerts.filter(({ since }) => since <= now);
  const open = known.filter(({ until }) => until === null || until > now);
  const firing = open.filter(({ state }) => state !== 'pending');
  const count = (severity: AlertRecord['severity']) => firing.filter((alert) => alert.severity === severity).length;
  return {
    ...{ version: 0, evaluatedAt: now, total: open.length, incidents: [], trouble: [] },
    alerts: open.map((alert) => alertOf(alert, topology.path.indexOf(alert.path), now)),
    counts: {
      ...NO_ALERTS.counts,
      ...{ critical: count('critical'), warning: count('warning'), advisory: count('advisory') },
      unowned: firing.filter(({ acknowledgedBy }) => acknowledgedBy === '').length,
      pending: open.length - firing.length,
    },
    resolvedLastHour: known.filter(({ until }) => until !== null && until <= now && until > now - 3_600_000).length,
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

function journalUntil({ papers }: Snapshot, { most = 200 }: CallArg<'alertHistory'>, now: number): HistoryPage {
  const rows = papers.journal.flatMap((row, seq): JournalRow[] => {
    if (row.time > now) return [];
    const { time, kind, alert, who, text } = row;
    const about = papers.alerts.find(({ id }) => id === alert);
    return [
      {
        ...{ seq, time, kind: kind as JournalRow['kind'], alert, who, text, rule: about?.rule ?? '' },
        ...{ severity: (about?.severity ?? '') as JournalRow['severity'], path: about?.path ?? '' },
        ...{ domain: (about?.domain ?? '') as JournalRow['domain'], object: about?.path ?? '', incident: '' },
        ...{ value: null, labels: about?.labels ?? {} },
      },
    ];
  });
  return { rows: rows.slice(-most).reverse(), next: null, oldest: papers.journal[0]?.time ?? null };
}
