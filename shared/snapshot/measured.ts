import type { Frame } from '../frame.ts';
import type { Topology } from '../topology.ts';
import { packer } from './file.ts';
import { Ring } from './ring.ts';
import { RunWriter } from './run-writer.ts';
import type { Digest } from './sha256.ts';

export { openSnapshot } from './file.ts';
export { frameAt } from './replay.ts';
export { reportOf } from './report/report.ts';
export { measuredFrames, measuredTopology } from './workload.ts';

/** For `npm run measure`: the ring and the file of some frames. */
export function ringOf(frames: Iterable<Frame>): Ring {
  const ring = new Ring({ bytes: 1 << 30, keepMs: Number.POSITIVE_INFINITY });
  for (const frame of frames) ring.add(frame);
  ring.work(Number.POSITIVE_INFINITY);
  return ring;
}

/** The whole file: gathered, packed, sealed. */
export function fileOf(ring: Ring, topology: Topology, digest: Digest): Uint8Array {
  const writer = new RunWriter(topology, null);
  for (const chunk of ring.chunks(0, Number.MAX_VALUE))
    for (let at = 0; at < chunk.times.length; at++) writer.add(chunk, at);
  const limits = { pollMs: 15_000, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 };
  const papers = { limits, sources: [], alerts: [], journal: [], rules: [], notes: [], cables: [], settings: null };
  const made = { at: 0, by: '', reason: 'command' as const, version: '' };
  const cover = {
    id: '0',
    title: 'Measured',
    at: 1_700_000_000_000,
    scope: '',
    made,
    origins: [],
    redacted: [],
    missing: [],
  };
  return packer({ cover, topology, papers, draft: writer.finish() }, digest).finish().bytes;
}
