import { type LineError, parseCsv } from './csv.ts';

/** One node of topology.csv. `gpus` is how many it should have; 0 where the column is empty. */
export interface TopologyRow {
  readonly site: string;
  readonly hall: string;
  readonly row: string;
  readonly rack: string;
  readonly u: number;
  readonly node: string;
  readonly model: string;
  readonly gpus: number;
}

/** One place of budgets.csv, in watts; NaN where a cell is empty. `derate` is the usable fraction of the feeds. */
export interface BudgetRow {
  readonly place: string;
  readonly budgetW: number;
  readonly feedAW: number;
  readonly feedBW: number;
  readonly derate: number;
}

/** What a file gave: usable rows, and what was wrong with the others (at most 20, then their number). */
export interface Table<Row> {
  readonly rows: readonly Row[];
  readonly errors: readonly LineError[];
}

const MOST_ERRORS = 20;

type Cell = (name: string) => string;

/** What is wrong with a row, and in which column. */
class CellError extends Error {
  readonly column: string;
  constructor(column: string, message: string) {
    super(message);
    this.column = column;
  }
}

/** Reads rows under a header; `read` gives a row or throws a CellError. */
function table<Row>(text: string, needed: readonly string[], read: (cell: Cell) => Row): Table<Row> {
  const { records, errors: broken } = parseCsv(text);
  const header = records[0]?.cells.map((cell) => cell.toLowerCase()) ?? [];
  const missing = needed.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const message = `The header lacks ${missing.join(', ')}`;
    return { rows: [], errors: [{ line: records[0]?.line ?? 1, column: 1, message }] };
  }
  const rows: Row[] = [];
  const errors: LineError[] = [];
  let more = 0;
  for (const { line, cells, columns } of records.slice(1)) {
    try {
      rows.push(read((name) => cells[header.indexOf(name)] ?? ''));
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      const column = columns[header.indexOf(error.column)] ?? 1;
      if (errors.length < MOST_ERRORS) errors.push({ line, column, message: error.message });
      else more++;
    }
  }
  const last = records.at(-1)?.line ?? 1;
  if (more > 0)
    errors.push({ line: last, column: 1, message: `${more.toLocaleString('en-US')} more rows are not usable` });
  return { rows, errors: [...errors, ...broken] };
}

const short = (text: string) => JSON.stringify(text.slice(0, 40));

function named(cell: Cell, name: string): string {
  const text = cell(name);
  if (text === '') throw new CellError(name, `${name} is empty`);
  if (text.includes('/')) throw new CellError(name, `${name} ${short(text)} may not contain '/'`);
  return text;
}

function amount(cell: Cell, name: string, otherwise: number, scale = 1): number {
  const text = cell(name);
  if (text === '') return otherwise;
  if (!/^[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text)) throw new CellError(name, `${name} ${short(text)} is not a number`);
  return Number(text) * scale;
}

/** Reads topology.csv: `site,hall,row,rack,u,node,model,gpus`, one row a node; u and model may be left out. */
export function parseTopologyCsv(text: string): Table<TopologyRow> {
  const seen = new Set<string>();
  return table<TopologyRow>(text, ['site', 'hall', 'row', 'rack', 'node'], (cell) => {
    const row = {
      site: named(cell, 'site'),
      hall: named(cell, 'hall'),
      row: named(cell, 'row'),
      rack: named(cell, 'rack'),
      u: amount(cell, 'u', 0),
      node: named(cell, 'node'),
      model: cell('model'),
      gpus: Math.min(amount(cell, 'gpus', 0), 1024),
    };
    const key = `${row.site}/${row.node}`;
    if (seen.has(key))
      throw new CellError('node', `Node ${row.node} stands twice in site ${row.site}; the first is kept`);
    seen.add(key);
    return row;
  });
}

/** Reads budgets.csv: `place,budget_kw,feed_a_kw,feed_b_kw,derate`; a place is a path such as PDX-1/A/A2. */
export function parseBudgetsCsv(text: string): Table<BudgetRow> {
  const seen = new Set<string>();
  return table<BudgetRow>(text, ['place', 'budget_kw'], (cell) => {
    const place = cell('place').replace(/\/+$/, '');
    if (place === '') throw new CellError('place', 'place is empty');
    const derate = amount(cell, 'derate', 1);
    if (!(derate > 0 && derate <= 1)) throw new CellError('derate', `derate ${derate} is not above 0 and at most 1`);
    const row = {
      place,
      budgetW: amount(cell, 'budget_kw', Number.NaN, 1000),
      feedAW: amount(cell, 'feed_a_kw', Number.NaN, 1000),
      feedBW: amount(cell, 'feed_b_kw', Number.NaN, 1000),
      derate,
    };
    if (seen.has(place)) throw new CellError('place', `${place} stands twice; the first is kept`);
    seen.add(place);
    return row;
  });
}
