import { describe, expect, it } from 'vitest';
import { frameOf, LOST, rackAt, rowAt, times, topologyOf, type Values } from './frame.fixture.ts';
import { QUALITY } from './frame.ts';
import { computePower, fleetPower, lastMetered, METERED, MIXED } from './power.ts';

const one = (list: Values, shape = {}) => {
  const topology = topologyOf({ nodes: list.length / 8, ...shape });
  const power = computePower(frameOf(topology, { 'gpu.power': list }));
  const rack = rackAt(topology);
  return { w: power.drawW[rack], q: QUALITY[power.quality[rack]], atLeast: power.atLeast[rack], power, topology };
};

describe('a rack without meters', () => {
  it('is the sum of its boards', () => {
    expect(one(times(8, 700))).toMatchObject({ w: 5600, q: 'derived', atLeast: 0 });
  });

  it('counts a silent GPU at nameplate, and says so', () => {
    // 7 × 700 + 1275
    expect(one([...times(7, 700), LOST])).toMatchObject({ w: 6175, q: 'assumed', atLeast: 1 });
    expect(one([...times(7, 700), null])).toMatchObject({ w: 6175, q: 'assumed', atLeast: 1 });
  });

  it('counts a silent GPU of an unknown model as the largest of the others', () => {
    expect(one([...times(6, 400), 700, LOST], { nameplateW: Number.NaN })).toMatchObject({ w: 3800, atLeast: 1 });
  });

  it('counts a silent node at nameplate: B3-05-n2 at 10.2 kW', () => {
    // 8 × 500 + 8 × 1275
    expect(one([...times(8, 500), ...times(8, LOST)])).toMatchObject({ w: 14_200, q: 'assumed', atLeast: 1 });
  });

  it('has no data when all are silent: not zero and not nameplate', () => {
    expect(one(times(8, LOST))).toMatchObject({ w: Number.NaN, q: 'stale' });
    expect(one(times(8, null))).toMatchObject({ w: Number.NaN, q: 'unsupported' });
  });

  it('takes what nodes say of themselves before their boards', () => {
    const topology = topologyOf({ nodes: 2 });
    const frame = frameOf(topology, { 'gpu.power': times(16, 500), 'node.power': [7000, 6000] });
    const power = computePower(frame);
    expect(power.drawW[rackAt(topology)]).toBe(13_000);
    const half = frameOf(topology, { 'gpu.power': times(16, 500), 'node.power': [7000, LOST] });
    // 7000 + 8 × 500, since boards are a part of a node
    expect(computePower(half).drawW[rackAt(topology)]).toBe(11_000);
    expect(QUALITY[computePower(half).quality[rackAt(topology)]]).toBe('assumed');
  });
});

describe('a rack with meters', () => {
  const topology = topologyOf({ feeds: { 'S/A/A1/A1-01 A': 9000, 'S/A/A1/A1-01 B': 9000 } });
  const rack = rackAt(topology);
  const draw = (feeds: Values, boards: Values, last?: number) => {
    const frame = frameOf(topology, { 'feed.power': feeds, 'gpu.power': boards });
    const power = computePower(frame, new Map(last === undefined ? [] : [['S/A/A1/A1-01', last]]));
    return { w: power.drawW[rack], q: QUALITY[power.quality[rack]], atLeast: power.atLeast[rack] };
  };

  it('is measured by all its feeds together', () => {
    expect(draw([4000, 4100], times(8, 700))).toEqual({ w: 8100, q: 'measured', atLeast: 0 });
  });

  it('never takes one feed of two for a measurement', () => {
    expect(draw([4000, LOST], times(8, 700))).toEqual({ w: 5600, q: 'assumed', atLeast: 1 });
    expect(draw([4000, LOST], times(8, 700), 8100)).toEqual({ w: 8100, q: 'assumed', atLeast: 1 });
    expect(draw([8200, LOST], times(8, 700), 8100)).toEqual({ w: 8200, q: 'assumed', atLeast: 1 });
    expect(draw([4000, LOST], times(8, LOST))).toEqual({ w: 4000, q: 'assumed', atLeast: 1 });
  });

  it('falls to its boards or the last reading when both feeds are silent', () => {
    expect(draw([LOST, LOST], times(8, 700))).toEqual({ w: 5600, q: 'assumed', atLeast: 1 });
    expect(draw([LOST, LOST], times(8, 700), 8100)).toEqual({ w: 8100, q: 'assumed', atLeast: 1 });
  });

  it('has no data when feeds and boards are silent, whatever the last reading was', () => {
    expect(draw([LOST, LOST], times(8, LOST), 8100)).toEqual({ w: Number.NaN, q: 'stale', atLeast: 0 });
  });

  it('stays measured while its GPUs are silent', () => {
    expect(draw([4000, 4100], times(8, LOST))).toEqual({ w: 8100, q: 'measured', atLeast: 0 });
  });

  it('does not believe meters that show less than the boards alone', () => {
    // One of two PDUs was never found: 4,000 W can't carry 5,600 W of GPUs.
    expect(draw([2000, 2000], times(8, 700))).toEqual({ w: 5600, q: 'assumed', atLeast: 1 });
  });

  it('remembers full readings by path and forgets racks that are gone', () => {
    const power = computePower(frameOf(topology, { 'feed.power': [4000, 4100] }));
    expect(power.source[rack]).toBe(METERED);
    const before = new Map([['gone', 1]]);
    expect(lastMetered(topology, power, before)).toEqual(new Map([['S/A/A1/A1-01', 8100]]));
    const lost = computePower(frameOf(topology, { 'feed.power': [4000, LOST] }));
    expect(lastMetered(topology, lost, new Map([['S/A/A1/A1-01', 8100]])).get('S/A/A1/A1-01')).toBe(8100);
  });
});

describe('places above racks', () => {
  const both = (a: Values, b: Values, shape = {}) => {
    const topology = topologyOf({ racks: 2, ...shape });
    const power = computePower(frameOf(topology, { 'gpu.power': [...a, ...b] }));
    return { topology, power, row: power.drawW[rowAt(topology)], site: power.drawW[0], q: QUALITY[power.quality[0]] };
  };

  it('are the sum of their children', () => {
    expect(both(times(8, 700), times(8, 500))).toMatchObject({ row: 9600, site: 9600, q: 'derived' });
  });

  it('count a silent rack at nameplate up to the site, marked', () => {
    const { row, site, q, power, topology } = both(times(8, 700), times(8, LOST));
    // 5,600 + 8 × 1,275
    expect([row, site, q]).toEqual([15_800, 15_800, 'assumed']);
    expect([power.atLeast[0], power.atLeast[rowAt(topology)]]).toEqual([1, 1]);
    expect(power.drawW[rackAt(topology, 1)]).toBeNaN();
  });

  it('count a silent rack without a nameplate at its budget', () => {
    const shape = { nameplateW: Number.NaN, budgets: { 'S/A/A1/A1-02': 44_000 } };
    expect(both(times(8, 700), times(8, LOST), shape).site).toBe(49_600);
  });

  it('never gain headroom when a rack falls silent', () => {
    const all = both(times(8, 700), times(8, 600));
    const less = both(times(8, 700), times(8, LOST));
    expect(less.site).toBeGreaterThan(all.site);
  });

  it('have no data when all children are silent', () => {
    expect(both(times(8, LOST), times(8, LOST))).toMatchObject({ row: Number.NaN, site: Number.NaN, q: 'stale' });
  });

  it('say that they are partly metered, and are as old as their oldest part', () => {
    const topology = topologyOf({ racks: 2, feeds: { 'S/A/A1/A1-01 A': 9000 } });
    const frame = frameOf(topology, { 'feed.power': [8000], 'gpu.power': times(16, 700) });
    (frame.columns.get('feed.power')?.time as Float64Array)[0] = 990_000;
    const power = computePower(frame);
    expect(power.source[0]).toBe(MIXED);
    expect(power.time[0]).toBe(990_000);
    expect(QUALITY[power.quality[0]]).toBe('derived');
    expect(fleetPower(topology, power)).toMatchObject({ drawW: 13_600, atLeast: false, source: MIXED });
  });

  it('count GPUs and those that are heard', () => {
    const { power } = both([...times(7, 700), LOST], times(8, 500));
    expect([power.gpuCount[0], power.gpuLive[0]]).toEqual([16, 15]);
  });
});
