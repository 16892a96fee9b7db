import { describe, expect, it } from 'vitest';
import { durationOf, parseRuleFile } from './rule-file.ts';

const wrong = (text: string) =>
  parseRuleFile(text).errors.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('a rule file', () => {
  it('is a list of rules, alone or under "rules"', () => {
    const one =
      '- name: TempMarginLow\n  when: gpu.temp_margin < 5\n  clear: gpu.temp_margin > 8\n  for: 2m\n  keepFiringFor: 5m\n  severity: warning\n  labels: { team: cooling }\n';
    const [rule] = parseRuleFile(one).rules;
    expect(rule).toMatchObject({
      ...{ name: 'TempMarginLow', when: 'gpu.temp_margin < 5', clear: 'gpu.temp_margin > 8', severity: 'warning' },
      ...{ forMs: 120_000, keepFiringForMs: 300_000, labels: { team: 'cooling' }, onStale: 'hold', enabled: true },
    });
    const under = `rules:\n${one.replace(/^/gm, '  ').trimEnd()}\n`;
    expect(parseRuleFile(under).rules).toEqual([rule]);
    expect(parseRuleFile('# nothing yet\n')).toEqual({ rules: [], errors: [] });
  });

  it('says where it is wrong, and uses the rules that are right', () => {
    const text = [
      '- name: Good',
      '  when: gpu.temp > 80',
      '  severity: warning',
      '- name: Bad',
      '  when: gpu.temp > eighty',
      '  severity: warning',
      '- name: Worse',
      '  when: gpu.temp > 80',
      '  severity: loud',
      '  for: 2 minutes',
    ].join('\n');
    const { rules, errors } = parseRuleFile(text);
    expect(rules.map(({ name }) => name)).toEqual(['Good']);
    expect(errors.map(({ line, column }) => [line, column])).toEqual([
      [5, 20],
      [9, 13],
      [10, 8],
    ]);
    expect(errors[0].message).toBe('A number was expected, not eighty');
    expect(errors[2].message).toBe('for: is no duration such as 90s, 2m or 1h30m');
  });

  it('refuses keys that it does not know, twins, levels that do not fit, and what is no list', () => {
    expect(wrong('- { name: A, when: gpu.temp > 1, severity: warning, expr: x }')[0]).toMatch(
      /^1:3 Unrecognized key: "expr"/,
    );
    expect(
      wrong(
        '- { name: A, when: gpu.temp > 1, severity: warning }\n- { name: A, when: gpu.temp > 2, severity: warning }',
      ),
    ).toEqual(['2:11 A stands here twice']);
    expect(wrong('- { name: A, when: link.use > 1, severity: warning, at: [gpu] }')).toEqual([
      '1:20 link.use is not known of a gpu, only of link',
    ]);
    expect(wrong('- { name: A, when: link.use > 1 and gpu.temp > 1, severity: warning }')).toEqual([
      '1:20 These quantities are not of the same kind of object',
    ]);
    expect(wrong('name: A')).toEqual(['1:1 A list of rules was expected']);
    expect(wrong('- name: [')[0]).toMatch(/^1:\d+ /);
  });

  it('survives what is meant to hurt', () => {
    expect(wrong(`${'a: &a [x]\n'}${'b: [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n'.repeat(1)}`)).toHaveLength(1);
    expect(wrong('x'.repeat(1_000_001))).toEqual(['1:1 The file is larger than 1 MB']);
    expect(
      parseRuleFile('- { name: __proto__, when: gpu.temp > 1, severity: warning }').rules.map(({ name }) => name),
    ).toEqual(['__proto__']);
  });
});

it('durations are Prometheus’s', () => {
  expect(['0', '90s', '1h30m', '1d', '250ms'].map(durationOf)).toEqual([0, 90_000, 5_400_000, 86_400_000, 250]);
  expect(['', '5', '1.5m', 'm', '-1s'].map(durationOf)).toEqual(Array(5).fill(Number.NaN));
});
