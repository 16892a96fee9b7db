import { expect, test } from 'vitest';
import type { Alert } from '../../../shared/alerting/alert.ts';
import { alertsOfLine, windowAsked } from './rail-alerts.ts';

const alert = (id: string, more: Partial<Alert> = {}): Alert =>
  ({ id, rule: 'HwPowerBrake', severity: 'critical', state: 'firing', incident: 'i1', ...more }) as Alert;

test('a line stands for the firing alerts of its rule and incident, and for nothing else', () => {
  const alerts = [
    alert('b'),
    alert('a'),
    alert('c', { rule: 'HwThermalSlowdown' }),
    alert('d', { incident: 'i2' }),
    alert('e', { state: 'resolved' }),
    alert('p', { state: 'pending', incident: '' }),
    alert('q', { state: 'pending', incident: '' }),
  ];
  expect(alertsOfLine(alerts, 'a').map(({ id }) => id)).toEqual(['a', 'b']);
  expect(alertsOfLine(alerts, 'p').map(({ id }) => id)).toEqual(['p']);
  expect([alertsOfLine(alerts, 'e'), alertsOfLine(alerts, 'x')]).toEqual([[], []]);
});

test('who asked to acknowledge before the alerts were there gives nothing back', () => {
  const acked = { who: 'Bob' } as Alert['acked'];
  const [open, taken] = [alert('a', { acked: null }), alert('b', { acked })];
  expect(windowAsked('ack', [open, taken])).toBe('ack');
  expect(windowAsked('ack', [taken])).toBeNull();
  expect(windowAsked('silence', [taken])).toBe('silence');
});
