import { expect, test } from 'vitest';
import { fed, gpu } from '../fleet.fixture.ts';
import { parseMatrix } from '../prom-api/matrix.ts';
import { NODE } from '../topology.ts';
import { objectsOf } from './objects.ts';
import { planRange } from './queries.ts';
import { RangeReplay } from './replay.ts';

const STEP_MS = 60_000;
const evaluation = { start: 0, end: 2 * STEP_MS, stepMs: STEP_MS, windowMs: STEP_MS, folds: false };
const matrixOf = (metric: object, values: readonly (readonly [number, string])[]) =>
  parseMatrix(
    new TextEncoder().encode(
      JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric, values }] } }),
    ),
  );

test.each([
  ['HW', 'SW'],
  ['SW', 'HW'],
])('of two counters that tell one signal the larger counts, whichever answer comes last: %s, %s', (...order) => {
  const nameOf = (by: string) => `DCGM_FI_DEV_CLOCKS_EVENT_REASON_${by}_THERM_SLOWDOWN_NS`;
  const { fleet, take, at } = fed(order.map((by) => `${nameOf(by)}${gpu('GPU-a')} 0\n`).join(''));
  take(order.map((by) => `${nameOf(by)}${gpu('GPU-a')} 0\n`).join(''), 5);
  const { topology } = at(5);
  const asked = [objectsOf(topology, { signal: 'gpu.thermalThrottle', place: topology.start[NODE] })];
  const plan = planRange(fleet, topology, asked).queries(evaluation, () => '1m');
  expect(plan).toHaveLength(2);
  // Of each second so many nanoseconds: by the driver 0.9 s, by the hardware 0.3 s, and once the other way round.
  const nanoseconds = { HW: ['3e8', '3e8', '8e8'], SW: ['9e8', '9e8', '1e8'] } as const;
  const answers = order.map((by) => {
    const query = plan.find(({ planned }) => planned.promql.includes(nameOf(by))) as (typeof plan)[number];
    const metric = { metric: nameOf(by), instance: 'n1:9400', Hostname: 'a2-05-n1', UUID: 'GPU-a', gpu: '0' };
    const values = nanoseconds[by as 'HW'].map((value, step) => [(step * STEP_MS) / 1000, value] as const);
    return { query, site: 'S', matrix: matrixOf(metric, values) };
  });
  const replay = new RangeReplay(fleet.past(), asked, { first: 0, stepMs: STEP_MS, count: 3 }, evaluation, answers);
  for (const step of [0, 1, 2]) replay.take(step);
  expect([...(replay.result()[0] ?? [])].map((share) => Math.round(100 * share))).toEqual([90, 90, 80]);
});
