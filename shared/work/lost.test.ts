import { describe, expect, it } from 'vitest';
import { topologyOf } from '../frame.fixture.ts';
import { RACK } from '../topology.ts';
import { type HeldInstant, LostWork, lostShare } from './lost.ts';

const topology = topologyOf({ racks: 2, nodes: 1, gpus: 2 });
const HOUR = 3_600_000;
const NOT_READ = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
const instant = (time: number, more: Partial<HeldInstant>): HeldInstant => ({
  ...{ time, clock: [1584, 1980, 1980, 990], clockMax: [1980, 1980, 1980, 1980], power: [0, 0, 0, 0] },
  ...{ thermal: [0, 0, 0, 0], nowPower: () => false, nowThermal: () => false },
  ...more,
});
const lost = (...instants: HeldInstant[]) => {
  const work = new LostWork({ longestMs: 2 * HOUR });
  for (const one of instants) work.add(topology, one);
  return Object.fromEntries([...work.racks()].map(([path, hours]) => [path.slice(-5), round(hours)]));
};
const round = (hours: object) => Object.values(hours).map((value: number) => Number(value.toFixed(6)));

describe('LostWork', () => {
  it('is the time held × how far the clock is down, by rack and reason', () => {
    // 60 % of the time at 80 % of the clock; all the time at half of it.
    expect(lostShare(0.6, 1584, 1980)).toBeCloseTo(0.12, 12);
    const held = { power: [0.6, 0, 0, 0], thermal: [0, 0, 0, 1] };
    expect(lost(instant(0, held), instant(HOUR, {}))).toEqual({ 'A1-01': [0.12, 0, 2], 'A1-02': [0, 0.5, 2] });
  });

  it('what is recorded of a rack counts for all of its GPUs, whether boards of it are read or not', () => {
    const recorded = (rack: number) =>
      rack === topology.start[RACK] ? { power: 1.5, thermal: 0.25, watched: 8 } : undefined;
    const held = { power: [0.6, 0, 0, 0], thermal: [0, 0, 0, 1], recorded };
    expect(lost(instant(0, held), instant(HOUR, {}))).toEqual({ 'A1-01': [1.5, 0.25, 8], 'A1-02': [0, 0.5, 2] });
  });

  it('reasons of the moment stand in where no share is read', () => {
    const now = { power: NOT_READ, thermal: NOT_READ, nowPower: (gpu: number) => gpu === 3 };
    expect(lost(instant(0, now), instant(HOUR, {}))).toEqual({ 'A1-01': [0, 0, 2], 'A1-02': [0.5, 0, 2] });
  });

  it('a clock that both hold is lost once', () => {
    const both = { power: [0.5, 0, 0, 0], thermal: [0.8, 0, 0, 0] };
    // 0.5 × 0.2 by power, and the rest of 0.8 × 0.2 by heat.
    expect(lost(instant(0, both), instant(HOUR, {}))['A1-01']).toEqual([0.1, 0.06, 2]);
  });

  it('counts nothing in a gap, nothing twice, and nothing that is not read', () => {
    const held = { power: [1, 0, 0, 0], clock: [990, 1980, Number.NaN, Number.NaN] };
    const racks = lost(instant(0, held), instant(0, held), instant(10 * HOUR, {}));
    expect(racks).toEqual({ 'A1-01': [1, 0, 4] });
  });
});
