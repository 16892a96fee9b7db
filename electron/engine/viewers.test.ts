import { expect, test } from 'vitest';
import type { FromEngine } from '../../shared/contract.ts';
import { frameOf, times, topologyOf } from '../../shared/frame.fixture.ts';
import { FleetView } from '../../shared/view.ts';
import { decodeFrame } from '../../shared/wire.ts';
import { Viewers } from './viewers.ts';

const START = 1_795_444_330_000;
const topology = topologyOf({ racks: 2, budgets: {} });

/** One viewer of a fleet; `at` lets time go to a second, with samples of another, and gives the sample times of frames that left. */
function looking() {
  const sent: { seq: number; sampled: number }[] = [];
  const viewers = new Viewers((message: FromEngine) => {
    if (message.kind !== 'event') return;
    const { seq, sampled } = decodeFrame(message.value as Uint8Array);
    sent.push({ seq, sampled: ((sampled as number) - START) / 1000 });
  });
  const view = new FleetView({ historyBytes: 1e6, pollMs: 5000, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 });
  viewers.open(1, 'read');
  const send = (seconds: number) => {
    const before = sent.length;
    viewers.send(view, START + seconds * 1000);
    return sent.slice(before).map(({ sampled }) => sampled);
  };
  return {
    at(seconds: number, sampled: number) {
      const frame = frameOf(topology, { 'gpu.power': times(16, 500) }, START + sampled * 1000);
      view.update(frame, [], 0, START + seconds * 1000, false);
      viewers.due();
      return send(seconds);
    },
    hello(seconds: number) {
      const viewer = viewers.get(1);
      if (viewer) viewers.greet(viewer);
      return send(seconds);
    },
    drawn(seconds: number) {
      const viewer = viewers.get(1);
      if (viewer) viewers.ack(viewer, sent.at(-1)?.seq ?? 0);
      return send(seconds);
    },
  };
}

test('what was just read leaves at once, though a frame in which samples only grew older has just left', () => {
  const { at, drawn } = looking();
  expect(at(0, 0)).toEqual([0]);
  expect(drawn(0.1)).toEqual([]);
  expect(at(1, 0)).toEqual([0]);
  drawn(1.1);
  expect(at(1.2, 0)).toEqual([]);
  expect(at(1.3, 1)).toEqual([1]);
  drawn(1.4);
  // Samples that come one after another leave once a second.
  expect(at(1.5, 1.4)).toEqual([]);
  expect(at(2.3, 1.4)).toEqual([1.4]);
});

test('a frame that is not drawn yet keeps the newest back; that leaves once it is', () => {
  const { at, drawn } = looking();
  at(0, 0);
  expect(at(3, 2)).toEqual([]);
  expect(at(4, 3.5)).toEqual([]);
  expect(drawn(4.1)).toEqual([3.5]);
});

test('a page that says hello gets a frame, though one that nobody drew is on its way', () => {
  const { at, hello } = looking();
  expect(at(0, 0)).toEqual([0]);
  expect(at(5, 4)).toEqual([]);
  expect(hello(5.1)).toEqual([4]);
});
