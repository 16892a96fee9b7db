import { describe, expect, it } from 'vitest';
import { topologyOf } from './frame.fixture.ts';
import { History, type Instant, type Kept } from './history.ts';
import { GPU, NODE, type Topology } from './topology.ts';

const START = 1_795_440_000_000;
const POLL = 5000;

function instant(topology: Topology, time: number, watts: number, gpuW = watts / 10): Instant {
  const places = topology.start[NODE];
  const gpus = topology.start[GPU + 1] - topology.start[GPU];
  const fill = (value: number) => new Float32Array(places).fill(value);
  return {
    ...{ time, draw: fill(watts), util: fill(0.5), temp: fill(60), nic: fill(0.1), basis: new Uint8Array(places) },
    gpus: [new Float32Array(gpus).fill(gpuW), undefined, new Float32Array(gpus).fill(60.25)],
  };
}

const topology = topologyOf();
const filled = (polls: number, bytes = 1e8, at = (i: number) => 1000 + i) => {
  const history = new History({ bytes, pollMs: POLL });
  for (let i = 0; i < polls; i++) history.add(topology, instant(topology, START + i * POLL, at(i)));
  return history;
};
const ask = (history: History, from: number, to: number, points: number, path = 'S', kept: Kept = 'draw') => {
  const { times, values } = history.range([{ path, kept }], from, to, points);
  return { times, values: values[0] };
};

describe('History', () => {
  it('gives back what was recorded, poll by poll', () => {
    const { times, values } = ask(filled(12), START, START + 12 * POLL, 12);
    expect(times).toEqual(Array.from({ length: 12 }, (_, i) => START + i * POLL));
    expect(values).toEqual(Array.from({ length: 12 }, (_, i) => 1000 + i));
  });

  it('gives means of buckets for draws, and peaks for temperatures', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    for (let i = 0; i < 4; i++) {
      const one = instant(topology, START + i * POLL, 100 * i);
      history.add(topology, { ...one, temp: one.temp.map(() => 60 + i) });
    }
    expect(ask(history, START, START + 4 * POLL, 2).values).toEqual([50, 250]);
    expect(ask(history, START, START + 4 * POLL, 2, 'S', 'temp').values).toEqual([61, 63]);
  });

  it('keeps a gap a gap', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    for (const [i, watts] of [
      [0, 10],
      [1, Number.NaN],
      [4, 50],
    ])
      history.add(topology, instant(topology, START + i * POLL, watts));
    expect(ask(history, START, START + 5 * POLL, 5).values).toEqual([10, null, null, null, 50]);
  });

  it('makes no gaps of its own when more points are asked than were recorded', () => {
    const { times, values } = ask(filled(12), START, START + 12 * POLL, 1000);
    expect(times).toHaveLength(12);
    expect(values).not.toContain(null);
  });

  it('keeps one instant a poll: the later replaces', () => {
    const history = filled(3);
    history.add(topology, instant(topology, START + 2 * POLL + 4000, 7));
    expect(ask(history, START, START + 3 * POLL, 3).values).toEqual([1000, 1001, 7]);
  });

  it('keeps the poll for an hour and minutes for a day', () => {
    const polls = (25 * 3600_000) / POLL;
    const history = filled(polls);
    const now = START + polls * POLL;
    const hour = ask(history, now - 3_600_000, now, 720);
    expect(hour.values).toHaveLength(720);
    expect(hour.values.at(-1)).toBe(1000 + polls - 1);
    expect(hour.values).not.toContain(null);
    const day = ask(history, now - 25 * 3_600_000, now, 1500);
    expect(day.values.slice(0, 59).every((value) => value === null)).toBe(true);
    expect(day.values.slice(61).every((value) => value !== null)).toBe(true);
    // The mean of a minute of 12 polls, each one watt more than the last: its first + 5.5.
    const minute = 120;
    expect(day.values[minute]).toBeCloseTo(1000 + minute * 12 + 5.5, 3);
    const { size } = history;
    expect(size).toBeLessThan(1e8);
  });

  it('remembers GPUs to a tenth of a watt and a degree', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    history.add(topology, instant(topology, START, 0, 701.26));
    expect(ask(history, START, START + POLL, 1, 'GPU-A1-01-n1-g3').values).toEqual([701.3]);
    expect(ask(history, START, START + POLL, 1, 'GPU-A1-01-n1-g3', 'temp').values[0]).toBeCloseTo(60.3, 6);
    expect(ask(history, START, START + POLL, 1, 'GPU-A1-01-n1-g3', 'util').values).toEqual([null]);
  });

  it('stays under its bytes and gives up the oldest GPU detail first', () => {
    const wide = topologyOf({ racks: 10, nodes: 10 });
    const limit = 1_500_000;
    const history = new History({ bytes: limit, pollMs: POLL });
    for (let i = 0; i < 800; i++) {
      history.add(wide, instant(wide, START + i * POLL, i));
      expect(history.size).toBeLessThanOrEqual(limit);
    }
    const now = START + 800 * POLL;
    // The last minutes at the poll, the hour before them by the minute, and places at the poll throughout.
    expect(ask(history, now - 10 * POLL, now, 10, 'GPU-A1-01-n1-g0').values).toEqual(
      Array.from({ length: 10 }, (_, i) => 79 + i / 10),
    );
    const hour = ask(history, now - 3_600_000, now, 720, 'GPU-A1-01-n1-g0');
    expect(hour.times).toHaveLength(61);
    expect(hour.values).not.toContain(null);
    expect(ask(history, now - 3_600_000, now, 720).values).not.toContain(null);
  });

  it('keeps the newest row even where the budget is absurd', () => {
    const history = filled(10, 100);
    expect(ask(history, START, START + 10 * POLL, 10).values.at(-1)).toBe(1009);
  });

  it('finds places by path when the topology changes', () => {
    const wide = topologyOf({ rows: 2, racks: 2 });
    const history = filled(2);
    const next = instant(wide, START + 2 * POLL, 0);
    history.add(wide, { ...next, draw: next.draw.map((_, place) => place) });
    const rack = wide.path.indexOf('S/A/A1/A1-01');
    expect(ask(history, START, START + 3 * POLL, 3, 'S/A/A1/A1-01').values).toEqual([1000, 1001, rack]);
    expect(ask(history, START, START + 3 * POLL, 3, 'S/A/A2/A2-02').values).toEqual([null, null, wide.start[NODE] - 1]);
    expect(ask(history, START, START + 3 * POLL, 3, 'nowhere').values).toEqual([null, null, null]);
    const [old, , now] = history.draws(wide, START);
    expect(old.places?.[rack]).toBe(topology.path.indexOf('S/A/A1/A1-01'));
    expect(now.places).toBeNull();
  });

  it('goes back with a clock that is set back', () => {
    const history = filled(10);
    history.add(topology, instant(topology, START + 3 * POLL, 5));
    expect(ask(history, START, START + 10 * POLL, 10).values).toEqual([
      1000,
      1001,
      1002,
      5,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('tells the value at an instant, never an older one', () => {
    const history = filled(3);
    expect(history.instant('S', 'draw', START + POLL + 1)).toBe(1001);
    expect(history.instant('S', 'draw', START + 2 * POLL + 4999)).toBe(1002);
    expect(history.instant('S', 'draw', START + 3 * POLL)).toBeNaN();
    expect(history.instant('S', 'draw', START - 1)).toBeNaN();
  });

  it('answers nonsense with nothing', () => {
    expect(ask(filled(2), START + POLL, START, 10)).toEqual({ times: [], values: [] });
  });
});
