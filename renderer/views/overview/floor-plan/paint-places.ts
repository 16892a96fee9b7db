import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import type { LayoutDocument } from '../../../../shared/contract.ts';
import { formatCount, formatPower, formatPowerPair } from '../../../../shared/format.ts';
import { HALL, RACK, ROW } from '../../../../shared/topology.ts';
import { hallTitle } from '../../places.ts';
import { childrenOf } from './cell-grid.ts';
import type { Box } from './layout.ts';
import { onScreen } from './layout.ts';
import type { Painter } from './painter.ts';
import { rowTile } from './row-tile.ts';

/** A strip as wide as this at a row's edge is its worst rack. */
const STRIP = 3;

/** Name, size, draw and value of every hall above its rows. */
export function paintHalls(painter: Painter): void {
  const { layout } = painter.scene;
  for (let hall = layout.start[HALL]; hall < layout.start[HALL + 1]; hall++) {
    const box = painter.box(hall);
    if (box) paintHallHeader(painter, hall, box);
  }
}

function paintHallHeader(painter: Painter, hall: number, box: Box): void {
  const { layout, frame, tokens, signal } = painter.scene;
  const title = hallTitle(layout, hall);
  const y = box.y + 14;
  const figure = painter.valueText(hall);
  let right = box.x + box.w;
  painter.text(figure, right, y, 15, 600, painter.valueColor(hall), 'right');
  right -= painter.widthOf(figure, 15, 600) + 10;
  const severity = painter.severity(hall);
  if (severity) {
    painter.glyph(severity, right - 7, y - 11, 12);
    right -= 17;
  }
  const name = painter.fitted(title, right - box.x, 15, 600);
  painter.text(name, box.x, y, 15, 600, tokens['tx-1']);
  const left = box.x + painter.widthOf(name, 15, 600);
  const budget = layout.budgetW[hall];
  const pair = formatPowerPair(frame?.drawW[hall] ?? null, budget);
  const pairWidth = painter.widthOf(pair, 12, 450);
  if (signal === 'power' && budget !== null && left + pairWidth + 20 < right) {
    painter.text(pair, right, y, 12, 450, tokens['tx-3'], 'right');
    right -= pairWidth + 20;
  }
  const words = sizeOf(layout, hall, frame?.gpuCount[hall]);
  if (left + 10 + painter.widthOf(words, 12, 450) < right) painter.text(words, left + 10, y, 12, 450, tokens['tx-3']);
}

/** "16 racks, 1,152 GPUs"; without GPUs before the first frame, which counts those that only a recorded rack tells of too. */
function sizeOf(layout: LayoutDocument, hall: number, gpus: number | undefined): string {
  const [firstRow, endRow] = childrenOf(layout, hall);
  const racks = childrenOf(layout, endRow)[0] - childrenOf(layout, firstRow)[0];
  const size = `${formatCount(racks)} ${racks === 1 ? 'rack' : 'racks'}`;
  return gpus === undefined ? size : `${size}, ${formatCount(gpus)} GPUs`;
}

/** Aisles, row labels, and rows as tiles where racks are too narrow to be seen. */
export function paintRows(painter: Painter): void {
  const { layout, floor, view } = painter.scene;
  for (const aisle of floor.aisles) paintAisle(painter, onScreen(aisle, view), aisle.name);
  for (let row = layout.start[ROW]; row < layout.start[ROW + 1]; row++) {
    const box = painter.box(row);
    if (!box) continue;
    if (painter.shownAt(row) === 'hall') paintRowTile(painter, row, box);
    if (floor.labels.left === 0) continue;
    if (floor.labels.right > 0) paintFlatLabel(painter, row, box);
    else paintRowLabel(painter, row, box);
  }
}

function paintAisle(painter: Painter, box: Box, name: string): void {
  const { context, scene } = painter;
  const { floor, tokens, view } = scene;
  const middle = Math.round(box.y + box.h / 2) + 0.5;
  context.strokeStyle = tokens['line-2'];
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  context.beginPath();
  context.moveTo(box.x + floor.labels.left * view.k, middle);
  context.lineTo(box.x + box.w, middle);
  context.stroke();
  context.setLineDash([]);
  if (name === '' || floor.labels.left < 60) return;
  painter.text(name, labelLeft(painter, box, painter.widthOf(name, 11, 450)), middle + 4, 11, 450, tokens['tx-3']);
}

/**
 * Where a row's label begins, of that width: as near to its racks as on the whole floor, since the column grows with the
 * zoom and letters do not; further left where it would reach its racks from there.
 */
function labelLeft(painter: Painter, box: Box, width: number): number {
  const { floor, view } = painter.scene;
  const racks = box.x + floor.labels.left * view.k;
  return Math.max(box.x, Math.min(racks - floor.labels.left, racks - 8 - width));
}

/** One tile a row in its own value; its worst rack is a strip at the left edge, lost racks one at the right. */
function paintRowTile(painter: Painter, row: number, box: Box): void {
  const { context, scene } = painter;
  const { layout, frame, floor, signal, palette, view } = scene;
  const [from, to] = childrenOf(layout, row).map((rack) => rack - layout.start[RACK]);
  const { own, worst, lost } = rowTile(signal, frame?.value[row], frame?.rackCells.subarray(from, to));
  const left = Math.round(box.x + floor.labels.left * view.k);
  const right = Math.round(box.x + box.w - floor.labels.right * view.k);
  const tile = { x: left, y: Math.round(box.y), w: right - left, h: Math.max(1, Math.round(box.h)) };
  painter.tile(tile, own);
  if (own < CELL_UNSUPPORTED) {
    context.fillStyle = palette.color[worst];
    context.fillRect(tile.x, tile.y, STRIP, tile.h);
  }
  if (lost && own !== CELL_NODATA) painter.tile({ ...tile, x: right - 4 * STRIP, w: 4 * STRIP }, CELL_NODATA);
  if (painter.faded(row)) painter.dim(tile);
}

/** Name left and value right, where rows are one line high. */
function paintFlatLabel(painter: Painter, row: number, box: Box): void {
  const { layout, tokens, floor, view } = painter.scene;
  const severity = painter.severity(row);
  const y = box.y + box.h / 2 + 4;
  const room = floor.labels.left * view.k - 6;
  const weight = severity ? 650 : 500;
  const name = painter.fitted(layout.name[row], room, 11, weight);
  const x = labelLeft(painter, box, painter.widthOf(name, 11, weight));
  if (severity) painter.glyph(severity, x - 11, y - 9, 9);
  painter.text(name, x, y, 11, weight, tokens['tx-1']);
  const figure = painter.scene.frame ? wholePercent(painter.valueText(row)) : '—';
  const right = box.x + box.w - floor.labels.right * (view.k - 1);
  painter.text(figure, right, y, 11, 600, painter.valueColor(row), 'right');
}

/** "95.8%" → "95": cut, never rounded up to a limit. */
const wholePercent = (text: string) => text.replace(/\.\d+/, '').replace('%', '');

function paintRowLabel(painter: Painter, row: number, box: Box): void {
  const { layout, tokens, floor, signal, frame, view } = painter.scene;
  const room = floor.labels.left * view.k - 8;
  const severity = painter.severity(row);
  const [y, size] = [box.y + 15, floor.labels.left >= 60 ? 15 : 12];
  const name = painter.fitted(layout.name[row], room - (severity ? 16 : 0), size, 600);
  const width = painter.widthOf(name, size, 600);
  const x = labelLeft(painter, box, width + (severity ? 16 : 0));
  painter.text(name, x, y, size, 600, tokens['tx-1']);
  if (severity) painter.glyph(severity, x + width + 4, y - 11, 12);
  const weight = severity === 'critical' ? 650 : 600;
  painter.text(painter.valueText(row), x, y + 18, size === 15 ? 14 : 12, weight, painter.valueColor(row));
  if (signal !== 'power' || box.h < 76 || size < 15) return;
  const budget = layout.budgetW[row];
  const draw = frame?.drawW[row] ?? Number.NaN;
  painter.text(formatPower(draw), x, y + 34, 11, 450, tokens['tx-3']);
  if (budget === null) return;
  // The unit stands in the line above: a pair shares one. Without a draw the budget has its own.
  const pair = formatPowerPair(draw, budget).replace(/^.* of /, 'of ');
  painter.text(Number.isNaN(draw) ? pair : pair.replace(/ [kM]?W$/, ''), x, y + 48, 11, 450, tokens['tx-3']);
}
