import { describe, expect, it } from 'vitest';
import { frameOf, topologyOf } from '../frame.fixture.ts';
import { type Column, MEASURED } from '../frame.ts';
import { NVLINKS } from '../nvlinks.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { GPU } from '../topology.ts';
import { LinkMemory } from './flaps.ts';
import { linkRows } from './rows.ts';
import { watchList } from './watch-list.ts';

const topology = topologyOf({ nodes: 2, gpus: 2, model: 'NVIDIA H200' });
const first = topology.start[GPU];
const NOW = 1_000_000;
const minute = (n: number) => NOW + n * 60_000;

/** Values of single links: [GPU, link, value]; all others are not told, unless there is a value for them. */
type Told = Partial<Record<SignalId, readonly (readonly [gpu: number, link: number, value: number])[]>>;

function frame(told: Told, now = NOW, rest = Number.NaN, of = topology) {
  const made = frameOf(of, {}, now);
  const size = (of.start[GPU + 1] - of.start[GPU]) * NVLINKS;
  for (const [signal, cells] of Object.entries(told)) {
    const column: Column = {
      value: new Float32Array(size).fill(signal === 'nvlink.state' ? rest : Number.NaN),
      time: new Float64Array(size).fill(now),
      quality: new Uint8Array(size),
    };
    for (const [gpu, link, value] of cells) column.value[gpu * NVLINKS + link] = value;
    column.value.forEach((value, i) => {
      if (!Number.isNaN(value)) column.quality[i] = MEASURED;
    });
    (made.columns as Map<SignalId, Column>).set(signal as SignalId, column);
  }
  return made;
}
const rowsOf = (at: ReturnType<typeof frame>, memory = new LinkMemory(), under = -1, now = NOW) => {
  memory.update(at, now);
  return linkRows(at, memory, now, { under, kinds: [], most: 100 }).map(({ label, troubles, degraded }) =>
    [label, ...troubles, degraded].filter((text) => text !== ''),
  );
};

describe('single NVLinks in the watch list', () => {
  it('are there with their troubles only, and all of them where their GPU is asked for', () => {
    const told: Told = {
      'nvlink.tx': [
        [0, 0, 1e9],
        [0, 1, 1e9],
        [1, 4, 1e9],
      ],
      'nvlink.crcFlit': [[1, 4, 2]],
    };
    expect(rowsOf(frame(told))).toEqual([['A1-01-n1 g1 NVLink 4', 'errors']]);
    expect(rowsOf(frame(told), new LinkMemory(), first)).toEqual([['A1-01-n1 g0 NVLink 0'], ['A1-01-n1 g0 NVLink 1']]);
  });

  it('are measured against one link and direction: 25 GB/s of NVLink 4, 50 of NVLink 5', () => {
    const use = (model: string) => {
      const at = frame({ 'nvlink.tx': [[0, 0, 12.5e9]] }, NOW, Number.NaN, topologyOf({ nodes: 2, gpus: 2, model }));
      return watchList(at, new LinkMemory(), NOW, { most: 9, under: first }).map((row) => [
        row.use.toFixed(6),
        row.rateBps,
      ]);
    };
    expect(use('NVIDIA H200')).toEqual([['0.500000', 25e9]]);
    expect(use('NVIDIA GB200')).toEqual([['0.250000', 50e9]]);
  });

  it('one that was active and is not is down; one that never was is nobody’s', () => {
    const memory = new LinkMemory();
    memory.update(frame({ 'nvlink.state': [[0, 17, 0]] }, NOW, 1), NOW);
    const later = frame(
      {
        'nvlink.state': [
          [0, 17, 0],
          [2, 3, 0],
        ],
      },
      NOW,
      1,
    );
    expect(rowsOf(later, memory).filter(([label]) => / \d+$/.test(label))).toEqual([['A1-01-n2 g0 NVLink 3', 'down']]);
    // What was known of boards goes with them where they stand elsewhere.
    const grown = topologyOf({ nodes: 3, gpus: 2, model: 'NVIDIA H200' });
    const after = frame({ 'nvlink.state': [[2, 3, 0]] }, NOW, 1, grown);
    expect(rowsOf(after, memory).filter(([label]) => / \d+$/.test(label))).toEqual([['A1-01-n2 g0 NVLink 3', 'down']]);
  });

  it('one that recovered more than twice in 10 min is flapping, over a reset too', () => {
    const memory = new LinkMemory();
    const at = (count: number, n: number) => frame({ 'nvlink.recoveries': [[0, 5, count]] }, minute(n));
    memory.update(at(100, 0), minute(0));
    // 100 → 101, then the counter began at 0: 1 + 1 are 2.
    memory.update(at(101, 1), minute(1));
    expect(rowsOf(at(1, 2), memory, -1, minute(2))).toEqual([]);
    expect(rowsOf(at(2, 3), memory, -1, minute(3))).toEqual([['A1-01-n1 g0 NVLink 5', 'flapping']]);
    for (let n = 4; n < 20; n++) memory.update(at(2, n), minute(n));
    expect(rowsOf(at(2, 20), memory, -1, minute(20))).toEqual([]);
  });

  it('one with bit errors is degraded; without any DCGM tells 1.5e-254', () => {
    const told: Told = {
      'nvlink.effectiveBer': [
        [0, 0, 1.5e-254],
        [0, 1, 2e-7],
      ],
    };
    expect(rowsOf(frame(told))).toEqual([['A1-01-n1 g0 NVLink 1', 'degraded', 'BER 2e-7']]);
  });

  it('a GPU with fewer active links than its like is degraded', () => {
    const at = frame({ 'nvlink.state': [[1, 0, 0]], 'nvlink.tx': [] }, NOW, 1);
    const total = frameOf(topology, { 'gpu.nvlinkTx': [1e9, 1e9, 1e9, 1e9] }, NOW).columns.get('gpu.nvlinkTx');
    (at.columns as Map<SignalId, Column>).set('gpu.nvlinkTx', total as Column);
    expect(rowsOf(at).filter((row) => row.length > 1)).toEqual([['A1-01-n1 g1 NVLink', 'degraded', '17 of 18 links']]);
  });
});
