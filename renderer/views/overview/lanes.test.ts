import { describe, expect, it } from 'vitest';
import type { ViewFrame } from '../../../shared/contract.ts';
import { smallLayout as layout } from '../places.fixture.ts';
import { laneSeries, lanesOf, worstRow } from './lanes.ts';

const frame = {
  sampled: 30_000,
  critRatio: 0.97,
  // Site, halls A and B, rows A1 (20 kW budget), A2 (40 kW), B1 (none), racks.
  drawW: Float32Array.from([58_800, 54_800, 4_000, 16_000, 38_800, 4_000, 0, 0, 0, 0]),
  slope: new Float32Array(10).fill(Number.NaN),
  summary: { util: { median: 0.81, p10: 0, idle: 0 }, fabric: { use: 0.5 } },
} as unknown as ViewFrame;
const site = [{ signal: 'draw', place: 0 }] as const;

describe('lanes', () => {
  it('asks for the site, the row nearest to its budget, utilisation and ports', () => {
    expect(worstRow(layout, frame)).toBe(4);
    expect(laneSeries(layout, frame).map(({ signal, place }) => `${signal} ${place}`)).toEqual([
      'draw 0',
      'draw 4',
      'gpu.util 0',
      'link.use 0',
      'link.waited 0',
    ]);
  });

  it('shows the wait of ports where that is known, else how busy they are, which is no alarm', () => {
    const series = [
      { signal: 'link.use', place: 0 },
      { signal: 'link.waited', place: 0 },
    ] as const;
    const of = (waited: readonly (number | null)[]) =>
      lanesOf(layout, frame, series, { times: [10_000, 20_000], values: [[0.97, 0.98], waited] });
    expect(of([null, 0.31])).toMatchObject([
      { label: 'Worst transmit wait', values: [null, 31], limit: 5, critical: 5, note: 'Limit 5%' },
    ]);
    expect(of([null, null])).toMatchObject([
      { label: 'Busiest network port, use', values: [97, 98, 50], limit: 95, critical: null },
    ]);
  });

  it('of several sites shows the one that draws most, and says which', () => {
    const two = {
      ...layout,
      start: [0, 2, 2, 2, 2, 2, 2],
      parent: [-1, -1],
      name: ['AMS-2', 'PDX-1'],
      path: ['AMS-2', 'PDX-1'],
      budgetW: [220_000, 220_000],
    };
    const drawn = { ...frame, drawW: Float32Array.from([164_000, 167_000]) } as ViewFrame;
    const series = laneSeries(two, drawn);
    expect(series.map(({ place }) => place)).toEqual([1, 1, 1, 1]);
    expect(lanesOf(two, drawn, series, undefined).map(({ label }) => label)).toEqual([
      'Site PDX-1 power',
      'GPU utilisation, median, PDX-1',
      'Busiest network port, use, PDX-1',
    ]);
  });

  it('has the unit in which that power is told everywhere else', () => {
    const drawn = { ...frame, drawW: Float32Array.of(2_500_000, ...frame.drawW.subarray(1)) } as ViewFrame;
    const budgets = { ...layout, budgetW: [3_000_000, ...layout.budgetW.slice(1)] };
    const [lane] = lanesOf(budgets, drawn, site, { times: [0], values: [[2_250_000]] });
    expect(lane).toMatchObject({
      unit: 'MW',
      values: [2.25, null, 2.5],
      limit: 3,
      decimals: 2,
      note: 'Budget 3.00 MW',
    });
  });

  it('ends with the value of the frame itself, and keeps gaps', () => {
    const [lane] = lanesOf(layout, frame, site, {
      times: [0, 10_000, 20_000, 30_000],
      values: [[50_000, null, 52_000, 51_000]],
    });
    expect(lane.times).toEqual([0, 10_000, 20_000, 30_000]);
    expect(lane.values.slice(0, 3)).toEqual([50, null, 52]);
    expect(lane.values[3]).toBeCloseTo(58.8, 3);
    expect(lane).toMatchObject({ limit: 100, critical: 97, label: 'Site IT power' });
  });

  it('does not join a history that ended long before', () => {
    const [lane] = lanesOf(layout, frame, site, { times: [-60_000, -50_000], values: [[50_000, 51_000]] });
    expect(lane.values.slice(0, 3)).toEqual([50, 51, null]);
    expect(lane.times).toEqual([-60_000, -50_000, -40_000, 30_000]);
  });

  it('adds nothing where the frame has no value, nor the summary of all sites to one of them', () => {
    const silent = { ...frame, drawW: new Float32Array(10).fill(Number.NaN) };
    expect(lanesOf(layout, silent, site, { times: [0], values: [[50_000]] })[0].values).toEqual([50]);
    const two = { ...layout, start: [0, 2, 4, 7, 10, 14, 22] };
    expect(lanesOf(two, frame, [{ signal: 'gpu.util', place: 0 }], { times: [0], values: [[0.5]] })[0].values).toEqual([
      50,
    ]);
    const past = { times: [10_000, 20_000], values: [[0.5, 0.6]] };
    expect(lanesOf(layout, frame, [{ signal: 'gpu.util', place: 0 }], past)[0].values).toEqual([50, 60, 81]);
  });
});
