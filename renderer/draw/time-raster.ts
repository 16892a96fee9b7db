import { CELL_NODATA } from '../../shared/cells.ts';
import type { RampTable } from './ramp.ts';

/** Where the rows and columns of a time heatmap lie, in device pixels. */
export interface TimeGrid {
  /** Left edge of each column, and the right edge of the last: columns + 1 entries. */
  readonly edges: Int32Array;
  /** Top and height of each row; a row of height 0 is not drawn. */
  readonly top: Int32Array;
  readonly height: Int32Array;
}

const STEP = 5;

/**
 * Fills one palette byte a cell into a canvas-sized pixel buffer: one line of pixels a row, copied to the lines below.
 * What was lost is hatched, and the hatch runs on from cell to cell.
 *
 * @param bytes rows × columns, row after row
 * @param unit device pixels that make one CSS pixel
 */
export function rasterTimes(
  pixels: Uint32Array,
  width: number,
  grid: TimeGrid,
  bytes: Uint8Array,
  { fill, ink }: RampTable,
  unit: number,
): void {
  const columns = grid.edges.length - 1;
  for (let row = 0; row < grid.top.length; row++) {
    const first = grid.top[row] * width;
    const lines = grid.height[row];
    if (lines <= 0) continue;
    const line = pixels.subarray(first, first + width);
    for (let column = 0; column < columns; column++)
      line.fill(fill[bytes[row * columns + column]], grid.edges[column], grid.edges[column + 1]);
    for (let y = 1; y < lines; y++)
      pixels.copyWithin(first + y * width + grid.edges[0], first + grid.edges[0], first + grid.edges[columns]);
    for (let column = 0; column < columns; column++) {
      if (bytes[row * columns + column] !== CELL_NODATA) continue;
      hatch(pixels, width, grid.edges[column], grid.edges[column + 1], grid.top[row], lines, ink, unit);
    }
  }
}

function hatch(
  pixels: Uint32Array,
  width: number,
  left: number,
  right: number,
  top: number,
  lines: number,
  ink: number,
  unit: number,
): void {
  for (let y = top; y < top + lines; y++)
    for (let x = left; x < right; x++) if ((x + y) % (STEP * unit) < unit) pixels[y * width + x] = ink;
}

/** Rows lower than this many lines have no room for a rule. */
const RULED = 4;

/** A rule under each row, where rows are told apart by more than colour: high contrast and forced colours. */
export function ruleTimes(pixels: Uint32Array, width: number, grid: TimeGrid, color: number, unit: number): void {
  const [left, right] = [grid.edges[0], grid.edges[grid.edges.length - 1]];
  for (let row = 0; row < grid.top.length; row++) {
    const end = grid.top[row] + grid.height[row];
    if (grid.height[row] < RULED * unit) continue;
    for (let y = end - unit; y < end; y++) pixels.fill(color, y * width + left, y * width + right);
  }
}

/** Edges of `columns` columns of equal time between two places, on whole pixels. */
export function evenEdges(left: number, right: number, columns: number): Int32Array {
  return Int32Array.from({ length: columns + 1 }, (_, i) => Math.round(left + ((right - left) * i) / columns));
}
