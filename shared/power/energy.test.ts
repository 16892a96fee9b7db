import { expect, test } from 'vitest';
import { topologyOf } from '../frame.fixture.ts';
import { EnergyMeter } from './energy.ts';

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
