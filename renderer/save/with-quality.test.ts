import { expect, it } from 'vitest';
import type { TableDocument } from '../../shared/tables/document.ts';
import { withQuality } from './with-quality.ts';

const table: TableDocument = {
  ...{ kind: 'table', title: 'Power by place', at: null },
  columns: [
    { label: 'Place', unit: '' },
    { label: 'Headroom', unit: 'W' },
  ],
  rows: [
    ['Row A1', 5000],
    ['Row A2', 12_000],
  ],
  quality: ['measured', 'derived, draw at least, headroom at most'],
};

it('tells of every row how it is known: a bound is not read as a number', () => {
  const { columns, rows } = withQuality(table);
  expect(columns.map(({ label }) => label)).toEqual(['Place', 'Headroom', 'Quality']);
  expect(rows).toEqual([
    ['Row A1', 5000, 'measured'],
    ['Row A2', 12_000, 'derived, draw at least, headroom at most'],
  ]);
});

it('has no such column where nobody says', () => {
  expect(withQuality({ ...table, quality: ['', ''] })).toEqual({ columns: table.columns, rows: table.rows });
});
