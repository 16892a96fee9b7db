import { FULL, WAITS } from '../fabric.ts';
import type { Lane } from './lanes.ts';

/** How a cell stands: links all up, some down, all down, or nobody tells of any; without links there is no cell. */
export const CELL_STATES = ['none', 'up', 'part', 'down', 'missing'] as const;
export type CellState = (typeof CELL_STATES)[number];

/** What marks a row: saturated, links down, cells that nobody reads. */
export type Flag = 'critical' | 'warning' | 'nodata';

/** One cell: the links between a row and a column together. Shares of their rate; NaN is "not known". */
export interface GridCell {
  readonly state: CellState;
  readonly tx: number;
  readonly rx: number;
  /** Mean over the links whose tick is known. */
  readonly wait: number;
  readonly up: number;
  readonly of: number;
}

/** One row with what its cells come to. */
export interface GridRow {
  /** Σ traffic ÷ Σ rate of the links that are up. */
  readonly tx: number;
  readonly rx: number;
  readonly wait: number;
  /** Raw ticks a second, mean of its links. */
  readonly ticks: number;
  /** Per second, all links together. */
  readonly ecn: number;
  readonly pfc: number;
  readonly errors: number;
  /** Bytes per second of a cell on average, and what a cell could carry. */
  readonly txBps: number;
  readonly rxBps: number;
  readonly rateBps: number;
  /** Cells that are read, those that are full, and those that are full and wait. */
  readonly cells: number;
  readonly full: number;
  readonly saturated: number;
  readonly missing: number;
  /** Links that are down, by name. */
  readonly down: readonly string[];
}

export interface Grid {
  readonly rows: readonly GridRow[];
  /** Row after row. */
  readonly cells: readonly GridCell[];
  /** Mean use of the columns. */
  readonly columnTx: readonly number[];
  readonly columnRx: readonly number[];
}

const PARTS = ['tx', 'rx', 'txRate', 'rxRate', 'wait', 'waits', 'ticks', 'ticking', 'up', 'down', 'of'] as const;
type Part = (typeof PARTS)[number];
const MARKS = ['ecn', 'pfc', 'errors'] as const;

/** Running sums of links by cell, row or column: plain columns of numbers, since a large fabric has 100,000 cells. */
class Sums {
  readonly part = Object.fromEntries(PARTS.map((part) => [part, new Float64Array(0)])) as Record<Part, Float64Array>;
  /** NaN until a link tells one. */
  readonly mark = Object.fromEntries(MARKS.map((mark) => [mark, new Float64Array(0)])) as Record<
    (typeof MARKS)[number],
    Float64Array
  >;

  constructor(count: number) {
    for (const part of PARTS) this.part[part] = new Float64Array(count);
    for (const mark of MARKS) this.mark[mark] = new Float64Array(count).fill(Number.NaN);
  }

  add(at: number, lane: Lane): void {
    const { part } = this;
    part.of[at] += lane.links;
    if (lane.state === 'down') part.down[at] += lane.links;
    if (lane.state !== 'up') return;
    part.up[at] += lane.links;
    const { txBps, rxBps, rateBps } = lane;
    if (!Number.isNaN(txBps + rateBps)) {
      part.tx[at] += txBps;
      part.txRate[at] += rateBps;
    }
    if (!Number.isNaN(rxBps + rateBps)) {
      part.rx[at] += rxBps;
      part.rxRate[at] += rateBps;
    }
    if (!Number.isNaN(lane.wait)) {
      part.wait[at] += lane.wait;
      part.waits[at]++;
    }
    if (!Number.isNaN(lane.ticks)) {
      part.ticks[at] += lane.ticks;
      part.ticking[at]++;
    }
    this.#mark(at, lane);
  }

  #mark(at: number, lane: Lane): void {
    for (const one of MARKS) {
      const value = lane[one];
      if (Number.isNaN(value)) continue;
      const sum = this.mark[one][at];
      this.mark[one][at] = Number.isNaN(sum) ? value : sum + value;
    }
  }

  /** 0 ÷ 0 is NaN: nothing known. */
  cell(at: number): GridCell {
    const { tx, rx, txRate, rxRate, wait, waits, up, down, of } = this.part;
    const state =
      of[at] === 0 ? 'none' : up[at] === 0 ? (down[at] === 0 ? 'missing' : 'down') : down[at] > 0 ? 'part' : 'up';
    return {
      ...{ state, tx: tx[at] / txRate[at], rx: rx[at] / rxRate[at], wait: wait[at] / waits[at] },
      ...{ up: up[at], of: of[at] },
    };
  }
}

/** High use and wait together; use alone is good use, and wait by an unknown tick is no share of anything. */
export const isSaturated = ({ tx, wait }: { readonly tx: number; readonly wait: number }) => tx >= FULL && wait > WAITS;

/**
 * Puts links together into cells, rows and columns. `podOf` puts the rows of the links together into fewer.
 *
 * By hand: two links of 50 GB/s that send 49 and 48 make a cell of 97 ÷ 100 = 97 %; one of them down, the other's 49 of
 * 50 = 98 % is the cell's. A row of two such cells (97 of 100, 49 of 50) is 146 ÷ 150 = 97.3 %.
 */
export function gridOf(lanes: readonly Lane[], rowCount: number, columnCount: number, podOf?: readonly number[]): Grid {
  const [sums, ofRows, ofColumns] = [rowCount * columnCount, rowCount, columnCount].map((count) => new Sums(count));
  const down: string[][] = Array.from({ length: rowCount }, () => []);
  for (const lane of lanes) {
    const row = podOf === undefined ? lane.row : podOf[lane.row];
    sums.add(row * columnCount + lane.column, lane);
    ofRows.add(row, lane);
    ofColumns.add(lane.column, lane);
    if (lane.state === 'down') down[row].push(lane.name);
  }
  const cells = Array.from({ length: rowCount * columnCount }, (_, at) => sums.cell(at));
  const shares = (part: 'tx' | 'rx') =>
    Array.from(ofColumns.part[part], (sum, at) => sum / ofColumns.part[`${part}Rate`][at]);
  return {
    cells,
    rows: down.map((names, row) => rowOf(ofRows, row, cells, columnCount, names)),
    columnTx: shares('tx'),
    columnRx: shares('rx'),
  };
}

function rowOf(
  sums: Sums,
  row: number,
  cells: readonly GridCell[],
  columnCount: number,
  down: readonly string[],
): GridRow {
  const { tx, rx, wait } = sums.cell(row);
  const { part, mark } = sums;
  let [read, full, saturated, missing] = [0, 0, 0, 0];
  for (let at = row * columnCount; at < (row + 1) * columnCount; at++) {
    const cell = cells[at];
    if (cell.state === 'missing') missing++;
    if (Number.isNaN(cell.tx)) continue;
    read++;
    if (cell.tx >= FULL) full++;
    if (isSaturated(cell)) saturated++;
  }
  return {
    ...{ tx, rx, wait, ticks: part.ticks[row] / part.ticking[row], down },
    ...{ ecn: mark.ecn[row], pfc: mark.pfc[row], errors: mark.errors[row] },
    ...{ txBps: part.tx[row] / read, rxBps: part.rx[row] / read, rateBps: part.txRate[row] / read },
    ...{ cells: read, full, saturated, missing },
  };
}
