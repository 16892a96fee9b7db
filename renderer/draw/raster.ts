import type { CellPalette, Pattern } from './palette.ts';

/** A cell's place on the canvas in device pixels. */
export interface Cells {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly w: Int32Array;
  readonly h: Int32Array;
}

const STEP = 5;
const CORNER = 5;

/** Whether a pattern has ink at a pixel: `x`, `y` on the canvas (hatches run on from cell to cell), `i`, `j` in the cell. */
function inked(pattern: Pattern, x: number, y: number, i: number, j: number, w: number, h: number): boolean {
  switch (pattern) {
    case 'hatch':
      return (x + y) % STEP === 0;
    case 'back':
      return (x - y + 100_000) % STEP === 0;
    case 'cross':
      return (x + y) % STEP === 0 || (x - y + 100_000) % STEP === 0;
    case 'grid':
      return x % STEP === 0 || y % STEP === 0;
    case 'dots':
      return x % 4 === 0 && y % 4 === 0;
    case 'outline':
      return i === 0 || j === 0 || i === w - 1 || j === h - 1;
    case 'corner':
      return w > CORNER && h > CORNER && i - (w - CORNER) > j;
    case 'solid':
      return false;
  }
}

/**
 * Fills cells into a canvas-sized pixel buffer by palette byte: a row at a time for plain fills, pixel by pixel only
 * where a pattern says what colour alone may not. Cells outside the canvas are cut off.
 */
export function rasterCells(
  pixels: Uint32Array,
  width: number,
  height: number,
  cells: Cells,
  bytes: Uint8Array,
  palette: CellPalette,
): void {
  const { fill, ink, pattern } = palette;
  for (let cell = 0; cell < bytes.length; cell++) {
    const byte = bytes[cell];
    const left = cells.x[cell];
    const top = cells.y[cell];
    const x0 = left < 0 ? 0 : left;
    const x1 = Math.min(width, left + cells.w[cell]);
    const y0 = top < 0 ? 0 : top;
    const y1 = Math.min(height, top + cells.h[cell]);
    if (x0 >= x1 || y0 >= y1) continue;
    const color = fill[byte];
    for (let y = y0; y < y1; y++) {
      const row = y * width;
      // A loop beats TypedArray.fill on the short runs that cells are.
      for (let at = row + x0; at < row + x1; at++) pixels[at] = color;
    }
    const kind = pattern[byte];
    if (kind === 'solid') continue;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        if (inked(kind, x, y, x - left, y - top, cells.w[cell], cells.h[cell])) pixels[y * width + x] = ink[byte];
      }
    }
  }
}
