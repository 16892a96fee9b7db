import type { AlertLevel, Rule } from '../alerting/alert.ts';
import {
  type Condition,
  ConditionError,
  type Constants,
  limitOf,
  parseCondition,
  quantitiesOf,
  snakeCase,
} from '../alerting/condition.ts';
import { annotationsOf } from '../interop/our-alert.ts';
import { signals } from '../signals/catalogue.ts';
import { gpuValuesOf, valuesOf } from './expressions.ts';
import { type AlertingOptions, cappedShare, GPU_LABELS, gpuQuantity, gpuRecords, silent } from './gpu-quantities.ts';
import { PLACE_LABELS, recordedName } from './names.ts';
import type { RecordingRule } from './rules.ts';

/** A place's budget, watts. */
export interface PlaceBudget {
  /** `site/hall/row/rack`, or above. */
  readonly path: string;
  readonly watts: number;
}

export interface AlertingFileOptions extends AlertingOptions {
  readonly constants: Constants;
  readonly budgets: readonly PlaceBudget[];
}

/** A rule of the file: a recording rule, or an alert. */
export type FileRule = (RecordingRule & { readonly labels?: Readonly<Record<string, string>> }) | AlertRuleText;

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
  /** Rules that are not in it, and why. */
  readonly left: readonly { readonly rule: string; readonly why: string }[];
}

/** A quantity that the server cannot tell, and why. */
class Untold extends Error {
  override readonly name = 'Untold';
}

const LEVELS: readonly AlertLevel[] = PLACE_LABELS;
const labelsOf = (level: AlertLevel): readonly string[] => PLACE_LABELS.slice(0, LEVELS.indexOf(level) + 1);

const DRAW = (level: AlertLevel) => recordedName(level, 'draw_watts:sum');
const FEED = recordedName('rack', 'feed_watts:sum');
const BUDGET = (level: AlertLevel) => recordedName(level, 'budget_watts');
/** Over which a climb is judged, and how straight it has to be (alerts.md, cap forecast). */
const CLIMB = '15m';
const LEAST_R2 = 0.6;
/** Fewer samples, or a shorter time, tell no trend (trend.ts). */
const LEAST_SAMPLES = 4;
const LEAST_SPAN_S = 120;

/** The pack, or other rules, as a rule file: what it records first, then the alerts, evaluated one after another. */
export function alertingFile(rules: readonly Rule[], options: AlertingFileOptions): AlertingFile {
  const left: AlertingFile['left'][number][] = [];
  const alerts = rules.flatMap((rule): readonly AlertRuleText[] => {
    if (!rule.enabled) return [];
    try {
      return exported(rule, options, (level, why) => left.push({ rule: `${rule.name} of a ${level}`, why }));
    } catch (error) {
      if (!(error instanceof Untold || error instanceof ConditionError)) throw error;
      left.push({ rule: rule.name, why: error.message });
      return [];
    }
  });
  const records = [...gpuRecords(options), ...drawRecords(options), ...budgetRecords(options.budgets)];
  // One group: its rules see what those before them recorded, at the same time.
  return { groups: [{ name: 'fleetwatt-alerts', rules: [...records, ...alerts] }], left };
}

/** One alert a level of the rule: labels of different levels cannot stand in one expression's result side by side. */
function exported(
  rule: Rule,
  options: AlertingFileOptions,
  leave: (level: AlertLevel, why: string) => void,
): readonly AlertRuleText[] {
  const when = parseCondition(rule.when);
  const clear = rule.clear ? parseCondition(rule.clear) : null;
  const made = levelsOf(rule, when).flatMap((level) => {
    try {
      return [textOf(rule, when, clear, level, options)];
    } catch (error) {
      if (!(error instanceof Untold)) throw error;
      leave(level, error.message);
      return [];
    }
  });
  const [first] = made;
  if (first === undefined) return [];
  return [{ ...first, expr: made.map(({ expr }) => (made.length > 1 ? `(${expr})` : expr)).join(' or ') }];
}

function levelsOf({ at }: Rule, when: Condition): readonly AlertLevel[] {
  if (at) return at;
  const [name = ''] = quantitiesOf(when);
  if (name.startsWith('budget.')) return LEVELS;
  const kind = name.split('.')[0];
  return [kind === 'rack' || kind === 'feed' || kind === 'link' || kind === 'source' || kind === 'rule' ? kind : 'gpu'];
}

function textOf(
  rule: Rule,
  when: Condition,
  clear: Condition | null,
  level: AlertLevel,
  options: AlertingFileOptions,
): AlertRuleText {
  const set = expression(when, level, options);
  const labels = level === 'gpu' ? GPU_LABELS : level === 'node' ? GPU_LABELS.slice(0, -1) : labelsOf(level);
  return {
    alert: rule.name,
    expr: clear ? `(${set}) or ${kept(rule, clear, level, [...PLACE_LABELS, ...labels.slice(4)], options)}` : set,
    ...(rule.forMs > 0 ? { for: duration(rule.forMs) } : {}),
    ...(rule.keepFiringForMs > 0 ? { keep_firing_for: duration(rule.keepFiringForMs) } : {}),
    labels: { ...rule.labels, severity: rule.severity },
    annotations: {
      summary: `${rule.name} on ${labels.map((label) => `{{ $labels.${label} }}`).join('/')}: {{ $value | humanize }}`,
      ...Object.fromEntries(annotationsOf(rule.runbook)),
    },
  };
}

/** What fires already is kept until the clear condition holds: the server's own ALERTS say what fires. */
function kept(
  { name }: Rule,
  clear: Condition,
  level: AlertLevel,
  on: readonly string[],
  options: AlertingFileOptions,
): string {
  if (clear.kind !== 'compare') throw new Untold('its clear condition has more than one comparison');
  const value = quantityValues(clear.quantity, level, options);
  const firing = `ALERTS{alertname="${name}", alertstate="firing"}`;
  return `(((${value}) unless (${expression(clear, level, options)})) and on (${on.join(', ')}) ${firing})`;
}

const duration = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1000}s`);

function expression(condition: Condition, level: AlertLevel, options: AlertingFileOptions): string {
  if (condition.kind === 'compare') {
    const { quantity, op, limit } = condition;
    const value = quantityValues(quantity, level, options);
    return `(${value}) ${op} ${round(limitOf(limit, options.constants))}`;
  }
  const [left, right] = [condition.left, condition.right].map((one) => expression(one, level, options));
  return `(${left}) ${condition.kind} (${right})`;
}

/** 0.9 − 0.02 is 0.88. */
const round = (value: number) => Number(value.toPrecision(12));

/** The expression of a quantity of the objects of a level, with the labels of our alerts. @throws Untold */
function quantityValues(quantity: string, level: AlertLevel, options: AlertingFileOptions): string {
  if (quantity.startsWith('link.'))
    throw new Untold('what is unusual for a port, or what a tick of its wait stands for, only Fleetwatt knows');
  if (quantity.startsWith('leaf.'))
    throw new Untold('which uplinks a leaf has, and what they wait, only Fleetwatt knows');
  if (quantity.startsWith('source.') || quantity.startsWith('rule.')) throw new Untold('it is about Fleetwatt itself');
  if (level === 'feed') throw new Untold('feeds of sites are known from budgets.csv and the power tree of Fleetwatt');
  if (quantity === 'budget.use') return `${DRAW(level)} / ${withBudget(level, options)}`;
  if (quantity === 'budget.cap_minutes') return capMinutes(level, options);
  if (quantity === 'rack.feed_imbalance') return imbalance();
  if (quantity === 'rack.capped_share') return cappedShare(options);
  if (quantity === 'data.silent') {
    return silent(level === 'gpu' ? GPU_LABELS : level === 'node' ? GPU_LABELS.slice(0, -1) : labelsOf(level));
  }
  const derived = level === 'gpu' ? gpuQuantity(quantity, options) : '';
  if (derived !== '') return derived;
  const signal = signals.find(({ id }) => snakeCase(id) === quantity);
  const values =
    signal?.kind === 'gpu' && level === 'gpu' ? gpuValuesOf(signal.id, options.profiles, options.rateWindow) : '';
  if (values === '') throw new Untold(`${quantity} of a ${level} is worked out in Fleetwatt only`);
  return values;
}

function withBudget(level: AlertLevel, { budgets }: AlertingFileOptions): string {
  if (!budgets.some(({ path }) => path.split('/').length === labelsOf(level).length))
    throw new Untold(`no ${level} has a budget in budgets.csv`);
  return BUDGET(level);
}

/** Minutes until draw meets budget, by a straight line through the last 15 min where there is one. */
function capMinutes(level: AlertLevel, options: AlertingFileOptions): string {
  const draw = DRAW(level);
  const left = `${withBudget(level, options)} - ${draw}`;
  const count = `count_over_time(${draw}[${CLIMB}])`;
  // R² of a line over evenly spaced points: slope² × variance of time ÷ variance of the draw.
  const timeVariance = `((${count} ^ 2 - 1) * ${options.intervalS ** 2} / 12)`;
  const straight = `deriv(${draw}[${CLIMB}]) ^ 2 * ${timeVariance} / stdvar_over_time(${draw}[${CLIMB}]) >= ${LEAST_R2}`;
  const long = `${count} >= ${Math.max(LEAST_SAMPLES, Math.ceil(LEAST_SPAN_S / options.intervalS) + 1)}`;
  return `(${left}) / (deriv(${draw}[${CLIMB}]) > 0) / 60 and (${straight}) and (${long})`;
}

/** Difference of a rack's feeds, which their targets' label `feed` tells apart, as a share of the larger. */
function imbalance(): string {
  const one = (name: string) => `sum by (${PLACE_LABELS.join(', ')}) (${FEED}{feed="${name}"})`;
  return `abs(${one('A')} - ${one('B')}) / max by (${PLACE_LABELS.join(', ')}) (${FEED})`;
}

/**
 * Draw of racks and above: the inlets where there are any, else what BMCs say, else the boards. Fleetwatt itself also
 * learns from metered racks what others draw beside their boards.
 */
function drawRecords({ profiles, rateWindow }: AlertingFileOptions): readonly RecordingRule[] {
  const by = (labels: readonly string[]) => `sum by (${labels.join(', ')})`;
  const feeds = valuesOf('feed.power', profiles, rateWindow, ['feed']);
  const racks = (['feed.power', 'node.power', 'gpu.power'] as const)
    .map((signal) => valuesOf(signal, profiles, rateWindow))
    .filter((values) => values !== '')
    .map((values) => `${by(PLACE_LABELS)} (${values})`);
  return [
    ...(feeds === '' ? [] : [{ record: FEED, expr: `${by([...PLACE_LABELS, 'feed'])} (${feeds})` }]),
    { record: DRAW('rack'), expr: racks.join(' or ') },
    ...(['row', 'hall', 'site'] as const).map((level) => ({
      record: DRAW(level),
      expr: `${by(labelsOf(level))} (${DRAW('rack')})`,
    })),
  ];
}

/** One constant a place that has a budget. */
function budgetRecords(budgets: readonly PlaceBudget[]): readonly FileRule[] {
  return budgets.map(({ path, watts }) => {
    const names = path.split('/');
    const level = LEVELS[names.length - 1] as AlertLevel;
    const labels = Object.fromEntries(labelsOf(level).map((label, i) => [label, names[i] as string]));
    return { record: BUDGET(level), expr: `vector(${watts})`, labels };
  });
}
