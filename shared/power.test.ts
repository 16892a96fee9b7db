import { describe, expect, it } from 'vitest';
import { frameOf, LOST, rackAt, rowAt, times, topologyOf, type Values } from './frame.fixture.ts';
import { QUALITY } from './frame.ts';
import { fleetPower } from './power/fleet-power.ts';
import { lastMetered, measureRatios } from './power/ratios.ts';
import { computePower, METERED, MIXED, RUNGS } from './power.ts';

const one = (list: Values, shape = {}) => {
  const topology = topologyOf({ nodes: list.length / 8, ...shape });
  const power = computePower(frameOf(topology, { 'gpu.power': list }));
  const rack = rackAt(topology);
  return { w: power.drawW[rack], q: QUALITY[power.quality[rack]], atLeast: power.atLeast[rack], power, topology };
};

describe('a rack without meters', () => {
  it('is at least the sum of its boards: what goes with them nobody says', () => {
    const { w, q, atLeast, power, topology } = one(times(8, 700));
    expect({ w, q, atLeast }).toEqual({ w: 5600, q: 'derived', atLeast: 1 });
    expect(RUNGS[power.rung[rackAt(topology)]]).toBe('boards');
  });

  it('is its boards times what metered nodes of its model draw for each of their watts', () => {
    // Three metered racks draw 1.5, 1.6 and 1.2 times their 8 × 500 W: the median is 1.5.
    const racks = ['01', '02', '03'].map((name) => `S/A/A1/A1-${name}`);
    const topology = topologyOf({ racks: 5, feeds: Object.fromEntries(racks.map((rack) => [`${rack} A`, 9000])) });
    const model = topology.model.map((own, place) => (place === rackAt(topology, 4) ? 'other' : own || 'HGX H200'));
    const boards: Values = [...times(24, 500), ...times(7, 500), LOST, ...times(8, 500)];
    const frame = frameOf({ ...topology, model }, { 'feed.power': [6000, 6400, 4800], 'gpu.power': boards });
    const ratios = measureRatios(frame, computePower(frame), new Map());
    expect(ratios).toEqual(new Map([['HGX H200', 1.5]]));
    const power = computePower(frame, new Map(), ratios);
    const [fourth, fifth] = [rackAt(topology, 3), rackAt(topology, 4)];
    // 7 × 500 × 1.5 and a silent one at its 1,275 W nameplate, which is a node's share already.
    expect([power.drawW[fourth], RUNGS[power.rung[fourth]], power.atLeast[fourth]]).toEqual([6525, 'ratio', 1]);
    // 7 × 500 + 1275 ÷ 1.5: what the boards would draw.
    expect(power.shareW[fourth]).toBe(4350);
    expect([power.drawW[fifth], RUNGS[power.rung[fifth]], power.atLeast[fifth]]).toEqual([4000, 'boards', 1]);
    const whole = frameOf({ ...topology, model }, { 'gpu.power': times(40, 500) });
    const estimated = computePower(whole, new Map(), ratios);
    expect([estimated.drawW[fourth], estimated.atLeast[fourth]]).toEqual([6000, 0]);
    expect(QUALITY[estimated.quality[fourth]]).toBe('derived');
  });

  it('takes no ratio from a rack with a silent board, nor one below 1, and keeps what it knew', () => {
    const topology = topologyOf({ racks: 2, feeds: { 'S/A/A1/A1-01 A': 9000, 'S/A/A1/A1-02 A': 9000 } });
    const model = topology.model.map((own) => own || 'HGX H200');
    const frame = frameOf(
      { ...topology, model },
      { 'feed.power': [6000, 3900], 'gpu.power': [...times(7, 500), LOST, ...times(8, 500)] },
    );
    const before = new Map([['HGX H200', 1.4]]);
    expect(measureRatios(frame, computePower(frame), before)).toBe(before);
  });

  it('says how many feeds and BMCs report', () => {
    const topology = topologyOf({ nodes: 2, feeds: { 'S/A/A1/A1-01 A': 9000, 'S/A/A1/A1-01 B': 9000 } });
    const rack = rackAt(topology);
    const told = (values: Parameters<typeof frameOf>[1]) => {
      const { feedsFresh, feedsExpected, bmcNodes, rung } = computePower(frameOf(topology, values));
      return [feedsFresh[rack], feedsExpected[rack], bmcNodes[rack], RUNGS[rung[rack]]];
    };
    expect(told({ 'feed.power': [4000, 4100], 'gpu.power': times(16, 300) })).toEqual([2, 2, 0, 'feeds']);
    expect(told({ 'feed.power': [4000, LOST], 'gpu.power': times(16, 300) })).toEqual([1, 2, 0, 'partly']);
    expect(told({ 'node.power': [5000, LOST], 'gpu.power': times(16, 300) })).toEqual([0, 0, 1, 'bmc']);
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

  it('tells how much of a draw is counted, of the places above as well', () => {
    const counted = ({ power, topology }: ReturnType<typeof one>) =>
      [rackAt(topology), rowAt(topology), 0].map((place) => power.countedW[place]);
    expect(counted(one(times(8, 700)))).toEqual([0, 0, 0]);
    expect(counted(one([...times(7, 700), LOST]))).toEqual([1275, 1275, 1275]);
    // A rack that is silent as a whole is counted above it: 8 × 1275.
    expect(counted(one([...times(8, 500), ...times(8, LOST)], { nodes: 1, racks: 2 }))).toEqual([0, 10_200, 10_200]);
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

  it('counts what its last full reading was more than what is heard', () => {
    const frame = frameOf(topology, { 'feed.power': [4000, LOST], 'gpu.power': times(8, 700) });
    expect(computePower(frame, new Map([['S/A/A1/A1-01', 8100]])).countedW[rack]).toBe(8100 - 5600);
    expect(computePower(frame).countedW[rack]).toBe(0);
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
    expect(both(times(8, 700), times(8, 500))).toMatchObject({ row: 9600, site: 9600, q: 'assumed' });
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
    expect(QUALITY[power.quality[0]]).toBe('assumed');
    expect(fleetPower(topology, power)).toMatchObject({ drawW: 13_600, atLeast: true, source: MIXED });
  });

  it('count GPUs and those that are heard', () => {
    const { power } = both([...times(7, 700), LOST], times(8, 500));
    expect([power.gpuCount[0], power.gpuLive[0]]).toEqual([16, 15]);
  });
});
