import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFabric } from '../fabric.ts';
import { frameOf, LOST, topologyOf, type Values } from '../frame.fixture.ts';
import { computePower } from '../power.ts';
import { SEED } from '../seed.fixture.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { matchGpus } from './match.ts';
import { FilterError, parseFilter } from './parse.ts';

/** Two racks of one node of four GPUs each: their indexes are 0–3 in A1-01 and 4–7 in A1-02. */
const shape = { racks: 2, gpus: 4, budgets: { 'S/A/A1/A1-01': 4000, 'S/A/A1/A1-02': 4000 } };
const values: Partial<Record<SignalId, Values>> = {
  'gpu.power': [100, 310, 700, LOST, 100, 310, 700, 650],
  'gpu.util': [0.01, 0.3, 0.99, LOST, 0.04, 0.05, 0.5, 0.29],
  'gpu.throttle': [0, 0x4, 0x80, LOST, 0, 0, 0x20, 0],
};

function kept(text: string): number[] {
  const frame = frameOf(topologyOf(shape), values);
  const filter = parseFilter(text);
  if (!filter) throw new Error('an empty filter');
  const heardAt = new Float64Array(8).fill(frame.time - 2000);
  const parts = { frame, power: computePower(frame), fabric: computeFabric(frame), now: frame.time, heardAt };
  const { bits, gpus } = matchGpus(filter, parts);
  const found = [...Array(8).keys()].filter((gpu) => (bits[gpu >> 3] >> (gpu & 7)) & 1);
  expect(gpus).toBe(found.length);
  return found;
}

describe('a filter keeps the GPUs that it is true of', () => {
  it.each<[string, number[]]>([
    ['util<5', [0, 4]],
    ['util<=5', [0, 4, 5]],
    ['util=30', [1]],
    ['util<5 & power>300', []],
    ['util<50% & power>300W', [1, 5, 7]],
    ['power>300 & rack~"A1-02"', [5, 6, 7]],
    ['rack="A1-01" | util=5', [0, 1, 2, 3, 5]],
    ['rack!="A1-01" & !(power>=310)', [4]],
    ['state=powerBrake', [2]],
    ['state~"power.*|swThermal"', [1, 2, 6]],
    ['node~".*n1" & gpu~"GPU-A1-02.*g3"', [7]],
    ['row=A1 & hall=A & site=S & age<3', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['POWER > 650', [2, 6]],
    ['power>100|power<200&rack=A1-01', [0, 1, 2, 5, 6, 7]],
  ])('%s', (text, gpus) => {
    expect(kept(text)).toEqual(gpus);
  });

  it('never one of which a compared number is not known, nor by its opposite', () => {
    expect(kept('power>300 | rack=A1-01')).toContain(3);
    expect(kept('power<300')).not.toContain(3);
    expect(kept('!(power<300)')).not.toContain(3);
    expect(kept('power!=300')).not.toContain(3);
    expect(kept('state!=none')).not.toContain(3);
  });
});

describe('a filter that cannot be read is told with its column', () => {
  it.each<[string, number, string]>([
    ['utl<5', 1, 'There is no "utl". Try util'],
    ['util<', 6, 'Write a value instead of the end'],
    ['util<x', 6, '"x" is not a number'],
    ['util<5W', 6, '"W" is not the unit of util: it is in %'],
    ['util~5', 5, 'util is a number'],
    ['rack<5', 5, 'rack is a name'],
    ['rack~"A("', 6, 'missing closing )'],
    ['util<5 power>3', 8, 'Write & or | before "power"'],
    ['(util<5', 8, 'Write ) before the end'],
    ['util<5 &', 9, 'Write a quantity or a name instead of the end'],
    ['rack="A1', 6, 'A quotation mark is missing'],
    [`${'('.repeat(40)}util<5`, 34, 'Too many brackets'],
  ])('%s', (text, column, message) => {
    try {
      parseFilter(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FilterError);
      expect((error as FilterError).message).toContain(message);
      expect((error as FilterError).column).toBe(column);
    }
  });

  it('and nothing else ever happens', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
        }
      }),
      { seed: SEED },
    );
  });

  it('nothing but blanks is no filter', () => {
    expect(parseFilter('  ')).toBeNull();
  });
});
