import { z } from 'zod';
import { type Labels, seriesKey } from '../labels.ts';
import { type AlertRule, evaluate, NO_STATE, type Outcome } from './machine.ts';
import { type Dialect, instant, rate, type Sample } from './series.ts';

/** The case file of `rules test`: rules, series and the times at which they are evaluated, each case on its own. */

const seconds = z.number().min(0).max(1e10);
/** As Prometheus writes values that JSON has no number for. */
const value = z.union([z.number(), z.enum(['NaN', 'Inf', '+Inf', '-Inf', 'stale']), z.null()]);
const labels = z.record(z.string().max(1000), z.string().max(10_000));

const ruleSchema = z.object({
  kind: z.enum(['gauge', 'rate', 'ratio', 'rateratio', 'absent']),
  metric: z.string().min(1).max(1000),
  op: z.enum(['>', '>=', '<', '<=', '==', '!=']).default('>'),
  threshold: z.number().default(0),
  range: seconds.default(60),
  denominator: z.string().max(1000).optional(),
  selector: labels.default({}),
  for: seconds.default(0),
  keepFiringFor: seconds.default(0),
  labels: labels.default({}),
  onStale: z.enum(['resolve', 'hold']).default('resolve'),
});

const caseSchema = z.object({
  id: z.union([z.number(), z.string().max(200)]),
  rule: ruleSchema,
  /** Neither is needed where a server has the series. */
  evalTimes: z.array(seconds).max(100_000).default([]),
  series: z
    .array(
      z.object({
        metric: z.string().min(1).max(1000),
        labels: labels.default({}),
        samples: z.array(z.tuple([seconds, value])).max(1_000_000),
      }),
    )
    .max(100_000)
    .default([]),
  expected: z
    .array(z.object({ labels, states: z.string(), activeAt: z.array(z.number().nullable()).optional() }))
    .optional(),
});

export const caseFileSchema = z.object({
  format: z.literal('fleetwatt-alert-cases/1'),
  semantics: z.enum(['prometheus2', 'prometheus3']).default('prometheus3'),
  cases: z.array(caseSchema).max(1_000_000),
});

export type CaseFile = z.infer<typeof caseFileSchema>;
export type AlertCase = z.infer<typeof caseSchema>;

/** One label set that was ever active: a character and a time for each evaluation. */
export interface CaseAlert {
  /** Rule labels over element labels; no alertname. */
  readonly labels: Readonly<Record<string, string>>;
  /** `-` inactive, `P` pending, `F` firing. */
  readonly states: string;
  /** Seconds; null while inactive. */
  readonly activeAt: readonly (number | null)[];
}

interface OneSeries {
  readonly labels: Labels;
  readonly samples: readonly Sample[];
}

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Inf: Number.POSITIVE_INFINITY,
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

/** Series of a case by metric, samples in the order of their times. */
function seriesOf({ series }: AlertCase): ReadonlyMap<string, readonly OneSeries[]> {
  const found = new Map<string, OneSeries[]>();
  for (const one of series) {
    const samples = one.samples
      .map(([time, told]): Sample => [time, typeof told === 'string' && told !== 'stale' ? NUMBERS[told] : told])
      .sort((a, b) => a[0] - b[0]);
    const list = found.get(one.metric) ?? [];
    list.push({ labels: new Map(Object.entries(one.labels).filter(([, text]) => text !== '')), samples });
    found.set(one.metric, list);
  }
  return found;
}

/** `a op b` as PromQL compares: NaN holds for != alone. */
export function compare(a: number, op: AlertCase['rule']['op'], b: number): boolean {
  if (op === '>') return a > b;
  if (op === '>=') return a >= b;
  if (op === '<') return a < b;
  if (op === '<=') return a <= b;
  return op === '==' ? a === b : a !== b;
}

type Element = Extract<Outcome, { elements: unknown }>['elements'][number];

/** The values that a rule compares, at one time. */
function vectorOf(
  rule: AlertCase['rule'],
  series: ReadonlyMap<string, readonly OneSeries[]>,
  at: number,
  dialect: Dialect,
): { readonly elements: readonly Element[] } | { readonly error: string } {
  const of = (metric: string, read: (samples: readonly Sample[]) => number | undefined) =>
    (series.get(metric) ?? []).flatMap(({ labels: own, samples }) => {
      const number = read(samples);
      return number === undefined ? [] : [{ labels: own, value: number }];
    });
  const now = (samples: readonly Sample[]) => instant(samples, at, dialect);
  const rated = (samples: readonly Sample[]) => rate(samples, at, rule.range, dialect);
  const left = of(rule.metric, rule.kind === 'rate' || rule.kind === 'rateratio' ? rated : now);
  if (rule.kind === 'gauge' || rule.kind === 'rate') return { elements: left };
  const right = new Map<string, number>();
  for (const one of of(rule.denominator ?? '', now)) {
    const key = seriesKey({ name: '', labels: one.labels });
    if (right.has(key)) return { error: 'many-to-many matching: two series of the denominator have the same labels' };
    right.set(key, one.value);
  }
  return {
    elements: left.flatMap(({ labels: own, value: number }) => {
      const below = right.get(seriesKey({ name: '', labels: own }));
      return below === undefined ? [] : [{ labels: own, value: (100 * number) / below }];
    }),
  };
}

function outcomeOf(
  rule: AlertCase['rule'],
  series: ReadonlyMap<string, readonly OneSeries[]>,
  at: number,
  dialect: Dialect,
): Outcome {
  if (rule.kind !== 'absent') {
    const vector = vectorOf(rule, series, at, dialect);
    if ('error' in vector) return vector;
    const elements = vector.elements.filter((element) => compare(element.value, rule.op, rule.threshold));
    return { elements, unknown: silentIn(series, rule, at, dialect) };
  }
  const selected = (series.get(rule.metric) ?? []).filter(({ labels: own }) =>
    Object.entries(rule.selector).every(([name, text]) => (own.get(name) ?? '') === text),
  );
  const there = selected.some(({ samples }) => instant(samples, at, dialect) !== undefined);
  return { elements: there ? [] : [{ labels: new Map(Object.entries(rule.selector)), value: 1 }] };
}

/** An alert is of a silent object when no series with the labels of its element has a sample now. */
function silentIn(
  series: ReadonlyMap<string, readonly OneSeries[]>,
  { metric, labels: over }: AlertCase['rule'],
  at: number,
  dialect: Dialect,
) {
  return (identity: Labels): boolean =>
    !(series.get(metric) ?? []).some(
      ({ labels: own, samples }) =>
        [...own].every(([name, text]) => name in over || identity.get(name) === text) &&
        instant(samples, at, dialect) !== undefined,
    );
}

/** Evaluates a case at each of its times. */
export function runCase(one: AlertCase, dialect: Dialect): readonly CaseAlert[] {
  const series = seriesOf(one);
  return runRule(one.rule, one.evalTimes, (at) => outcomeOf(one.rule, series, at, dialect));
}

/** The states of a rule at each of its times (seconds), from what its condition gave then. */
export function runRule(
  { for: forS, keepFiringFor, labels: over, onStale }: AlertCase['rule'],
  evalTimes: readonly number[],
  outcomeAt: (at: number) => Outcome,
): readonly CaseAlert[] {
  const rule: AlertRule = {
    ...{ name: 'case', forMs: forS * 1000, keepFiringForMs: keepFiringFor * 1000, onStale },
    labels: new Map(Object.entries(over)),
  };
  const found = new Map<string, { labels: Labels; states: string[]; activeAt: (number | null)[] }>();
  let state = NO_STATE;
  evalTimes.forEach((at, index) => {
    state = evaluate(rule, state, outcomeAt(at), at * 1000);
    for (const [key, instance] of state.instances) {
      if (instance.state === 'inactive') continue;
      let row = found.get(key);
      if (!row) {
        row = { labels: instance.labels, states: [], activeAt: [] };
        found.set(key, row);
      }
      row.states[index] = instance.state === 'firing' ? 'F' : 'P';
      row.activeAt[index] = instance.activeAt / 1000;
    }
  });
  return [...found.values()].map(({ labels: own, states, activeAt }) => ({
    labels: Object.fromEntries([...own].filter(([name]) => name !== 'alertname').sort(byName)),
    states: Array.from(evalTimes, (_, index) => states[index] ?? '-').join(''),
    activeAt: Array.from(evalTimes, (_, index) => activeAt[index] ?? null),
  }));
}

const byName = (a: readonly [string, string], b: readonly [string, string]) => (a[0] < b[0] ? -1 : 1);

/** Where what was expected and what came differ, one line each; empty where they agree or nothing was expected. */
export function differencesOf({ id, expected, evalTimes }: AlertCase, alerts: readonly CaseAlert[]): readonly string[] {
  if (!expected) return [];
  const keyOf = (of: Readonly<Record<string, string>>) =>
    seriesKey({ name: '', labels: new Map(Object.entries(of).filter(([name]) => name !== 'alertname')) });
  const came = new Map(alerts.map((alert) => [keyOf(alert.labels), alert]));
  const lines = expected.flatMap((wanted) => {
    const key = keyOf(wanted.labels);
    const alert = came.get(key);
    came.delete(key);
    const none = '-'.repeat(evalTimes.length);
    const states = alert?.states ?? none;
    if (states !== wanted.states) return [`case ${id} ${key}: expected ${wanted.states}, came ${states}`];
    const times = JSON.stringify(alert?.activeAt ?? evalTimes.map(() => null));
    const wish = JSON.stringify(wanted.activeAt ?? alert?.activeAt ?? evalTimes.map(() => null));
    return times === wish ? [] : [`case ${id} ${key}: expected active since ${wish}, came ${times}`];
  });
  return [...lines, ...[...came].map(([key, { states }]) => `case ${id} ${key}: expected nothing, came ${states}`)];
}
