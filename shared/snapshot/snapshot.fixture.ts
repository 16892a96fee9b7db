import { frameOf, topologyOf, type Values } from '../frame.fixture.ts';
import type { Frame } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import type { Papers, Snapshot } from './document.ts';
import { type Draft, openSnapshot, packer } from './file.ts';
import type { Cover } from './manifest.ts';
import { Ring } from './ring.ts';
import { RunWriter } from './run-writer.ts';
import { sha256 } from './sha256.ts';

export const START = Date.UTC(2026, 10, 23, 14, 0, 0);

/** A small fleet: 1 row, 2 racks, 2 nodes each of 4 GPUs, feeds A and B a rack, a port a node. */
export const smallTopology = () =>
  topologyOf({
    racks: 2,
    nodes: 2,
    gpus: 4,
    budgets: { S: 100_000, 'S/A/A1/A1-01': 20_000, 'S/A/A1/A1-02': 20_000 },
    feeds: {
      'S/A/A1/A1-01 A': 20_000,
      'S/A/A1/A1-01 B': 20_000,
      'S/A/A1/A1-02 A': 20_000,
      'S/A/A1/A1-02 B': 20_000,
    },
    links: ['S/A/A1/A1-01/A1-01-n1 mlx5_0', 'S/A/A1/A1-01/A1-01-n2 mlx5_0', 'S/A/A1/A1-02/A1-02-n1 mlx5_0'],
  });

/** Values that go up and down in a known way; GPU 3 never had a temperature and GPU 5 falls silent after instant 20. */
export function valuesAt(i: number): Partial<Record<SignalId, Values>> {
  const gpus = <T>(make: (gpu: number) => T) => Array.from({ length: 16 }, (_, gpu) => make(gpu));
  return {
    'gpu.power': gpus((gpu) => 500 + gpu * 10 + ((i * 7 + gpu * 3) % 50) / 10),
    'gpu.util': gpus((gpu) => 0.9 + ((i + gpu) % 10) / 1000),
    'gpu.temp': gpus((gpu) => (gpu === 3 ? null : 60 + ((i + gpu) % 5))),
    'gpu.throttle': gpus((gpu) => (gpu === 2 && i % 4 === 0 ? 4 : 0)),
    'gpu.nvlink': gpus((gpu) => 3e11 + ((i * 31 + gpu) % 17) * 1e9),
    'feed.power': [7000 + i, 7000 + i, 6500, 6500 - (i % 3)],
    'link.rx': [1e9 + i * 1e6, 2e9, 5e9],
    'link.rate': [5e10, 5e10, 5e10],
  };
}

export function framesOf(topology: Topology, instants: number, stepMs = 15_000): Frame[] {
  return Array.from({ length: instants }, (_, i) => frameOf(topology, valuesAt(i), START + i * stepMs));
}

export const coverOf = (more: Partial<Cover> = {}): Cover => ({
  id: '0123456789abcdef0123456789abcdef',
  title: 'Row A1 at 97.8% of busway budget',
  at: START + 60_000,
  scope: '',
  made: { at: START + 600_000, by: 'Ada', reason: 'person', version: '0.1.0' },
  origins: [
    {
      source: 'prom',
      name: 'pdx-prom-01',
      kind: 'prometheus',
      url: 'http://pdx-prom-01:9090',
      queries: ['up'],
      stepMs: 15_000,
    },
  ],
  redacted: [],
  missing: [],
  ...more,
});

export const papersOf = (more: Partial<Papers> = {}): Papers => ({
  limits: { pollMs: 15_000, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 },
  sources: [{ from: START, badSamples: 0, sources: [] }],
  ...{ alerts: [], journal: [], rules: [], notes: [], cables: [], settings: { schema: 1 } },
  ...more,
});

export function draftOf(frames: readonly Frame[], more: Partial<Draft> = {}): Draft {
  const ring = new Ring({ bytes: 1e9, keepMs: 1e12 });
  for (const frame of frames) ring.add(frame);
  const topology = (frames.at(-1) as Frame).topology;
  const writer = new RunWriter(topology, null);
  for (const chunk of ring.chunks(0, Number.MAX_VALUE)) {
    for (let i = 0; i < chunk.times.length; i++) writer.add(chunk, i);
  }
  return { cover: coverOf(), topology, draft: writer.finish(), papers: papersOf(), ...more };
}

/** A whole file of a small fleet. */
export function fileOf(instants = 40, more: Partial<Draft> = {}): Uint8Array<ArrayBuffer> {
  return packer(draftOf(framesOf(smallTopology(), instants), more), sha256).finish().bytes;
}

export const snapshotOf = (file: Uint8Array): Snapshot => openSnapshot(file, { digest: sha256 }).snapshot;
