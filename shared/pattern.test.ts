import { describe, expect, it } from 'vitest';
import { compilePattern, PatternError } from './pattern.ts';

describe('patterns', () => {
  it.each([
    ['A2.*', 'A2-05', true],
    ['A2.*', 'xA2-05', false],
    ['A2', 'A2-05', false],
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['.*', 'two\nlines', true],
    ['', '', true],
    ['(?i)gpu', 'GPU', true],
  ])('%s on %j is %s, anchored at both ends', (source, text, matches) => {
    expect(compilePattern(source).matches(text)).toBe(matches);
  });

  it.each(['a(', '[', '*', '(?<=a)b', 'a{1001}'])('%s is refused with a reason', (source) => {
    expect(() => compilePattern(source)).toThrow(PatternError);
  });

  it('refuses what nobody writes by hand', () => {
    expect(() => compilePattern('a'.repeat(1001))).toThrow('at most 1000 characters');
  });
});
