import type { Labels } from '../labels.ts';
import type { Matrix } from '../prom-api/matrix.ts';
import { type AlertCase, type CaseAlert, compare, runRule } from './cases.ts';
import type { Outcome } from './machine.ts';

/** A rule over series that a server has evaluated: it knows windows, rates and staleness, we run the state machine. */
export type BackTestRule = AlertCase['rule'];

const quoted = (text: string) => JSON.stringify(text);

/** What the server is asked for: the value that the rule compares, or the absence itself. */
export function queryOf({ kind, metric, denominator = '', range, selector }: BackTestRule): string {
  const named = (name: string) => `{__name__=${quoted(name)}}`;
  if (kind === 'absent') {
    const matchers = Object.entries({ __name__: metric, ...selector }).map(([name, text]) => `${name}=${quoted(text)}`);
    return `absent({${matchers.join(',')}})`;
  }
  const value = kind === 'rate' || kind === 'rateratio' ? `rate(${named(metric)}[${range}s])` : named(metric);
  return kind === 'ratio' || kind === 'rateratio' ? `100 * ${value} / ${named(denominator)}` : value;
}

/**
 * The states of a rule over a range query's answer. A step without a point is absent: the server has looked back
 * already (alert-semantics.md 2.5).
 *
 * @param times seconds, those of the steps
 */
export function backTest(rule: BackTestRule, { series }: Matrix, times: readonly number[]): readonly CaseAlert[] {
  const byTime = series.map(({ series: { labels }, times: at, values }) => ({
    labels,
    values: new Map(Array.from(at, (time, i) => [Math.round(time / 1000), values[i] as number])),
  }));
  const outcomeAt = (at: number): Outcome => {
    const elements = byTime.flatMap(({ labels, values }) => {
      const value = values.get(at);
      if (value === undefined) return [];
      return rule.kind === 'absent' || compare(value, rule.op, rule.threshold) ? [{ labels, value }] : [];
    });
    const unknown = (identity: Labels) =>
      !byTime.some(
        ({ labels, values }) =>
          values.has(at) &&
          [...labels].every(
            ([name, text]) => name in rule.labels || name === '__name__' || identity.get(name) === text,
          ),
      );
    return rule.kind === 'absent' ? { elements } : { elements, unknown };
  };
  return runRule(rule, times, outcomeAt);
}
