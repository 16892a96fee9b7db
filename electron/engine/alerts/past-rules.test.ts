import { expect, it } from 'vitest';
import type { JournalRow, Rule } from '../../../shared/alerting/alert.ts';
import { pack } from '../../../shared/alerting/pack.ts';
import { compileRule } from '../../../shared/alerting/rules.ts';
import { ratiosChanged, rulesThen } from './past-rules.ts';

const RATIOS = { warnRatio: 0.9, critRatio: 0.97 };
const [ships] = pack;
const own = (limit: number): Rule => ({ ...ships, name: 'Own', when: `gpu.temp > ${limit}` });
const row = (time: number, rule: string, text: string) =>
  ({ time, kind: 'rule', rule, who: '', text }) as unknown as JournalRow;
const whenAt = (rows: readonly JournalRow[], today: readonly Rule[], name: string, whole = true) => {
  const compiled = today.map(compileRule);
  return (time: number) => rulesThen({ rows, whole }, compiled, RATIOS, time).rules.get(name)?.rule.when;
};

it('a rule of a file is what its last row before says, and is not made up before its first', () => {
  const rows = [
    row(100, 'Own', `Changed: ${JSON.stringify(own(80))}`),
    row(200, 'Own', `Removed: ${JSON.stringify(own(80))}`),
    row(300, 'Own', `Added: ${JSON.stringify(own(70))}`),
  ];
  const at = whenAt(rows, [own(70)], 'Own');
  expect([50, 100, 199, 200, 299, 300].map(at)).toEqual([
    ...[undefined, 'gpu.temp > 80', 'gpu.temp > 80', undefined, undefined, 'gpu.temp > 70'],
  ]);
  // What was removed first says what it was; what was never changed is as it is.
  expect(whenAt(rows.slice(1, 2), [], 'Own')(50)).toBe('gpu.temp > 80');
  expect(whenAt([], [own(60)], 'Own')(50)).toBe('gpu.temp > 60');
});

it('a rule of the pack was as it ships before its first change, where no row was let go', () => {
  const changed = { ...ships, when: 'budget.use > 50%' };
  const rows = [row(100, ships.name, `Changed: ${JSON.stringify(changed)}`), row(200, ships.name, 'As it ships')];
  expect([99, 100, 200].map(whenAt(rows, [ships], ships.name))).toEqual([ships.when, changed.when, ships.when]);
  expect(whenAt(rows, [ships], ships.name, false)(99)).toBeUndefined();
  // A row that cannot be read says nothing.
  const broken = [row(100, ships.name, 'Changed: {'), row(200, ships.name, 'As it ships')];
  expect(whenAt(broken, [ships], ships.name)(150)).toBeUndefined();
});

it('shares from which a budget is near and at its cap are those of then', () => {
  const changed = { ...ratiosChanged({ warnRatio: 0.8, critRatio: 0.95 }, RATIOS), time: 100 } as JournalRow;
  const at = (rows: readonly JournalRow[], time: number) => rulesThen({ rows, whole: true }, [], RATIOS, time).ratios;
  expect(at([changed], 99)).toEqual({ warnRatio: 0.8, critRatio: 0.95 });
  expect(at([changed], 100)).toBe(RATIOS);
  expect(at([], 0)).toBe(RATIOS);
  expect(at([{ ...changed, text: 'Changed' }], 0)).toBeNull();
});
