import { csvCell } from './csv.ts';
import type { RackRow, TopologyRow } from './topology-csv.ts';

/** Two documents disagree of a node or of a rack: what the earlier one says is kept. */
export interface TopologyConflict {
  /** The node, or "rack A2-05". */
  readonly node: string;
  readonly field: string;
  readonly kept: string;
  readonly keptFrom: string;
  readonly dropped: string;
  readonly droppedFrom: string;
}

/** What one document says. */
export interface TopologyDocument {
  readonly from: string;
  readonly rows: readonly TopologyRow[];
  readonly racks?: readonly RackRow[];
}

export interface MergedTopology {
  readonly rows: readonly TopologyRow[];
  readonly racks: readonly RackRow[];
  readonly conflicts: readonly TopologyConflict[];
}

const NODE_FIELDS = ['site', 'hall', 'row', 'rack', 'u', 'model', 'gpus', 'kind', 'height'] as const;
const RACK_FIELDS = ['hall', 'row', 'model', 'position', 'aisle', 'heightU', 'feeds'] as const;

/**
 * Several documents as one, in the order given: the earlier wins, an empty model, 0 units and 0 GPUs say nothing and are
 * filled in. A node is the same by its name, a rack by its site and name, whatever the case. Every disagreement is told.
 */
export function mergeTopology(documents: readonly TopologyDocument[]): MergedTopology {
  const conflicts: TopologyConflict[] = [];
  const nodes = new Merged<TopologyRow>(NODE_FIELDS, ({ node }) => node, conflicts);
  const racks = new Merged<RackRow>(RACK_FIELDS, ({ rack }) => `rack ${rack}`, conflicts);
  for (const { from, rows, racks: own = [] } of documents) {
    for (const row of rows) nodes.add(row.node.toLowerCase(), row, from);
    for (const row of own) racks.add(`${row.site}\n${row.rack}`.toLowerCase(), row, from);
  }
  return { rows: nodes.rows(), racks: racks.rows(), conflicts };
}

/** Empty texts, zeros and empty lists say nothing. */
const saysNothing = (value: unknown) => !value || (Array.isArray(value) && value.length === 0);
const textOf = (value: unknown) => (Array.isArray(value) ? value.join('+') : String(value));

class Merged<Row extends object> {
  readonly #fields: readonly (keyof Row & string)[];
  readonly #nameOf: (row: Row) => string;
  readonly #conflicts: TopologyConflict[];
  readonly #known = new Map<string, { row: Row; from: Record<string, string> }>();

  constructor(fields: readonly (keyof Row & string)[], nameOf: (row: Row) => string, conflicts: TopologyConflict[]) {
    this.#fields = fields;
    this.#nameOf = nameOf;
    this.#conflicts = conflicts;
  }

  add(key: string, row: Row, from: string): void {
    const known = this.#known.get(key);
    if (!known) {
      this.#known.set(key, { row, from: Object.fromEntries(this.#fields.map((field) => [field, from])) });
      return;
    }
    const filled = { ...known.row } as Record<string, unknown>;
    for (const field of this.#fields) {
      const value = row[field];
      if (saysNothing(value) || textOf(value) === textOf(filled[field])) continue;
      if (saysNothing(filled[field])) {
        filled[field] = value;
        known.from[field] = from;
        continue;
      }
      const kept = { kept: textOf(filled[field]), keptFrom: known.from[field] };
      this.#conflicts.push({
        ...{ node: this.#nameOf(known.row), field, ...kept },
        ...{ dropped: textOf(value), droppedFrom: from },
      });
    }
    known.row = filled as Row;
  }

  rows(): Row[] {
    return [...this.#known.values()].map(({ row }) => row);
  }
}

/** Columns that topology.csv has where one of its rows needs them. */
const MORE = ['kind', 'height', 'position', 'aisle', 'feeds'] as const;

/** The cells of a node's or a rack's line by column. */
export function cellsOfRow(row: TopologyRow | RackRow): Record<string, string> {
  const { site, hall, row: name, rack, model } = row;
  if ('node' in row) {
    const { u, node, gpus, kind = '', height = 0 } = row;
    const own = { kind, height: number(height), position: '', aisle: '', feeds: '' };
    return { site, hall, row: name, rack, u: number(u), node, model, gpus: number(gpus), ...own };
  }
  const { position, aisle, heightU, feeds } = row;
  const own = { kind: '', height: number(heightU), position: number(position), aisle, feeds: feeds.join('+') };
  return { site, hall, row: name, rack, u: '', node: '', model, gpus: '', ...own };
}

/** A number of a cell; 0 is not known, and empty. */
const number = (value: number) => (value === 0 ? '' : String(value));

/** Nodes and racks as topology.csv (house form), with its header. */
export function formatTopologyCsv(rows: readonly TopologyRow[], racks: readonly RackRow[] = []): string {
  const lines = [...rows, ...racks].map(cellsOfRow);
  const more = MORE.filter((column) => lines.some((line) => line[column] !== ''));
  const columns = ['site', 'hall', 'row', 'rack', 'u', 'node', 'model', 'gpus', ...more];
  const text = lines.map((line) => columns.map((column) => csvCell(line[column])).join(','));
  return [columns.join(','), ...text, ''].join('\n');
}
