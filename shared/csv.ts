/** A line of a file that could not be used; line and column count from 1, columns in characters. */
export interface LineError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** One record: the line on which it begins, its cells, and the column at which each begins. */
export interface CsvRecord {
  readonly line: number;
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
    if (text[cursor.at] === '\r') cursor.at++;
    if (text[cursor.at] === '\n') cursor.at++;
    cursor.line++;
    const empty = cells.length === 1 && cells[0] === '';
    if (!empty && !cells[0].startsWith('#')) records.push({ line, cells, columns });
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
