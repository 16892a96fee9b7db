import type { Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { Alert, AlertCounts } from './alert.ts';
import type { AlertRecord } from './book.ts';
import { pathsUp, siteOf } from './incidents.ts';
import type { AlertObjects } from './objects.ts';
import { inhibitions } from './pack.ts';
import type { Silences } from './silences.ts';

/** What an inhibition compares: the object itself, its place and those above it, its site. */
interface Where {
  readonly object: string;
  readonly paths: readonly string[];
  readonly site: string;
}

function whereOf({ labels, placePath }: AlertRecord, objects: AlertObjects): Where {
  const ref = objects.find(labels);
  const place = ref ? objects.placeOf(ref) : -1;
  const { topology } = objects;
  const paths = place < 0 ? [placePath].filter((path) => path !== '') : pathsUp(topology, place);
  const own = labels.get('UUID') ?? [
    labels.get('device'),
    labels.get('feed'),
    labels.get('source'),
    labels.get('rule'),
  ];
  const site = place < 0 ? (labels.get('site') ?? '') : siteOf(topology, place);
  return { object: `${paths[0] ?? ''}\n${String(own)}`, paths, site };
}

/**
 * Works out which alerts are muted: by firing ones that explain them, by silences. A silenced source still inhibits, a
 * resolved one does not; an alert never inhibits itself.
 */
export function mute(
  records: Iterable<AlertRecord>,
  silences: Pick<Silences, 'mutesOf'>,
  objects: AlertObjects,
  now: EpochMs,
): void {
  const all = [...records].filter(({ instance }) => instance.state !== 'inactive');
  const firing = all.filter(({ instance }) => instance.state === 'firing');
  const where = new Map<AlertRecord, Where>();
  const of = (record: AlertRecord) => {
    let found = where.get(record);
    if (!found) {
      found = whereOf(record, objects);
      where.set(record, found);
    }
    return found;
  };
  const mutedBy = new Map<AlertRecord, string[]>();
  for (const { source, target, where: how } of inhibitions) {
    const sources = new Map<string, AlertRecord[]>();
    for (const record of firing) {
      if (record.rule.name !== source) continue;
      const key =
        how === 'same' ? of(record).object : how === 'site' ? (sourceSite(record) ?? '') : (of(record).paths[0] ?? '');
      sources.set(key, [...(sources.get(key) ?? []), record]);
    }
    if (sources.size === 0) continue;
    for (const record of all) {
      if (!target.includes(record.rule.name)) continue;
      const { object, paths, site } = of(record);
      const keys = how === 'same' ? [object] : how === 'site' ? [site] : paths;
      for (const key of keys) {
        for (const by of sources.get(key) ?? []) {
          if (by !== record && !mutedBy.get(by)?.includes(record.id)) add(mutedBy, record, by.id);
        }
      }
    }
  }
  for (const record of all) {
    record.inhibitedBy = mutedBy.get(record) ?? NONE;
    record.silencedBy = silences.mutesOf(silenceable(record), now);
  }
}

const NONE: readonly string[] = [];
/** More than this many are not told one by one. */
const MOST_BY = 20;

function add(mutedBy: Map<AlertRecord, string[]>, record: AlertRecord, id: string): void {
  const by = mutedBy.get(record);
  if (!by) mutedBy.set(record, [id]);
  else if (by.length < MOST_BY && !by.includes(id)) by.push(id);
}

/** The site that a source is configured for. */
const sourceSite = ({ labels }: AlertRecord) => labels.get('site');

/** What a silence looks at of an alert. */
export const silenceable = ({ id, labels, placePath, rule }: AlertRecord) => ({
  ...{ id, labels, placePath, severity: rule.severity, domain: rule.domain },
});

const orNull = (value: number) => (Number.isFinite(value) ? value : null);
const STATES = { pending: 'pending', firing: 'firing', inactive: 'resolved' } as const;
/** Verbs of predicates that say what happened, which stays so. */
const HAPPENED = /^(stopped|has never|reported|had|went|does not|could not|reaches|cannot|has )/;

/** "Row A2 at 97.8% of budget"; of an unknown one "Row A2 was at 97.8% of budget". */
export function titleOf({ tell, instance: { unknownSince } }: AlertRecord): string {
  const { object, predicate } = tell();
  const was = Number.isNaN(unknownSince) || HAPPENED.test(predicate) ? '' : 'was ';
  return `${object} ${was}${predicate}`;
}

/** A record as viewers get it. Title and detail are made when they are read. */
export function alertOf(record: AlertRecord, objects: AlertObjects | null): Alert {
  const { id, rule, instance, labels, forMs } = record;
  const ref = objects?.find(labels);
  const place = ref && objects ? objects.placeOf(ref) : -1;
  const { activeAt, firedAt, resolvedAt, keepFiringSince, unknownSince } = instance;
  const keeps = Number.isNaN(keepFiringSince) ? Number.NaN : keepFiringSince + rule.keepFiringForMs;
  return {
    ...{ id, rule: rule.name, severity: rule.severity, domain: rule.domain, state: STATES[instance.state] },
    get title() {
      return titleOf(record);
    },
    get detail() {
      return record.tell().detail;
    },
    get object() {
      return record.tell().object;
    },
    ...{ level: record.level, place, path: pathOfAlert(record, objects?.topology, place) },
    labels: Object.fromEntries([...labels].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...{ value: orNull(instance.value), limit: orNull(record.limit), unit: record.unit },
    ...{ activeAt, firesAt: activeAt + forMs, firedAt: orNull(firedAt), resolvedAt: orNull(resolvedAt) },
    ...{ keepsUntil: orNull(keeps), unknownSince: orNull(unknownSince), incident: record.group?.id ?? '' },
    ...{ inhibitedBy: record.inhibitedBy, silencedBy: record.silencedBy, acked: record.acked, notes: record.notes },
  };
}

/** Path of the place, a GPU's UUID. */
export const pathOfAlert = (
  { placePath, labels }: AlertRecord,
  topology: Topology | undefined,
  place: number,
): string => labels.get('UUID') ?? (topology && place >= 0 ? topology.path[place] : placePath);

/** Counts for the top bar. */
export function countsOf(records: Iterable<AlertRecord>, incidents: number): AlertCounts {
  const counts = { critical: 0, warning: 0, advisory: 0, unowned: 0, pending: 0, muted: 0 };
  for (const { instance, rule, inhibitedBy, silencedBy, acked } of records) {
    if (instance.state === 'inactive') continue;
    if (instance.state === 'pending') counts.pending++;
    else if (inhibitedBy.length > 0 || silencedBy.length > 0) counts.muted++;
    else {
      counts[rule.severity]++;
      if (!acked) counts.unowned++;
    }
  }
  return { ...counts, incidents };
}
