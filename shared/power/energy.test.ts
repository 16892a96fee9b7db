import { expect, test } from 'vitest';
import { topologyOf } from '../frame.fixture.ts';
import { EnergyMeter, energyOfSteps } from './energy.ts';

const topology = topologyOf();
const MINUTE = 60_000;
const price = { site: 'S', pue: 1.25, pricePerKWh: 0.12, currency: 'EUR' };

test('the mean of two draws over the time between, with PUE and price', () => {
  const meter = new EnergyMeter({ longestMs: 61 * MINUTE });
  meter.add(topology, [100_000], 0);
  meter.add(topology, [140_000], 60 * MINUTE);
  // 120 kW for an hour; × 1.25 × 0.12.
  expect(meter.report([price])).toEqual([
    {
      ...{ site: 'S', kWh: 120, measuredMin: 60, gapMin: 0, facilityKWh: 150, cost: 18 },
      // 140 kW × 1.25 × 0.12 an hour.
      ...{ costPerHour: 21, currency: 'EUR' },
    },
  ]);
  expect(meter.report([])[0]).toMatchObject({ kWh: 120, facilityKWh: null, cost: null, costPerHour: null });
});

test('nothing is filled in: neither a gap, nor a time without a draw, nor an instant twice', () => {
  const meter = new EnergyMeter({ longestMs: MINUTE });
  meter.add(topology, [60_000], 0);
  meter.add(topology, [60_000], MINUTE);
  meter.add(topology, [60_000], MINUTE);
  meter.add(topology, [60_000], 11 * MINUTE);
  meter.add(topology, [Number.NaN], 12 * MINUTE);
  meter.add(topology, [60_000], 13 * MINUTE);
  meter.add(topology, [60_000], 14 * MINUTE);
  // Two minutes of 60 kW are 2 kWh; 10 min of a gap and 2 min around the missing draw.
  expect(meter.report([])[0]).toMatchObject({ kWh: 2, measuredMin: 2, gapMin: 12 });
});

test('of a span of the past is the mean of each step over the part of it that lies within', () => {
  // From 0:30 to 4:00; minutes of 60 kW, one unknown, then one of 120 kW in two short steps.
  const minutes = { times: [0, MINUTE, 2 * MINUTE], stepMs: MINUTE, values: [60_000, null, 60_000] };
  const tail = { times: [3 * MINUTE, 3.5 * MINUTE], stepMs: MINUTE / 2, values: [120_000, 120_000] };
  const row = energyOfSteps('S', [minutes, tail], [MINUTE / 2, 3.75 * MINUTE], 120_000, [price]);
  // 0.5 + 1 kWh, and 45 s of 120 kW are 1.5 kWh.
  expect(row).toMatchObject({ kWh: 3, measuredMin: 2.25, gapMin: 1, facilityKWh: 3.75, costPerHour: 18 });
});
