import { describe, expect, it } from 'vitest';
import type { Summary } from '../contract.ts';
import { openSnapshot } from './file.ts';
import { sentenceOf } from './sentence.ts';
import { sentenceAt } from './sentence-at.ts';
import { sha256 } from './sha256.ts';
import { fileOf } from './snapshot.fixture.ts';

const CALM = {
  ...{ powerW: 2_621_000, budgetW: 3_300_000, powerAtLeast: false, tightest: null, fabric: null, throttled: null },
  ...{ gpus: 2048, gpusReporting: 2048 },
} as unknown as Summary;
const near = (ratio: number, headroomW: number) => ({ place: 0, ratio, headroomW, atLeast: false, capMinutes: null });
const ports = (saturated: number) => ({ saturated, of: 640, worst: '', use: 1, rxBps: null, txBps: null });
const said = (change: Partial<Summary>) => sentenceOf({ ...CALM, ...change }, () => 'Row A2', { warnRatio: 0.9 });

describe('sentence', () => {
  it.each<[string, Partial<Summary>]>([
    [
      'Row A2 is within 22 kW of its budget, and 16 network ports are saturated',
      { tightest: near(0.978, 22_000), fabric: ports(16) },
    ],
    [
      'Row A2 is 14 kW over its budget, and 8 of 2,048 GPUs do not report',
      { tightest: near(1.014, -14_000), fabric: ports(0), gpusReporting: 2040 },
    ],
    ['1 network port is saturated', { tightest: near(0.89, 90_000), fabric: ports(1) }],
    ['131 GPUs are held back by power', { throttled: { gpus: 131, of: 2048, worst: '', where: 0 } }],
    ['The fleet draws 2.62 MW, 79.4% of its budget', {}],
    ['The fleet draws at least 2.62 MW', { budgetW: null, powerAtLeast: true }],
    ['2,048 GPUs report, and no power is known', { powerW: null }],
    ['No GPU is known', { powerW: null, gpus: 0, gpusReporting: 0 }],
  ])('%s', (words, change) => {
    expect(said(change)).toBe(words);
  });

  it('is told of a recorded moment', () => {
    const { snapshot } = openSnapshot(fileOf(40), { digest: sha256 });
    // The racks draw 14.0 and 13.0 of 20 kW each, the hall's 100 kW are 27.0 % used; every fourth instant one GPU is held.
    expect(sentenceAt(snapshot, snapshot.papers.limits, snapshot.manifest.at)).toBe('1 GPU is held back by power');
  });
});
