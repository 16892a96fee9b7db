import type { Labels } from '../labels.ts';
import type { Topology } from '../topology.ts';
import type { AlertLevel, Rule, RulePreview } from './alert.ts';
import {
  type Condition,
  ConditionError,
  firstOf,
  holdsForNone,
  NO,
  parseCondition,
  quantitiesOf,
  truthsOf,
  UNKNOWN,
  YES,
} from './condition.ts';
import { type AlertRule, evaluate, type Outcome, type RuleState } from './machine.ts';
import type { ObjectRef } from './objects.ts';
import { quantities } from './quantities.ts';
import type { AlertScene } from './scene.ts';

/** One condition with the one that clears it. */
interface Conditions {
  readonly when: Condition;
  readonly clear: Condition | null;
}

/** A rule as it is evaluated. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly machine: AlertRule;
  readonly levels: readonly AlertLevel[];
  readonly own: Conditions | null;
  readonly overrides: readonly (Conditions & { readonly place: string; readonly machine: AlertRule })[];
  /** Why it cannot be evaluated; '' where it can. */
  readonly error: string;
  /** Where in the condition, from 1; 0: elsewhere. */
  readonly column: number;
}

/** Reads a rule's conditions. Nothing is thrown: a rule that is wrong says so, and fails at every pass. */
export function compileRule(rule: Rule): CompiledRule {
  const machine = machineOf(rule, rule.forMs);
  try {
    const own = read(rule);
    const levels = levelsOf(rule, own);
    const overrides = rule.overrides.map((one) => {
      const conditions = read(one);
      checkLevels(conditions, levels);
      return { ...conditions, place: one.place, machine: machineOf(rule, one.forMs ?? rule.forMs) };
    });
    return { rule, machine, levels, own, overrides, error: '', column: 0 };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return { rule, machine, levels: [], own: null, overrides: [], error: error.message, column: error.column };
  }
}

const machineOf = ({ name, keepFiringForMs, labels, severity, onStale }: Rule, forMs: number): AlertRule => ({
  ...{ name, forMs, keepFiringForMs, onStale },
  labels: new Map([...Object.entries(labels), ['severity', severity]]),
});

function read({ when, clear }: Pick<Rule, 'when' | 'clear'>): Conditions {
  const conditions = { when: parseCondition(when), clear: clear ? parseCondition(clear) : null };
  for (const [condition, text] of [
    [conditions.when, when],
    [conditions.clear, clear ?? ''],
  ] as const) {
    for (const name of condition ? quantitiesOf(condition) : []) {
      if (quantities.has(name)) continue;
      // The text may have it in the catalogue's spelling.
      const at = text.toLowerCase().replaceAll('_', '').indexOf(name.replaceAll('_', ''));
      throw new ConditionError(`There is no quantity ${name}`, Math.max(0, at) + 1);
    }
  }
  return conditions;
}

/** Levels at which every quantity of a condition has values. */
function common({ when, clear }: Conditions): readonly AlertLevel[] {
  const names = [...quantitiesOf(when), ...(clear ? quantitiesOf(clear) : [])];
  const [first, ...others] = names.map((name) => quantities.get(name)?.levels ?? []);
  return (first ?? []).filter((level) => others.every((levels) => levels.includes(level)));
}

function levelsOf(rule: Rule, own: Conditions): readonly AlertLevel[] {
  const possible = common(own);
  if (possible.length === 0) throw new ConditionError('These quantities are not of the same kind of object', 1);
  if (rule.at) {
    checkLevels(own, rule.at);
    return rule.at;
  }
  // A signal is looked at where it is measured, what is told of places at all of them.
  const [name] = quantitiesOf(own.when);
  return name.startsWith('budget.') ? possible : possible.slice(0, 1);
}

function checkLevels(conditions: Conditions, levels: readonly AlertLevel[]): void {
  const possible = common(conditions);
  for (const level of levels) {
    if (possible.includes(level)) continue;
    throw new ConditionError(
      `${quantitiesOf(conditions.when)[0]} is not known of a ${level}, only of ${possible.join(', ')}`,
      1,
    );
  }
}

/** Which override counts for each place: −1 for none. The nearest one above it, itself included. */
function overrideByPlace({ path, parent }: Topology, overrides: CompiledRule['overrides']): Int16Array {
  const byPath = new Map(overrides.map(({ place }, i) => [place, i]));
  const of = new Int16Array(parent.length);
  for (let place = 0; place < of.length; place++) {
    of[place] = byPath.get(path[place]) ?? (parent[place] >= 0 ? of[parent[place]] : -1);
  }
  return of;
}

/** What a rule says of the objects of one level at one scene, by their index; worked out when it is first asked. */
interface Tests {
  readonly when: (index: number) => number;
  /** The first object from an index on for which it holds; −1: none. */
  readonly next: (index: number) => number;
  readonly clear: ((index: number) => number) | null;
  readonly value: (index: number) => number;
  /** Quantities that it needs are not read at all: it holds for nothing. */
  readonly empty: boolean;
}

class RuleAtScene {
  readonly #compiled: CompiledRule;
  readonly #scene: AlertScene;
  readonly #tests = new Map<string, Tests>();
  readonly #overrideOf: Int16Array | null;

  constructor(compiled: CompiledRule, scene: AlertScene) {
    this.#compiled = compiled;
    this.#scene = scene;
    this.#overrideOf = compiled.overrides.length > 0 ? overrideByPlace(scene.frame.topology, compiled.overrides) : null;
  }

  overrideOf(ref: ObjectRef): number {
    if (!this.#overrideOf) return -1;
    const place = this.#scene.objects.placeOf(ref);
    return place < 0 ? -1 : this.#overrideOf[place];
  }

  testsOf(ref: ObjectRef): Tests {
    return this.#at(ref.level, this.overrideOf(ref));
  }

  #at(level: AlertLevel, override: number): Tests {
    const key = `${level} ${override}`;
    let tests = this.#tests.get(key);
    if (!tests) {
      const conditions = override >= 0 ? this.#compiled.overrides[override] : (this.#compiled.own as Conditions);
      const column = (name: string) => quantities.get(name)?.column(this.#scene, level) ?? [];
      const values = column(firstOf(conditions.when).quantity);
      const [from, to] = this.#scene.objects.range(level);
      const said = (condition: Condition) => {
        let truths: Uint8Array | undefined;
        return () => {
          truths ??= truthsOf(condition, column, this.#scene.constants, from, to);
          return truths;
        };
      };
      const [when, clear] = [said(conditions.when), conditions.clear && said(conditions.clear)];
      tests = {
        when: (index) => when()[index - from],
        next: (index) => {
          const at = when().indexOf(YES, index - from);
          return at < 0 ? -1 : at + from;
        },
        clear: clear && ((index) => clear()[index - from]),
        value: (index) => values[index] ?? Number.NaN,
        empty: holdsForNone(conditions.when, column),
      };
      this.#tests.set(key, tests);
    }
    return tests;
  }

  /** Every object of the rule's levels; what stands nowhere (an inlet of a source that is gone) is none of them. */
  *objects(): Generator<ObjectRef> {
    for (const level of this.#compiled.levels) {
      const [from, to] = this.#scene.objects.range(level);
      for (let index = from; index < to; index++) {
        const ref = { level, index };
        if (this.#isPlaced(ref)) yield ref;
      }
    }
  }

  #isPlaced(ref: ObjectRef): boolean {
    return (ref.level !== 'link' && ref.level !== 'feed') || this.#scene.objects.placeOf(ref) >= 0;
  }

  outcome(): Outcome {
    const elements: { labels: Labels; value: number }[] = [];
    const { objects } = this.#scene;
    const add = (level: AlertLevel, index: number, tests: Tests) => {
      const ref = { level, index };
      if (this.#isPlaced(ref)) elements.push({ labels: objects.labelsOf(ref), value: tests.value(index) });
    };
    for (const level of this.#compiled.levels) {
      const [from, to] = objects.range(level);
      // The one loop over every object of the fleet: without overrides all of them have the same test.
      const all = this.#overrideOf ? null : this.#at(level, -1);
      if (all?.empty) continue;
      if (all) for (let index = all.next(from); index >= 0; index = all.next(index + 1)) add(level, index, all);
      for (let index = from; !all && index < to; index++) {
        const tests = this.testsOf({ level, index });
        if (tests.when(index) === YES) add(level, index, tests);
      }
    }
    const of = <Told>(labels: Labels, missing: Told, tell: (tests: Tests, index: number) => Told, none: Told): Told => {
      if (!this.#isOurs(labels)) return none;
      const ref = objects.find(labels);
      if (!ref) return missing;
      return this.#compiled.levels.includes(ref.level) ? tell(this.testsOf(ref), ref.index) : none;
    };
    const { complete } = this.#scene;
    const hold = this.#compiled.rule.onStale === 'hold';
    return {
      elements,
      // What nobody can tell is not clear, but where the rule wants to be Prometheus.
      held: (labels) =>
        of<number | undefined>(
          labels,
          undefined,
          ({ clear, value }, index) => {
            const told = clear === null ? YES : clear(index);
            return told === NO || (told === UNKNOWN && hold) ? value(index) : undefined;
          },
          undefined,
        ),
      unknown: (labels) => of(labels, !complete, ({ when }, index) => when(index) === UNKNOWN, false),
    };
  }

  /** An alert from before an edit of the rule's labels is another alert, and ends. */
  #isOurs(labels: Labels): boolean {
    for (const [name, value] of this.#compiled.machine.labels) if ((labels.get(name) ?? '') !== value) return false;
    return true;
  }
}

/** What a rule that is gone, or switched off, finds: nothing, and nothing is unknown. */
const NOTHING: Outcome = { elements: [] };

/** The first comparison and the `for` that count for an object. */
export function conditionAt({ own, overrides, machine }: CompiledRule, ref: ObjectRef, scene: AlertScene) {
  const { path, parent } = scene.frame.topology;
  for (let at = overrides.length > 0 ? scene.objects.placeOf(ref) : -1; at >= 0; at = parent[at]) {
    const found = overrides.find(({ place }) => place === path[at]);
    if (found) return { first: firstOf(found.when), forMs: found.machine.forMs };
  }
  return { first: firstOf((own as Conditions).when), forMs: machine.forMs };
}

/** One pass of one rule. A rule that cannot be evaluated keeps its alerts as they are and says why. Pure. */
export function evaluateRule(compiled: CompiledRule, previous: RuleState, scene: AlertScene): RuleState {
  const { rule, machine, error, overrides } = compiled;
  if (!rule.enabled) return evaluate({ ...machine, keepFiringForMs: 0 }, previous, NOTHING, scene.now);
  if (error !== '') return evaluate(machine, previous, { error }, scene.now);
  const at = new RuleAtScene(compiled, scene);
  const outcome = at.outcome();
  // Another `for` is another machine; all of them keep one state.
  if ('error' in outcome || !overrides.some((one) => one.machine.forMs !== machine.forMs))
    return evaluate(machine, previous, outcome, scene.now);
  return evaluateApart(compiled, previous, outcome, scene, (labels) => {
    const ref = scene.objects.find(labels);
    return ref ? at.overrideOf(ref) : -1;
  });
}

/** Evaluates the objects of each override by its own `for`, and puts the states together. */
function evaluateApart(
  { machine, overrides }: CompiledRule,
  previous: RuleState,
  outcome: Exclude<Outcome, { error: string }>,
  { now }: AlertScene,
  overrideOf: (labels: Labels) => number,
): RuleState {
  const instances = new Map<string, RuleState['instances'] extends ReadonlyMap<string, infer One> ? One : never>();
  let error = '';
  for (let which = -1; which < overrides.length; which++) {
    const before = [...previous.instances].filter(([, { labels }]) => overrideOf(labels) === which);
    const part = evaluate(
      which < 0 ? machine : overrides[which].machine,
      { ...previous, instances: new Map(before) },
      { ...outcome, elements: outcome.elements.filter(({ labels }) => overrideOf(labels) === which) },
      now,
    );
    error ||= part.error;
    for (const [key, instance] of part.instances) instances.set(key, instance);
  }
  return { instances, error, evaluatedAt: now };
}

const MOST_FOUND = 200;

/** What a rule would find now, without waiting for its `for`. */
export function previewRule(rule: Rule, scene: AlertScene): RulePreview {
  const compiled = compileRule(rule);
  if (compiled.error !== '')
    return { error: compiled.error, column: compiled.column, found: [], holds: 0, of: 0, unknown: 0 };
  const at = new RuleAtScene(compiled, scene);
  const { topology } = scene.frame;
  const found: RulePreview['found'][number][] = [];
  let [holds, of, unknown] = [0, 0, 0];
  for (const ref of at.objects()) {
    const tests = at.testsOf(ref);
    const told = tests.when(ref.index);
    of++;
    if (told === UNKNOWN) unknown++;
    if (told !== YES) continue;
    holds++;
    if (found.length === MOST_FOUND) continue;
    const place = scene.objects.placeOf(ref);
    const value = tests.value(ref.index);
    found.push({
      object: scene.objects.nameOf(ref),
      path: place < 0 ? '' : topology.path[place],
      value: Number.isFinite(value) ? value : null,
    });
  }
  return { error: '', column: 0, found, holds, of, unknown };
}
