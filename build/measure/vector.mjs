// vector-steady: an instant vector's JSON, second reply with the same series.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { median, row, timed } from './peer.mjs';

const ROUNDS = 5;

/** What one would write without a layout: parse everything, walk everything. */
function walk(text) {
  const { data } = JSON.parse(text);
  const values = new Float64Array(data.result.length);
  const labels = [];
  data.result.forEach(({ metric, value }, i) => {
    values[i] = Number(value[1]);
    labels.push(metric);
  });
  return { values, labels };
}

export async function vectorRow({ size }) {
  const [entry, workload] = await Promise.all([
    bundle('electron/engine/decode.ts', 'decode'),
    bundle('shared/prom-api/workload.ts', 'vector-workload'),
  ]);
  const { vectorReader } = await import(pathToFileURL(entry));
  const { vectorJson } = await import(pathToFileURL(workload));
  const texts = Array.from({ length: ROUNDS + 2 }, (_, tick) => vectorJson(size, tick));
  const bodies = texts.map((text) => Buffer.from(text));
  const reader = vectorReader();
  for (const body of bodies.slice(0, 2)) reader.read(body);
  walk(texts[0]);
  const [ours, theirs] = [[], []];
  const before = process.memoryUsage().heapUsed;
  let grown = 0;
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(timed(() => walk(texts[round + 1])));
    // Not counted: the caches hold what the other left there.
    reader.read(bodies[(round * 3 + 3) % bodies.length]);
    const heap = process.memoryUsage().heapUsed;
    for (let again = 0; again < 3; again++)
      ours.push(timed(() => reader.read(bodies[(round * 3 + again) % bodies.length])));
    grown = Math.max(grown, process.memoryUsage().heapUsed - heap);
  }
  const workloadText = `${size.toLocaleString('en-US')} series, ${(bodies[0].length / 1e6).toFixed(1)} MB, series unchanged`;
  return [
    row('vector-steady', workloadText, median(ours), median(theirs), 'JSON.parse and walk', 40, {
      heapGrownBytes: grown,
      heapBeforeBytes: before,
    }),
  ];
}
