// A full hour of a fleet as one snapshot: bytes a sample, and what it costs to pack, open and show one instant of it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { root } from '../install.mjs';
import { built } from '../sources.mjs';
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

/** The report of an hour of 2,000 GPUs, with the console and every sample in it. */
export async function reportRow({ size }) {
  await built();
  const { fileOf, measuredFrames, measuredTopology, openSnapshot, reportOf, ringOf } = await import(
    pathToFileURL(await bundle('shared/snapshot/measured.ts', 'snapshot'))
  );
  const gpus = size / 50;
  const topology = measuredTopology(gpus);
  const file = fileOf(ringOf(measuredFrames(topology, INSTANTS)), topology, digest);
  const text = (name) => readFileSync(join(root, 'dist', 'report', name), 'utf8');
  const console = {
    ...{ boot: text('boot.js'), script: text('console.js') },
    ...{ style: text('console.css'), fonts: text('fonts.css') },
  };
  const opened = openSnapshot(file, { digest });
  const made = timed(() => [...reportOf(opened, digest, { console, file })].join(''));
  const ours = Buffer.byteLength(made.value) / 1e6;
  const data = /id="snapshot-data"[^>]*>([^<]*)</.exec(made.value)[1].length / 1e6;
  const own = ours - data;
  // The peer: the same samples as Float32 columns in base64, beside the same page and console.
  const samples = gpus * SIGNALS * INSTANTS;
  const theirs = own + (samples * 4 * 4) / 3 / 1e6;
  const workload = `${gpus.toLocaleString('en-US')} GPUs × ${SIGNALS} signals, 1 h at 15 s, ${own.toFixed(1)} MB of it the page, the console and fonts; made in ${Math.round(made.ms)} ms`;
  return [
    {
      ...{ name: 'report', workload, ours, theirs, unit: 'MB', peer: 'Float32 columns, base64', ratio: theirs / ours },
      ...{ goal: '≤ 15 MB', holds: ours <= 15, makeMs: made.ms },
    },
  ];
}
