import { describe, expect, it } from 'vitest';
import { computeFabric, linkLabel } from './fabric.ts';
import { frameOf, LOST, topologyOf } from './frame.fixture.ts';
import { NODE } from './topology.ts';

const node = 'S/A/A1/A1-01/A1-01-n1';
const topology = topologyOf({ nodes: 2, links: [`${node} mlx5_0`, `${node} mlx5_1`, `${node.slice(0, -1)}2 mlx5_0`] });
const NDR = 50e9;

describe('computeFabric', () => {
  it('takes the busier direction of the rate, and the worst upward', () => {
    const frame = frameOf(topology, {
      'link.rx': [10e9, 20e9, 5e9],
      'link.tx': [40e9, 1e9, 5e9],
      'link.rate': [NDR, NDR, NDR],
    });
    const fabric = computeFabric(frame);
    expect([...fabric.use].map((use) => use.toFixed(2))).toEqual(['0.80', '0.40', '0.10']);
    expect(fabric.worst[0]).toBeCloseTo(0.8);
    expect(fabric.worst[topology.start[NODE] + 1]).toBeCloseTo(0.1);
    expect(linkLabel(topology, fabric.worstLink[0])).toBe('A1-01-n1 mlx5_0');
    expect([fabric.rxBps, fabric.txBps, fabric.known]).toEqual([35e9, 46e9, 3]);
  });

  it('calls a link saturated only when it is full and waits', () => {
    const full = { 'link.rx': [49e9, 49e9, 49e9], 'link.tx': [0, 0, 0], 'link.rate': [NDR, NDR, NDR] };
    const ticked = { ...topology, linkTickBytes: Float64Array.from([320, 320, 320]) };
    // 15,625,000 ticks × 320 bytes are 10 % of 50 GB/s, 7,500,000 are 4.8 %.
    const told = computeFabric(frameOf(ticked, { ...full, 'link.wait': [15_625_000, 7_500_000, null] }));
    expect([...told.wait].map((share) => share.toFixed(3))).toEqual(['0.100', '0.048', 'NaN']);
    expect([told.saturated, told.waiting]).toEqual([[0], []]);
    expect(computeFabric(frameOf(ticked, full)).saturated).toEqual([]);
  });

  it('tells a full link that waits by a counter of unknown tick apart: nobody can say how long', () => {
    const full = { 'link.rx': [49e9, 49e9, 49e9], 'link.tx': [0, 0, 0], 'link.rate': [NDR, NDR, NDR] };
    const told = computeFabric(frameOf(topology, { ...full, 'link.wait': [15_625_000, 0, null] }));
    expect([told.saturated, told.waiting]).toEqual([[], [0]]);
  });

  it('has no use without a rate, no sum without a sample, and marks what went stale', () => {
    const fabric = computeFabric(frameOf(topology, { 'link.rx': [1e9, LOST, null], 'link.rate': [null, NDR, NDR] }));
    expect([...fabric.use]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([fabric.rxBps, fabric.txBps, fabric.known]).toEqual([1e9, Number.NaN, 0]);
    expect([fabric.stale[topology.start[NODE]], fabric.stale[topology.start[NODE] + 1]]).toEqual([1, 0]);
  });
});
