import { expect, test } from 'vitest';
import { type AlertCase, caseFileSchema, differencesOf, runCase } from './cases.ts';
import { instant, rate, type Sample } from './series.ts';

const one = (rule: object, samples: readonly (readonly [number, unknown])[], more: object = {}): AlertCase =>
  caseFileSchema.parse({
    format: 'fleetwatt-alert-cases/1',
    cases: [
      {
        ...{ id: 3, rule: { kind: 'gauge', metric: 'm', op: '>', threshold: 90, ...rule } },
        ...{ evalTimes: [0, 60, 120, 180], series: [{ metric: 'm', labels: { host: 'n0' }, samples }], ...more },
      },
    ],
  }).cases[0];
const states = (of: AlertCase) => runCase(of, 'prometheus3').map((alert) => alert.states);

test('the example of the form: pending, then firing, with the labels of rule and element', () => {
  const hot = one({ for: 60, labels: { severity: 'critical' } }, [
    [0, 91],
    [60, 95],
    [120, 95],
    [180, 20],
  ]);
  expect(runCase(hot, 'prometheus3')).toEqual([
    { labels: { host: 'n0', severity: 'critical' }, states: 'PFF-', activeAt: [0, 0, 0, null] },
  ]);
});

test('NaN, infinities and staleness compare as in Prometheus', () => {
  expect(
    states(
      one({}, [
        [0, 'NaN'],
        [60, 'Inf'],
        [120, '-Inf'],
        [180, 91],
      ]),
    ),
  ).toEqual(['-F-F']);
  expect(
    states(
      one({ op: '!=' }, [
        [0, 'NaN'],
        [60, 90],
        [120, 'stale'],
        [180, null],
      ]),
    ),
  ).toEqual(['F---']);
  // The last sample is seen for 300 s: up to 300 where the window is closed, and before it where it is open.
  const samples: Sample[] = [[0, 1]];
  expect([instant(samples, 299, 'prometheus3'), instant(samples, 300, 'prometheus3')]).toEqual([1, undefined]);
  expect([instant(samples, 300, 'prometheus2'), instant(samples, 301, 'prometheus2')]).toEqual([1, undefined]);
});

test("a counter's rate, worked out by hand", () => {
  // 0, 60, 120 within (30, 150]: 60 → 120 is 60 in 60 s; 30 s before and 30 s after are extrapolated: 120 over 120 s.
  expect(
    rate(
      [
        [0, 0],
        [60, 60],
        [120, 120],
      ],
      150,
      120,
      'prometheus3',
    ),
  ).toBeCloseTo(1, 12);
  // A reset to 10: what stood before is added, 50 − 100 + 100 … 100 + 10 + 40.
  expect(
    rate(
      [
        [0, 0],
        [60, 100],
        [120, 10],
        [180, 50],
      ],
      180,
      180,
      'prometheus2',
    ),
  ).toBeCloseTo(150 / 180, 12);
  expect(rate([[60, 1]], 60, 60, 'prometheus3')).toBeUndefined();
});

test('absent fires with the labels of the selector, a ratio only where both sides are', () => {
  const gone = one({ kind: 'absent', selector: { host: 'n0' } }, [
    [60, 1],
    [120, 'stale'],
  ]);
  expect(runCase(gone, 'prometheus3')).toEqual([
    { labels: { host: 'n0' }, states: 'F-FF', activeAt: [0, null, 120, 120] },
  ]);
  const cap = {
    metric: 'cap',
    labels: { host: 'n0' },
    samples: [
      [60, 100],
      [120, 0],
    ],
  };
  const load = {
    metric: 'm',
    labels: { host: 'n0' },
    samples: [
      [0, 95],
      [60, 95],
      [120, 95],
    ],
  };
  // 95 of 100, then of 0, which is infinite.
  expect(states(one({ kind: 'ratio', denominator: 'cap' }, [], { series: [load, cap] }))).toEqual(['-FFF']);
});

test('what is held while its series is silent is told so only where the rule says', () => {
  const samples = [
    [0, 91],
    [60, 'stale'],
  ] as const;
  expect(states(one({ onStale: 'hold' }, samples))).toEqual(['FFFF']);
  expect(states(one({}, samples))).toEqual(['F---']);
});

test('differences are told one a line, whichever side lacks the alert', () => {
  const samples = [
    [0, 91],
    [60, 20],
  ] as const;
  const wanted = (expected: object[]) => {
    const told = one({}, samples, { expected });
    return differencesOf(told, runCase(told, 'prometheus3'));
  };
  expect(wanted([{ labels: { host: 'n0' }, states: 'F---', activeAt: [0, null, null, null] }])).toEqual([]);
  expect(wanted([{ labels: { host: 'n0' }, states: 'FF--' }])).toEqual([
    'case 3 {"host"="n0"}: expected FF--, came F---',
  ]);
  expect(wanted([])).toEqual(['case 3 {"host"="n0"}: expected nothing, came F---']);
});
