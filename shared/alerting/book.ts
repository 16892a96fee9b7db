import { type Labels, seriesKey } from '../labels.ts';
import type { EpochMs } from '../units.ts';
import type { Acknowledgement, AlertLevel, JournalKind, Rule } from './alert.ts';
import { limitOf } from './condition.ts';
import { fingerprint } from './fingerprint.ts';
import { anchorOf, type Group, INCIDENT_MS } from './incidents.ts';
import { type AlertInstance, NO_STATE, type RuleState } from './machine.ts';
import { pathOf } from './objects.ts';
import { quantities } from './quantities.ts';
import { type CompiledRule, conditionAt, evaluateRule } from './rules.ts';
import type { AlertScene } from './scene.ts';
import { type Words, wordsOf } from './words.ts';

/** One alert with everything that is known of it; a pass replaces its instance and, while it holds, its words. */
export interface AlertRecord {
  readonly id: string;
  readonly labels: Labels;
  rule: Rule;
  instance: AlertInstance;
  /** Title and second line: of now while it holds, else of the last time that it did. Made when first asked for. */
  tell: () => Words;
  level: AlertLevel;
  /** Path of the place that it stands in, from site to node; '' for none. */
  placePath: string;
  limit: number;
  unit: string;
  forMs: number;
  group: Group | null;
  acked: Acknowledgement | null;
  notes: number;
  inhibitedBy: readonly string[];
  silencedBy: readonly string[];
}

/** Something that happened to an alert in a pass: one row of the journal. */
export interface Transition {
  readonly kind: Extract<JournalKind, 'pending' | 'firing' | 'resolved' | 'dropped' | 'unknown' | 'known'>;
  readonly record: AlertRecord;
}

/** What a pass changed: rows to be written, alerts to be kept or forgotten. */
export interface PassResult {
  readonly transitions: readonly Transition[];
  readonly changed: readonly AlertRecord[];
  readonly forgotten: readonly string[];
}

/** How a rule did at its last pass. */
export interface RuleHealth {
  readonly error: string;
  readonly evaluatedAt: EpochMs;
  readonly failedPasses: number;
}

/** A gap in the passes after which nothing pending is believed: samples are looked for no further back (2.1). */
const LOOKBACK_MS = 300_000;

/**
 * The alerts of all rules from pass to pass. Pure: the scene carries the time, nothing is written here. What a pass
 * changed is told, so that it can be committed before anyone is shown it.
 */
export class AlertBook {
  #rules: readonly CompiledRule[] = [];
  readonly #states = new Map<string, RuleState>();
  readonly #records = new Map<string, AlertRecord>();
  readonly #failed = new Map<string, number>();
  #groups: Group[] = [];
  #evaluatedAt: EpochMs = Number.NEGATIVE_INFINITY;

  get evaluatedAt(): EpochMs {
    return this.#evaluatedAt;
  }
  get rules(): readonly CompiledRule[] {
    return this.#rules;
  }
  /** Alerts that are not forgotten: pending, firing, and resolved within the last quarter of an hour. */
  get records(): ReadonlyMap<string, AlertRecord> {
    return this.#records;
  }

  /** Other rules from the next pass on. Alerts of a rule that is gone end with it. */
  setRules(rules: readonly CompiledRule[]): void {
    const names = new Set(rules.map(({ rule }) => rule.name));
    const gone = this.#rules.filter(({ rule }) => !names.has(rule.name) && this.#states.get(rule.name)?.instances.size);
    this.#rules = [...rules, ...gone.map((one) => ({ ...one, rule: { ...one.rule, enabled: false } }))];
    for (const name of this.#failed.keys()) if (!names.has(name)) this.#failed.delete(name);
  }

  healthOf(name: string): RuleHealth {
    const state = this.#states.get(name) ?? NO_STATE;
    return { error: state.error, evaluatedAt: state.evaluatedAt, failedPasses: this.#failed.get(name) ?? 0 };
  }

  /** Passes in a row that each rule has failed, in the order of the rules. */
  failedPasses(): readonly number[] {
    return this.#rules.map(({ rule }) => this.#failed.get(rule.name) ?? 0);
  }

  /** An alert from before a restart. */
  restore(record: AlertRecord): void {
    const { name } = record.rule;
    const key = seriesKey({ name: '', labels: record.labels });
    const state = this.#states.get(name) ?? NO_STATE;
    this.#states.set(name, { ...state, instances: new Map([...state.instances, [key, record.instance]]) });
    this.#records.set(record.id, record);
    if (record.group && !this.#groups.some(({ id }) => id === record.group?.id)) this.#groups.push(record.group);
    if (!this.#rules.some(({ rule }) => rule.name === name)) {
      const gone: Rule = { ...record.rule, enabled: false };
      const machine = { name, forMs: 0, keepFiringForMs: 0, labels: new Map(), onStale: 'resolve' as const };
      this.#rules = [
        ...this.#rules,
        { rule: gone, machine, levels: [], own: null, overrides: [], error: '', column: 0 },
      ];
    }
  }

  /** Evaluates one rule; its failure is its own. */
  #evaluate(compiled: CompiledRule, scene: AlertScene): RuleState {
    const { name } = compiled.rule;
    const before = this.#withoutOldPending(this.#states.get(name) ?? NO_STATE, scene.now);
    let after: RuleState;
    try {
      after = evaluateRule(compiled, before, scene);
    } catch (error) {
      after = { ...before, error: (error as Error).message, evaluatedAt: scene.now };
    }
    this.#failed.set(name, after.error === '' ? 0 : (this.#failed.get(name) ?? 0) + 1);
    return after;
  }

  /** After a sleep nothing fires because time passed. */
  #withoutOldPending(state: RuleState, now: EpochMs): RuleState {
    const gap = now - this.#evaluatedAt;
    // The first pass after a start has no gap: what is restored says for itself what counts.
    if (gap <= LOOKBACK_MS || !Number.isFinite(gap)) return state;
    const kept = [...state.instances].filter(([, { state: one }]) => one !== 'pending');
    return kept.length === state.instances.size ? state : { ...state, instances: new Map(kept) };
  }

  /** One pass of all rules at one time. A time that is not later than the last is no pass: undefined. */
  pass(scene: AlertScene): PassResult | undefined {
    if (scene.now <= this.#evaluatedAt) return undefined;
    const transitions: Transition[] = [];
    const changed: AlertRecord[] = [];
    const forgotten: string[] = [];
    for (const compiled of this.#rules) {
      const { name } = compiled.rule;
      const before = this.#states.get(name) ?? NO_STATE;
      const after = this.#evaluate(compiled, scene);
      this.#states.set(name, after);
      for (const [key, instance] of after.instances) {
        const was = before.instances.get(key);
        const record = this.#recordOf(compiled, instance, scene);
        if (was === instance) continue;
        record.instance = instance;
        const kinds = kindsOf(was, instance);
        if (kinds.includes('firing')) record.group = this.#groupOf(record, instance, scene);
        if (instance.state === 'inactive') record.acked = null;
        for (const kind of kinds) transitions.push({ kind, record });
        if (kinds.length > 0 || timesDiffer(was, instance)) changed.push(record);
      }
      for (const [key, was] of before.instances) {
        if (after.instances.has(key)) continue;
        const id = fingerprint(was.labels);
        const record = this.#records.get(id);
        if (record && was.state === 'pending') transitions.push({ kind: 'dropped', record });
        this.#records.delete(id);
        forgotten.push(id);
      }
    }
    this.#evaluatedAt = scene.now;
    this.#forgetGroups();
    return { transitions, changed, forgotten };
  }

  /** The record of an instance, made where it is new; its words are those of now while its condition holds. */
  #recordOf(compiled: CompiledRule, instance: AlertInstance, scene: AlertScene): AlertRecord {
    const id = fingerprint(instance.labels);
    let record = this.#records.get(id);
    if (!record) {
      record = newRecord(id, compiled, instance);
      this.#records.set(id, record);
    }
    record.rule = compiled.rule;
    // Unknown or kept on: the words stay those of the last time that it was true (1.8).
    const holds =
      instance.state !== 'inactive' && Number.isNaN(instance.unknownSince) && Number.isNaN(instance.keepFiringSince);
    const ref = holds ? scene.objects.find(instance.labels) : undefined;
    if (!ref) {
      freeze(record);
      return record;
    }
    const { first, forMs } = conditionAt(compiled, ref, scene);
    record.level = ref.level;
    // Who a leaf is says only its site; a silence of what hangs on it must find it.
    if (ref.level === 'leaf')
      record.placePath = scene.objects.topology.path[scene.objects.placeOf(ref)] ?? record.placePath;
    record.forMs = forMs;
    record.limit = limitOf(first.limit, scene.constants);
    record.unit = quantities.get(first.quantity)?.unit ?? '';
    const { value } = instance;
    record.tell = once(() => wordsOf(compiled.rule.title, first, ref, value, scene));
    return record;
  }

  #groupOf(record: AlertRecord, { activeAt }: AlertInstance, scene: AlertScene): Group {
    const anchor = anchorOf(record.rule.domain, record.level, record.labels, scene.objects);
    const open = this.#groups.find(
      (group) => group.anchor === anchor && Math.abs(activeAt - group.startedAt) <= INCIDENT_MS,
    );
    if (open) return open;
    const group = {
      id: fingerprint(
        new Map([
          ['anchor', anchor],
          ['at', String(activeAt)],
        ]),
      ),
      anchor,
      startedAt: activeAt,
    };
    this.#groups.push(group);
    return group;
  }

  #forgetGroups(): void {
    const used = new Set<Group | null>();
    for (const { group } of this.#records.values()) used.add(group);
    this.#groups = this.#groups.filter((group) => used.has(group));
  }
}

function newRecord(id: string, { rule, machine }: CompiledRule, instance: AlertInstance): AlertRecord {
  return {
    ...{ id, labels: instance.labels, rule, instance, forMs: machine.forMs },
    tell: () => ({ object: '', predicate: rule.name, detail: '' }),
    ...{ level: 'rule', placePath: pathOf(instance.labels), group: null, acked: null, notes: 0 },
    ...{ limit: Number.NaN, unit: '', inhibitedBy: [], silencedBy: [] },
  };
}

/** A scene is let go once nothing is told of it any more. */
function freeze(record: AlertRecord): void {
  const words = record.tell();
  record.tell = () => words;
}

function once(make: () => Words): () => Words {
  let made: Words | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What became of an instance, in the order in which it is told. */
function kindsOf(was: AlertInstance | undefined, now: AlertInstance): readonly Transition['kind'][] {
  const before = was === undefined || was.state === 'inactive' ? undefined : was;
  const kinds: Transition['kind'][] = [];
  if (now.state === 'inactive') return before ? ['resolved'] : [];
  if (now.state !== before?.state) kinds.push(now.state);
  const [blind, blindBefore] = [!Number.isNaN(now.unknownSince), before ? !Number.isNaN(before.unknownSince) : false];
  if (blind !== blindBefore) kinds.push(blind ? 'unknown' : 'known');
  return kinds;
}

const TIMES = ['activeAt', 'firedAt', 'resolvedAt', 'keepFiringSince', 'unknownSince'] as const;
const timesDiffer = (a: AlertInstance | undefined, b: AlertInstance) =>
  a === undefined || TIMES.some((time) => !Object.is(a[time], b[time]));
