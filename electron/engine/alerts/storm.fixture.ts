import { frameOf, times, topologyOf } from '../../../shared/frame.fixture.ts';
import { Bench, POLL, T0 } from './alerts.fixture.ts';

/**
 * A process of its own in which alerts come and go at every poll, until it is killed. After each poll it says what was
 * shown: the highest row of the journal and which alerts fire.
 */
const [folder, start] = process.argv.slice(2);
const began = performance.now();
const bench = new Bench(folder);
bench.now = T0 + Number(start);
const topology = topologyOf({ nodes: 4 });
const tell = (more: object) => {
  const [last] = bench.call('alertHistory', { most: 1 }).rows;
  process.send?.({ seq: last?.seq ?? 0, now: bench.now - T0, startMs: performance.now() - began, ...more });
};
tell({ restored: bench.call('alerts', {}).alerts.filter(({ state }) => state === 'firing').length });
for (;;) {
  bench.now += POLL;
  const n = (bench.now - T0) / POLL;
  const bits = times(32, 0).map((_, gpu) => ((gpu * 7 + n) % 3 === 0 ? 0x80 : 0));
  bench.poll(frameOf(topology, { 'gpu.power': times(32, 700), 'gpu.throttle': bits }, bench.now));
  tell({ firing: bench.call('alerts', {}).alerts.filter(({ state }) => state === 'firing').length });
  // The message leaves before the next poll.
  await new Promise((resolve) => setImmediate(resolve));
}
