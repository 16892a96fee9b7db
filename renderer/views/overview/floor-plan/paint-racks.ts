import { CELL_NODATA } from '../../../../shared/cells.ts';
import { GPU, NODE, RACK } from '../../../../shared/topology.ts';
import { gpuBox } from './cell-boxes.ts';
import { type Box, headerOf, rackOf } from './layout.ts';
import type { Painter } from './painter.ts';

/** Racks as solid tiles, or their header bands above cells; the outline of what is critical around both. */
export function paintRacks(painter: Painter): void {
  const { layout } = painter.scene;
  const critical: Box[] = [];
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    const box = painter.box(rack);
    if (!box || painter.shownAt(rack) === 'hall') continue;
    const severity = painter.severity(rack);
    paintRack(painter, rack, box);
    if (painter.faded(rack)) painter.dim({ x: box.x - 1, y: box.y - 1, w: box.w + 2, h: box.h + 2 });
    if (severity === 'critical' && box.w >= 12) critical.push(box);
  }
  // After all racks, so that no neighbour covers an outline.
  for (const box of critical) outlineCritical(painter, box);
}

function outlineCritical(painter: Painter, box: Box): void {
  const { context, scene } = painter;
  context.strokeStyle = scene.tokens.crit;
  context.lineWidth = 2;
  context.strokeRect(box.x - 2.5, box.y - 2.5, box.w + 5, box.h + 5);
  if (box.w < 40) return;
  const [x, y] = [box.x + box.w - 1, box.y - 1];
  context.fillStyle = scene.tokens['bg-1'];
  context.fill(new Path2D(`M${x} ${y - 12}L${x + 12} ${y}L${x} ${y + 12}L${x - 12} ${y}Z`));
  painter.glyph('critical', x - 9, y - 9, 18);
}

/** The rack's own value: its whole tile where no cells are drawn, a header band above them where they are. */
function paintRack(painter: Painter, rack: number, box: Box): void {
  const { scene, context } = painter;
  const { layout, frame, theme, tokens } = scene;
  const cell = frame ? frame.rackCells[rack - layout.start[RACK]] : CELL_NODATA;
  const solid = painter.shownAt(rack) === 'rack';
  const [left, top] = [Math.round(box.x), Math.round(box.y)];
  const band = {
    x: left,
    y: top,
    w: Math.max(1, Math.round(box.x + box.w) - left),
    h: solid ? Math.max(1, Math.round(box.y + box.h) - top) : headerOf(box.h) - 2,
  };
  if (band.h < 1) return;
  painter.tile(band, cell);
  if (theme !== 'dark' && box.w >= 12) {
    context.strokeStyle = tokens['line-2'];
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, band.w + 1, Math.round(box.h) + 1);
  }
  // By its height before rounding, which is every row's: names stand in all rows or in none.
  if (band.w >= 34 && (solid ? box.h : band.h) >= 17) paintRackText(painter, rack, band, cell);
}

function paintRackText(painter: Painter, rack: number, band: Box, cell: number): void {
  const { frame, tokens, palette } = painter.scene;
  const lost = cell === CELL_NODATA;
  const ink = lost ? tokens['tx-1'] : palette.inkColor[cell];
  const value = painter.valueText(rack).replace('%', '');
  const oneLine = band.h < 32;
  const beside = oneLine && band.w >= 54;
  const valueRoom = beside ? painter.widthOf(alike(value), 12, 650) + 4 : 0;
  const name = rackName(painter, rack, band.w - 9 - valueRoom);
  if (lost) {
    // Letters on hatching cannot be read: they get a ground of their own.
    painter.context.fillStyle = tokens['nodata-bg'];
    const width = Math.max(painter.widthOf(name, 11, 500), painter.widthOf(value, 14, 650));
    painter.context.fillRect(band.x + 2, band.y + 2, Math.min(band.w - 4, width + 6), oneLine ? 14 : 30);
  }
  painter.text(name, band.x + 5, band.y + 13, 11, 500, ink);
  if (beside) painter.text(value, band.x + band.w - 4, band.y + 13, 12, 650, ink, 'right');
  if (!oneLine) painter.text(value, band.x + 5, band.y + 29, 14, 650, ink);
  if (!frame || lost || oneLine || band.w < 52 || frame.gpuLive[rack] >= frame.gpuCount[rack]) return;
  // Beside the name where there is room, else beside the value.
  const y = painter.widthOf(name, 11, 500) + 28 <= band.w ? 5 : 19;
  // On a ground of its own: a header may have any colour.
  painter.context.fillStyle = tokens['nodata-bg'];
  painter.context.fillRect(band.x + band.w - 19, band.y + y - 2, 16, 16);
  painter.glyph('nodata', band.x + band.w - 17, band.y + y, 12);
}

/** A rack's name; where it does not fit, without its row's name, which stands beside it. */
function rackName(painter: Painter, rack: number, width: number): string {
  const { layout } = painter.scene;
  const name = layout.name[rack];
  // Digits count alike, so that the racks of a row are all named in one way.
  if (painter.widthOf(alike(name), 11, 500) <= width) return name;
  const row = layout.name[layout.parent[rack]];
  const rest = name.startsWith(row) ? name.slice(row.length).replace(/^[-_. ]+/, '') : '';
  return painter.fitted(rest === '' ? name : rest, width, 11, 500);
}

const alike = (text: string) => text.replace(/\d/g, '0');

/** The outline of the selected place, outside the outline of its severity, so that both show. */
export function paintSelection(painter: Painter): void {
  const { scene, context } = painter;
  const { layout, floor, view, selected, tokens } = scene;
  if (selected < 0) return;
  const rack = rackOf(layout, selected);
  const divided = selected >= layout.start[GPU] && ['gpu', 'value'].includes(painter.shownAt(rack));
  const cell = divided ? gpuBox(layout, floor, view, selected) : undefined;
  const box = cell ?? painter.box(rack);
  if (!box) return;
  const out = cell ? 0.5 : 5.5;
  context.strokeStyle = tokens['tx-1'];
  context.lineWidth = 1.5;
  context.strokeRect(box.x - out, box.y - out, box.w + 2 * out, box.h + 2 * out);
}
