/** A line of a file that could not be used; line and column count from 1, columns in characters. */
export interface LineError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** One record: the line on which it begins, where it stands in the text, its cells, and the column at which each begins. */
export interface CsvRecord {
  readonly line: number;
  /** Offsets in the text: of its first character, and of the one behind its last, line ending not included. */
  readonly from: number;
  readonly to: number;
  readonly cells: readonly string[];
  readonly columns: readonly number[];
}

const MOST_CELL = 10_000;

/** Reads RFC 4180 text (quotes, doubled quotes, LF or CRLF). Empty lines and lines that begin with # are left out. */
export function parseCsv(text: string): {
  readonly records: readonly CsvRecord[];
  readonly errors: readonly LineError[];
} {
  const records: CsvRecord[] = [];
  const cursor = { text, at: text.charCodeAt(0) === 0xfeff ? 1 : 0, line: 1 };
  while (cursor.at < text.length) {
    const begin = cursor.at;
    const { line } = cursor;
    const cells: string[] = [];
    const columns: number[] = [];
    do {
      if (cells.length > 0) cursor.at++;
      const column = cursor.at - begin + 1;
      const cell = readCell(cursor);
      if (cell === undefined)
        return { records, errors: [{ line, column, message: 'A quote is opened and never closed' }] };
      if (cell.length > MOST_CELL)
        return { records, errors: [{ line, column, message: `A cell is longer than ${MOST_CELL} characters` }] };
      cells.push(cell.trim());
      columns.push(column);
    } while (text[cursor.at] === ',');
    const to = cursor.at;
    if (text[cursor.at] === '\r') cursor.at++;
    if (text[cursor.at] === '\n') cursor.at++;
    cursor.line++;
    const empty = cells.length === 1 && cells[0] === '';
    if (!empty && !cells[0].startsWith('#')) records.push({ line, from: begin, to, cells, columns });
  }
  return { records, errors: [] };
}

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
}

const UNQUOTED = /[^,\r\n]*/y;

/** Reads one cell and stands on what ends it; undefined for a quote that is never closed. */
function readCell(cursor: Cursor): string | undefined {
  const { text } = cursor;
  let cell = '';
  if (text[cursor.at] === '"') {
    for (;;) {
      const close = text.indexOf('"', cursor.at + 1);
      if (close < 0) return undefined;
      cell += text.slice(cursor.at + 1, close);
      cursor.at = close + 1;
      if (text[cursor.at] !== '"') break;
      cell += '"';
    }
    cursor.line += cell.split('\n').length - 1;
  }
  UNQUOTED.lastIndex = cursor.at;
  const rest = UNQUOTED.exec(text)?.[0] ?? '';
  cursor.at += rest.length;
  return cell + rest;
}

/** A cell of a file that we read ourselves: quoted where it must be (RFC 4180), so that it reads back the same. */
export function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a spreadsheet would take for a formula, full-width forms and separators before it among them. */
const FORMULA = /^[\s"',;|]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
/** A number is a number, whatever its sign. */
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A cell of a file that a spreadsheet may open: a formula gets an apostrophe (faults.md D5). */
export function safeCell(text: string): string {
  return csvCell(FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);
}

/** A cell without the apostrophe of `safeCell`, as it is read back. */
export const bareCell = (text: string) => (text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text);

/** What a line of an edited table becomes: its cells by column, or null where it goes. */
export type RowChange = Readonly<Record<string, string>> | null;

/**
 * A table with some of its rows changed. Lines that are not changed stay as they are, with their comments, columns that we
 * do not know, and order; new rows are added at the end, missing columns to the header.
 *
 * @param keyOf the key of a row by its cells; rows of one key that come later stay
 * @param changes rows by key; what is not there yet is added
 */
export function editCsv(
  text: string,
  columns: readonly string[],
  keyOf: (cell: (column: string) => string) => string,
  changes: ReadonlyMap<string, RowChange>,
): string {
  const { records } = parseCsv(text);
  const known = records[0]?.cells.map((cell) => cell.toLowerCase()) ?? [];
  const used = (column: string) => [...changes.values()].some((row) => row !== null && (row[column] ?? '') !== '');
  const added = columns.filter((column) => !known.includes(column) && (known.length === 0 || used(column)));
  const header = [...known, ...added];
  const line = (row: Readonly<Record<string, string>>, old: readonly string[] = []) =>
    header.map((column, i) => csvCell(row[column] ?? old[i] ?? '')).join(',');
  const left = new Map(changes);
  const parts: string[] = [];
  let at = 0;
  if (records[0] && added.length > 0) {
    parts.push(text.slice(0, records[0].to), ...added.map((column) => `,${column}`));
    at = records[0].to;
  } else if (!records[0]) parts.push(text === '' || text.endsWith('\n') ? text : `${text}\n`, `${header.join(',')}\n`);
  if (!records[0]) at = text.length;
  for (const { from, to, cells } of records.slice(1)) {
    const key = keyOf((column) => cells[known.indexOf(column)] ?? '');
    const change = left.get(key);
    if (change === undefined) continue;
    left.delete(key);
    parts.push(text.slice(at, from), change === null ? '' : line(change, cells));
    at = change === null ? afterLine(text, to) : to;
  }
  parts.push(text.slice(at));
  const kept = parts.join('');
  const news = [...left.values()].flatMap((row) => (row === null ? [] : [`${line(row)}\n`]));
  return `${kept}${news.length > 0 && kept !== '' && !kept.endsWith('\n') ? '\n' : ''}${news.join('')}`;
}

const afterLine = (text: string, to: number) => {
  const end = text[to] === '\r' ? to + 1 : to;
  return text[end] === '\n' ? end + 1 : end;
};
