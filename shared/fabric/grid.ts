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

/** Running sums of links. */
class Sum {
  tx = 0;
  rx = 0;
  txRate = 0;
  rxRate = 0;
  wait = 0;
  waits = 0;
  ticks = 0;
  ticking = 0;
  ecn = Number.NaN;
  pfc = Number.NaN;
  errors = Number.NaN;
  up = 0;
  down = 0;
  of = 0;

  add(lane: Lane): void {
    this.of++;
    if (lane.state === 'down') this.down++;
    if (lane.state !== 'up') return;
    this.up++;
    if (!Number.isNaN(lane.txBps + lane.rateBps)) {
      this.tx += lane.txBps;
      this.txRate += lane.rateBps;
    }
    if (!Number.isNaN(lane.rxBps + lane.rateBps)) {
      this.rx += lane.rxBps;
      this.rxRate += lane.rateBps;
    }
    if (!Number.isNaN(lane.wait)) {
      this.wait += lane.wait;
      this.waits++;
    }
    if (!Number.isNaN(lane.ticks)) {
      this.ticks += lane.ticks;
      this.ticking++;
    }
    for (const one of ['ecn', 'pfc', 'errors'] as const) {
      if (!Number.isNaN(lane[one])) this[one] = (Number.isNaN(this[one]) ? 0 : this[one]) + lane[one];
    }
  }

  /** 0 ÷ 0 is NaN: nothing known. */
  cell(): GridCell {
    const { up, down, of } = this;
    const state = of === 0 ? 'none' : up === 0 ? (down === 0 ? 'missing' : 'down') : down > 0 ? 'part' : 'up';
    return { state, tx: this.tx / this.txRate, rx: this.rx / this.rxRate, wait: this.wait / this.waits, up, of };
  }
}

/** High use and wait together; use alone is good use, and wait by an unknown tick is no share of anything. */
export const isSaturated = ({ tx, wait }: { readonly tx: number; readonly wait: number }) => tx >= FULL && wait > WAITS;

/**
 * Puts links together into cells, rows and columns.
 *
 * By hand: two links of 50 GB/s that send 49 and 48 make a cell of 97 ÷ 100 = 97 %; one of them down, the other's 49 of
 * 50 = 98 % is the cell's. A row of two such cells (97 of 100, 49 of 50) is 146 ÷ 150 = 97.3 %.
 */
export function gridOf(lanes: readonly Lane[], rowCount: number, columnCount: number): Grid {
  const sums = Array.from({ length: rowCount * columnCount }, () => new Sum());
  const [ofRows, ofColumns] = [rowCount, columnCount].map((count) => Array.from({ length: count }, () => new Sum()));
  const down: string[][] = Array.from({ length: rowCount }, () => []);
  for (const lane of lanes) {
    sums[lane.row * columnCount + lane.column].add(lane);
    ofRows[lane.row].add(lane);
    ofColumns[lane.column].add(lane);
    if (lane.state === 'down') down[lane.row].push(lane.name);
  }
  const cells = sums.map((sum) => sum.cell());
  return {
    cells,
    rows: ofRows.map((sum, row) => {
      const own = cells.slice(row * columnCount, (row + 1) * columnCount);
      return rowOf(sum, own, down[row]);
    }),
    columnTx: ofColumns.map(({ tx, txRate }) => tx / txRate),
    columnRx: ofColumns.map(({ rx, rxRate }) => rx / rxRate),
  };
}

function rowOf(sum: Sum, cells: readonly GridCell[], down: readonly string[]): GridRow {
  const { tx, rx, wait } = sum.cell();
  const read = cells.filter((cell) => !Number.isNaN(cell.tx));
  return {
    ...{ tx, rx, wait, ticks: sum.ticks / sum.ticking, ecn: sum.ecn, pfc: sum.pfc, errors: sum.errors, down },
    ...{ txBps: sum.tx / read.length, rxBps: sum.rx / read.length, rateBps: sum.txRate / read.length },
    ...{ cells: read.length, full: read.filter((cell) => cell.tx >= FULL).length },
    ...{ saturated: read.filter(isSaturated).length },
    missing: cells.filter(({ state }) => state === 'missing').length,
  };
}
