import { type CsvRecord, type LineError, parseCsv } from './csv.ts';

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

const MOST_ERRORS = 20;

type Cell = (name: string) => string;

/** Reads rows under a header; `read` gives a row or throws the message of what is wrong with it. */
function table<Row>(
  text: string,
  needed: readonly string[],
  read: (cell: Cell) => Row,
): { readonly rows: readonly Row[]; readonly errors: readonly LineError[] } {
  const { records, errors: broken } = parseCsv(text);
  const errors = [...broken];
  const header = records[0]?.cells.map((cell) => cell.toLowerCase()) ?? [];
  const missing = needed.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    return {
      rows: [],
      errors: [
        { line: records[0]?.line ?? 1, column: 1, message: `The header lacks ${missing.join(', ')}` },
        ...errors,
      ],
    };
  }
  const rows: Row[] = [];
  for (const record of records.slice(1)) {
    try {
      rows.push(read((name) => record.cells[header.indexOf(name)] ?? ''));
    } catch (error) {
      if (errors.length < MOST_ERRORS) errors.push(at(record, error));
    }
  }
  return { rows, errors };
}

const at = (record: CsvRecord, error: unknown): LineError => ({
  line: record.line,
  column: 1,
  message: error instanceof Error ? error.message : String(error),
});

function named(cell: Cell, name: string): string {
  const text = cell(name);
  if (text === '') throw new Error(`${name} is empty`);
  if (text.includes('/')) throw new Error(`${name} ${JSON.stringify(text.slice(0, 40))} may not contain '/'`);
  return text;
}

function amount(cell: Cell, name: string, otherwise: number, scale = 1): number {
  const text = cell(name);
  if (text === '') return otherwise;
  const value = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) * scale : Number.NaN;
  if (Number.isNaN(value)) throw new Error(`${name} ${JSON.stringify(text.slice(0, 40))} is not a number`);
  return value;
}

/** Reads topology.csv: `site,hall,row,rack,u,node,model,gpus`, one row a node; u and model may be left out. */
export function parseTopologyCsv(text: string) {
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
    if (seen.has(key)) throw new Error(`Node ${row.node} stands twice in site ${row.site}; the first is kept`);
    seen.add(key);
    return row;
  });
}

/** Reads budgets.csv: `place,budget_kw,feed_a_kw,feed_b_kw,derate`; a place is a path such as PDX-1/A/A2. */
export function parseBudgetsCsv(text: string) {
  return table<BudgetRow>(text, ['place', 'budget_kw'], (cell) => {
    const place = cell('place').replace(/\/+$/, '');
    if (place === '') throw new Error('place is empty');
    const derate = amount(cell, 'derate', 1);
    if (!(derate > 0 && derate <= 1)) throw new Error(`derate ${derate} is not above 0 and at most 1`);
    return {
      place,
      budgetW: amount(cell, 'budget_kw', Number.NaN, 1000),
      feedAW: amount(cell, 'feed_a_kw', Number.NaN, 1000),
      feedBW: amount(cell, 'feed_b_kw', Number.NaN, 1000),
      derate,
    };
  });
}
