import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CallArg, CallName } from '../../../shared/contract.ts';
import { frameOf, times, topologyOf } from '../../../shared/frame.fixture.ts';
import { Bench, MINUTE, T0 } from '../alerts/alerts.fixture.ts';
import type { EngineContext } from '../part.ts';
import { alertPapers } from './context-papers.ts';

const topology = topologyOf({ nodes: 2, racks: 2, budgets: { 'S/A/A1/A1-01': 10_000, 'S/A/A1/A1-02': 10_000 } });
const STEP = 15_000;
let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

it('alerts of a window are those of the journal too: the engine forgets one a quarter of an hour after its end', async () => {
  const [near, far] = [9200, 5000];
  const draw = (first: number, second: number, forMs: number) => {
    for (const until = bench.now + forMs; bench.now < until; bench.now += STEP) {
      const watts = [...times(16, first / 16), ...times(16, second / 16)];
      bench.poll(frameOf(topology, { 'gpu.power': watts }, bench.now));
    }
  };
  /** What the engine said of its alerts while they were there, by rack: onset, and end. */
  const seen = () => bench.call('alerts', {}).alerts.map(({ path, activeAt }) => [path, activeAt] as const);
  draw(near, far, 3 * MINUTE);
  const [one, ...others] = bench.call('alerts', {}).alerts.filter(({ state }) => state === 'firing');
  expect([one.path, others]).toEqual(['S/A/A1/A1-01', []]);
  bench.call('ackAlert', { alerts: [one.id], who: 'Ada' });
  const again = bench.now + 10 * MINUTE;
  draw(far, far, 10 * MINUTE);
  // The same alert a second time, and the other rack's, which lasts.
  draw(near, far, 3 * MINUTE);
  draw(far, far, 5 * MINUTE);
  bench.next(20 * MINUTE);
  draw(far, near, 3 * MINUTE);
  expect(new Set(seen().map(([path]) => path))).toEqual(new Set(['S/A/A1/A1-02']));

  const context = {
    ask: async (name: CallName, arg: CallArg<CallName>) => bench.call(name, arg),
  } as unknown as EngineContext;
  const papers = (from: number, to: number, scope = '') => alertPapers(context, { from, to, scope });
  const told = async (from: number, to: number, scope = '') =>
    (await papers(from, to, scope)).alerts.map(({ path, state, since, acknowledgedBy }) => [
      ...[path.slice(-2), state, (since - T0) / MINUTE, acknowledgedBy],
    ]);
  const [first, second] = [
    ['01', 'resolved', 0, 'Ada'],
    ['01', 'resolved', (again - T0) / MINUTE, ''],
  ];
  const lasting = ['02', 'firing', (seen()[0][1] - T0) / MINUTE, ''];
  expect(await told(T0, bench.now)).toEqual([first, second, lasting]);
  // Of those that ended, what was said as they fired: 9,200 of 10,000 W.
  const [{ detail }] = (await papers(T0, bench.now)).alerts;
  expect(detail).toMatch(/^At 14:01:\d\d: .*9\.2 of 10\.0 kW/);
  // A window of the past whose alert began before it and ended after it has it, and no other.
  expect(await told(T0 + 2 * MINUTE, T0 + 2.5 * MINUTE)).toEqual([first]);
  // A place has its own, and rows of its own.
  const part = await papers(T0, bench.now, 'S/A/A1/A1-02');
  expect(part.alerts.map(({ path }) => path)).toEqual(['S/A/A1/A1-02']);
  expect(part.journal.filter(({ alert }) => alert === one.id)).toEqual([]);
  expect(part.journal.length).toBeGreaterThan(0);
});
