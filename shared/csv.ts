/** A line of a file that could not be used; line and column count from 1. */
export interface LineError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** One record: its cells and the line on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

const MOST_CELL = 10_000;

/** Reads RFC 4180 text (quotes, doubled quotes, LF or CRLF). Empty lines and lines that begin with # are left out. */
export function parseCsv(text: string): {
  readonly records: readonly CsvRecord[];
  readonly errors: readonly LineError[];
} {
  const records: CsvRecord[] = [];
  const errors: LineError[] = [];
  let line = 1;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const begin = line;
    const lineStart = at;
    const cells: string[] = [];
    let ended = false;
    while (!ended) {
      let cell = '';
      if (text[at] === '"') {
        const open = at - lineStart + 1;
        at++;
        for (;;) {
          const close = text.indexOf('"', at);
          if (close < 0) {
            errors.push({ line: begin, column: open, message: 'A quote is opened and never closed' });
            return { records, errors };
          }
          cell += text.slice(at, close);
          at = close + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at++;
        }
      }
      const rest = /[^,\r\n]*/y;
      rest.lastIndex = at;
      cell += (rest.exec(text) as RegExpExecArray)[0];
      at = rest.lastIndex;
      for (const char of cell) if (char === '\n') line++;
      if (cell.length > MOST_CELL)
        errors.push({
          line: begin,
          column: at - lineStart + 1,
          message: `A cell is longer than ${MOST_CELL} characters`,
        });
      cells.push(cell.slice(0, MOST_CELL).trim());
      if (text[at] === ',') at++;
      else ended = true;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    if (!(cells.length === 1 && cells[0] === '') && !cells[0]?.startsWith('#')) records.push({ line: begin, cells });
  }
  return { records, errors };
}
