// A full hour of a fleet as one snapshot: bytes a sample, and what it costs to pack, open and show one instant of it.
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle } from './bundle.mjs';

const INSTANTS = 240;
const SIGNALS = 10;
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

const timed = (run) => {
  const from = performance.now();
  const value = run();
  return { ms: performance.now() - from, value };
};

export async function snapshotRow({ size }) {
  const { fileOf, frameAt, measuredFrames, measuredTopology, openSnapshot, ringOf } = await import(
    pathToFileURL(await bundle('shared/snapshot/measured.ts', 'snapshot'))
  );
  // The other rows' 100,000 series are 10,000 GPUs of ten signals.
  const gpus = size / SIGNALS;
  const topology = measuredTopology(gpus);
  const ring = timed(() => ringOf(measuredFrames(topology, INSTANTS)));
  const file = timed(() => fileOf(ring.value, topology, digest));
  const opened = timed(() => openSnapshot(file.value, { digest }));
  const shown = timed(() => frameAt(opened.value.snapshot, INSTANTS / 2));
  const samples = gpus * SIGNALS * INSTANTS;
  // The peer: the same columns as Float32, gzipped, as an export of arrays would be.
  let theirs = 0;
  for (const { columns } of measuredFrames(topology, 16)) {
    for (const { value } of columns.values()) theirs += gzipSync(new Uint8Array(value.buffer), { level: 6 }).length;
  }
  const ours = file.value.length / samples;
  const peer = (theirs * (INSTANTS / 16)) / samples;
  const megabytes = (file.value.length / 1e6).toFixed(1);
  const workload = `${gpus.toLocaleString('en-US')} GPUs × ${SIGNALS} signals, 1 h at 15 s: ${megabytes} MB; packed in ${Math.round(file.ms)} ms, opened in ${Math.round(opened.ms)} ms, an instant shown in ${Math.round(shown.ms)} ms`;
  const holds = ours <= 2 && file.value.length <= 50e6 * (gpus / 10_000);
  return [
    {
      ...{
        name: 'snapshot',
        workload,
        ours,
        theirs: peer,
        unit: 'B ',
        peer: 'Float32 columns, gzip',
        ratio: peer / ours,
      },
      ...{ goal: '≤ 2 B', holds, ringBytes: ring.value.size, packMs: file.ms, openMs: opened.ms, showMs: shown.ms },
    },
  ];
}
