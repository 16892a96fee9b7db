import { compilePattern, type Pattern } from '../pattern.ts';
import {
  type AlertDomain,
  type AlertSeverity,
  CRITICAL_POWER_SILENCE_MS,
  type Matcher,
  type Silence,
} from './alert.ts';

/** A silence as it is kept; what it mutes is worked out anew. */
export type KeptSilence = Omit<Silence, 'state' | 'mutes' | 'notMuted'>;

/** How long an expired silence is kept (alerts.md). */
export const KEEP_EXPIRED_MS = 5 * 86_400_000;

/** What a silence looks at of an alert. */
export interface Silenceable {
  readonly id: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Path of the place that it stands in, from site to node; '' for none. */
  readonly placePath: string;
  readonly severity: AlertSeverity;
  readonly domain: AlertDomain;
}

type Test = (alert: Silenceable) => boolean;

/** @throws PatternError where a pattern cannot be read */
export function compileMatcher({ name, op, value }: Matcher): (labels: ReadonlyMap<string, string>) => boolean {
  const pattern: Pattern | null = op === '=~' || op === '!~' ? compilePattern(value) : null;
  const is = pattern ? (text: string) => pattern.matches(text) : (text: string) => text === value;
  const wanted = op === '=' || op === '=~';
  return (labels) => is(labels.get(name) ?? '') === wanted;
}

/** At and under a path; '' is everywhere. */
export const isUnder = (path: string, under: string) => under === '' || path === under || path.startsWith(`${under}/`);

/**
 * Whether a silence that is in force matches an alert. One without a place and without a matcher that tells anything
 * apart would mute everything: it is refused where it is made.
 */
export function compileSilence({ matchers, under }: Pick<Silence, 'matchers' | 'under'>): Test {
  const tests = matchers.map(compileMatcher);
  return (alert) => isUnder(alert.placePath, under) && tests.every((matches) => matches(alert.labels));
}

/** Why a silence cannot be made; '' where it can. */
export function refusal({ matchers, under, startsAt, endsAt }: KeptSilence, now: number): string {
  if (endsAt <= startsAt) return 'It ends before it begins';
  if (endsAt <= now) return 'It ends in the past';
  try {
    const all = matchers.map(compileMatcher);
    // Alertmanager refuses it too: a matcher that a missing label satisfies tells nothing apart.
    if (under === '' && all.every((matches) => matches(new Map())))
      return 'It would mute everything: give a place, or a matcher that a missing label does not satisfy';
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

/** A critical power alert is silenced for 24 h at most, however long the silence is. */
export const mayMute = (
  { startsAt }: Pick<Silence, 'startsAt'>,
  { severity, domain }: Silenceable,
  now: number,
): boolean => severity !== 'critical' || domain !== 'power' || now - startsAt < CRITICAL_POWER_SILENCE_MS;

/** All silences of a profile, and which alerts they mute. Pure: the time is an argument. */
export class Silences {
  #silences = new Map<string, { readonly silence: KeptSilence; readonly matches: Test }>();

  /** @throws PatternError */
  put(silence: KeptSilence): void {
    this.#silences.set(silence.id, { silence, matches: compileSilence(silence) });
  }

  get(id: string): KeptSilence | undefined {
    return this.#silences.get(id)?.silence;
  }

  /** Forgets those that expired more than 5 days ago. @returns their ids */
  forget(now: number): readonly string[] {
    const gone = [...this.#silences]
      .filter(([, { silence }]) => now - silence.endsAt > KEEP_EXPIRED_MS)
      .map(([id]) => id);
    for (const id of gone) this.#silences.delete(id);
    return gone;
  }

  /** Ids of the silences that mute an alert now. */
  mutesOf(alert: Silenceable, now: number): readonly string[] {
    if (this.#silences.size === 0) return NONE;
    const found: string[] = [];
    for (const [id, { silence, matches }] of this.#silences) {
      if (stateOf(silence, now) === 'active' && mayMute(silence, alert, now) && matches(alert)) found.push(id);
    }
    return found;
  }

  /** Every silence with what it mutes, the active ones first, then the newest. */
  list(alerts: readonly Silenceable[], now: number): readonly Silence[] {
    return [...this.#silences.values()]
      .map(({ silence, matches }): Silence => {
        const state = stateOf(silence, now);
        const matched = state === 'active' ? alerts.filter(matches) : [];
        const muted = (alert: Silenceable) => mayMute(silence, alert, now);
        return {
          ...{ ...silence, state },
          mutes: matched.filter(muted).map(({ id }) => id),
          notMuted: matched.filter((alert) => !muted(alert)).map(({ id }) => id),
        };
      })
      .sort((a, b) => ORDER[a.state] - ORDER[b.state] || b.createdAt - a.createdAt);
  }
}

const NONE: readonly string[] = [];
const ORDER = { active: 0, pending: 1, expired: 2 } as const;

export const stateOf = ({ startsAt, endsAt }: Pick<Silence, 'startsAt' | 'endsAt'>, now: number): Silence['state'] =>
  now >= endsAt ? 'expired' : now < startsAt ? 'pending' : 'active';
