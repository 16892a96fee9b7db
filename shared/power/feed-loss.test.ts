import { describe, expect, it } from 'vitest';
import { frameOf, LOST, rackAt, rowAt, times, topologyOf, type Values } from '../frame.fixture.ts';
import { computePower } from '../power.ts';
import { feedSums, imbalance, loseFeed } from './feed-loss.ts';

const RACK = (n: number) => `S/A/A1/A1-0${n}`;
const topology = topologyOf({
  racks: 3,
  feeds: {
    [`${RACK(1)} A`]: 66e3,
    [`${RACK(1)} B`]: 66e3,
    [`${RACK(2)} A`]: 66e3,
    [`${RACK(2)} B`]: 66e3,
    [`${RACK(3)} A`]: 66e3,
  },
  ratings: { 'S/A/A1': [300e3, 220e3], [RACK(1)]: [132e3, 132e3], [RACK(2)]: [100e3, 100e3] },
});

const lose = (feeds: Values, lost: 'A' | 'B', under = 0, of = topology) => {
  const frame = frameOf(of, { 'feed.power': feeds, 'gpu.power': times(24, 500) });
  const { rows, held, ...counts } = loseFeed(frame, computePower(frame), under, lost);
  return {
    ...counts,
    rows: rows.map(({ place, verdict, carriesW, overW }) => [of.name[place], verdict, carriesW, overW]),
  };
};

describe('loseFeed', () => {
  it('puts A + B on the other feed, against its rating, at racks and above', () => {
    // Rack 1: 64 + 61 = 125 of 132 kW. Rack 2: 60 + 55 = 115 of 100 kW. Rack 3 has no B. The row: 125 + 115 + 30 of 220.
    expect(lose([64e3, 61e3, 60e3, 55e3, 30e3], 'A')).toEqual({
      ...{ lost: 'A', trips: 2, dark: 1, unknown: 0, of: 4 },
      rows: [
        ['A1', 'trips', 270e3, 50e3],
        ['A1-02', 'trips', 115e3, 15e3],
        ['A1-03', 'dark', 0, Number.NaN],
      ],
    });
  });

  it('losing B spares the rack without one, and the stronger busway holds', () => {
    expect(lose([64e3, 61e3, 60e3, 55e3, 30e3], 'B')).toMatchObject({
      ...{ trips: 1, dark: 0, of: 3, rows: [['A1-02', 'trips', 115e3, 15e3]] },
    });
  });

  it('looks only under the place that loses it', () => {
    expect(lose([64e3, 61e3, 60e3, 55e3, 30e3], 'A', rackAt(topology))).toMatchObject({ of: 1, rows: [] });
    expect(lose([64e3, 61e3, 60e3, 55e3, 30e3], 'A', rowAt(topology)).of).toBe(4);
  });

  it('calls what nobody can tell unknown, unless the lower bound trips alone', () => {
    // Rack 1's B is silent: at least 64 kW of 132. Rack 2's B is silent: its A alone is over 100.
    const { rows } = lose([64e3, LOST, 101e3, LOST, 30e3], 'A', rowAt(topology));
    expect(rows.map(([name, verdict]) => [name, verdict])).toEqual([
      ['A1-02', 'trips'],
      ['A1-03', 'dark'],
      ['A1', 'unknown'],
      ['A1-01', 'unknown'],
    ]);
    const unrated = topologyOf({ feeds: { [`${RACK(1)} A`]: 1, [`${RACK(1)} B`]: 1 } });
    const frame = frameOf(unrated, { 'feed.power': [3000, 3000] });
    expect(loseFeed(frame, computePower(frame), 0, 'A')).toMatchObject({ unknown: 1, of: 1 });
  });
});

describe('imbalance', () => {
  it('is the difference over the larger', () => {
    expect([imbalance(100, 80), imbalance(80, 100), imbalance(0, 50)]).toEqual([0.2, 0.2, 1]);
    expect([imbalance(0, 0), imbalance(Number.NaN, 5)]).toEqual([Number.NaN, Number.NaN]);
  });

  it('adds the inlets of a feed, and knows no sum with a silent one', () => {
    const two = topologyOf({
      racks: 2,
      feeds: { [`${RACK(1)} A`]: 1, [`${RACK(1)} A2`]: 1, [`${RACK(1)} B`]: 1, [`${RACK(2)} A`]: 1 },
    });
    const sums = (feeds: Values) => {
      const { a, b } = feedSums(frameOf(two, { 'feed.power': feeds }));
      return [[...a], [...b]];
    };
    expect(sums([3000, 2000, 4000, 10])).toEqual([
      [5000, 10],
      [4000, Number.NaN],
    ]);
    expect(sums([3000, LOST, 4000, null])).toEqual([
      [Number.NaN, Number.NaN],
      [4000, Number.NaN],
    ]);
  });
});
