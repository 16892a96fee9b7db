import { expect, test } from 'vitest';
import { Health } from './health.ts';

const answer = { ms: 1, bytes: 1, series: 1, bad: 0, now: 0 };

test('a fleet is whole when all but a few targets answered or failed once; none at all is not', () => {
  const health = new Health({ id: 'x', kind: 'exporters', name: 'Exporters', targets: [] } as never);
  expect(health.settled(1)).toBe(false);
  const ids = Array.from({ length: 40 }, (_, i) => `http://node-${i}:9400/metrics`);
  health.setTargets(ids);
  for (const id of ids.slice(0, 36)) health.ok(id, answer);
  expect(health.settled(1)).toBe(false);
  health.failed(ids[36], new Error('refused'), 0);
  expect(health.settled(1)).toBe(false);
  for (const id of ids.slice(37, 39)) health.ok(id, answer);
  // A meter may be the one that is left out: nearly all is enough only where one asks for no more.
  expect(health.settled(1)).toBe(false);
  expect(health.settled(0.975)).toBe(true);
  health.failed(ids[39], new Error('timed out'), 0);
  expect(health.settled(1)).toBe(true);
  // Targets that are added later are asked like the first.
  health.setTargets([...ids, ...ids.map((id) => `${id}?more`)]);
  expect(health.settled(1)).toBe(false);
});

test('one dead host of twelve is waited for no longer than one of a hundred; of three each is', () => {
  const health = new Health({ id: 'x', kind: 'exporters', name: 'Exporters', targets: [] } as never);
  for (const [of, settled] of [
    [12, true],
    [5, true],
    [4, false],
    [1, false],
  ] as const) {
    const ids = Array.from({ length: of }, (_, i) => `http://${of}-${i}/metrics`);
    health.setTargets(ids);
    for (const id of ids.slice(1)) health.ok(id, answer);
    expect([of, health.settled(1), health.settled(0.98)]).toEqual([of, false, settled]);
  }
});
