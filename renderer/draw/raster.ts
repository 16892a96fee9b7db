import { CELL_UNSUPPORTED } from '../../shared/cells.ts';
import { type CellPalette, CORNERED, PATTERNED, type Pattern } from './palette.ts';

/** Cells' places on the canvas in device pixels; a cell without a width is not drawn. */
export interface Cells {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly w: Int32Array;
  readonly h: Int32Array;
}

/** Room for the places of `count` cells. */
export function roomFor(count: number): Cells {
  return {
    x: new Int32Array(count),
    y: new Int32Array(count),
    w: new Int32Array(count),
    h: new Int32Array(count),
  };
}

/** Cells further apart than this are not of one band: something else may stand between them. */
const MOST_GAP = 16;

/**
 * Cells that are in view, in bands: cells of one height side by side. A band is painted as one line of pixels, which is
 * then copied to the lines below, so that the work of an update is the floor's lines of cells, not its area. The arrays
 * are kept from one placing to the next: a floor of 100,000 GPUs that is moved would leave megabytes behind every frame.
 */
export class Bands {
  readonly cells: Cells;
  /** Cell by place in the order of painting; its first pixel, and its pixels in that line. */
  readonly cell: Int32Array;
  readonly first: Int32Array;
  readonly run: Int32Array;
  /** Bands begin at these places of the order; entry `count` is the end of the last. */
  readonly begin: Int32Array;
  /** Lines of pixels of each band. */
  readonly lines: Int32Array;
  #count = 0;
  /** Where the cells of each line of pixels go in the order. */
  #places = new Int32Array();

  constructor(cells: Cells) {
    const size = cells.x.length;
    this.cells = cells;
    this.cell = new Int32Array(size);
    this.first = new Int32Array(size);
    this.run = new Int32Array(size);
    this.begin = new Int32Array(size + 1);
    this.lines = new Int32Array(size);
  }

  /** How many bands there are. */
  get count(): number {
    return this.#count;
  }

  /** Reads where the cells stand on a canvas; cells outside are left out, at its edge cut off. */
  place(width: number, height: number): this {
    const { x, y, w, h } = this.cells;
    const { cell: order, first, run, begin, lines } = this;
    const seen = this.#order(width, height);
    let count = 0;
    let [top, bottom, right] = [-1, -1, -1];
    for (let at = 0; at < seen; at++) {
      const cell = order[at];
      const x0 = Math.max(0, x[cell]);
      const y0 = Math.max(0, y[cell]);
      const y1 = Math.min(height, y[cell] + h[cell]);
      first[at] = y0 * width + x0;
      run[at] = Math.min(width, x[cell] + w[cell]) - x0;
      if (y0 !== top || y1 !== bottom || x0 < right || x0 - right > MOST_GAP) {
        begin[count] = at;
        lines[count++] = y1 - y0;
      }
      top = y0;
      bottom = y1;
      right = x0 + run[at];
    }
    begin[count] = seen;
    this.#count = count;
    return this;
  }

  /** Orders cells in view by their first line of pixels, else as they come: a counting sort. Gives how many they are. */
  #order(width: number, height: number): number {
    const { x, y, w, h } = this.cells;
    if (this.#places.length < height + 1) this.#places = new Int32Array(height + 1);
    const places = this.#places.fill(0);
    const seen = (cell: number) =>
      w[cell] > 0 && x[cell] < width && x[cell] + w[cell] > 0 && y[cell] < height && y[cell] + h[cell] > 0;
    for (let cell = 0; cell < x.length; cell++) if (seen(cell)) places[Math.max(0, y[cell]) + 1]++;
    for (let line = 0; line < height; line++) places[line + 1] += places[line];
    const all = places[height];
    for (let cell = 0; cell < x.length; cell++) if (seen(cell)) this.cell[places[Math.max(0, y[cell])]++] = cell;
    return all;
  }
}

/** Cells in bands for a canvas of `width` × `height`. */
export function bandsOf(cells: Cells, width: number, height: number): Bands {
  return new Bands(cells).place(width, height);
}

/** Distances of hatches and size of the cut corner in CSS pixels. */
const STEP = 5;
const DOTS = 4;
const CORNER = 5;
/** Cells narrower or lower than this would be nothing but border. */
const LEAST_EDGED = 4;
/** A multiple of every hatch's distance at every ratio, so that a difference of places is never negative. */
const FAR = 1_000_000 * STEP;

/**
 * Whether a pattern has ink at a pixel: `x`, `y` on the canvas (hatches run on from cell to cell), `i`, `j` in the cell;
 * `unit` device pixels make one CSS pixel.
 */
function inked(pattern: Pattern, x: number, y: number, i: number, j: number, w: number, h: number, unit: number) {
  const step = STEP * unit;
  switch (pattern) {
    case 'hatch':
      return (x + y) % step < unit;
    case 'back':
      return (x - y + FAR * unit) % step < unit;
    case 'cross':
      return (x + y) % step < unit || (x - y + FAR * unit) % step < unit;
    case 'grid':
      return x % step < unit || y % step < unit;
    case 'dots':
      return x % (DOTS * unit) < unit && y % (DOTS * unit) < unit;
    case 'outline':
      return i < unit || j < unit || i >= w - unit || j >= h - unit;
    case 'corner':
      return w > CORNER * unit && h > CORNER * unit && i - (w - CORNER * unit) > j;
    case 'solid':
      return false;
  }
}

/**
 * Fills cells into a canvas-sized pixel buffer by palette byte, whose ground is of one colour; pixel by pixel only where
 * a pattern says what colour alone may not.
 */
export function rasterCells(
  pixels: Uint32Array,
  width: number,
  bands: Bands,
  bytes: Uint8Array | Uint16Array,
  palette: CellPalette,
  ratio = 1,
): void {
  const { cells, cell, first, run, begin, lines, count } = bands;
  const { fill, kinds } = palette;
  for (let band = 0; band < count; band++) {
    const [from, to] = [begin[band], begin[band + 1]];
    for (let at = from; at < to; at++) {
      const color = fill[bytes[cell[at]]];
      const end = first[at] + run[at];
      for (let pixel = first[at]; pixel < end; pixel++) pixels[pixel] = color;
    }
    const end = first[to - 1] + run[to - 1];
    for (let line = 1; line < lines[band]; line++) pixels.copyWithin(first[from] + line * width, first[from], end);
    for (let at = from; at < to; at++) {
      const kind = kinds[bytes[cell[at]]];
      if (kind === PATTERNED || (kind === CORNERED && cells.w[cell[at]] > CORNER))
        inkCell(pixels, width, first[at], run[at], lines[band], cells, cell[at], bytes[cell[at]], palette, ratio);
      if (
        palette.border !== 0 &&
        (bytes[cell[at]] & 0xff) !== CELL_UNSUPPORTED &&
        run[at] >= LEAST_EDGED &&
        lines[band] >= LEAST_EDGED
      )
        edgeCell(pixels, width, first[at], run[at], lines[band], palette.border);
    }
  }
}

/** Draws a line of one pixel around a cell's part on the canvas. */
function edgeCell(pixels: Uint32Array, width: number, first: number, run: number, lines: number, color: number): void {
  const last = first + (lines - 1) * width;
  pixels.fill(color, first, first + run);
  pixels.fill(color, last, last + run);
  for (let pixel = first + width; pixel < last; pixel += width) {
    pixels[pixel] = color;
    pixels[pixel + run - 1] = color;
  }
}

/** Draws the pattern of a cell over its part on the canvas: `run` × `lines` pixels that begin at the pixel `first`. */
function inkCell(
  pixels: Uint32Array,
  width: number,
  first: number,
  run: number,
  lines: number,
  { x: lefts, y: tops, w, h }: Cells,
  cell: number,
  byte: number,
  { ink, pattern }: CellPalette,
  ratio: number,
): void {
  const unit = Math.max(1, Math.round(ratio));
  const kind = pattern[byte];
  const [left, top] = [lefts[cell], tops[cell]];
  const [y0, y1] = [Math.floor(first / width), Math.floor(first / width) + lines];
  const [x0, x1] = [first % width, (first % width) + run];
  // Of a cell with a cut corner nothing else is looked at: a fleet at its limit has 100,000 of them.
  const [fromX, endY] = kind === 'corner' ? [left + w[cell] - CORNER * unit, top + CORNER * unit] : [x0, y1];
  for (let y = y0; y < Math.min(y1, endY); y++) {
    for (let x = Math.max(x0, fromX); x < x1; x++) {
      if (inked(kind, x, y, x - left, y - top, w[cell], h[cell], unit)) pixels[y * width + x] = ink[byte];
    }
  }
}
