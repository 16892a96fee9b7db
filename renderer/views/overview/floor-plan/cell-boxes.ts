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

/** The box of a cell in device pixels without its gaps: column and line, and how many of each it spans. */
type Edges = (column: number, spanX: number, line: number, spanY: number, nodeEnds: boolean) => Box;

/** Cells of a body at integer edges; the last column and line reach the body's own edge. */
function edgesOf(body: Box, ratio: number, columns: number, lines: number): Edges {
  const [pitchX, pitchY] = [(body.w * ratio) / columns, (body.h * ratio) / lines];
  const gapX = pitchX < LEAST_PITCH ? 0 : Math.max(1, Math.round(ratio));
  const gapY = pitchY < LEAST_PITCH ? 0 : Math.max(1, Math.round(ratio));
  const nodeGap = columns >= MACHINE && pitchY >= 12 * ratio ? Math.round(NODE_GAP * ratio) : gapY;
  return (column, spanX, line, spanY, nodeEnds) => {
    const end = column + spanX;
    const below = line + spanY;
    const x = Math.round(body.x * ratio + column * pitchX);
    const y = Math.round(body.y * ratio + line * pitchY);
    const right = Math.round(body.x * ratio + end * pitchX) - (end < columns ? gapX : 0);
    const bottom = Math.round(body.y * ratio + below * pitchY) - (below < lines ? (nodeEnds ? nodeGap : gapY) : 0);
    return { x, y, w: Math.max(1, right - x), h: Math.max(1, bottom - y) };
  };
}

/** Gives every GPU (or node) of a rack with its box in device pixels. */
export function eachCell(
  layout: LayoutDocument,
  floor: Floor,
  rack: number,
  body: Box,
  ratio: number,
  level: typeof GPU | typeof NODE,
  take: (index: number, box: Box) => void,
): void {
  const { grid } = floor;
  const { start } = layout;
  const columns = grid.columns[rack - start[RACK]];
  const edges = edgesOf(body, ratio, columns, linesOf(grid, rack - start[RACK]));
  const [from, to] = childrenOf(layout, rack, NODE);
  for (let node = from; node < to; node++) {
    const line = grid.nodeLine[node - start[NODE]];
    const lines = grid.nodeLines[node - start[NODE]];
    if (level === NODE) {
      take(node - start[NODE], edges(0, columns, line, lines, true));
      continue;
    }
    const [first, end] = childrenOf(layout, node, GPU);
    for (let gpu = first; gpu < end; gpu++) {
      const order = gpu - first;
      const own = Math.floor(order / columns);
      take(gpu - start[GPU], edges(order % columns, 1, line + own, 1, own === lines - 1));
    }
  }
}

/** The box of one GPU on the screen in CSS pixels; undefined for a GPU whose rack does not stand on the floor. */
export function gpuBox(layout: LayoutDocument, floor: Floor, view: View, gpu: number): Box | undefined {
  const rack = layout.parent[layout.parent[gpu]];
  const box = floor.boxes.get(rack);
  if (!box) return undefined;
  let found: Box | undefined;
  eachCell(layout, floor, rack, bodyOf(onScreen(box, view)), 1, GPU, (index, cell) => {
    if (index === gpu - layout.start[GPU]) found = cell;
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
  const take = (index: number, box: Box) => {
    cells.x[index] = box.x;
    cells.y[index] = box.y;
    cells.w[index] = box.w;
    cells.h[index] = box.h;
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
  const [from, to] = childrenOf(layout, rack, NODE);
  for (let node = from; node < to; node++) {
    const own = line - grid.nodeLine[node - layout.start[NODE]];
    if (own >= grid.nodeLines[node - layout.start[NODE]]) continue;
    if (level === NODE) return node;
    const [first, end] = childrenOf(layout, node, GPU);
    const gpu = first + own * columns + column;
    return gpu < end ? gpu : rack;
  }
  return rack;
}
