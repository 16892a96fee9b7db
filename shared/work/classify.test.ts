import { describe, expect, it } from 'vitest';
import { classify, type Load } from './classify.ts';

const NOT_READ: Load = {
  ...{ util: Number.NaN, thermal: Number.NaN, power: Number.NaN, brake: Number.NaN, linkUse: Number.NaN },
  ...{ linkWait: Number.NaN, memory: Number.NaN, tensor: Number.NaN, sm: Number.NaN },
};
const load = (values: Partial<Load>): Load => ({ ...NOT_READ, ...values });

describe('classify', () => {
  it.each([
    ['idle', { util: 0.01, power: 0.9 }],
    ['thermal', { util: 0.9, thermal: 0.1, power: 0.8, linkWait: 0.2, linkUse: 0.97 }],
    ['power', { util: 0.9, brake: 0.01, thermal: 0.5 }],
    ['power', { util: 0.9, power: 0.5, memory: 0.9 }],
    ['network', { util: 0.9, power: 0.7, linkUse: 0.96, linkWait: 0.06 }],
    ['network', { util: 0.5, linkUse: 0.4, linkWait: 0.2 }],
    ['memory', { util: 0.9, memory: 0.8, tensor: 0.2 }],
    ['compute', { util: 0.9, memory: 0.75, tensor: 0.9 }],
    ['compute', { util: 0.85, power: 0.2, thermal: 0.02, linkUse: 0.97, linkWait: 0.01 }],
    ['unknown', { util: 0.4 }],
    ['unknown', {}],
  ] as const)('%s-bound: %o', (bound, values) => {
    expect(classify(load(values)).bound).toBe(bound);
  });

  it('shows what it is told from, the weightiest first, and nothing that was not read', () => {
    expect(classify(load({ util: 0.62, linkUse: 0.972, linkWait: 0.31 })).evidence).toEqual([
      '31% of the time its busiest link waited',
      '97% of that link used',
      '62% busy',
    ]);
    expect(classify(load({ util: 0.93, memory: 0.81 })).evidence).toEqual([
      '81% of the memory bandwidth used',
      '93% busy',
    ]);
    expect(classify(load({})).evidence).toEqual(['No use is read']);
  });

  it('a full link that never waits holds nothing back', () => {
    expect(classify(load({ util: 0.9, linkUse: 0.99, linkWait: 0 })).bound).toBe('compute');
  });
});
