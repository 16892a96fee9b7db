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
}

const ORDER = { firing: 0, suppressed: 1, pending: 2 } as const;

/** Alerts of all servers, one entry a label set: firing ones first, the newest of them before others. */
export function mergeAlerts(seen: readonly Seen[], ours: ReadonlySet<string>): readonly MergedAlert[] {
  const found = new Map<string, Seen[]>();
  for (const one of seen) {
    const key = fingerprintOf(one.labels);
    const same = found.get(key);
    if (same) same.push(one);
    else found.set(key, [one]);
  }
  const merged = [...found].map(([fingerprint, all]) => one(fingerprint, all, ours.has(fingerprint)));
  return merged.sort((a, b) => ORDER[a.state] - ORDER[b.state] || (b.startsAt ?? 0) - (a.startsAt ?? 0));
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
    seenBy: all.map(({ sighting }) => sighting),
  };
}
