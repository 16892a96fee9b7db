import { describe, expect, test } from 'vitest';
import type { Alert } from '../alerting/alert.ts';
import { countedTitle, isQuiet, noticeOf } from './notices.ts';
import { notifySchema } from './settings.ts';

const NOON = { minute: 12 * 60, day: 3 };
const settings = notifySchema.parse({});
const alert = (id: string, more: Partial<Alert> = {}) =>
  ({
    ...{ id, state: 'firing', severity: 'critical', firedAt: 1000, title: `Alert ${id}`, detail: '' },
    ...{ silencedBy: [], inhibitedBy: [], acked: null },
    ...more,
  }) as unknown as Alert;

describe('a notice', () => {
  const begin = noticeOf([], null, settings, 0, NOON).noticed;
  const told = (alerts: readonly Alert[], now = 1000, before = begin, own = settings, local = NOON) =>
    noticeOf(alerts, before, own, now, local);

  test('tells of what began to fire, once, with the sound of the worst', () => {
    const first = told([alert('a'), alert('b', { severity: 'warning' })]);
    expect(first.notice).toMatchObject({ title: 'Alert a', severity: 'critical', sound: 'alarm', alerts: ['a', 'b'] });
    expect(told([alert('a')], 60_000, first.noticed).notice).toBeNull();
    expect(told([alert('a', { firedAt: 50_000 })], 60_000, first.noticed).notice?.alerts).toEqual(['a']);
    expect(told([alert('w', { severity: 'warning' })]).notice).toMatchObject({ sound: 'none', severity: 'warning' });
  });

  test('is nothing for what fired before the viewer came, is muted, owned or only advice', () => {
    expect(noticeOf([alert('a')], null, settings, 0, NOON).notice).toBeNull();
    const quiet = [
      alert('s', { silencedBy: ['x'] }),
      alert('i', { inhibitedBy: ['x'] }),
      alert('p', { state: 'pending' }),
    ];
    const owned = alert('o', { acked: { who: 'Kim', note: '', at: 0, until: null } });
    expect(told([...quiet, owned, alert('v', { severity: 'advisory' })]).notice).toBeNull();
    // Its silence ended.
    expect(told([alert('s')], 9000, told(quiet).noticed).notice?.alerts).toEqual(['s']);
  });

  test('F4: of 10,000 alerts at once there is one, of 1,000 a second one in 5 s, and none is left out', () => {
    const storm = told(Array.from({ length: 10_000 }, (_, i) => alert(`a${i}`)));
    expect(storm.notice?.body.split('\n').at(-1)).toBe('and 9995 more');
    let noticed = begin;
    const seen: string[] = [];
    let notices = 0;
    for (let second = 1; second <= 60; second++) {
      const alerts = Array.from({ length: second * 10 }, (_, i) => alert(`b${i}`, { firedAt: Math.floor(i / 10) }));
      const next = told(alerts, second * 1000, noticed);
      noticed = next.noticed;
      if (next.notice) notices++;
      seen.push(...(next.notice?.alerts ?? []));
    }
    expect(notices).toBe(12);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(560);
  });
});

test('quiet hours go over midnight and let critical alerts through where they say so', () => {
  const night = notifySchema.parse({ quiet: [{ from: '22:00', to: '06:00', days: [5] }] });
  const at = (day: number, hour: number, severity = 'warning') => isQuiet(night, { minute: hour * 60, day }, severity);
  expect([at(5, 21), at(5, 22), at(6, 5), at(6, 6), at(6, 23), at(5, 5)]).toEqual([
    false,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(at(5, 23, 'critical')).toBe(false);
  const deep = notifySchema.parse({ quiet: [{ from: '00:00', to: '08:00', exceptCritical: false }] });
  expect(isQuiet(deep, { minute: 60, day: 1 }, 'critical')).toBe(true);
});

test('the title counts', () => {
  expect(countedTitle('Fleetwatt', 3)).toBe('(3) Fleetwatt');
  expect(countedTitle('(3) Fleetwatt', 120)).toBe('(99+) Fleetwatt');
  expect(countedTitle('(99+) Fleetwatt', 0)).toBe('Fleetwatt');
});
