import type { AlertLevel, Rule } from '../alerting/alert.ts';
import { type Condition, type Constants, limitOf, parseCondition } from '../alerting/condition.ts';
import { compileRule } from '../alerting/rules.ts';
import { annotationsOf } from '../interop/our-alert.ts';
import {
  type BudgetOptions,
  budgetAt,
  budgetRecords,
  budgetUse,
  drawOf,
  drawRecords,
  imbalance,
  type LabelledRecord,
  lossTrips,
  placeLabels,
  silentInlets,
} from './feed-quantities.ts';
import { cappedShare, GPU_LABELS, gpuQuantity, gpuRecords, NODE_LABELS, silent } from './gpu-quantities.ts';
import { LINK_LABELS, linkQuantity, linkRecords } from './link-quantities.ts';
import { PLACE_LABELS } from './names.ts';
import { GROUP, ownQuantity } from './own-quantities.ts';
import { signalQuantity } from './place-signals.ts';
import { Untold } from './untold.ts';

export interface AlertingFileOptions extends BudgetOptions {
  readonly constants: Constants;
}

/** A rule of the file: a recording rule, or an alert. */
export type FileRule = LabelledRecord | AlertRuleText;

/** An alerting rule in Prometheus's words. */
export interface AlertRuleText {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface AlertingFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly FileRule[] }[];
  /** Rules, or parts of them, that are not in it, and why. */
  readonly left: readonly { readonly rule: string; readonly why: string }[];
}

/** Over which a climb is judged, and how straight it has to be (alerts.md, cap forecast). */
const CLIMB = '15m';
const LEAST_R2 = 0.6;
/** Fewer samples, or a shorter time, tell no trend (trend.ts). */
const LEAST_SAMPLES = 4;
const LEAST_SPAN_S = 120;

/** Labels that tell the objects of a level from each other. */
function labelsOf(level: AlertLevel): readonly string[] {
  if (level === 'gpu') return GPU_LABELS;
  if (level === 'node') return NODE_LABELS;
  if (level === 'link') return LINK_LABELS;
  if (level === 'leaf') return ['site', 'leaf'];
  if (level === 'feed') return [...PLACE_LABELS, 'feed'];
  if (level === 'source') return ['site', 'source'];
  return level === 'rule' ? ['rule'] : placeLabels(level);
}

type Leave = (what: string, why: string) => void;

/** The pack, or other rules, as a rule file: what it records first, then the alerts, evaluated one after another. */
export function alertingFile(rules: readonly Rule[], options: AlertingFileOptions): AlertingFile {
  const left: AlertingFile['left'][number][] = [];
  const texts = rules.flatMap((rule): readonly AlertRuleText[] => {
    const leave: Leave = (what, why) => left.push({ rule: `${rule.name}${what}`, why });
    if (rule.enabled) return new Writer(rule, options, leave).texts();
    leave('', 'it is switched off');
    return [];
  });
  const own = texts.filter(({ alert }) => rules.some((rule) => rule.name === alert && isOfTheServer(rule)));
  const alerts = texts.filter((text) => !own.includes(text));
  const records = [
    ...gpuRecords(options),
    ...drawRecords(options),
    ...budgetRecords(options.budgets),
    ...linkRecords(options),
  ];
  // One group: its rules see what those before them recorded, at the same time. What tells of it is another one.
  const groups = [
    { name: GROUP, rules: [...needed(records, alerts), ...alerts] },
    { name: `${GROUP}-own`, rules: own },
  ];
  return { groups: groups.filter((group) => group.rules.length > 0), left };
}

const isOfTheServer = ({ when }: Rule) => when.startsWith('rule.');

/** Records that an alert looks at, or that such a record looks at. */
function needed(records: readonly LabelledRecord[], alerts: readonly AlertRuleText[]): readonly LabelledRecord[] {
  const names = new Set(records.map(({ record }) => record));
  const wanted = new Set<string>();
  const want = (expr: string) => {
    for (const [name] of expr.matchAll(/[a-z]+:fleetwatt_[a-z0-9_]+(:[a-z0-9]+)?/g)) {
      if (!names.has(name) || wanted.has(name)) continue;
      wanted.add(name);
      for (const one of records) if (one.record === name) want(one.expr);
    }
  };
  for (const { expr } of alerts) want(expr);
  return records.filter(({ record }) => wanted.has(record));
}

/** A rule's conditions for one part of the fleet: all of it, or an override's place. */
interface Part {
  readonly when: string;
  readonly clear?: string | undefined;
  readonly forMs: number;
  /** Keeps the elements that this part is about. */
  readonly within: (expr: string) => string;
}

/** Writes one rule, each of its levels side by side; overrides with another `for` are alerts of the same name. */
class Writer {
  readonly #rule: Rule;
  readonly #options: AlertingFileOptions;
  readonly #leave: Leave;

  constructor(rule: Rule, options: AlertingFileOptions, leave: Leave) {
    this.#rule = rule;
    this.#options = options;
    this.#leave = leave;
  }

  texts(): readonly AlertRuleText[] {
    const { levels, error } = compileRule(this.#rule);
    if (error !== '') {
      this.#leave('', error);
      return [];
    }
    const byFor = new Map<number, { level: AlertLevel; expr: string }[]>();
    for (const level of levels) {
      try {
        for (const part of partsOf(this.#rule)) {
          const list = byFor.get(part.forMs) ?? [];
          list.push({ level, expr: part.within(this.#part(part, level)) });
          byFor.set(part.forMs, list);
        }
      } catch (cause) {
        if (!(cause instanceof Untold)) throw cause;
        this.#leave(levels.length > 1 ? ` of a ${level}` : '', cause.message);
      }
    }
    return [...byFor].map(([forMs, found]) => this.#text(forMs, found));
  }

  #text(forMs: number, found: readonly { level: AlertLevel; expr: string }[]): AlertRuleText {
    const { name, keepFiringForMs, labels, severity, runbook } = this.#rule;
    const of = [...new Set(found.flatMap(({ level }) => labelsOf(level)))];
    const object = of.map((label) => `{{ with $labels.${label} }}{{ . }} {{ end }}`).join('');
    return {
      alert: name,
      expr: found.map(({ expr }) => (found.length > 1 ? `(${expr})` : expr)).join(' or '),
      ...(forMs > 0 ? { for: duration(forMs) } : {}),
      ...(keepFiringForMs > 0 ? { keep_firing_for: duration(keepFiringForMs) } : {}),
      labels: { ...labels, severity },
      annotations: {
        summary: `${name}: ${object}{{ $value | humanize }}`,
        ...Object.fromEntries(annotationsOf(runbook)),
      },
    };
  }

  #part({ when, clear }: Part, level: AlertLevel): string {
    const set = this.#condition(parseCondition(when), level);
    return clear ? `(${set}) or ${this.#kept(parseCondition(clear), level)}` : set;
  }

  /** What fires already is kept until the clear condition holds: the server's own ALERTS say what fires. */
  #kept(clear: Condition, level: AlertLevel): string {
    if (clear.kind !== 'compare') throw new Untold('its clear condition has more than one comparison');
    const value = this.#quantity(clear.quantity, level);
    const on = [...new Set([...PLACE_LABELS, ...labelsOf(level)])].join(', ');
    const firing = `ALERTS{alertname="${this.#rule.name}", alertstate="firing"}`;
    return `(((${value}) unless (${this.#condition(clear, level)})) and on (${on}) ${firing})`;
  }

  #condition(condition: Condition, level: AlertLevel): string {
    if (condition.kind === 'compare') {
      const { quantity, op, limit } = condition;
      return `(${this.#quantity(quantity, level)}) ${op} ${round(limitOf(limit, this.#options.constants))}`;
    }
    const told = [condition.left, condition.right].flatMap((one): readonly (string | Untold)[] => {
      try {
        return [this.#condition(one, level)];
      } catch (cause) {
        // Of two, either of which suffices, one can do without the other.
        if (condition.kind === 'and' || !(cause instanceof Untold)) throw cause;
        return [cause];
      }
    });
    const [failed] = told.filter((one) => one instanceof Untold);
    const texts = told.filter((one) => typeof one === 'string');
    if (failed && texts.length === 0) throw failed;
    if (failed) this.#leave(', a part of its condition', failed.message);
    return texts.map((text) => `(${text})`).join(` ${condition.kind} `);
  }

  #quantity(name: string, level: AlertLevel): string {
    return quantityValues(name, level, this.#options);
  }
}

/** The rule's own condition, without the places of overrides, and theirs, without those of overrides below them. */
function partsOf(rule: Rule): readonly Part[] {
  const { overrides } = rule;
  const below = (place: string) =>
    overrides.filter((one) => one.place.startsWith(`${place}/`)).map(({ place: of }) => of);
  const without = (places: readonly string[]) => places.map((place) => ` unless ${at(place)}`).join('');
  const outside = without(overrides.map(({ place }) => place));
  return [
    { ...rule, within: (expr) => (outside === '' ? expr : `(${expr})${outside}`) },
    ...overrides.map(({ place, forMs = rule.forMs, when, clear }) => ({
      ...{ when, clear, forMs },
      within: (expr: string) => `(${expr}) and ${at(place)}${without(below(place))}`,
    })),
  ];
}

/** Matches what lies at and under a place. */
function at(place: string): string {
  const names = place.split('/');
  const labels = /^(GPU|MIG)-/i.test(place) ? ['UUID'] : NODE_LABELS.slice(0, names.length);
  const one = labels.reduce(
    (text, label, i) => `label_replace(${text}, "${label}", ${JSON.stringify(names[i])}, "", "")`,
    'vector(1)',
  );
  return `on (${labels.join(', ')}) ${one}`;
}

const duration = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000}m` : ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;

/** 0.9 − 0.02 is 0.88. */
const round = (value: number) => Number(value.toPrecision(12));

/** The expression of a quantity of the objects of a level, with the labels of our alerts. @throws Untold */
function quantityValues(quantity: string, level: AlertLevel, options: AlertingFileOptions): string {
  if (quantity.startsWith('source.') || quantity.startsWith('rule.')) return ownQuantity(quantity, options.intervalS);
  if (quantity === 'budget.use') return budgetUse(level, options);
  if (quantity === 'budget.cap_minutes') return capMinutes(level, options);
  if (quantity === 'feed.loss_trips') return lossTrips(options);
  if (quantity === 'rack.feed_imbalance') return imbalance();
  if (quantity === 'rack.capped_share') return cappedShare(options);
  if (quantity === 'data.silent') return level === 'feed' ? silentInlets() : silent(labelsOf(level));
  const derived = linkQuantity(quantity, options) || (level === 'gpu' ? gpuQuantity(quantity, options) : '');
  return derived === '' ? signalQuantity(quantity, level, options) : derived;
}

/** Minutes until draw meets budget, by a straight line through the last 15 min where there is one. */
function capMinutes(level: AlertLevel, options: AlertingFileOptions): string {
  const draw = drawOf(level);
  const left = `${budgetAt(level, options)} - ${draw}`;
  const count = `count_over_time(${draw}[${CLIMB}])`;
  // R² of a line over evenly spaced points: slope² × variance of time ÷ variance of the draw.
  const timeVariance = `((${count} ^ 2 - 1) * ${options.intervalS ** 2} / 12)`;
  const straight = `deriv(${draw}[${CLIMB}]) ^ 2 * ${timeVariance} / stdvar_over_time(${draw}[${CLIMB}]) >= ${LEAST_R2}`;
  const long = `${count} >= ${Math.max(LEAST_SAMPLES, Math.ceil(LEAST_SPAN_S / options.intervalS) + 1)}`;
  return `(${left}) / (deriv(${draw}[${CLIMB}]) > 0) / 60 and (${straight}) and (${long})`;
}
