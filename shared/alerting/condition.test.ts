import { describe, expect, it } from 'vitest';
import { ConditionError, NO, parseCondition, truthsOf, UNKNOWN, YES } from './condition.ts';

const settings = { warn_ratio: 0.9, crit_ratio: 0.97 };
const judge = (text: string, values: Readonly<Record<string, number>>) =>
  truthsOf(parseCondition(text), (name) => [values[name] ?? Number.NaN], settings, 0, 1)[0];
const wrong = (text: string) => {
  try {
    parseCondition(text);
  } catch (error) {
    return error instanceof ConditionError ? `${error.column}: ${error.message}` : String(error);
  }
  return '';
};

describe('a condition', () => {
  it('compares quantities with numbers, percentages and settings', () => {
    expect(judge('gpu.temp_margin < 5', { 'gpu.temp_margin': 4 })).toBe(YES);
    expect(judge('gpu.tempMargin < 5', { 'gpu.temp_margin': 5 })).toBe(NO);
    expect(judge('budget.use >= 97%', { 'budget.use': 0.97 })).toBe(YES);
    expect(judge('budget.use < warn_ratio - 2%', { 'budget.use': 0.879 })).toBe(YES);
    expect(judge('gpu.temp > -5', { 'gpu.temp': -4 })).toBe(YES);
  });

  it('takes 0.9 in a 32-bit column for 0.9', () => {
    const at90 = truthsOf(parseCondition('budget.use >= 0.9'), () => Float32Array.of(0.9), settings, 0, 1);
    expect(at90[0]).toBe(YES);
  });

  it('binds "and" closer than "or"', () => {
    const text = 'a > 1 or b > 1 and c > 1';
    expect(judge(text, { a: 2, b: 0, c: 0 })).toBe(YES);
    expect(judge('(a > 1 or b > 1) and c > 1', { a: 2, b: 0, c: 0 })).toBe(NO);
  });

  it('knows what it does not know', () => {
    const text = 'use > 0.95 and (wait > 0.05 or congested == 1)';
    expect(judge(text, { use: 0.5 }), 'not full: no wait is needed').toBe(NO);
    expect(judge(text, { use: 0.99, congested: 1 })).toBe(YES);
    expect(judge(text, { use: 0.99, congested: 0 })).toBe(UNKNOWN);
    expect(judge(text, {})).toBe(UNKNOWN);
  });

  it('that is held against a limit which is not known says nothing', () => {
    const unknown = { warn_ratio: Number.NaN, crit_ratio: Number.NaN };
    for (const text of ['budget.use >= crit_ratio', 'budget.use <= warn_ratio - 2%', 'budget.use != warn_ratio'])
      expect(truthsOf(parseCondition(text), () => [0.5], unknown, 0, 1)[0]).toBe(UNKNOWN);
  });

  it('says where it is wrong', () => {
    expect(wrong('gpu.temp >')).toBe('11: A number was expected, not the end');
    expect(wrong('gpu.temp 5')).toBe('10: A comparison was expected after gpu.temp, not 5');
    expect(wrong('gpu.temp > 5 gpu.util > 1')).toBe('14: "and" or "or" was expected, not gpu.util');
    expect(wrong('(gpu.temp > 5')).toBe('14: ")" is missing');
    expect(wrong('gpu.temp > 5 and 7')).toBe('18: A quantity was expected, not 7');
    expect(wrong('gpu.temp > $x')).toBe('12: "$" is not understood here');
    expect(wrong('')).toBe('1: A quantity was expected, not the end');
    expect(wrong(`${'('.repeat(400)}a > 1`)).toContain('too deep');
  });
});
