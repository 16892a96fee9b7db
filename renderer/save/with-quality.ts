import type { TableDocument } from '../../shared/tables/document.ts';

/**
 * Columns and rows of a table as they are shown: with how each row is known as the last column, where that is told of any.
 * Without it a lower bound would be read as a measured number.
 */
export function withQuality(table: TableDocument): Pick<TableDocument, 'columns' | 'rows'> {
  const { columns, rows, quality } = table;
  if (quality.every((one) => one === '')) return { columns, rows };
  return {
    columns: [...columns, { label: 'Quality', unit: '' }],
    rows: rows.map((row, index) => [...row, quality[index] ?? '']),
  };
}
