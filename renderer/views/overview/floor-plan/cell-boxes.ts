import type { LayoutDocument } from '../../../../shared/contract.ts';
import { GPU, NODE, RACK } from '../../../../shared/topology.ts';
import { type Cells, roomFor } from '../../../draw/raster.ts';
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

/** How a body is cut into cells, in device pixels; the last column and line reach the body's own edge. */
function cutOf(body: Box, ratio: number, columns: number, lines: number) {
  const pitchX = (body.w * ratio) / columns;
  const pitchY = (body.h * ratio) / lines;
  const gap = Math.max(1, Math.round(ratio));
  const gapY = pitchY < LEAST_PITCH ? 0 : gap;
  const machines = columns >= MACHINE && pitchY >= 12 * ratio;
  return {
    columns,
    lines,
    left: body.x * ratio,
    top: body.y * ratio,
    pitchX,
    pitchY,
    gapX: pitchX < LEAST_PITCH ? 0 : gap,
    gapY,
    nodeGap: machines ? Math.round(NODE_GAP * ratio) : gapY,
  };
}

type Cut = ReturnType<typeof cutOf>;

/** One line of `count` cells from `first` on, `spanX` columns wide and as high as the lines from `line` to `below`. */
function cutLine(
  cut: Cut,
  line: number,
  below: number,
  spanX: number,
  first: number,
  count: number,
  gapY: number,
  take: Take,
) {
  const y = Math.round(cut.top + line * cut.pitchY);
  const bottom = Math.round(cut.top + below * cut.pitchY) - (below < cut.lines ? gapY : 0);
  const h = Math.max(1, bottom - y);
  let x = Math.round(cut.left);
  for (let i = 0; i < count; i++) {
    const end = (i + 1) * spanX;
    const next = Math.round(cut.left + end * cut.pitchX);
    take(first + i, x, y, Math.max(1, next - (end < cut.columns ? cut.gapX : 0) - x), h);
    x = next;
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
  const cut = cutOf(body, ratio, grid.columns[index], linesOf(grid, index));
  const { columns, gapY, nodeGap } = cut;
  const [from, to] = childrenOf(layout, rack);
  for (let node = from; node < to; node++) {
    const line = grid.nodeLine[node - start[NODE]];
    const lines = grid.nodeLines[node - start[NODE]];
    if (level === NODE) {
      cutLine(cut, line, line + lines, columns, node - start[NODE], 1, nodeGap, take);
      continue;
    }
    const [first, end] = childrenOf(layout, node);
    for (let own = 0; own < lines; own++) {
      const gpu = first + own * columns;
      const count = Math.min(columns, end - gpu);
      const gap = own === lines - 1 ? nodeGap : gapY;
      cutLine(cut, line + own, line + own + 1, 1, gpu - start[GPU], count, gap, take);
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
  cells = roomFor(layout.start[level + 1] - layout.start[level]),
): Cells {
  cells.w.fill(0);
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
