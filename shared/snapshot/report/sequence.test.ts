import { expect, it } from 'vitest';
import { folded, type Happening } from './sequence.ts';

const alert = (time: number, title: string, more: Partial<Happening> = {}): Happening => ({
  ...{ time, kind: 'critical', title, detail: '', rule: 'LinkSaturated' },
  ...more,
});

it('alerts of a rule that began within a minute are one line, others and notes are not', () => {
  const lines = folded([
    alert(0, 'Link a'),
    alert(1000, 'Leaf', { rule: 'LeafSaturated' }),
    alert(2000, 'Note', { kind: 'note', rule: undefined }),
    alert(2000, 'Note', { kind: 'note', rule: undefined }),
    alert(30_000, 'Link b'),
    alert(40_000, 'Link w', { kind: 'warning' }),
    alert(59_999, 'Link c'),
    alert(60_000, 'Link d'),
  ]);
  expect(lines.map(({ title }) => title)).toEqual([
    ...['Link a and 2 more', 'Leaf', 'Note', 'Note', 'Link w', 'Link d'],
  ]);
});
