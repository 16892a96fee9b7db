import { describe, expect, it } from 'vitest';
import { frameOf, times as repeated, topologyOf } from './frame.fixture.ts';
import { STALE, UNSUPPORTED } from './frame.ts';
import type { AskedSeries } from './history/objects.ts';
import { rememberedRange } from './history/range.ts';
import type { HistorySignal } from './history/signals.ts';
import { History, type Instant } from './history.ts';
import { GPU, NODE, type Topology } from './topology.ts';

const START = 1_795_440_000_000;
const POLL = 5000;

function instant(topology: Topology, time: number, watts: number, gpuW = watts / 10): Instant {
  const places = topology.start[NODE];
  const gpus = topology.start[GPU + 1] - topology.start[GPU];
  const fill = (value: number) => new Float32Array(places).fill(value);
  return {
    time,
    frame: frameOf(topology, { 'gpu.power': repeated(gpus, gpuW), 'gpu.temp': repeated(gpus, 60.25) }, time),
    kept: {
      ...{ draw: fill(watts), 'gpu.util': fill(0.5), 'gpu.temp': fill(60), 'link.use': fill(0.1) },
      'link.waited': fill(0),
    },
    basis: new Uint8Array(places),
  };
}

const topology = topologyOf();
const filled = (polls: number, bytes = 1e8, at = (i: number) => 1000 + i) => {
  const history = new History({ bytes, pollMs: POLL });
  for (let i = 0; i < polls; i++) history.add(instant(topology, START + i * POLL, at(i)));
  return history;
};
const range = (
  history: History,
  [from, to]: readonly [number, number],
  points: number,
  series: AskedSeries,
  of: Topology = topology,
) => {
  const { times, values, ...more } = rememberedRange(history, of, [series], { from, to, points }, POLL);
  return { times, values: values[0], series: more.series[0] };
};
const placeOf = (path: string, of: Topology) => of.path.indexOf(path);
const ask = (
  history: History,
  from: number,
  to: number,
  points: number,
  path = 'S',
  signal: HistorySignal = 'draw',
  of: Topology = topology,
) => {
  const { times, values } = range(history, [from, to], points, { signal, place: placeOf(path, of) }, of);
  return { times, values };
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
      history.add({ ...one, kept: { ...one.kept, 'gpu.temp': one.kept['gpu.temp'].map(() => 60 + i) } });
    }
    expect(ask(history, START, START + 4 * POLL, 2).values).toEqual([50, 250]);
    expect(ask(history, START, START + 4 * POLL, 2, 'S', 'gpu.temp').values).toEqual([61, 63]);
  });

  it('keeps a gap a gap', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    for (const [i, watts] of [
      [0, 10],
      [1, Number.NaN],
      [4, 50],
    ])
      history.add(instant(topology, START + i * POLL, watts));
    expect(ask(history, START, START + 5 * POLL, 5).values).toEqual([10, null, null, null, 50]);
  });

  it('makes no gaps of its own when more points are asked than were recorded', () => {
    const { times, values } = ask(filled(12), START, START + 12 * POLL, 1000);
    expect(times).toHaveLength(12);
    expect(values).not.toContain(null);
  });

  it('keeps one instant a poll: the later replaces', () => {
    const history = filled(3);
    history.add(instant(topology, START + 2 * POLL + 4000, 7));
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

  it('remembers GPUs to half a watt and half a degree', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    history.add(instant(topology, START, 0, 701.26));
    expect(ask(history, START, START + POLL, 1, 'GPU-A1-01-n1-g3').values).toEqual([701.5]);
    expect(ask(history, START, START + POLL, 1, 'GPU-A1-01-n1-g3', 'gpu.temp').values).toEqual([60.5]);
    expect(ask(history, START, START + POLL, 1, 'GPU-A1-01-n1-g3', 'gpu.util').values).toEqual([null]);
  });

  it('stays under its bytes and gives up the oldest GPU detail first', () => {
    const wide = topologyOf({ racks: 10, nodes: 10 });
    const limit = 1_000_000;
    const history = new History({ bytes: limit, pollMs: POLL });
    // Noise of some 60 W that cannot be packed away.
    const noisy = (i: number, gpu: number) => 600 + (Math.imul(i * 811 + gpu, 0x9e3779b1) >>> 25);
    for (let i = 0; i < 800; i++) {
      const one = instant(wide, START + i * POLL, i);
      one.frame.columns.get('gpu.power')?.value.forEach((_, at, value) => {
        if (at >= wide.start[GPU]) value[at] = noisy(i, at);
      });
      history.add(one);
      expect(history.size).toBeLessThanOrEqual(limit);
    }
    const now = START + 800 * POLL;
    const at = placeOf('GPU-A1-01-n1-g0', wide);
    // The last minutes at the poll, the hour before them by the minute, and places at the poll throughout.
    expect(ask(history, now - 10 * POLL, now, 10, 'GPU-A1-01-n1-g0', 'draw', wide).values).toEqual(
      Array.from({ length: 10 }, (_, i) => noisy(790 + i, at)),
    );
    const hour = ask(history, now - 3_600_000, now, 720, 'GPU-A1-01-n1-g0', 'draw', wide);
    expect(hour.times).toHaveLength(61);
    expect(hour.values).not.toContain(null);
    expect(ask(history, now - 3_600_000, now, 720, 'S', 'draw', wide).values).not.toContain(null);
  });

  it('keeps the newest row even where the budget is absurd', () => {
    const history = filled(10, 100);
    expect(ask(history, START, START + 10 * POLL, 10).values.at(-1)).toBe(1009);
  });

  it('finds places and GPUs by what they are when the topology changes', () => {
    const wide = topologyOf({ rows: 2, racks: 2 });
    const history = filled(2);
    const next = instant(wide, START + 2 * POLL, 0, 77);
    history.add({ ...next, kept: { ...next.kept, draw: next.kept.draw.map((_, place) => place) } });
    const of = (path: string) => ask(history, START, START + 3 * POLL, 3, path, 'draw', wide).values;
    const rack = wide.path.indexOf('S/A/A1/A1-01');
    expect(of('S/A/A1/A1-01')).toEqual([1000, 1001, rack]);
    expect(of('S/A/A2/A2-02')).toEqual([null, null, wide.start[NODE] - 1]);
    expect(of('nowhere')).toEqual([null, null, null]);
    expect(of('GPU-A1-01-n1-g7')).toEqual([100, 100, 77]);
    expect(of('GPU-A2-02-n1-g7')).toEqual([null, null, 77]);
    const [old, , now] = history.draws(wide, START);
    expect(old.places?.[rack]).toBe(topology.path.indexOf('S/A/A1/A1-01'));
    expect(now.places).toBeNull();
  });

  it('rolls GPUs up as frames do, and says that a place without such values has none', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    const one = instant(topology, START, 0);
    const [masks, clocks, xids] = [
      [0, 4, 32, 0, 0, 0, 0, 0],
      [990, 1000, 1980, 1980, 1980, 1980, 1980, 1980],
      repeated(8, 79),
    ];
    const frame = frameOf(topology, { 'gpu.throttle': masks, 'gpu.clock': clocks, 'gpu.xid': xids }, START);
    history.add({ ...one, frame });
    const of = (signal: HistorySignal) => range(history, [START, START + POLL], 1, { signal, place: 0 });
    expect(of('gpu.throttle').values).toEqual([36]);
    expect(of('gpu.clock').values).toEqual([1980]);
    expect(of('gpu.xid').values).toEqual([null]);
    expect(of('gpu.xid').series.quality).toBe('unsupported');
    expect(of('gpu.clock').series).toMatchObject({ quality: 'derived', fold: 'mean', missing: '' });
  });

  it('remembers ports: what they carried, their use and how long they waited', () => {
    const node = 'S/A/A1/A1-01/A1-01-n1';
    const wired = topologyOf({ links: [`${node} mlx5_0`, `${node} mlx5_1`], tickBytes: 64 });
    const history = new History({ bytes: 1e8, pollMs: POLL });
    const frame = frameOf(
      wired,
      { 'link.rx': [1e9, 4e10], 'link.tx': [2e9, null], 'link.rate': [5e10, 5e10], 'link.wait': [null, 7.8125e7] },
      START,
    );
    history.add({ ...instant(wired, START, 0), frame });
    const of = (signal: HistorySignal, name: string) =>
      range(history, [START, START + POLL], 1, { signal, place: placeOf(node, wired), name }, wired).values[0] ?? NaN;
    expect(of('link.tx', 'mlx5_0') / 2e9).toBeCloseTo(1, 2);
    expect(of('link.use', 'mlx5_0')).toBeCloseTo(0.04, 4);
    expect(of('link.use', 'mlx5_1')).toBeCloseTo(0.8, 2);
    // 78.125 M ticks of 64 bytes are 5 GB/s of 50.
    expect(of('link.waited', 'mlx5_1')).toBeCloseTo(0.1, 3);
    expect(of('link.waited', 'mlx5_0')).toBeNaN();
    // The node shows the busiest of its ports.
    expect(of('link.use', '')).toBeCloseTo(0.8, 2);
  });

  it('tells minutes of GPUs once an hour has passed: means of watts, peaks of heat, every reason for held clocks', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    for (let i = 0; i < 750; i++) {
      const one = instant(topology, START + i * POLL, 0);
      const values = { 'gpu.power': repeated(8, 100 + (i % 12)), 'gpu.temp': repeated(8, 60 + (i % 12)) };
      const frame = frameOf(topology, { ...values, 'gpu.throttle': repeated(8, i % 12 === 3 ? 4 : 1) }, START);
      history.add({ ...one, frame });
    }
    const of = (signal: HistorySignal) =>
      range(history, [START, START + 60_000], 1, { signal, place: topology.start[GPU] }).values;
    expect([of('gpu.power'), of('gpu.temp'), of('gpu.throttle')]).toEqual([[105.5], [71], [5]]);
  });

  it('gives back the frame of an instant with the places of then, and what was silent', () => {
    const history = new History({ bytes: 1e8, pollMs: POLL });
    const fed = topologyOf({ feeds: { 'S/A/A1/A1-01 A': 9000, 'S/A/A1/A1-01 B': 9000 } });
    for (let i = 0; i < 40; i++) {
      const one = instant(fed, START + i * POLL, 0);
      const powers = Array.from({ length: 8 }, (_, gpu) => (gpu === 2 && i > 20 ? null : 100 * gpu + i));
      const values = {
        'gpu.power': powers,
        'gpu.throttle': repeated(8, i % 2 ? 4 : 1),
        'feed.power': [i > 5 ? null : 3000, null],
      };
      history.add({ ...one, frame: frameOf(fed, values, one.time) });
    }
    const wide = topologyOf({ racks: 2 });
    history.add(instant(wide, START + 40 * POLL, 0));
    const past = history.frameAt(START + 30 * POLL + 4000);
    expect(past?.raw).toBe(true);
    const { time, topology: of, columns } = past?.frame ?? frameOf(fed, {});
    expect([time, of]).toEqual([START + 30 * POLL, fed]);
    const power = columns.get('gpu.power');
    expect([...(power?.value.subarray(of.start[GPU]) ?? [])]).toEqual([30, 130, Number.NaN, 330, 430, 530, 630, 730]);
    // Rolled up as live: the sum of those that were heard.
    expect(power?.value[0]).toBe(2810);
    expect(columns.get('gpu.throttle')?.value[0]).toBe(1);
    // A GPU that fell silent is stale; so is the inlet that once gave power, and the other was never expected.
    expect(power?.quality[of.start[GPU] + 2]).toBe(STALE);
    expect([...(columns.get('feed.power')?.quality ?? [])]).toEqual([STALE, UNSUPPORTED]);
    expect(history.frameAt(START - 1)).toBeNull();
    expect(history.frameAt(START + 41 * POLL)).toBeNull();
  });

  it('goes back with a clock that is set back', () => {
    const history = filled(10);
    history.add(instant(topology, START + 3 * POLL, 5));
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

  it('answers nonsense with nothing', () => {
    expect(ask(filled(2), START + POLL, START, 10)).toEqual({ times: [], values: [] });
  });
});
