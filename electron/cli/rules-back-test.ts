import { backTest, queryOf } from '../../shared/alerting/back-test.ts';
import type { AlertCase, CaseAlert } from '../../shared/alerting/cases.ts';
import type { Matrix } from '../../shared/prom-api/matrix.ts';
import { parseMatrix } from '../../shared/prom-api/matrix.ts';
import type { PrometheusSource } from '../../shared/settings.ts';
import { systemClock } from '../engine/clock.ts';
import { Fetcher } from '../engine/fetch.ts';
import { apiUrl } from '../engine/sources/prometheus-api.ts';
import { type Parsed, required, UsageError, wholeNumber } from './options.ts';

/** The server answers no more points of a series at once. */
const MOST_POINTS = 10_000;
const MOST_STEPS = 1_000_000;

/** Instants of a back-test, seconds. */
export interface Steps {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** The steps that were asked for. @throws UsageError */
export function stepsOf(parsed: Parsed, usage: string): Steps {
  const step = wholeNumber(parsed, 'step', [1, 86_400], 30);
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const text = required(parsed, name, usage);
    const seconds = /^\d{1,11}(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
    if (!Number.isFinite(seconds))
      throw new UsageError(
        `--${name} takes a time such as 2026-11-24T08:00:00Z, not ${JSON.stringify(text)}\n\n${usage}`,
      );
    // Whole multiples of the step: whoever asks again for that time gets the same answer.
    return Math.floor(seconds / step) * step;
  }) as [number, number];
  if (to < from) throw new UsageError(`--to lies before --from\n\n${usage}`);
  if ((to - from) / step > MOST_STEPS)
    throw new UsageError(`That are more than ${MOST_STEPS} steps; give a longer --step`);
  return { from, to, step };
}

/** The states of each case's rule over what a server has. @throws FaultError, DecodeError, ApiError */
export async function backTestCases(
  cases: readonly AlertCase[],
  source: PrometheusSource,
  { from, to, step }: Steps,
): Promise<readonly { readonly one: AlertCase; readonly alerts: readonly CaseAlert[] }[]> {
  const times = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
  const fetcher = new Fetcher({ ...source, timeoutMs: 60_000 }, { now: systemClock.now, sockets: 1 });
  try {
    const results: { one: AlertCase; alerts: readonly CaseAlert[] }[] = [];
    for (const one of cases) {
      const matrix = await askRange(fetcher, source.url, queryOf(one.rule), { from, to, step });
      results.push({ one: { ...one, evalTimes: times }, alerts: backTest(one.rule, matrix, times) });
    }
    return results;
  } finally {
    fetcher.close();
  }
}

/** A range in pieces that the server answers. */
async function askRange(fetcher: Fetcher, url: string, query: string, { from, to, step }: Steps): Promise<Matrix> {
  const series: Matrix['series'][number][] = [];
  let histograms = 0;
  const warnings = new Set<string>();
  for (let start = from; start <= to; start += MOST_POINTS * step) {
    const end = Math.min(to, start + (MOST_POINTS - 1) * step);
    const form = { query, start: String(start), end: String(end), step: String(step) };
    const { body } = await fetcher.ask({ url: apiUrl(url, 'query_range'), accept: 'application/json', form });
    const matrix = parseMatrix(body);
    series.push(...matrix.series);
    histograms += matrix.histograms;
    for (const warning of matrix.serverWarnings) warnings.add(warning);
  }
  for (const warning of warnings) process.stderr.write(`The server says: ${warning}\n`);
  return { series, histograms, serverWarnings: [...warnings] };
}
