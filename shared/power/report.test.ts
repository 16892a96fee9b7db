import { describe, expect, it } from 'vitest';
import { frameOf, LOST, rackAt, times, topologyOf, type Values } from '../frame.fixture.ts';
import { computePower } from '../power.ts';
import type { TrendRow } from '../trend.ts';
import { measureRatios } from './ratios.ts';
import { powerReport } from './report.ts';

const RACK = 'S/A/A1/A1-01';
const topology = topologyOf({
  racks: 2,
  budgets: { S: 60e3, [RACK]: 20e3, 'S/A/A1/A1-02': 20e3 },
  feeds: { [`${RACK} A`]: 11e3, [`${RACK} B`]: 11e3 },
  ratings: { [RACK]: [22e3, 22e3] },
});

const FEEDS = { [`${RACK} A`]: 30e3, 'S/A/A1/A1-02 A': 30e3 };

/** Draws of both racks over 100 polls: rack 1 climbs 10,000 … 11,188 W, rack 2 stands at 5 kW. */
const history: readonly TrendRow[] = Array.from({ length: 100 }, (_, i) => ({
  time: i * 5000,
  values: Float32Array.from([15e3 + i * 10, 15e3, 15e3, 10e3 + i * 12, 5e3]),
  // Measured throughout.
  basis: new Uint8Array(5).fill(1),
  places: null,
}));

function report(
  feeds: Values,
  boards: Values = times(16, 500),
  place = rackAt(topology),
  limits: Values = times(16, 700),
) {
  const frame = frameOf(topology, { 'feed.power': feeds, 'gpu.power': boards, 'gpu.powerLimit': limits });
  const first = computePower(frame);
  const power = computePower(frame, new Map(), measureRatios(frame, first, new Map()));
  return powerReport({ frame, power, rows: history, now: 500_000 }, place);
}

const NAMED = (name: string) => ({ rack: rackAt(topology), name, budgetW: 11e3, breakerUse: null });

describe('powerReport', () => {
  it('tells draw, headroom in watts and in GPUs, limits against budget, and what is stranded', () => {
    const { place, windowMs } = report([6000, 5000]);
    expect(place).toMatchObject({
      ...{
        label: 'Rack A1-01',
        drawW: 11e3,
        budgetW: 20e3,
        headroomW: 9e3,
        quality: 'measured',
        basis: '2 of 2 feeds',
      },
      // HGX H200: 10.2 kW for 8 GPUs is 1,275 W each; 9,000 ÷ 1,275 = 7.06.
      ...{ plannedWPerGpu: 1275, fits: 7 },
      // 8 × 700 ÷ 20,000.
      oversubscription: 0.28,
      // The 99th of 100 values, and 20,000 less it.
      ...{ p99W: 11_176, strandedW: 8824 },
    });
    // 12 W every 5 s are 144 W a minute: 9,000 ÷ 144 = 62.5 min, on a straight line.
    expect(place.cap?.minutes).toBeCloseTo(62.5, 3);
    expect(place.cap?.latest).toBeCloseTo(62.5, 2);
    // |6000 − 5000| ÷ 6000.
    expect(place.imbalance).toBeCloseTo(1 / 6, 9);
    expect(windowMs).toBe(500_000);
  });

  it('counts the limit of a silent board as that of its model', () => {
    // Seven boards limited to 600 W, and an H200 of 700 W: 4,900 ÷ 20,000.
    const silent = (watts: number): Values => [LOST, ...times(15, watts)];
    const { place } = report([6000, 5000], silent(500), rackAt(topology), silent(600));
    expect(place.oversubscription).toBe(0.245);
  });

  it('lists what is under a site, the most stranded first, with its feeds', () => {
    const { under, feeds, place } = report([6000, LOST], times(16, 500), 0);
    expect(under.map(({ label, strandedW }) => [label, strandedW])).toEqual([
      ['Rack A1-02', 15e3],
      ['Rack A1-01', 8824],
      ['Hall A', null],
      ['Row A1', null],
    ]);
    expect(feeds).toEqual([
      { ...NAMED('A'), drawW: 6000, quality: 'measured', sampled: 1_000_000 },
      { ...NAMED('B'), drawW: null, quality: 'stale', sampled: 400_000 },
    ]);
    expect(place).toMatchObject({ label: 'Site S', imbalance: null, basis: '' });
  });

  it('tells the fullest breaker of a feed, of its inlet or of a branch, and none that is not heard of any more', () => {
    // The cord of A at 13/32 and its branch at 39/64; the cord of B at 23/32, its branch silent.
    const frame = frameOf(topology, {
      ...{ 'feed.power': [6000, 5000], 'feed.load': [13 / 32, 23 / 32], 'feed.breakerUse': [39 / 64, LOST] },
    });
    const uses = (columns: typeof frame) =>
      powerReport({ frame: columns, power: computePower(columns), rows: [], now: 0 }, 0).feeds.map(
        ({ breakerUse }) => breakerUse,
      );
    expect(uses(frame)).toEqual([39 / 64, 23 / 32]);
    expect(uses(frameOf(topology, { 'feed.power': [6000, 5000], 'feed.load': [LOST, 0.5] }))).toEqual([null, 0.5]);
  });

  it('lets no more GPUs fit into a place than into those above it, and than into those under it', () => {
    const fits = (budgets: Record<string, number>) => {
      const own = topologyOf({ racks: 2, budgets, feeds: FEEDS });
      const frame = frameOf(own, { 'feed.power': [11e3, 11.5e3], 'gpu.power': times(16, 500) });
      const all = powerReport({ frame, power: computePower(frame), rows: [], now: 0 }, 0);
      return Object.fromEntries([all.place, ...all.under].map((one) => [one.label, one.fits]));
    };
    const racks = { [RACK]: 20e3, 'S/A/A1/A1-02': 20e3 };
    // 9,000 and 8,500 W ÷ 1,275 are 7 and 6 whole ones; the site has 37,500 left, which 29 would fit into.
    expect(fits({ S: 60e3, ...racks })).toEqual({
      ...{ 'Site S': 13, 'Hall A': null, 'Row A1': null, 'Rack A1-01': 7, 'Rack A1-02': 6 },
    });
    // The row has 3,500 W left for both.
    expect(fits({ S: 60e3, 'S/A/A1': 26e3, ...racks })).toEqual({
      ...{ 'Site S': 2, 'Hall A': null, 'Row A1': 2, 'Rack A1-01': 2, 'Rack A1-02': 2 },
    });
    // A rack without a budget of its own may take what the site has.
    expect(fits({ S: 60e3, [RACK]: 20e3 })).toMatchObject({ 'Site S': 29, 'Rack A1-01': 7, 'Rack A1-02': null });
  });

  it('says on what a rack without meters stands', () => {
    const second = (boards: Values) => report([6000, 6000], boards, rackAt(topology, 1)).place;
    // Rack 1 is measured at 12,000 for 4,000 W of boards of the same model, but no model is written on the racks.
    expect(second(times(16, 500))).toMatchObject({ basis: 'Boards alone', atLeast: true, drawW: 4000 });
    expect(second([...times(15, 500), LOST])).toMatchObject({ basis: 'Boards alone, silent ones at nameplate' });
    expect(second([...times(8, 500), ...times(8, LOST)])).toMatchObject({ drawW: null, headroomW: null, fits: null });
  });

  it('says who is capped first: by priority, of equal ones who draws most', () => {
    const asked = topologyOf({ racks: 3 });
    asked.priority.set([0, 0, 4, 4, 9, 4]);
    const frame = frameOf(asked, { 'gpu.power': [...times(8, 300), ...times(8, 400), ...times(8, 500)] });
    const { cappedFirst, under } = powerReport({ frame, power: computePower(frame), rows: [], now: 0 }, 0);
    expect(cappedFirst.map(({ label, priority }) => [label, priority])).toEqual([
      ['Rack A1-02', 9],
      ['Rack A1-03', 4],
      ['Rack A1-01', 4],
    ]);
    expect(under.map(({ label, priority }) => [label, priority])).toContainEqual(['Hall A', null]);
  });

  it('what if A is lost: the other carries both', () => {
    const { loss } = report([12e3, 11e3]);
    expect(loss.A).toMatchObject({ lost: 'A', trips: 1, of: 1 });
    expect(loss.A.rows).toEqual([
      { place: rackAt(topology), label: 'Rack A1-01', verdict: 'trips', carriesW: 23e3, ratingW: 22e3, overW: 1e3 },
    ]);
  });

  it('what holds with the least to spare', () => {
    // 10.4 + 11 = 21.4 kW on a feed rated 22: 0.6 kW to spare.
    const { loss } = report([10.4e3, 11e3]);
    expect(loss.A).toMatchObject({ trips: 0, rows: [] });
    expect(loss.A.nearest).toEqual([
      { place: rackAt(topology), label: 'Rack A1-01', verdict: 'holds', carriesW: 21.4e3, ratingW: 22e3, overW: -600 },
    ]);
  });
});
