import { describe, expect, test } from 'vitest';
import { fed, gpu } from '../fleet.fixture.ts';
import { GPU, NODE } from '../topology.ts';
import { objectsOf } from './objects.ts';
import { planRange } from './queries.ts';

/** Power and temperature of so many boards of one node. */
const boards = (count: number) =>
  Array.from({ length: count }, (_, i) => [
    `DCGM_FI_DEV_POWER_USAGE${gpu(`GPU-${i}`, i)} 500`,
    `DCGM_FI_DEV_GPU_TEMP${gpu(`GPU-${i}`, i)} 60`,
  ])
    .flat()
    .join('\n');

const evaluation = { start: 0, end: 60_000, stepMs: 60_000, windowMs: 60_000, folds: false };

/** What is asked for a signal of a place, and of how many series. */
function asked(count: number, level: number, index: number, signal: 'gpu.power' | 'draw') {
  const { fleet, at } = fed(`${boards(count)}\n`);
  const { topology } = at();
  const plan = planRange(fleet, topology, [objectsOf(topology, { signal, place: topology.start[level] + index })]);
  return { series: plan.series, sources: plan.sources.size, texts: plan.queries(evaluation, () => '1m') };
}

describe('a range of a server', () => {
  test('of one board names it, and asks for nothing but its signal', () => {
    const { series, sources, texts } = asked(8, GPU, 2, 'gpu.power');
    expect([series, sources, texts.length]).toEqual([1, 1, 1]);
    expect(texts[0].planned.promql).toContain('DCGM_FI_DEV_POWER_USAGE{UUID="GPU-2"}[60s]');
  });

  test('of a few boards names all of them', () => {
    const { series, texts } = asked(3, NODE, 0, 'gpu.power');
    expect(series).toBe(3);
    expect(texts[0].planned.promql).toContain('{UUID=~"GPU-0|GPU-1|GPU-2"}');
  });

  test('of more boards than can be named asks for all of the metric', () => {
    const { series, texts } = asked(301, NODE, 0, 'gpu.power');
    expect(series).toBe(301);
    expect(texts[0].planned.promql).not.toContain('UUID=');
  });

  test('of a draw asks for what draws, not for heat', () => {
    const { series, texts } = asked(4, 0, 0, 'draw');
    expect(series).toBe(4);
    expect(texts.map(({ planned }) => planned.promql).join()).not.toContain('GPU_TEMP');
  });
});
