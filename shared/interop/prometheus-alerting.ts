import type { OthersRule } from '../contract/interop.ts';
import type { Labels } from '../labels.ts';
import type { EpochMs } from '../units.ts';
import { AnswerError, labelsFrom } from './alertmanager.ts';

/** Answers of Prometheus's `/api/v1/alerts` and `/api/v1/rules`: pending and firing alerts only are in them. */

/** An alert as a Prometheus has it. */
export interface PrometheusAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: 'pending' | 'firing';
  /** Since when its condition holds. */
  readonly activeAt: EpochMs;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 10_000) : '');
const seconds = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);

/** What stands in `data`. @throws AnswerError */
export function dataOf(json: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    throw new AnswerError(`The answer is no JSON; it begins ${JSON.stringify(json.slice(0, 80))}`);
  }
  if (!isObject(body) || body.status !== 'success' || !isObject(body.data))
    throw new AnswerError(isObject(body) && body.error ? text(body.error) : 'The answer is not of Prometheus’s API');
  return body.data;
}

/** @throws AnswerError */
export function readPrometheusAlerts(json: string): readonly PrometheusAlert[] {
  return objects(dataOf(json).alerts).map(({ labels, annotations, state, activeAt }) => ({
    labels: labelsFrom(labels),
    annotations: labelsFrom(annotations),
    state: state === 'firing' ? 'firing' : 'pending',
    activeAt: Date.parse(text(activeAt)),
  }));
}

const STATES: readonly string[] = ['inactive', 'pending', 'firing'] satisfies OthersRule['state'][];

/** Alerting rules; recording rules are left out. @throws AnswerError */
export function readPrometheusRules(json: string, source: string, sourceName: string): readonly OthersRule[] {
  return objects(dataOf(json).groups).flatMap((group) =>
    objects(group.rules).flatMap((rule) =>
      rule.type === 'alerting'
        ? [
            {
              ...{ source, sourceName, group: text(group.name), name: text(rule.name), query: text(rule.query) },
              for: seconds(rule.duration),
              keepFiringFor: seconds(rule.keepFiringFor),
              labels: Object.fromEntries(labelsFrom(rule.labels)),
              annotations: Object.fromEntries(labelsFrom(rule.annotations)),
              state: STATES.includes(text(rule.state)) ? (text(rule.state) as OthersRule['state']) : 'unknown',
              health: text(rule.health),
              lastError: text(rule.lastError),
            },
          ]
        : [],
    ),
  );
}
