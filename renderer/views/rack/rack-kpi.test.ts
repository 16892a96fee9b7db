import { describe, expect, it } from 'vitest';
import type { ViewFrame } from '../../../shared/contract.ts';
import { ASSUMED } from '../../../shared/frame.ts';
import { RACK_SIGNALS } from '../../../shared/rack/columns.ts';
import { smallLayout } from '../places.fixture.ts';
import { rackKpis } from './rack-kpi.ts';
import { type RackModel, rackModel, rackNow } from './rack-model.ts';
import { RACK, rackFrame } from './rack-now.fixture.ts';
import { emptyPast } from './rack-past.ts';

const model = rackModel(smallLayout, RACK) as RackModel;

function kpis(frame: ViewFrame, gone = '') {
  const now = gone === '' ? rackNow(frame, model) : null;
  const cells = rackKpis({ layout: smallLayout, model, frame, now, past: null, gone });
  return Object.fromEntries(cells.map((cell) => [cell.label, cell]));
}

describe('the numbers of a rack', () => {
  it('says draw, headroom and the budget above, with what is near', () => {
    const { 'Rack power': power, Headroom: headroom, 'Parent budget': parent } = kpis(rackFrame({}));
    // 19.0 of 20.0 kW is 95 %: a warning; row A2 at 39.2 of 40 kW is 98 %: critical.
    expect(power).toMatchObject({ value: '19.0', unit: 'kW of 20.0', note: '95.0% of budget', severity: 'warning' });
    expect(headroom).toMatchObject({ value: '1.0', unit: 'kW', severity: null });
    expect(parent).toMatchObject({
      value: '98.0%',
      unit: 'Row A2',
      note: '0.8 kW left across 2 racks',
      severity: 'critical',
    });
  });

  it('says the time to the cap, and warns within 15 min', () => {
    const capMin = new Float32Array(10).fill(7.2);
    const slope = new Float32Array(10).fill(140);
    const { Headroom: headroom } = kpis(rackFrame({}, { capMin, slope }));
    expect(headroom).toMatchObject({ note: 'Cap in ~7 min at this slope', severity: 'warning' });
  });

  it('counts the power-capped of all that should be there, and calls none of them none', () => {
    const capped = kpis(rackFrame({ 'gpu.throttle': [4, 0] }))['Power-capped'];
    expect(capped).toMatchObject({ value: '1', unit: 'of 2 GPUs', note: 'SW power cap', severity: 'warning' });
    expect(kpis(rackFrame({ 'gpu.throttle': [0, Number.NaN] }))['Power-capped']).toMatchObject({
      ...{ value: '0', note: 'None of 1 held', severity: null },
    });
    expect(kpis(rackFrame({}))['Power-capped']).toMatchObject({ value: '—', note: 'Clock event reasons not exported' });
  });

  it('says since when, from the past', () => {
    const frame = rackFrame({ 'gpu.throttle': [4, 4] });
    const past = {
      ...emptyPast(Date.UTC(2026, 10, 23, 14, 23), 60_000, 3, 2),
      reasons: Int16Array.of(0, 4, 4, 0, 0, 4),
    };
    const cells = rackKpis({ layout: smallLayout, model, frame, now: rackNow(frame, model), past, gone: '' });
    expect(cells[3].note).toBe('SW power cap, since 14:24');
  });

  it('takes the GPU nearest to its own slowdown, not the warmest', () => {
    const frame = rackFrame({ 'gpu.temp': [84, 88], 'gpu.tempLimit': [84, 100], 'gpu.throttle': [0x40, 0] });
    expect(kpis(frame)['Hottest GPU']).toMatchObject({
      ...{ value: '84', unit: '°C, limit 84', note: 'n1-g0, HW thermal', severity: 'critical', place: 16 },
    });
  });

  it('says that a limit is assumed', () => {
    const values = {
      'gpu.temp': [60, 61],
      'gpu.tempLimit': [87, 87],
      'gpu.power': [400, 500],
      'gpu.powerLimit': [700, 700],
    };
    const gpuQuality = new Uint8Array(RACK_SIGNALS.length * 2).fill(ASSUMED);
    const cells = kpis(rackFrame(values, { gpuQuality }));
    expect(cells['Hottest GPU'].note).toBe('n1-g1, limit assumed');
    expect(cells['GPU power']).toMatchObject({
      value: '450',
      unit: 'W median',
      note: 'p10 400 W, limit 700 W assumed',
    });
  });

  it('has no number while data is gone', () => {
    const cells = Object.values(
      kpis(rackFrame({ 'gpu.power': [1, 2], 'gpu.temp': [60, 60] }), 'No data for 2 min 0 s'),
    );
    expect(cells.map(({ value }) => value)).toEqual(Array(8).fill('—'));
    expect(cells.map(({ note }) => note)).toEqual(Array(8).fill('No data for 2 min 0 s'));
  });
});
