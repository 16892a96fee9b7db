import { describe, expect, it } from 'vitest';
import { waitShare } from '../fabric.ts';
import { frameOf, LOST, times, topologyOf } from '../frame.fixture.ts';
import { GPU } from '../topology.ts';
import { LinkMemory } from './flaps.ts';
import { linkWords } from './reading.ts';
import { type WatchOptions, watchList } from './watch-list.ts';

const node = (n: number) => `S/A/A1/A1-01/A1-01-n${n}`;
const topology = topologyOf({
  tickBytes: 320,
  nodes: 2,
  gpus: 2,
  links: [`${node(1)} mlx5_0`, `${node(1)} mlx5_1`, `${node(2)} mlx5_0`],
});
const gpu = topology.start[GPU];
const NDR = 50e9;
const NOW = 1_000_000;
const all: WatchOptions = { most: 100 };
const untold = { ...topology, linkTickBytes: topology.linkTickBytes.map(() => Number.NaN) };
const rates = { 'link.rate': [NDR, NDR, NDR], 'link.rx': [1e9, 1e9, 1e9] };

const told = (values: Parameters<typeof frameOf>[1], options = all, memory = new LinkMemory(), of = topology) => {
  const frame = frameOf(of, values, NOW);
  memory.update(frame, NOW);
  return watchList(frame, memory, NOW, options).map((one) => [linkWords(frame, one), ...one.troubles]);
};

describe('watchList', () => {
  it('calls a link saturated only where it is full and its wait is known to be long', () => {
    // 7.5e6 ticks × 320 bytes = 2.4e9 bytes a second, 4.8 % of 50e9; 15.625e6 are 10 %.
    expect([waitShare(7.5e6, 320, NDR), waitShare(15.625e6, 320, NDR)]).toEqual([0.048, 0.1]);
    const full = { ...rates, 'link.tx': [48e9, 48e9, 20e9], 'link.wait': [15.625e6, 7.5e6, 90e6] };
    expect(told(full)).toEqual([['A1-01-n1 mlx5_0', 'saturated'], ['A1-01-n1 mlx5_1', 'full'], ['A1-01-n2 mlx5_0']]);
    expect(told(full, all, new LinkMemory(), untold).map((row) => row[1])).toEqual(['full', 'full', undefined]);
  });

  it('tells what is down before what is slow, and slower than its peers with both rates', () => {
    const frame = frameOf(topology, { ...rates, 'link.rate': [25e9, NDR, NDR], 'link.state': [4, 4, 1] }, NOW);
    const memory = new LinkMemory();
    // A port that never was active is one that nobody uses, and no alarm.
    memory.update(frame, NOW - 5000);
    expect(watchList(frame, memory, NOW, all).flatMap(({ troubles }) => troubles)).toEqual(['degraded']);
    memory.update(frameOf(topology, { 'link.state': [4, 4, 4] }), NOW - 1000);
    const rows = watchList(frame, memory, NOW, all);
    expect(rows.map((row) => [row.name, row.troubles, row.degraded, row.up])).toEqual([
      ['mlx5_0', ['down'], '', false],
      ['mlx5_0', ['degraded'], "200 of its peers' 400 Gb/s", true],
      ['mlx5_1', [], '', true],
    ]);
  });

  it('a port that is faster than its peers makes none of them slow', () => {
    const links = [1, 2, 3].map((n) => `${node(n)} mlx5_0`);
    const three = topologyOf({ nodes: 3, gpus: 1, links });
    const frame = frameOf(three, { 'link.rate': [NDR, 100e9, NDR] }, NOW);
    expect(watchList(frame, new LinkMemory(), NOW, all).map(({ degraded }) => degraded)).toEqual(['', '', '']);
  });

  it('a busy GPU below its PCIe maximum is degraded, a resting one only when lanes are missing', () => {
    const values = {
      'gpu.pcieGen': [3, 3, 5, 5],
      'gpu.pcieGenMax': [5, 5, 5, 5],
      'gpu.pcieWidth': [16, 16, 8, 16],
      'gpu.pcieWidthMax': [16, 16, 16, 16],
      'gpu.util': [0.9, 0.02, 0.02, 0.9],
      'gpu.pcieTx': [1e9, 0, 0, 31.5e9],
    };
    const frame = frameOf(topology, values, NOW);
    const rows = watchList(frame, new LinkMemory(), NOW, { ...all, kinds: ['pcie'] });
    expect(rows.map((row) => [row.place - gpu, row.degraded])).toEqual([
      [0, 'Gen 3 of 5'],
      [2, '8 of 16 lanes'],
      [3, ''],
      [1, ''],
    ]);
    // Gen5 × 16 is 63 GB/s a direction, half of it is in use.
    expect(rows[2].use).toBeCloseTo(0.5, 6);
    expect(linkWords(frame, rows[0])).toBe('A1-01-n1 g0 PCIe');
  });

  it('NVLink is measured against half of the nameplate, by the busier direction, or half of the sum', () => {
    const frame = frameOf(
      topology,
      {
        'gpu.nvlinkTx': [225e9, null, LOST, null],
        'gpu.nvlinkRx': [90e9, null, LOST, null],
        'gpu.nvlink': [315e9, 450e9, LOST, null],
      },
      NOW,
    );
    const rows = watchList(frame, new LinkMemory(), NOW, { ...all, kinds: ['nvlink'] });
    // H200: 900 GB/s for both directions, 450 GB/s for one.
    expect(rows.map((row) => [row.place - gpu, Number(row.use.toFixed(6)), row.stale])).toEqual([
      [0, 0.5, false],
      [1, 0.5, false],
      [2, Number.NaN, true],
    ]);
    expect(rows[0].rateAssumed).toBe(true);
  });

  it('Ethernet is congested by marks or pauses well above its peers, not by use', () => {
    const ethernet = { ...topology, linkKind: topology.linkKind.map(() => 'ethernet' as const) };
    const values = { ...rates, 'link.tx': [49e9, 49e9, 49e9], 'link.pfc': [1000, 10, 10], 'link.ecn': times(3, 0) };
    const frame = frameOf(ethernet, values, NOW);
    const rows = watchList(frame, new LinkMemory(), NOW, all);
    expect(rows.map((row) => row.troubles)).toEqual([['saturated'], ['full'], ['full']]);
  });

  it('so is a RoCE device that obeys more notifications than its peers; what it sends again is told', () => {
    const cnp = { 'link.cnp': [2, 900, 3], 'link.retries': [0, 44, 0], 'link.ecn': times(3, 0) };
    const frame = frameOf(topology, { ...rates, 'link.tx': [49e9, 49e9, 49e9], ...cnp }, NOW);
    const rows = watchList(frame, new LinkMemory(), NOW, { ...all, kinds: ['infiniband'] });
    expect(rows.map(({ link, troubles, retries }) => [link, troubles[0], retries])).toEqual([
      [1, 'saturated', 44],
      [0, 'full', 0],
      [2, 'full', 0],
    ]);
  });

  it('lists a node, a GPU, or the worst few', () => {
    const values = { ...rates, 'link.tx': [1e9, 2e9, 3e9], 'gpu.pcieTx': [1, 1, 1, 1], 'gpu.pcieGen': [5, 5, 5, 5] };
    const places = (under: number) => told(values, { ...all, under }).map(([name]) => name);
    expect(places(topology.parent[gpu])).toEqual([
      'A1-01-n1 mlx5_1',
      'A1-01-n1 mlx5_0',
      'A1-01-n1 g0 PCIe',
      'A1-01-n1 g1 PCIe',
    ]);
    expect(places(gpu + 3)).toEqual(['A1-01-n2 mlx5_0', 'A1-01-n2 g1 PCIe']);
    expect(places(0)).toHaveLength(7);
    expect(told(values, { ...all, most: 1 })).toEqual([['A1-01-n2 mlx5_0']]);
  });
});

describe('LinkMemory', () => {
  const at = (downs: number, errors = 0) =>
    frameOf(topology, { ...rates, 'link.downs': [downs, 7, null], 'link.errors': [errors, 0, 0] });
  const minute = (n: number) => NOW + n * 60_000;

  it('counts the downs of the last 10 min, over a reset too', () => {
    const memory = new LinkMemory();
    memory.update(at(100), minute(0));
    expect(memory.recentDowns(0, 100, minute(0))).toBe(0);
    memory.update(at(102), minute(1));
    memory.update(at(1), minute(2));
    // 100 → 102 is 2, then the counter began at 0 and stands at 1, then at 2.
    expect(memory.recentDowns(0, 2, minute(3))).toBe(4);
    expect(memory.recentDowns(2, Number.NaN, minute(3))).toBeNaN();
    for (let n = 3; n < 30; n++) memory.update(at(2), minute(n));
    expect(memory.recentDowns(0, 2, minute(30))).toBe(0);
  });

  it('more than two downs are flapping', () => {
    const memory = new LinkMemory();
    memory.update(at(0), minute(-2));
    expect(told({ ...rates, 'link.downs': [3, 2, null] }, all, memory).map((row) => row.slice(1))).toEqual([
      ['flapping'],
      [],
      [],
    ]);
  });

  it('errors count when they are well above what is usual for the link', () => {
    const memory = new LinkMemory();
    for (let n = 0; n < 60; n++) memory.update(at(0, 2), minute(n));
    expect([memory.aboveUsual(0, 5), memory.aboveUsual(0, 7), memory.aboveUsual(1, 0.5)]).toEqual([false, true, true]);
  });

  it('begins anew when the clock is set back', () => {
    const memory = new LinkMemory();
    memory.update(at(0), minute(0));
    memory.update(at(9), minute(-60));
    expect(memory.recentDowns(0, 9, minute(-60))).toBe(0);
  });
});
