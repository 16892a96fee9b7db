// decode-first and decode-steady: a dcgm-exporter body, first read and second read of an unchanged layout.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { median, requirePeer, row, timed } from './peer.mjs';

const PEER = 'parse-prometheus-text-format';
const ROUNDS = 5;

export async function decodeRows({ size }) {
  const parse = requirePeer(PEER);
  const [entry, workload] = await Promise.all([
    bundle('electron/engine/decode.ts', 'decode'),
    bundle('shared/exposition/workload.ts', 'exposition-workload'),
  ]);
  const { expositionReader } = await import(pathToFileURL(entry));
  const { expositionText } = await import(pathToFileURL(workload));
  const texts = Array.from({ length: ROUNDS + 2 }, (_, tick) => expositionText(size, tick));
  const bodies = texts.map((text) => Buffer.from(text));
  const series = `${size.toLocaleString('en-US')} series, ${(bodies[0].length / 1e6).toFixed(1)} MB`;
  const [first, steady, theirs] = [[], [], []];
  const reader = expositionReader();
  reader.read(bodies[0], 'prometheus');
  // Warm-up: both sides compiled before anything counts.
  reader.read(bodies[1], 'prometheus');
  parse(texts[0]);
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(timed(() => parse(texts[round + 1])));
    first.push(timed(() => expositionReader().read(bodies[round + 1], 'prometheus')));
    // A body that was just received lies in the processor's cache: two of them by turns, the first two not counted.
    const pair = [bodies[round], bodies[round + 1]];
    for (let again = 0; again < 6; again++) {
      const took = timed(() => reader.read(pair[again % 2], 'prometheus'));
      if (again >= 2) steady.push(took);
    }
  }
  return [
    row('decode-first', `${series}, first time`, median(first), median(theirs), PEER, 10),
    row('decode-steady', `${series}, layout unchanged`, median(steady), median(theirs), PEER, 200),
  ];
}
