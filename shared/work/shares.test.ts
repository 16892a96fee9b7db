import { expect, test } from 'vitest';
import { fed } from '../fleet.fixture.ts';
import { GPU } from '../topology.ts';
import { workParts } from './parts.ts';
import { sharesOf } from './shares.ts';

const board = (index: number, more: string) =>
  `gpu="${index}",UUID="GPU-${index}",modelName="NVIDIA A100",Hostname="a2-05-n1"${more}`;
const row = (index: number, watts: number, pod: string, more = '') =>
  `DCGM_FI_DEV_POWER_USAGE{${board(index, `${more}${pod === '' ? '' : `,namespace="inf",pod="${pod}"`}`)}} ${watts}\n`;

/** GPU 0 in time slices of two pods, GPU 1 in MIG instances of which two are one pod's and one is nobody's, GPU 2 of one pod. */
const TEXT = [
  row(0, 240, 'a') + row(0, 240, 'b'),
  ['1', '2'].map((id) => row(1, 150, 'a', `,GPU_I_PROFILE="1g.5gb",GPU_I_ID="${id}"`)).join(''),
  row(1, 150, 'c', ',GPU_I_PROFILE="2g.10gb",GPU_I_ID="3"') + row(1, 150, '', ',GPU_I_PROFILE="1g.5gb",GPU_I_ID="4"'),
  row(2, 300, 'a'),
].join('');

test('a board that several share: each has an equal part of it, and its power counts once', () => {
  const { at } = fed(TEXT);
  const parts = workParts(at()).parts.map((one) => [
    one.work.pod,
    one.gpus,
    one.sharedGpus,
    one.powerW,
    one.boards.length,
  ]);
  // 240 ÷ 2 + 150 ÷ 2 + 300; 240 ÷ 2; 150 ÷ 2: together 690, what the three boards draw.
  expect(parts).toEqual([
    ['a', 2, 2, 495, 3],
    ['b', 0.5, 1, 120, 1],
    ['c', 0.5, 1, 75, 1],
  ]);
});

test('what a body says of a board takes the place of what it said; another body without a pod takes nothing away', () => {
  const { take, at } = fed(TEXT);
  const pods = (gpu: number) => {
    const { topology } = at();
    return sharesOf(topology, topology.start[GPU] + gpu).map(({ work, share }) => [work.pod, share]);
  };
  take(`nvidia_smi_power_draw_watts{uuid="0",instance="a2-05-n1:9835"} 240\n`, 0, { key: 'smi' });
  expect(pods(0)).toEqual([
    ['a', 0.5],
    ['b', 0.5],
  ]);
  take(row(0, 240, 'b') + row(1, 150, '') + row(2, 300, 'd'));
  expect([pods(0), pods(1), pods(2)]).toEqual([[['b', 1]], [], [['d', 1]]]);
});
