import type { RowChange } from './csv.ts';
import type { BudgetRow, RackRow, TopologyRow } from './topology-csv.ts';
import { cellsOfRow } from './topology-merge.ts';

/** Cells of a row by column. */
export type Cells = Readonly<Record<string, string>>;

/** How two states of a table differ. */
export interface RowDiff {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly same: number;
  /** "PDX-1/A/A2: budget_kw 1000 → 1100", in the order of the rows. */
  readonly details: readonly string[];
  /** What `editCsv` is told. */
  readonly changes: ReadonlyMap<string, RowChange>;
}

const shown = (text: string | undefined) => text || '—';

/** Compares two tables by the keys of their rows; `most` details are told. */
export function diffRows(before: ReadonlyMap<string, Cells>, after: ReadonlyMap<string, Cells>, most: number): RowDiff {
  const details: string[] = [];
  const changes = new Map<string, RowChange>();
  const tell = (text: string) => {
    if (details.length < most) details.push(text);
  };
  let [added, changed] = [0, 0];
  for (const [key, row] of after) {
    const old = before.get(key);
    if (!old) {
      changes.set(key, row);
      added++;
      tell(`${key}: added`);
      continue;
    }
    const columns = Object.keys(row).filter((column) => row[column] !== (old[column] ?? ''));
    if (columns.length === 0) continue;
    changes.set(key, row);
    changed++;
    tell(`${key}: ${columns.map((column) => `${column} ${shown(old[column])} → ${shown(row[column])}`).join(', ')}`);
  }
  const gone = [...before.keys()].filter((key) => !after.has(key));
  for (const key of gone) {
    changes.set(key, null);
    tell(`${key}: taken out`);
  }
  const same = before.size - gone.length - changed;
  return { added, changed, removed: gone.length, same, details, changes };
}

/** "1 row added, 3 changed, 2 taken out". */
export function diffWords({ added, changed, removed }: Pick<RowDiff, 'added' | 'changed' | 'removed'>): string {
  const parts = [
    added === 0 ? '' : `${added} added`,
    changed === 0 ? '' : `${changed} changed`,
    removed === 0 ? '' : `${removed} taken out`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'No row changed' : `Rows: ${parts.join(', ')}`;
}

export const BUDGET_COLUMNS = ['place', 'budget_kw', 'feed_a_kw', 'feed_b_kw', 'derate', 'priority'] as const;
export const TOPOLOGY_COLUMNS = 'site,hall,row,rack,u,node,model,gpus,kind,height,position,aisle,feeds'.split(
  ',',
) as readonly string[];

/** Watts as the kilowatts of a cell, without the dust of binary fractions; '' where not known. */
const kilowatts = (watts: number) => (Number.isNaN(watts) ? '' : String(Number((watts / 1000).toFixed(6))));

/** Rows of budgets.csv as cells, by place. */
export function budgetCells(rows: readonly BudgetRow[]): Map<string, Cells> {
  return new Map(
    rows.map((row) => {
      const [budget_kw, feed_a_kw, feed_b_kw] = [row.budgetW, row.feedAW, row.feedBW].map(kilowatts);
      const derate = row.derate === 1 ? '' : String(row.derate);
      const priority = row.priority ? String(row.priority) : '';
      return [row.place, { place: row.place, budget_kw, feed_a_kw, feed_b_kw, derate, priority }];
    }),
  );
}

/** The key of a line of budgets.csv. */
export const budgetKey = (cell: (column: string) => string) => cell('place').replace(/\/+$/, '');

/** The key of a line of topology.csv: a node by its site and name, a rack by its path. */
export function topologyKey(cell: (column: string) => string): string {
  const [site, hall, row, rack, node] = ['site', 'hall', 'row', 'rack', 'node'].map(cell);
  return node === '' ? `${site}/${hall}/${row}/${rack}` : `${site}/${node}`;
}

/** Rows of topology.csv as cells, by their keys. */
export function topologyCells(rows: readonly TopologyRow[], racks: readonly RackRow[]): Map<string, Cells> {
  const cells = new Map<string, Cells>();
  for (const row of rows) cells.set(`${row.site}/${row.node}`, cellsOfRow(row));
  for (const row of racks) cells.set(`${row.site}/${row.hall}/${row.row}/${row.rack}`, cellsOfRow(row));
  return cells;
}
