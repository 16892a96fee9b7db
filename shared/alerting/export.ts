import type { JournalRow } from './alert.ts';

const COLUMNS = [
  ...(['seq', 'time', 'kind', 'alert', 'rule', 'severity', 'domain', 'path', 'object'] as const),
  ...(['incident', 'who', 'text', 'value', 'labels'] as const),
] as const satisfies readonly (keyof JournalRow)[];

/** A spreadsheet takes a cell for a formula by its first sign, full-width forms and what follows a quote among them. */
const FORMULA = /^["'\s]*[=+\-@\t\r＝＋－＠]/;

/** One cell as RFC 4180 writes it; text that would be a formula gets an apostrophe, a number stays one. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows of the journal as CSV: times as ISO 8601 in UTC, labels as JSON. */
export function journalCsv(rows: readonly JournalRow[]): string {
  const lines = rows.map((row) =>
    COLUMNS.map((column) => {
      if (column === 'time') return new Date(row.time).toISOString();
      return csvCell(column === 'labels' ? JSON.stringify(row.labels) : row[column]);
    }).join(','),
  );
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

/** Rows of the journal as JSON, one a line within one list. */
export function journalJson(rows: readonly JournalRow[]): string {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}
