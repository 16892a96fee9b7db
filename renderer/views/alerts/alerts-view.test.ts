import { describe, expect, it } from 'vitest';
import type { Alert, Incident, JournalRow } from '../../../shared/alerting/alert.ts';
import { smallLayout } from '../places.fixture.ts';
import { chosenAlerts, facetsOf, ruleWords, standingOf, toggled } from './alert-facets.ts';
import { sectionsOf, stepsOf } from './alert-groups.ts';
import { timelineLanes } from './lanes.ts';
import { asLastKnown, valueNow } from './words.ts';

const T = 1_700_000_000_000;
const MINUTE = 60_000;

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
  ...{ id, rule: 'BudgetAtCap', severity: 'critical', domain: 'power', state: 'firing', title: `Title ${id}` },
  ...{ detail: '', level: 'rack', place: 7, path: 'p7', object: 'Rack A2-01', labels: {} },
  ...{ value: 0.98, limit: 0.97, unit: '%', activeAt: T, firesAt: T, firedAt: T, resolvedAt: null },
  ...{ keepsUntil: null, unknownSince: null, incident: id, inhibitedBy: [], silencedBy: [], acked: null, notes: 0 },
  ...more,
});
const owner = { who: 'Ann', note: '', at: T + MINUTE, until: null };
const row = (kind: JournalRow['kind'], alert: string, time: number, more: Partial<JournalRow> = {}): JournalRow => ({
  ...{ seq: time, time, kind, alert, rule: 'BudgetAtCap', severity: 'critical', domain: 'power', path: '', object: '' },
  ...{ incident: '', who: '', text: `Title ${alert}`, value: null, labels: {}, ...more },
});

it('of a page that hears nothing any more, alerts are past and have no number of now', () => {
  const live = [
    alert('1', { title: 'Rack A2-01 at 98.0% of budget' }),
    alert('2', { incident: '1', severity: 'warning' }),
  ];
  const told = live.map((one) => asLastKnown(one, T));
  expect(told.map(valueNow)).toEqual([null, null]);
  const incident = { id: '1', title: 'Rack A2-01 at 98.0% of budget and 1 more' } as Incident;
  expect(sectionsOf(live, [incident]).open[0].title).toBe('Rack A2-01 at 98.0% of budget and 1 more');
  expect(sectionsOf(told, [incident]).open[0].title).toBe('Rack A2-01 was at 98.0% of budget and 1 more');
});

describe('facets', () => {
  const alerts = [
    alert('1'),
    alert('2', { severity: 'warning', place: 9 }),
    alert('3', { severity: 'warning', domain: 'fabric', acked: owner }),
    alert('4', { place: -1, domain: 'data', silencedBy: ['s'] }),
  ];
  const counts = (id: string, chosen = {}) =>
    Object.fromEntries(
      facetsOf(smallLayout, alerts, chosen)
        .find((facet) => facet.id === id)
        ?.values.map(({ label, count }) => [label, count]) ?? [],
    );

  it('count what each value would leave', () => {
    expect(counts('severity')).toEqual({ Critical: 2, Warning: 2 });
    expect(counts('hall')).toEqual({ 'Hall A': 2, 'Hall B': 1, 'No hall': 1 });
    expect(counts('state')).toEqual({ New: 2, Acknowledged: 1, Silenced: 1 });
    expect(counts('rule')).toEqual({ 'Budget at cap': 4 });
  });

  it('a choice narrows the other facets, not its own', () => {
    const chosen = { severity: ['warning'] };
    expect(counts('severity', chosen)).toEqual({ Critical: 2, Warning: 2 });
    expect(counts('domain', chosen)).toEqual({ 'Power and thermal': 1, Interconnect: 1, Data: 0 });
    expect(chosenAlerts(smallLayout, alerts, chosen).map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('a chosen value that nothing has any more can still be taken back', () => {
    expect(counts('rule', { rule: ['LinkDown'] })).toEqual({ 'Budget at cap': 4, 'Link down': 0 });
    expect(toggled({ rule: ['LinkDown'] }, 'rule', 'LinkDown')).toBe('');
    expect(toggled({ rule: ['LinkDown'] }, 'rule', 'X')).toBe('LinkDown,X');
  });

  it('an alert stands where somebody who looks for work would put it', () => {
    expect(standingOf(alert('1', { acked: owner, silencedBy: ['s'] }))).toBe('silenced');
    expect(standingOf(alert('1', { unknownSince: T, acked: owner }))).toBe('unknown');
    expect(standingOf(alert('1', { state: 'resolved', acked: owner }))).toBe('resolved');
  });
});

it('rules are called in words', () => {
  expect(ruleWords('HWPowerBrake')).toBe('HW power brake');
  expect(ruleWords('XIDError')).toBe('XID error');
  expect(ruleWords('HwThermalSlowdown')).toBe('HW thermal slowdown');
  expect(ruleWords('PcieDowntrained')).toBe('PCIe downtrained');
  expect(ruleWords('my_own_rule')).toBe('my own rule');
});

describe('the list', () => {
  const incident: Incident = {
    ...{ id: 'i', severity: 'critical', domain: 'power', title: 'Row A2, 2 alerts', detail: '', place: 4, path: 'p4' },
    ...{ startedAt: T, alerts: ['a', 'b'], firing: 2, acked: false, muted: false },
  };
  const alerts = [
    alert('owned', { acked: owner, activeAt: T - 9 * MINUTE }),
    alert('b', { incident: 'i', severity: 'warning' }),
    alert('a', { incident: 'i' }),
    alert('warn', { severity: 'warning', activeAt: T - 9 * MINUTE }),
    alert('p', { state: 'pending', incident: '' }),
    alert('m', { silencedBy: ['s'] }),
  ];

  it('folds what has one cause, the worst first, what is owned last', () => {
    const { open, pending, muted } = sectionsOf(alerts, [incident]);
    expect(open.map(({ title }) => title)).toEqual(['Row A2, 2 alerts', 'Title warn', 'Title owned']);
    expect(open[0].alerts.map(({ id }) => id)).toEqual(['a', 'b']);
    expect([pending, muted].map((list) => list.map(({ id }) => id))).toEqual([['p'], ['m']]);
  });

  it('is stepped through as it is seen', () => {
    const sections = sectionsOf(alerts, [incident]);
    expect(stepsOf(sections, new Set(['muted']))).toEqual(['a', 'b', 'warn', 'owned', 'p']);
    expect(stepsOf(sections, new Set(['i']))).toEqual(['a', 'warn', 'owned', 'p', 'm']);
  });
});

describe('the timeline', () => {
  it('has what fires up to now, with the moment at which somebody took it', () => {
    const [lane] = timelineLanes(
      [alert('1', { firedAt: T - 90 * MINUTE, acked: owner })],
      [],
      T + 5 * MINUTE,
      60 * MINUTE,
    );
    expect(lane).toMatchObject({ from: T - 55 * MINUTE, to: T + 5 * MINUTE, open: true, acks: [T + MINUTE], count: 1 });
  });

  it('has what cleared, from its onset to its end', () => {
    const rows = [
      row('resolved', '1', T - 5 * MINUTE),
      row('ack', '1', T - 8 * MINUTE),
      row('firing', '1', T - 20 * MINUTE),
    ];
    expect(timelineLanes([], rows, T, 60 * MINUTE)).toMatchObject([
      { from: T - 20 * MINUTE, to: T - 5 * MINUTE, open: false, acks: [T - 8 * MINUTE] },
    ]);
  });

  it('has one lane an incident', () => {
    const two = [
      alert('1', { incident: 'i', firedAt: T - 9 * MINUTE }),
      alert('2', { incident: 'i', severity: 'warning' }),
    ];
    expect(timelineLanes(two, [], T, 60 * MINUTE)).toMatchObject([{ id: 'i', count: 2, from: T - 9 * MINUTE }]);
  });
});
