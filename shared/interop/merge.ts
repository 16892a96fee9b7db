import type { Labels } from '../labels.ts';
import type { EpochMs } from '../units.ts';
import { fingerprintOf } from './told-alert.ts';

/** Where an alert is seen, and how it stands there. */
export interface Sighting {
  readonly kind: 'prometheus' | 'alertmanager';
  /** Id of the source or of the Alertmanager, and its name. */
  readonly id: string;
  readonly name: string;
  readonly state: 'pending' | 'firing' | 'suppressed';
  /** Ids of silences there, and fingerprints of the alerts that inhibit it there. */
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  readonly receivers: readonly string[];
  /** Since when the server does not answer: this is what it told last. Null while it does. */
  readonly silentSince: EpochMs | null;
}

/** One label set as all servers together have it. */
export interface MergedAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `suppressed` where an Alertmanager mutes it and none is loud. */
  readonly state: 'pending' | 'firing' | 'suppressed';
  /** The earliest that any of them has; null where none says. */
  readonly startsAt: EpochMs | null;
  /** It is one of ours. */
  readonly ours: boolean;
  readonly seenBy: readonly Sighting[];
}

/** An alert as one server has it. */
export interface Seen {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: EpochMs;
  readonly sighting: Sighting;
  /** Labels that its Prometheus adds when it sends it on. */
  readonly external?: Labels;
}

const ORDER = { firing: 0, suppressed: 1, pending: 2 } as const;

/** Alerts of all servers, one entry a label set: firing ones first, the newest of them before others. */
export function mergeAlerts(seen: readonly Seen[], ours: ReadonlySet<string>): readonly MergedAlert[] {
  const found = new Map<string, Seen[]>();
  const added = externalOf(seen);
  for (const one of seen) {
    const key = one.sighting.kind === 'alertmanager' ? sentKey(one.labels, added) : fingerprintOf(one.labels);
    const same = found.get(key);
    if (same) same.push(one);
    else found.set(key, [one]);
  }
  const merged = [...found].map(([fingerprint, all]) => one(fingerprint, all, ours.has(fingerprint)));
  return merged.sort((a, b) => ORDER[a.state] - ORDER[b.state] || (b.startsAt ?? 0) - (a.startsAt ?? 0));
}

/** A server may have it twice, with and without the labels that were added: as loud as the louder of the two. */
function oneEach(all: readonly Sighting[]): readonly Sighting[] {
  const louder = [...all].sort((a, b) => ORDER[a.state] - ORDER[b.state]);
  return all.filter((one) => one === louder.find(({ kind, id }) => kind === one.kind && id === one.id));
}

/** External labels of each Prometheus, with the alerts that it has. */
function externalOf(seen: readonly Seen[]): readonly { readonly labels: Labels; readonly keys: ReadonlySet<string> }[] {
  const found = new Map<string, { labels: Labels; keys: Set<string> }>();
  for (const { sighting, external, labels } of seen) {
    if (!external || external.size === 0) continue;
    const of = found.get(sighting.id) ?? { labels: external, keys: new Set() };
    of.keys.add(fingerprintOf(labels));
    found.set(sighting.id, of);
  }
  return [...found.values()];
}

/** More labels than these are only ever taken off together. */
const MOST_EXTERNAL = 6;

/**
 * The identity of an alert of an Alertmanager at the Prometheus that sent it, without the labels that were added on the
 * way; its own where none of them has it. A relabelling may have dropped some of them, and an alert may have one of its
 * own that is called the same: the most that leave an alert which that server has are taken off.
 */
function sentKey(labels: Labels, added: ReturnType<typeof externalOf>): string {
  const own = fingerprintOf(labels);
  for (const { labels: external, keys } of added) {
    const names = [...external].flatMap(([name, value]) => (labels.get(name) === value ? [name] : []));
    if (names.length === 0) continue;
    for (const off of namesOff(names)) {
      const key = fingerprintOf(new Map([...labels].filter(([name]) => !off.includes(name))));
      if (keys.has(key)) return key;
    }
  }
  return own;
}

/** All of the names, then all but one, … */
function namesOff(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length > MOST_EXTERNAL) return [names];
  const all = Array.from({ length: 2 ** names.length - 1 }, (_, mask) => names.filter((_, i) => ((mask + 1) >> i) & 1));
  return all.sort((a, b) => b.length - a.length);
}

function one(fingerprint: string, all: readonly Seen[], ours: boolean): MergedAlert {
  const states = all.map(({ sighting }) => sighting.state);
  const starts = all.map(({ startsAt }) => startsAt).filter((time) => !Number.isNaN(time));
  // Prometheus does not know of silences: where an Alertmanager mutes an alert, it is muted.
  const suppressed = all.some(({ sighting }) => sighting.kind === 'alertmanager' && sighting.state === 'suppressed');
  const loud = all.some(({ sighting }) => sighting.kind === 'alertmanager' && sighting.state === 'firing');
  const fires = states.some((state) => state !== 'pending');
  const annotated = all.find(({ annotations }) => annotations.size > 0) ?? all[0];
  return {
    fingerprint,
    labels: Object.fromEntries(all[0]?.labels ?? []),
    annotations: Object.fromEntries(annotated?.annotations ?? []),
    state: !fires ? 'pending' : suppressed && !loud ? 'suppressed' : 'firing',
    startsAt: starts.length > 0 ? Math.min(...starts) : null,
    ours,
    seenBy: oneEach(all.map(({ sighting }) => sighting)),
  };
}
