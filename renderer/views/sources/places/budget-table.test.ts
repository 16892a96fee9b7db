import { expect, it } from 'vitest';
import { parseBudgetsCsv } from '../../../../shared/topology-csv.ts';
import { smallLayout } from '../../places.fixture.ts';
import { budgetsCsv, budgetTableRows, draftOfLines, linesOfDraft } from './budget-table.ts';

const line = { place: 'p3', budgetW: 20_000, feedAW: 25_000, feedBW: null, derate: 0.8, priority: 0, own: true };
const rows = budgetTableRows(smallLayout, {
  stamp: '',
  errors: [],
  lines: [line, { ...line, place: '=cmd|x', own: false }],
});

it('has every place down to racks under its parent, then what only the file knows', () => {
  expect(rows.map(({ path, depth, from }) => `${'-'.repeat(depth)}${path} ${from}`)).toEqual([
    ...['p0 none', '-p1 none', '--p3 file', '---p6 none', '--p4 none', '---p7 none', '---p8 none'],
    ...['-p2 none', '--p5 none', '---p9 none', '=cmd|x source'],
  ]);
});

it('a draft keeps what it does not change', () => {
  expect(linesOfDraft(rows, new Map([['p3', { budget: '21.5', priority: '9' }]]))).toEqual({
    lines: [{ place: 'p3', budgetW: 21_500, feedAW: 25_000, feedBW: null, derate: 0.8, priority: 9 }],
    wrong: [],
  });
});

it.each([
  ['budget', '-5', '"-5" is not a number'],
  ['budget', '1e3', '"1e3" is not a number'],
  ['derate', '1.2', 'is not above 0 and at most 1'],
  ['priority', '0', 'is not a whole number from 1 (last) to 9 (first)'],
])('%s %s', (field, text, reason) => {
  const { wrong } = linesOfDraft(rows, new Map([['p6', { [field]: text }]]));
  expect(wrong).toHaveLength(1);
  expect(wrong[0]).toMatch(/^p6, /);
  expect(wrong[0]).toContain(reason);
});

it('what goes out cannot be run by a spreadsheet, and comes in again as it was', () => {
  const csv = budgetsCsv(rows);
  expect(csv).toBe("place,budget_kw,feed_a_kw,feed_b_kw,derate,priority\r\np3,20,25,,0.8,\r\n'=cmd|x,20,25,,0.8,\r\n");
  const read = parseBudgetsCsv(csv).rows.map((row) => ({
    ...{ place: row.place, budgetW: row.budgetW, feedAW: row.feedAW, feedBW: null, derate: row.derate, priority: 0 },
  }));
  expect(draftOfLines(rows, read).size).toBe(0);
  expect(draftOfLines(rows, [{ ...read[0], budgetW: 21_000 }])).toEqual(new Map([['p3', { budget: '21' }]]));
});
