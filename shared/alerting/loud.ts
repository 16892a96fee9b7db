import { formatTime } from '../format.ts';
import type { Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { Alert, AlertCounts } from './alert.ts';
import type { AlertRecord } from './book.ts';
import { pathsUp, siteOf } from './incidents.ts';
import type { AlertObjects } from './objects.ts';
import { inhibitions } from './pack.ts';
import type { Silences } from './silences.ts';
import { pastOf } from './tense.ts';

/** What an inhibition compares: the object itself, its place and those above it, the leaf that it is or is cabled to, its site. */
interface Where {
  readonly object: string;
  readonly paths: readonly string[];
  readonly leaf: string;
  readonly site: string;
}

function whereOf({ labels, placePath }: AlertRecord, objects: AlertObjects): Where {
  const ref = objects.find(labels);
  const place = ref ? objects.placeOf(ref) : -1;
  const { topology } = objects;
  const paths = place < 0 ? [placePath].filter((path) => path !== '') : pathsUp(topology, place);
  const own = labels.get('UUID') ?? [
    labels.get('device'),
    labels.get('leaf'),
    labels.get('feed'),
    labels.get('source'),
    labels.get('rule'),
  ];
  const site = place < 0 ? (labels.get('site') ?? '') : siteOf(topology, place);
  const leaf = ref ? objects.leafOf(ref) : '';
  return { object: `${paths[0] ?? ''}\n${String(own)}`, paths, leaf, site };
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
  const present = new Set(all.map(({ rule }) => rule.name));
  for (const { source, target, where: how } of inhibitions) {
    if (!present.has(source) || !target.some((name) => present.has(name))) continue;
    const sources = new Map<string, AlertRecord[]>();
    for (const record of firing) {
      if (record.rule.name !== source) continue;
      const { object, paths, leaf } = of(record);
      const key = { same: object, under: paths[0] ?? '', leaf, site: sourceSite(record) ?? '' }[how];
      sources.set(key, [...(sources.get(key) ?? []), record]);
    }
    // While another source of the site answers, what is silent may have a cause of its own.
    if (how === 'site')
      for (const [site, down] of sources) if (down.length < objects.sourcesOf(site)) sources.delete(site);
    for (const record of all) {
      if (!target.includes(record.rule.name)) continue;
      const { object, paths, leaf, site } = of(record);
      const keys = { same: [object], under: paths, leaf: leaf === '' ? [] : [leaf], site: [site] }[how];
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

/** "Row A2 at 97.8% of budget"; of one that is unknown, or only kept firing, "Row A2 was at 97.8% of budget". */
export function titleOf({ tell, instance: { unknownSince, keepFiringSince } }: AlertRecord): string {
  const { object, predicate } = tell();
  return `${object} ${Number.isNaN(unknownSince) && Number.isNaN(keepFiringSince) ? predicate : pastOf(predicate)}`;
}

/** A record as viewers get it: everything is read from the record when it is asked for, so that 10,000 cost little. */
class RecordAlert implements Alert {
  readonly #record: AlertRecord;
  readonly #topology: Topology | undefined;
  readonly place: number;

  constructor(record: AlertRecord, objects: AlertObjects | null) {
    this.#record = record;
    this.#topology = objects?.topology;
    const ref = objects?.find(record.labels);
    this.place = ref && objects ? objects.placeOf(ref) : -1;
  }

  get id() {
    return this.#record.id;
  }
  get rule() {
    return this.#record.rule.name;
  }
  get severity() {
    return this.#record.rule.severity;
  }
  get domain() {
    return this.#record.rule.domain;
  }
  get state() {
    return STATES[this.#record.instance.state];
  }
  get title() {
    return titleOf(this.#record);
  }
  get detail() {
    const { tell, instance } = this.#record;
    // Numbers and outlook of the last time that it held would read as those of now.
    if (!Number.isNaN(instance.unknownSince)) return `Unknown since ${formatTime(instance.unknownSince)}.`;
    return tell().detail;
  }
  get object() {
    return this.#record.tell().object;
  }
  get level() {
    return this.#record.level;
  }
  get path() {
    return pathOfAlert(this.#record, this.#topology, this.place);
  }
  get labels() {
    return Object.fromEntries([...this.#record.labels].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  get value() {
    return orNull(this.#record.instance.value);
  }
  get limit() {
    return orNull(this.#record.limit);
  }
  get unit() {
    return this.#record.unit;
  }
  get activeAt() {
    return this.#record.instance.activeAt;
  }
  get firesAt() {
    return this.#record.instance.activeAt + this.#record.forMs;
  }
  get firedAt() {
    return orNull(this.#record.instance.firedAt);
  }
  get resolvedAt() {
    return orNull(this.#record.instance.resolvedAt);
  }
  get keepsUntil() {
    return orNull(this.#record.instance.keepFiringSince + this.#record.rule.keepFiringForMs);
  }
  get unknownSince() {
    return orNull(this.#record.instance.unknownSince);
  }
  get incident() {
    return this.#record.group?.id ?? '';
  }
  get inhibitedBy() {
    return this.#record.inhibitedBy;
  }
  get silencedBy() {
    return this.#record.silencedBy;
  }
  get acked() {
    return this.#record.acked;
  }
  get notes() {
    return this.#record.notes;
  }
}

export const alertOf = (record: AlertRecord, objects: AlertObjects | null): Alert => new RecordAlert(record, objects);

/** As it is now and stays, to be sent. */
export function plainAlert(alert: Alert): Alert {
  const { id, rule, severity, domain, state, title, detail, level, place, path, object, labels, value } = alert;
  const { limit, unit, activeAt, firesAt, firedAt, resolvedAt, keepsUntil, unknownSince, incident } = alert;
  const { inhibitedBy, silencedBy, acked, notes } = alert;
  return {
    ...{ id, rule, severity, domain, state, title, detail, level, place, path, object, labels, value, limit, unit },
    ...{ activeAt, firesAt, firedAt, resolvedAt, keepsUntil, unknownSince, incident, inhibitedBy, silencedBy },
    ...{ acked, notes },
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
