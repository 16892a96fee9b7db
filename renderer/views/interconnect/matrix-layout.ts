import type { FabricMatrix } from '../../../shared/fabric/matrix.ts';

/** Where the parts of the matrix stand, CSS pixels; measured on the drawing at 1010 px. */
export interface MatrixLayout {
  readonly left: number;
  readonly cellWidth: number;
  readonly rowHeight: number;
  readonly gridWidth: number;
  readonly height: number;
  /** Bars of use and of wait: beginnings and widths. */
  readonly useX: number;
  readonly useWidth: number;
  readonly waitX: number;
  readonly waitWidth: number;
  /** The full scale of the wait bars, a share of time. */
  readonly waitScale: number;
  /** Every how manieth column is named, so that names do not touch. */
  readonly nameEvery: number;
}

/** Height of the spine means above the rows. */
export const HEAD = 88;
export const FOOT = 18;
const RIGHT = 250;
const RIGHT_NARROW = 196;
const LEAST_ROW = 13;
const MOST_ROW = 48;
const NAME_WIDTH = 26;
/** Wait bars reach to at least this, so that a quiet fabric does not look busy. */
const WAIT_SCALE = 0.35;

/** Lays the matrix out in a panel; rows that would be too low make it scroll. */
export function layMatrix(matrix: FabricMatrix, width: number, height: number): MatrixLayout {
  const columns = Math.max(1, matrix.columns.length);
  const rows = Math.max(1, matrix.rows.length);
  const longest = matrix.rows.reduce((most, { name }) => Math.max(most, name.length), 0);
  const left = Math.min(150, Math.max(104, 34 + longest * 6.4));
  const right = width < 800 ? RIGHT_NARROW : RIGHT;
  const cellWidth = Math.max(3, Math.floor((width - left - right) / columns));
  const rowHeight = Math.min(MOST_ROW, Math.max(LEAST_ROW, Math.floor((height - HEAD - FOOT) / rows)));
  const gridWidth = cellWidth * columns;
  const useX = left + gridWidth + 10;
  const useWidth = right === RIGHT ? 74 : 48;
  const waitX = useX + useWidth + (right === RIGHT ? 44 : 36);
  const waits = matrix.rows.flatMap(({ wait }) => (wait === null ? [] : [wait]));
  return {
    ...{ left, cellWidth, rowHeight, gridWidth, height: rows * rowHeight + FOOT, useX, useWidth, waitX },
    waitWidth: Math.max(20, width - 14 - 40 - waitX),
    waitScale: Math.max(WAIT_SCALE, ...waits),
    nameEvery: Math.max(1, Math.ceil(NAME_WIDTH / cellWidth)),
  };
}

/** The cell at a point of the rows' area; −1 for the column where the point is beside the cells. null: no row. */
export function cellAt(
  matrix: FabricMatrix,
  layout: MatrixLayout,
  x: number,
  y: number,
): { readonly row: number; readonly column: number } | null {
  const row = Math.floor(y / layout.rowHeight);
  if (row < 0 || row >= matrix.rows.length) return null;
  const column = Math.floor((x - layout.left) / layout.cellWidth);
  return { row, column: column >= 0 && column < matrix.columns.length ? column : -1 };
}
