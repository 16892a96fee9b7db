import { expect, test } from 'vitest';
import { labelWords, othersSeverity, remoteMatchers, seenWords } from './others.ts';

test('a place of a silence becomes the labels that our alerts carry to Alertmanagers', () => {
  const rule = { name: 'alertname', op: '=', value: 'BudgetAtCap' } as const;
  expect(remoteMatchers([rule], '')).toEqual([rule]);
  expect(remoteMatchers([rule], 'PDX-1/A/A2')).toEqual([
    rule,
    { name: 'site', op: '=', value: 'PDX-1' },
    { name: 'hall', op: '=', value: 'A' },
    { name: 'row', op: '=', value: 'A2' },
  ]);
  expect(remoteMatchers([], 'PDX-1/A/A2/A2-05/n03').map(({ name }) => name)).toEqual([
    'site',
    'hall',
    'row',
    'rack',
    'node',
  ]);
  expect(remoteMatchers([], 'GPU-5f1c')).toEqual([{ name: 'UUID', op: '=', value: 'GPU-5f1c' }]);
});

test('how bad others call an alert is read from their label; one that says nothing is not alarming', () => {
  const severities = ['critical', 'page', 'warning', 'info', undefined].map((severity) =>
    othersSeverity({ labels: severity === undefined ? {} : { severity } }),
  );
  expect(severities).toEqual(['critical', 'critical', 'warning', 'advisory', 'advisory']);
});

test('a row names what tells it apart, and which of its servers does not answer', () => {
  expect(labelWords({ alertname: 'DiskFull', severity: 'critical', instance: 'a', job: 'node' })).toBe(
    'instance=a, job=node',
  );
  const seen = { kind: 'alertmanager', state: 'firing', silencedBy: [], inhibitedBy: [], receivers: [] } as const;
  expect(
    seenWords([
      { ...seen, id: 'a', name: 'am-1', silentSince: null },
      { ...seen, id: 'b', name: 'am-2', silentSince: 5 },
    ]),
  ).toBe('am-1, am-2 (no answer)');
});
