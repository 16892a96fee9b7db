import { type Labels, seriesKey } from '../labels.ts';
import type { DurationMs, EpochMs } from '../units.ts';

/** What the state machine needs of a rule. */
export interface AlertRule {
  readonly name: string;
  readonly forMs: DurationMs;
  readonly keepFiringForMs: DurationMs;
  /** Put over the labels of each element; an empty value takes a label away. */
  readonly labels: Labels;
  /**
   * What becomes of an alert whose source is silent: `hold` keeps its state and marks it unknown, `resolve` is what
   * Prometheus does.
   */
  readonly onStale: 'hold' | 'resolve';
}

export type AlertState = 'pending' | 'firing' | 'inactive';

/** One alert of a rule. Times are of evaluations; NaN is "not so far". */
export interface AlertInstance {
  /** Its identity: element labels without the name, the rule's labels over them, and `alertname`. */
  readonly labels: Labels;
  readonly state: AlertState;
  readonly activeAt: EpochMs;
  readonly firedAt: EpochMs;
  readonly resolvedAt: EpochMs;
  readonly keepFiringSince: EpochMs;
  /** Since when its source is silent; NaN while it speaks. */
  readonly unknownSince: EpochMs;
  /** Value at the last evaluation at which the condition held, or the alert was not cleared yet. */
  readonly value: number;
}

export interface RuleState {
  /** By fingerprint of their labels. */
  readonly instances: ReadonlyMap<string, AlertInstance>;
  /** Why the last pass changed nothing; '' where it went well. */
  readonly error: string;
  /** Time of the last pass, −Infinity before the first. */
  readonly evaluatedAt: EpochMs;
}

export const NO_STATE: RuleState = { instances: new Map(), error: '', evaluatedAt: Number.NEGATIVE_INFINITY };

/** What a condition gave at one instant. */
export type Outcome =
  | { readonly error: string }
  | {
      /** Elements for which the condition holds. */
      readonly elements: readonly { readonly labels: Labels; readonly value: number }[];
      /**
       * Value of now of a firing alert that is not cleared yet: its own clear condition does not hold. NaN: not known;
       * undefined: it is cleared. Labels are the identity's.
       */
      readonly held?: (labels: Labels) => number | undefined;
      /** Whether the object of an alert is silent, so that nobody can tell. Labels are the identity's. */
      readonly unknown?: (labels: Labels) => boolean;
    };

/** How long a resolved alert is remembered, so that it can be told (Prometheus: resolvedRetention). */
export const RESOLVED_MS = 15 * 60_000;

interface Identity {
  readonly key: string;
  readonly labels: Labels;
}

/** Identities by rule and by the element's own Map: objects keep theirs from pass to pass, so it is made once. */
const known = new WeakMap<AlertRule, WeakMap<Labels, Identity>>();

function identityFor(rule: AlertRule, element: Labels): Identity {
  let of = known.get(rule);
  if (!of) {
    of = new WeakMap();
    known.set(rule, of);
  }
  let identity = of.get(element);
  if (!identity) {
    const labels = identityOf(rule, element);
    identity = { labels, key: seriesKey({ name: '', labels }) };
    of.set(element, identity);
  }
  return identity;
}

/** Labels without the metric's name, with the rule's over them and the alert's name; empty ones are absent. */
function identityOf(rule: AlertRule, element: Labels): Labels {
  const labels = new Map(element);
  labels.delete('__name__');
  for (const [name, value] of rule.labels) labels.set(name, value);
  labels.set('alertname', rule.name);
  for (const [name, value] of labels) if (value === '') labels.delete(name);
  return labels;
}

/**
 * One pass of a rule, as Prometheus's alerting rule does it (alert-semantics.md 1), with two additions: a clear
 * condition keeps a firing alert, and an alert of a silent object holds its state. Pure.
 *
 * A pass that fails, or that is not later than the last, changes no alert.
 */
export function evaluate(rule: AlertRule, previous: RuleState, outcome: Outcome, now: EpochMs): RuleState {
  if (now <= previous.evaluatedAt) return previous;
  if ('error' in outcome) return { ...previous, error: outcome.error, evaluatedAt: now };
  const present = new Map<string, { labels: Labels; value: number }>();
  for (const { labels: own, value } of outcome.elements) {
    const { labels, key } = identityFor(rule, own);
    if (present.has(key)) {
      const error = 'vector contains metrics with the same labelset after applying alert labels';
      return { ...previous, error, evaluatedAt: now };
    }
    present.set(key, { labels, value });
  }
  const instances = new Map<string, AlertInstance>();
  for (const [key, instance] of previous.instances) {
    const element = present.get(key);
    const next = element ? seen(instance, element.value, now) : missed(rule, instance, outcome, now);
    if (next) instances.set(key, fired(rule, next, now));
  }
  for (const [key, { labels, value }] of present) {
    if (!previous.instances.has(key)) instances.set(key, fired(rule, pending(labels, value, now), now));
  }
  return { instances, error: '', evaluatedAt: now };
}

const NEVER = Number.NaN;

function pending(labels: Labels, value: number, now: EpochMs): AlertInstance {
  const times = { firedAt: NEVER, resolvedAt: NEVER, keepFiringSince: NEVER, unknownSince: NEVER };
  return { labels, state: 'pending', activeAt: now, ...times, value };
}

/** The condition holds. A resolved alert begins anew. */
function seen(instance: AlertInstance, value: number, now: EpochMs): AlertInstance {
  if (instance.state === 'inactive') return pending(instance.labels, value, now);
  return { ...instance, value, keepFiringSince: NEVER, unknownSince: NEVER };
}

/** The condition does not hold, or nobody can tell. Undefined: the alert is forgotten. */
function missed(
  rule: AlertRule,
  instance: AlertInstance,
  { held, unknown }: Extract<Outcome, { elements: unknown }>,
  now: EpochMs,
): AlertInstance | undefined {
  if (instance.state === 'inactive') return now - instance.resolvedAt > RESOLVED_MS ? undefined : instance;
  if (rule.onStale === 'hold' && unknown?.(instance.labels)) {
    return Number.isNaN(instance.unknownSince) ? { ...instance, unknownSince: now } : instance;
  }
  // One miss ends what was pending: keep_firing_for is for what fires.
  if (instance.state === 'pending') return undefined;
  const told = { ...instance, unknownSince: NEVER };
  const value = held?.(instance.labels);
  if (value !== undefined)
    return { ...told, keepFiringSince: NEVER, value: Number.isNaN(value) ? instance.value : value };
  if (rule.keepFiringForMs > 0) {
    const since = Number.isNaN(instance.keepFiringSince) ? now : instance.keepFiringSince;
    if (now - since < rule.keepFiringForMs) return { ...told, keepFiringSince: since };
  }
  return { ...told, state: 'inactive', resolvedAt: now };
}

/** What is pending for long enough fires; what fires is pending again where `for` was raised by an edit. */
function fired(rule: AlertRule, instance: AlertInstance, now: EpochMs): AlertInstance {
  // Time alone never makes an alert fire: while its object is silent it waits.
  if (!Number.isNaN(instance.unknownSince)) return instance;
  const held = now - instance.activeAt >= rule.forMs;
  if (instance.state === 'pending' && held) return { ...instance, state: 'firing', firedAt: now };
  if (instance.state === 'firing' && !held) return { ...instance, state: 'pending', firedAt: NEVER };
  return instance;
}
