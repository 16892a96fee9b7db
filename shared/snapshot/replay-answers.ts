import type { HistoryPage, JournalRow } from '../alerting/alert.ts';
import type { CallArg, CallName, HelloReply } from '../contract.ts';
import { historyUntil } from '../fabric/memory.ts';
import { type EnergyRow, energyOfSteps } from '../power/energy.ts';
import { HALL } from '../topology.ts';
import { askView } from '../view-calls.ts';
import type { Snapshot } from './document.ts';
import type { Replay } from './replay.ts';
import { alertsAt } from './replay-alerts.ts';
import { fabricOf } from './replay-fabric.ts';
import { rulesAt } from './replay-rules.ts';

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
  // Hours lost are added up as instants are judged: they are of none but the last.
  if (name === 'work' && replay.shown < snapshot.run.times.length - 1)
    return { ...view.work(arg as CallArg<'work'>), lost: [] };
  const seen = askView(view, name, arg);
  if (seen !== undefined) return seen;
  const now = view.current()?.now ?? snapshot.manifest.from;
  switch (name) {
    case 'hello':
      return helloOf(snapshot);
    case 'energy':
      return energyUntil(replay, now);
    case 'alerts':
      return alertsAt(snapshot, now);
    case 'alertHistory':
      return journalUntil(snapshot, arg as CallArg<'alertHistory'>, now);
    case 'rules':
      return rulesAt(snapshot, now);
    case 'alertNotes':
    case 'silences':
    case 'othersRules':
    case 'othersSilences':
      return [];
    case 'othersAlerts':
      return { alerts: [], total: 0, silent: [] };
    case 'fabric': {
      const { kind, pod } = arg as CallArg<'fabric'>;
      return fabricOf(view.current(), snapshot)?.matrix(kind, pod) ?? null;
    }
    case 'fabricOverview':
      return fabricOf(view.current(), snapshot)?.overview(null) ?? null;
    case 'fabricLeaf': {
      const { kind, key } = arg as CallArg<'fabricLeaf'>;
      return historyUntil(replay.fabric.history(kind, key), now);
    }
    default:
      throw new NotInReplay(`${name} needs a running engine; this is a replay`);
  }
}

/** Most steps that an energy is added up of. */
const ENERGY_STEPS = 4000;

/** Energy by site from the first instant of the snapshot to the one that is shown; prices are in none. */
function energyUntil({ snapshot: { run }, view }: Replay, now: number): readonly EnergyRow[] {
  const current = view.current();
  if (!current) return [];
  const { topology } = current.frame;
  const sites = Array.from({ length: topology.start[HALL] }, (_, place) => place);
  if (sites.length === 0 || now <= run.times[0]) return [];
  return sites.flatMap((place) => {
    const series = [{ signal: 'draw' as const, place }];
    const { times, stepMs, values } = view.history({ series, from: run.times[0], to: now, points: ENERGY_STEPS });
    const steps = { times, stepMs, values: values[0] };
    const row = energyOfSteps(topology.path[place], [steps], [run.times[0], now], current.power.drawW[place], []);
    return row.measuredMin > 0 ? [row] : [];
  });
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
      trouble: null,
    },
    settings,
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
