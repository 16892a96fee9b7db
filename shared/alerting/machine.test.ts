import { describe, expect, it } from 'vitest';
import { type AlertRule, evaluate, NO_STATE, type Outcome, type RuleState } from './machine.ts';

const rule: AlertRule = {
  ...{ name: 'Hot', forMs: 60_000, keepFiringForMs: 0, onStale: 'hold' },
  labels: new Map([['severity', 'critical']]),
};
const labels = (text: string) =>
  new Map(text === '' ? [] : text.split(' ').map((pair) => pair.split('=') as [string, string]));
const holds = (...of: string[]): Outcome => ({ elements: of.map((text) => ({ labels: labels(text), value: 91 })) });

/** State and start of the only alert after passes a minute apart. */
function run(outcomes: readonly Outcome[], own: AlertRule = rule) {
  let state: RuleState = NO_STATE;
  outcomes.forEach((outcome, i) => {
    state = evaluate(own, state, outcome, i * 60_000);
  });
  const [one] = state.instances.values();
  return { state, one, told: one && `${one.state} ${one.activeAt / 60_000}` };
}

describe('a pass', () => {
  it('counts `for` from the first, and fires when it is over, not after', () => {
    expect(run([holds('gpu=g1')]).told).toBe('pending 0');
    expect(run([holds('gpu=g1'), holds('gpu=g1')]).told).toBe('firing 0');
    expect(run([holds('gpu=g1'), holds(), holds('gpu=g1')]).told).toBe('pending 2');
  });

  it("names an alert by its labels, the rule's over them, without the metric and without empty ones", () => {
    const { one } = run([holds('__name__=DCGM gpu=g1 severity=low pod=')]);
    expect([...(one?.labels ?? [])].sort()).toEqual([
      ['alertname', 'Hot'],
      ['gpu', 'g1'],
      ['severity', 'critical'],
    ]);
  });

  it('that fails changes nothing and says why; two elements of one identity are such a failure', () => {
    const failed = run([holds('gpu=g1'), { error: 'query timed out' }]);
    expect([failed.told, failed.state.error]).toEqual(['pending 0', 'query timed out']);
    const twice = run([holds('gpu=g1'), holds('gpu=g1 __name__=a', 'gpu=g1 __name__=b')]);
    expect(twice.told).toBe('pending 0');
    expect(twice.state.error).toContain('same labelset after applying alert labels');
  });

  it('at a time that is not later than the last is none', () => {
    const before = evaluate(rule, NO_STATE, holds('gpu=g1'), 60_000);
    expect(evaluate(rule, before, holds(), 60_000)).toBe(before);
    expect(evaluate(rule, before, holds(), 0)).toBe(before);
  });

  it('remembers what is resolved for a quarter of an hour', () => {
    const quick = { ...rule, forMs: 0 };
    const minutes = (count: number) => run([holds('gpu=g1'), ...Array(count).fill(holds())], quick);
    expect(minutes(16).told).toBe('inactive 0');
    expect(minutes(17).told).toBeUndefined();
  });

  it('fires no more where `for` was raised beyond what it has lasted', () => {
    const fires = run([holds('gpu=g1'), holds('gpu=g1')]).state;
    const [raised] = evaluate({ ...rule, forMs: 300_000 }, fires, holds('gpu=g1'), 120_000).instances.values();
    expect([raised.state, raised.activeAt, raised.firedAt]).toEqual(['pending', 0, Number.NaN]);
  });
});

describe('ours on top', () => {
  const silent: Outcome = { elements: [], unknown: () => true };

  it('a firing alert of a silent source stays, marked, and is not resolved', () => {
    const { told, one } = run([holds('gpu=g1'), holds('gpu=g1'), silent, silent]);
    expect([told, one?.unknownSince]).toEqual(['firing 0', 120_000]);
    // It speaks again, and it is well.
    expect(run([holds('gpu=g1'), holds('gpu=g1'), silent, holds()]).told).toBe('inactive 0');
    expect(run([holds('gpu=g1'), holds('gpu=g1'), silent, holds('gpu=g1')]).one?.unknownSince).toBeNaN();
  });

  it('a pending one waits: silence alone never makes it fire', () => {
    expect(run([holds('gpu=g1'), silent, silent, silent]).told).toBe('pending 0');
    expect(run([holds('gpu=g1'), silent, silent, holds('gpu=g1')]).told).toBe('firing 0');
  });

  it('onStale resolve is Prometheus', () => {
    const as = { ...rule, onStale: 'resolve' } as const;
    expect(run([holds('gpu=g1'), holds('gpu=g1'), silent], as).told).toBe('inactive 0');
    expect(run([holds('gpu=g1'), silent], as).told).toBeUndefined();
  });

  it('a clear condition of its own keeps a firing alert, and no pending one', () => {
    const notClear: Outcome = { elements: [], held: () => 42 };
    expect(run([holds('gpu=g1'), holds('gpu=g1'), notClear, notClear]).told).toBe('firing 0');
    expect(run([holds('gpu=g1'), holds('gpu=g1'), notClear]).one?.value).toBe(42);
    expect(run([holds('gpu=g1'), holds('gpu=g1'), notClear, holds()]).told).toBe('inactive 0');
    expect(run([holds('gpu=g1'), notClear]).told).toBeUndefined();
  });
});
