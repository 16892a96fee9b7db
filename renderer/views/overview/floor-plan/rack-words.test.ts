import { expect, it } from 'vitest';
import { RACK } from '../../../../shared/topology.ts';
import { DRAWN_FLEET, frameOf, layoutOf } from '../../../draw/sample-fleet.fixture.ts';
import { severityAt } from './painter.ts';
import { spokenOf, wordsOf } from './rack-words.ts';

const layout = layoutOf(DRAWN_FLEET);
const rack = layout.start[RACK] + 12;
const frame = frameOf(layout);

it('says a rack as ui.md 9 words it', () => {
  frame.value[rack] = 0.98;
  frame.drawW[rack] = 129_400;
  expect(spokenOf(layout, frame, rack)).toBe('Rack A2-05, 98.0 percent, 129.4 of 132.0 kW, critical, sampled 2 s ago');
});

it('says no data for a rack without a value and for a stale screen', () => {
  const lost = { ...frame, value: frame.value.slice(), drawW: frame.drawW.slice() };
  lost.value[rack] = Number.NaN;
  lost.drawW[rack] = Number.NaN;
  expect(spokenOf(layout, lost, rack)).toBe('Rack A2-05, no data');
  expect(spokenOf(layout, null, rack)).toBe('Rack A2-05, no data');
  expect(wordsOf(layout, lost, rack)).toEqual({
    draw: '—',
    share: '—',
    severity: 'no data',
    reporting: '72 of 72',
    age: '—',
  });
});

it('severities follow the thresholds of ui.md 3.5', () => {
  const at = (signal: 'power' | 'temp' | 'nic' | 'util', share: number) => {
    const other = frameOf(layout, signal);
    other.value[rack] = share;
    return severityAt(other, layout, rack);
  };
  expect([0.89, 0.91, 0.98].map((share) => at('power', share))).toEqual([null, 'warning', 'critical']);
  expect([0.94, 0.96, 1.01].map((share) => at('temp', share))).toEqual([null, 'warning', 'critical']);
  // Use alone never makes a link critical; an idle or busy GPU is no alarm.
  expect([0.94, 0.99].map((share) => at('nic', share))).toEqual([null, 'warning']);
  expect([0, 1].map((share) => at('util', share))).toEqual([null, null]);
});
