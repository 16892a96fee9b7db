import type { LayoutDocument } from '../../../../shared/contract.ts';
import { GPU, NODE, RACK } from '../../../../shared/topology.ts';
import type { Cells } from '../../../draw/raster.ts';
import { childrenOf, linesOf } from './cell-grid.ts';
import { type Box, type Floor, headerOf, inView, onScreen, type View } from './layout.ts';

/** Gap between machines in CSS pixels. */
const NODE_GAP = 3;
/** Cells with less room than this stand without a gap, or nothing of them would be left. */
const LEAST_PITCH = 3;

/** The part of a rack on the screen below its header band. */
export function bodyOf(rack: Box): Box {
  const header = headerOf(rack.h);
  return { x: rack.x, y: rack.y + header, w: rack.w, h: rack.h - header };
}

/** Lines of eight GPUs are machines of their own. */
const MACHINE = 8;

/** Takes a cell's box in device pixels; plain numbers, since 100,000 boxes would be collected as garbage. */
type Take = (index: number, x: number, y: number, w: number, h: number) => void;

/** How a body is cut into cells at integer edges; the last column and line reach the body's own edge. */
class Cut {
  readonly columns: number;
  readonly #lines: number;
  readonly #left: number;
  readonly #top: number;
  readonly #pitchX: number;
  readonly #pitchY: number;
  readonly #gapX: number;
  readonly #gapY: number;
  readonly #nodeGap: number;

  constructor(body: Box, ratio: number, columns: number, lines: number) {
    this.columns = columns;
    this.#lines = lines;
    this.#left = body.x * ratio;
    this.#top = body.y * ratio;
    this.#pitchX = (body.w * ratio) / columns;
    this.#pitchY = (body.h * ratio) / lines;
    const gap = Math.max(1, Math.round(ratio));
    this.#gapX = this.#pitchX < LEAST_PITCH ? 0 : gap;
    this.#gapY = this.#pitchY < LEAST_PITCH ? 0 : gap;
    const machines = columns >= MACHINE && this.#pitchY >= 12 * ratio;
    this.#nodeGap = machines ? Math.round(NODE_GAP * ratio) : this.#gapY;
  }

  /** The cell from `column` and `line` over `spanX` columns and `spanY` lines. */
  cell(index: number, column: number, spanX: number, line: number, spanY: number, nodeEnds: boolean, take: Take): void {
    const end = column + spanX;
    const below = line + spanY;
    const x = Math.round(this.#left + column * this.#pitchX);
    const y = Math.round(this.#top + line * this.#pitchY);
    const gapY = below < this.#lines ? (nodeEnds ? this.#nodeGap : this.#gapY) : 0;
    const right = Math.round(this.#left + end * this.#pitchX) - (end < this.columns ? this.#gapX : 0);
    const bottom = Math.round(this.#top + below * this.#pitchY) - gapY;
    take(index, x, y, Math.max(1, right - x), Math.max(1, bottom - y));
  }
}

/** Gives every GPU (or node) of a rack with its box in device pixels. */
export function eachCell(
  layout: LayoutDocument,
  floor: Floor,
  rack: number,
  body: Box,
  ratio: number,
  level: typeof GPU | typeof NODE,
  take: Take,
): void {
  const { grid } = floor;
  const { start } = layout;
  const index = rack - start[RACK];
  const cut = new Cut(body, ratio, grid.columns[index], linesOf(grid, index));
  const [from, to] = childrenOf(layout, rack);
  for (let node = from; node < to; node++) {
    const line = grid.nodeLine[node - start[NODE]];
    const lines = grid.nodeLines[node - start[NODE]];
    if (level === NODE) {
      cut.cell(node - start[NODE], 0, cut.columns, line, lines, true, take);
      continue;
    }
    const [first, end] = childrenOf(layout, node);
    for (let gpu = first; gpu < end; gpu++) {
      const own = Math.floor((gpu - first) / cut.columns);
      const column = (gpu - first) % cut.columns;
      cut.cell(gpu - start[GPU], column, 1, line + own, 1, own === lines - 1, take);
    }
  }
}

/** The box of one GPU on the screen in CSS pixels; undefined for a GPU whose rack does not stand on the floor. */
export function gpuBox(layout: LayoutDocument, floor: Floor, view: View, gpu: number): Box | undefined {
  const rack = layout.parent[layout.parent[gpu]];
  const box = floor.boxes.get(rack);
  if (!box) return undefined;
  let found: Box | undefined;
  eachCell(layout, floor, rack, bodyOf(onScreen(box, view)), 1, GPU, (index, x, y, w, h) => {
    if (index === gpu - layout.start[GPU]) found = { x, y, w, h };
  });
  return found;
}

/** Boxes of all cells in device pixels, for the rasteriser; cells out of view have no width. */
export function cellBoxes(
  layout: LayoutDocument,
  floor: Floor,
  view: View,
  ratio: number,
  level: typeof GPU | typeof NODE,
  wanted: (rack: number) => boolean,
): Cells {
  const count = layout.start[level + 1] - layout.start[level];
  const cells = {
    x: new Int32Array(count),
    y: new Int32Array(count),
    w: new Int32Array(count),
    h: new Int32Array(count),
  };
  const take: Take = (index, x, y, w, h) => {
    cells.x[index] = x;
    cells.y[index] = y;
    cells.w[index] = w;
    cells.h[index] = h;
  };
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    const world = floor.boxes.get(rack);
    if (!world || !wanted(rack)) continue;
    const box = onScreen(world, view);
    if (inView(floor, box)) eachCell(layout, floor, rack, bodyOf(box), ratio, level, take);
  }
  return cells;
}

/** The cell under a point of a rack, by arithmetic on its regular division; the rack itself beside cells. */
export function cellAt(
  layout: LayoutDocument,
  floor: Floor,
  rack: number,
  rackBox: Box,
  level: typeof GPU | typeof NODE,
  x: number,
  y: number,
): number {
  const { grid } = floor;
  const body = bodyOf(rackBox);
  if (y < body.y) return rack;
  const index = rack - layout.start[RACK];
  const columns = grid.columns[index];
  const column = Math.min(columns - 1, Math.floor(((x - body.x) / body.w) * columns));
  const line = Math.floor(((y - body.y) / body.h) * linesOf(grid, index));
  const [from, to] = childrenOf(layout, rack);
  for (let node = from; node < to; node++) {
    const own = line - grid.nodeLine[node - layout.start[NODE]];
    if (own >= grid.nodeLines[node - layout.start[NODE]]) continue;
    if (level === NODE) return node;
    const [first, end] = childrenOf(layout, node);
    const gpu = first + own * columns + column;
    return gpu < end ? gpu : rack;
  }
  return rack;
}
