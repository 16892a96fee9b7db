import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertCounts, Rule } from '../../../shared/alerting/alert.ts';
import { pack } from '../../../shared/alerting/pack.ts';
import { frameOf, LOST, times, topologyOf, type Values } from '../../../shared/frame.fixture.ts';
import type { Frame } from '../../../shared/frame.ts';
import { Bench, POLL } from './alerts.fixture.ts';

const MINUTE = 60_000;
const copyOf = (rule: Rule) => structuredClone(rule) as never;
const topology = topologyOf({ nodes: 2, racks: 2, budgets: { 'S/A/A1/A1-01': 10_000, 'S/A/A1/A1-02': 10_000 } });
let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

/** What a viewer was shown at an instant. */
interface Shown {
  readonly frame: Frame;
  readonly counts: AlertCounts;
  readonly lines: readonly (readonly [string, string, number, number])[];
}

it('alerts of any instant are told out of the journal as they were shown then, after a restart too', () => {
  const shown: Shown[] = [];
  const look = (frame: Frame) => {
    const seen = bench.view.frame({ signal: 'power', gpus: false, racks: [] }, 1);
    if (!seen) throw new Error('no frame');
    const lines = seen.findings.map(({ severity, title, place, since }) => [severity, title, place, since] as const);
    shown.push({ frame, counts: seen.alerts.counts, lines });
  };
  const poll = (first: number | typeof LOST, second: number, forMs: number) => {
    for (const until = bench.now + forMs; bench.now < until; bench.now += POLL) {
      const of = (watts: number | typeof LOST): Values => times(16, watts === LOST ? LOST : watts / 16);
      const frame = frameOf(topology, { 'gpu.power': [...of(first), ...of(second)] }, bench.now);
      bench.poll(frame);
      look(frame);
    }
  };
  const firing = () => bench.call('alerts', {}).alerts.find(({ state }) => state === 'firing')?.id ?? '';
  poll(5000, 5000, MINUTE);
  poll(9100, 5000, 2 * MINUTE);
  bench.call('ackAlert', { alerts: [firing()], who: 'Ada' });
  poll(9100, 5000, MINUTE / 2);
  bench.call('unackAlert', { alerts: [firing()], who: 'Ada' });
  // The second rack is silenced while it fires, for a minute.
  const silence = { under: 'S/A/A1/A1-02', endsAt: bench.now + 2 * MINUTE, who: 'Ada', reason: 'test' };
  bench.call('silence', silence);
  poll(9100, 9900, 3 * MINUTE);
  poll(LOST, 9900, MINUTE);
  bench.restart(5000);
  poll(5000, 5000, 3 * MINUTE);
  expect(new Set(shown.map(({ counts }) => JSON.stringify(counts))).size).toBeGreaterThan(5);
  // Around every change, and some between.
  const alike = (a: Shown | undefined, b: Shown | undefined) =>
    JSON.stringify([a?.counts, a?.lines]) === JSON.stringify([b?.counts, b?.lines]);
  const telling = shown.filter((one, i) => i % 20 === 0 || !alike(one, shown[i - 1]) || !alike(one, shown[i + 1]));
  for (const { frame, counts, lines } of telling) {
    const past = bench.part.at(frame);
    const told = past?.findings.map(({ severity, title, place, since }) => [severity, title, place, since]);
    expect([frame.time, past?.summary.counts, told]).toEqual([frame.time, counts, lines]);
  }
});

it('numbers of an alert are those of the instant, and not those with which it began', () => {
  const poll = (watts: number, forMs: number) => {
    let frame = frameOf(topology, {}, bench.now);
    for (const until = bench.now + forMs; bench.now < until; bench.now += POLL) {
      frame = frameOf(topology, { 'gpu.power': [...times(16, watts / 16), ...times(16, 300)] }, bench.now);
      bench.poll(frame);
    }
    return { frame, instant: bench.view.current() };
  };
  poll(9100, 3 * MINUTE);
  const then = poll(9400, MINUTE);
  poll(9550, MINUTE);
  // 9,400 of 10,000 W.
  const [told] = bench.part.at(then.frame, then.instant)?.reply().alerts ?? [];
  expect(told).toMatchObject({ title: 'Rack A1-01 at 94.0% of budget', limit: 0.9, unit: 'ratio' });
  expect(told?.value).toBeCloseTo(0.94, 6);
  expect(told?.detail).toContain('9.4 of 10.0 kW');
  // The rule has what fired of it then.
  const rules = bench.part.at(then.frame, then.instant)?.rules().rules ?? [];
  const fired = rules.filter(({ firing }) => firing > 0).map(({ name, firing, pending }) => [name, firing, pending]);
  expect(fired).toEqual([[told?.rule, 1, 0]]);
});

it('rules and limits are those of then: what was changed since is not held against it', () => {
  const poll = (watts: number, forMs: number) => {
    let frame = frameOf(topology, {}, bench.now);
    for (const until = bench.now + forMs; bench.now < until; bench.now += POLL) {
      frame = frameOf(topology, { 'gpu.power': [...times(16, watts / 16), ...times(16, 300)] }, bench.now);
      bench.poll(frame);
    }
    return { frame, instant: bench.view.current() };
  };
  const ships = pack.find(({ name }) => name === 'BudgetNearCap') as Rule;
  const limitAt = ({ frame, instant }: ReturnType<typeof poll>) => {
    const past = bench.part.at(frame, instant);
    const alert = past?.reply().alerts.find(({ rule }) => rule === 'BudgetNearCap');
    return [alert?.limit ?? null, past?.rules().rules.find(({ name }) => name === 'BudgetNearCap')?.when];
  };
  const shipped = ships.when;
  const first = poll(9400, 3 * MINUTE);
  // The share from which a budget is near is a setting, not a part of the rule.
  bench.settings = { ...bench.settings, warnRatio: 0.8 };
  const lower = poll(9400, MINUTE);
  bench.call('saveRule', { rule: copyOf({ ...ships, when: 'budget.use > 85%' }), who: 'Ada' });
  const changed = poll(9400, 3 * MINUTE);
  bench.call('resetRule', { name: 'BudgetNearCap', who: 'Ada' });
  const reset = poll(9400, 3 * MINUTE);
  const expected = [
    [0.9, shipped],
    [0.8, shipped],
    [0.85, 'budget.use > 85%'],
    [0.8, shipped],
  ];
  expect([first, lower, changed, reset].map(limitAt)).toEqual(expected);
  bench.restart(5000);
  expect([first, lower, changed, reset].map(limitAt)).toEqual(expected);
});

it('what a frame does not tell is said as it was when the alert began, with that time', () => {
  const of = (watts: number | typeof LOST) =>
    frameOf(topology, { 'gpu.power': [...times(16, 300), ...times(16, watts)] }, bench.now);
  const run = (watts: number | typeof LOST, forMs: number) => {
    let frame = of(watts);
    for (const until = bench.now + forMs; bench.now < until; bench.now += POLL) {
      frame = of(watts);
      bench.poll(frame);
    }
    return frame;
  };
  run(300, MINUTE);
  const silent = run(LOST, 4 * MINUTE);
  const now = bench
    .call('alerts', {})
    .alerts.find(({ rule }) => rule === 'StoppedReporting' || rule === 'AreaStoppedReporting');
  const instant = bench.view.current();
  run(300, 5 * MINUTE);
  const then = bench.part
    .at(silent, instant)
    ?.reply()
    .alerts.find(({ id }) => id === now?.id);
  const began = new Date(now?.firedAt ?? Number.NaN).toISOString().slice(11, 19);
  // When it was last heard is as of then.
  expect(then?.detail).toContain(`At ${began}: 16 GPUs. Budgets count it at 20.4 kW nameplate.`);
});

it('of a journal that has let its first rows go nothing is told before them', () => {
  const frame = frameOf(topology, { 'gpu.power': times(32, 600) }, bench.now);
  bench.poll(frame);
  expect(bench.part.at(frame)?.summary.counts.pending).toBe(2);
  bench.store.write([['UPDATE journal SET seq = seq + 10, time = time + 1000', []]], bench.now);
  expect(bench.part.at(frame)).toBeUndefined();
});
