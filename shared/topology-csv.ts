import { bareCell, type LineError, parseCsv } from './csv.ts';
import { DEVICE_KINDS, type DeviceKind } from './rack-models.ts';

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
  /** What it is; left out for a machine with GPUs. */
  readonly kind?: DeviceKind;
  /** Height in rack units; left out where not known. */
  readonly height?: number;
}

/** A rack itself: a line of topology.csv without a node. */
export interface RackRow {
  readonly site: string;
  readonly hall: string;
  readonly row: string;
  readonly rack: string;
  /** Model, which may have a profile (rack-models.ts); '' where not known. */
  readonly model: string;
  /** Place in the row, from 1; 0 where not known. */
  readonly position: number;
  readonly aisle: string;
  /** Height in rack units; 0 where not known. */
  readonly heightU: number;
  /** Feeds that it should have, such as A and B. */
  readonly feeds: readonly string[];
}

/** topology.csv: nodes and racks. */
export interface TopologyTable extends Table<TopologyRow> {
  readonly racks: readonly RackRow[];
}

/** One place of budgets.csv, in watts; NaN where a cell is empty. `derate` is the usable fraction of the feeds. */
export interface BudgetRow {
  readonly place: string;
  readonly budgetW: number;
  readonly feedAW: number;
  readonly feedBW: number;
  readonly derate: number;
  /** Who is capped first when power is short: 1 last … 9 first; left out where nobody says. */
  readonly priority?: number;
}

/** What a file gave: usable rows, and what was wrong with the others (at most 20, then their number). */
export interface Table<Row> {
  readonly rows: readonly Row[];
  readonly errors: readonly LineError[];
}

const MOST_ERRORS = 20;

export type Cell = (name: string) => string;

/** What is wrong with a row, and in which column. */
export class CellError extends Error {
  readonly column: string;
  constructor(column: string, message: string) {
    super(message);
    this.column = column;
  }
}

/** Reads rows under a header; `read` gives a row or throws a CellError. */
export function table<Row>(text: string, needed: readonly string[], read: (cell: Cell) => Row): Table<Row> {
  const { records, errors: broken } = parseCsv(text);
  const header = records[0]?.cells.map((cell) => cell.toLowerCase()) ?? [];
  const columnOf = new Map(header.map((name, index) => [name, index]).reverse() as [string, number][]);
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
      rows.push(read((name) => bareCell(cells[columnOf.get(name) ?? -1] ?? '')));
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

export function amount(cell: Cell, name: string, otherwise: number, scale = 1): number {
  const text = cell(name);
  if (text === '') return otherwise;
  if (!/^[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text)) throw new CellError(name, `${name} ${short(text)} is not a number`);
  return Number(text) * scale;
}

function amountIn(cell: Cell, name: string, least: number, most: number): number {
  const value = amount(cell, name, 0);
  if (value !== 0 && (!Number.isInteger(value) || value < least || value > most))
    throw new CellError(name, `${name} ${value} is not a whole number from ${least} to ${most}`);
  return value;
}

function kindOf(cell: Cell): DeviceKind | undefined {
  const text = cell('kind').toLowerCase();
  if (text === '') return undefined;
  const kind = DEVICE_KINDS.find((one) => one === text);
  if (!kind) throw new CellError('kind', `kind ${short(text)} is none of ${DEVICE_KINDS.join(', ')}`);
  return kind;
}

const placeOf = (cell: Cell) => ({
  site: named(cell, 'site'),
  hall: named(cell, 'hall'),
  row: named(cell, 'row'),
  rack: named(cell, 'rack'),
});

function rackRow(cell: Cell): RackRow {
  return {
    ...placeOf(cell),
    model: cell('model'),
    position: amountIn(cell, 'position', 1, 9999),
    aisle: cell('aisle'),
    heightU: amountIn(cell, 'height', 1, 100),
    feeds: cell('feeds')
      .split(/[\s+;|]+/)
      .filter((feed) => feed !== ''),
  };
}

function nodeRow(cell: Cell): TopologyRow {
  const [kind, height] = [kindOf(cell), amountIn(cell, 'height', 1, 100)];
  return {
    ...placeOf(cell),
    u: amount(cell, 'u', 0),
    node: named(cell, 'node'),
    model: cell('model'),
    gpus: Math.min(amount(cell, 'gpus', 0), 1024),
    ...(kind === undefined ? {} : { kind }),
    ...(height === 0 ? {} : { height }),
  };
}

/**
 * Reads topology.csv: `site,hall,row,rack,u,node,model,gpus`, one row a node; u and model may be left out. Columns that may
 * be there besides: `kind` (compute, switch, power), `height` in rack units; and for a line without a node, which says what
 * is known of the rack itself, `position`, `aisle`, `feeds` ("A+B") and its own model and height.
 */
export function parseTopologyCsv(text: string): TopologyTable {
  const seen = new Set<string>();
  const once = (key: string, column: string, message: string) => {
    if (seen.has(key)) throw new CellError(column, message);
    seen.add(key);
  };
  const { rows, errors } = table<TopologyRow | RackRow>(text, ['site', 'hall', 'row', 'rack', 'node'], (cell) => {
    if (cell('node') === '') {
      const rack = rackRow(cell);
      const { site, hall, row, rack: name } = rack;
      once([site, hall, row, name].join('\n'), 'rack', `Rack ${name} stands twice in row ${row}; the first is kept`);
      return rack;
    }
    const row = nodeRow(cell);
    once(`${row.site}/${row.node}`, 'node', `Node ${row.node} stands twice in site ${row.site}; the first is kept`);
    return row;
  });
  const nodes = rows.filter((row): row is TopologyRow => 'node' in row);
  return { rows: nodes, racks: rows.filter((row): row is RackRow => !('node' in row)), errors };
}

/**
 * Reads budgets.csv: `place,budget_kw,feed_a_kw,feed_b_kw,derate,priority`; a place is a path such as PDX-1/A/A2. All but
 * the first two columns may be left out.
 */
export function parseBudgetsCsv(text: string): Table<BudgetRow> {
  const seen = new Set<string>();
  return table<BudgetRow>(text, ['place', 'budget_kw'], (cell) => {
    const place = cell('place').replace(/\/+$/, '');
    if (place === '') throw new CellError('place', 'place is empty');
    const derate = amount(cell, 'derate', 1);
    if (!(derate > 0 && derate <= 1)) throw new CellError('derate', `derate ${derate} is not above 0 and at most 1`);
    const priority = amountIn(cell, 'priority', 1, 9);
    const row = {
      place,
      budgetW: amount(cell, 'budget_kw', Number.NaN, 1000),
      feedAW: amount(cell, 'feed_a_kw', Number.NaN, 1000),
      feedBW: amount(cell, 'feed_b_kw', Number.NaN, 1000),
      derate,
      ...(priority === 0 ? {} : { priority }),
    };
    if (seen.has(place)) throw new CellError('place', `${place} stands twice; the first is kept`);
    seen.add(place);
    return row;
  });
}
