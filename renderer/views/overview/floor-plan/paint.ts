import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import type { LayoutDocument, Severity, ViewFrame, ViewSignal } from '../../../../shared/contract.ts';
import { formatPercent, formatPower, formatPowerPair } from '../../../../shared/format.ts';
import { GPU, HALL, NODE, RACK, ROW } from '../../../../shared/topology.ts';
import { cellColor, FAMILY, inkOn, paletteOf, STATES } from '../../../draw/palette.ts';
import { type Cells, rasterCells } from '../../../draw/raster.ts';
import type { Theme } from '../../../theme/theme.ts';
import { type Box, type Floor, gpusOf, type Shown } from './layout.ts';

/** Everything that one painting needs. Positions on the screen are k × world + (x, y), in CSS pixels. */
export interface Scene {
  readonly layout: LayoutDocument;
  readonly floor: Floor;
  /** null: nothing may be shown as live, the outline is hatched. */
  readonly frame: ViewFrame | null;
  readonly signal: ViewSignal;
  readonly theme: Theme;
  readonly shown: Shown;
  readonly view: { readonly k: number; readonly x: number; readonly y: number };
  readonly selected: number;
  readonly flaggedOnly: boolean;
  readonly tokens: Tokens;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** The theme's colours, read from the page once per theme. */
export type Tokens = Readonly<
  Record<
    | 'bg-1'
    | 'line-1'
    | 'line-2'
    | 'line-3'
    | 'tx-1'
    | 'tx-2'
    | 'tx-3'
    | 'crit'
    | 'warn'
    | 'crit-on'
    | 'warn-on'
    | 'nodata'
    | 'nodata-bg',
    string
  >
>;

const FONT = '"Inter Variable", "DejaVu Sans", sans-serif';

/** The severity of a place's value: by the thresholds for what has a limit, by the worst reason for throttling. */
export function severityAt(frame: ViewFrame, layout: LayoutDocument, place: number): Severity | null {
  const value = frame.value[place];
  if (Number.isNaN(value)) return null;
  if (frame.signal === 'throttle') {
    const rack = place - layout.start[RACK];
    if (rack < 0) return null;
    const state = STATES[frame.rackCells[rack]]?.label ?? '';
    return state === 'HW thermal' || state === 'Power brake' ? 'critical' : value > 0.1 ? 'warning' : null;
  }
  if (FAMILY[frame.signal] === 'level') return null;
  const critical = frame.signal === 'power' ? frame.critRatio : 1;
  // A full link without a known wait is a fact, not an alarm.
  if (frame.signal === 'nic') return value >= 0.95 ? 'warning' : null;
  return value >= critical
    ? 'critical'
    : value >= (frame.signal === 'power' ? frame.warnRatio : 0.95)
      ? 'warning'
      : null;
}

class Painter {
  readonly scene: Scene;
  readonly context: CanvasRenderingContext2D;

  constructor(context: CanvasRenderingContext2D, scene: Scene) {
    this.context = context;
    this.scene = scene;
  }

  /** A world box on the screen, in CSS pixels. */
  on({ x, y, w, h }: Box): Box {
    const { k, x: dx, y: dy } = this.scene.view;
    return { x: x * k + dx, y: y * k + dy, w: w * k, h: h * k };
  }

  visible(box: Box): boolean {
    const { width, height } = this.scene.floor;
    return box.x < width && box.y < height && box.x + box.w > 0 && box.y + box.h > 0;
  }

  text(
    text: string,
    x: number,
    y: number,
    size: number,
    weight: number,
    color: string,
    align: CanvasTextAlign = 'left',
  ): void {
    const { context } = this;
    context.font = `${weight} ${size}px ${FONT}`;
    context.fillStyle = color;
    context.textAlign = align;
    context.fillText(text, x, y);
  }

  glyph(severity: Severity, x: number, y: number, size: number): void {
    const { context } = this;
    const { tokens } = this.scene;
    context.save();
    context.translate(x, y);
    context.scale(size / 12, size / 12);
    if (severity === 'nodata') {
      context.strokeStyle = tokens.nodata;
      context.lineWidth = 1.4;
      context.setLineDash([2.4, 1.6]);
      context.strokeRect(0.8, 0.8, 10.4, 10.4);
      context.setLineDash([]);
      context.stroke(new Path2D('M3 9 9 3'));
    } else {
      const critical = severity === 'critical';
      context.fillStyle = critical ? tokens.crit : tokens.warn;
      context.fill(new Path2D(critical ? 'M6 0 12 6 6 12 0 6Z' : 'M6 .6 12 11.2H0Z'));
      context.strokeStyle = critical ? tokens['crit-on'] : tokens['warn-on'];
      context.lineWidth = 1.5;
      context.stroke(new Path2D(critical ? 'M6 3v3.6M6 7.9v1.2' : 'M6 4.2v3.4M6 8.6v1.3'));
    }
    context.restore();
  }
}

/** A share as the floor prints it; '—' where there is none. */
const share = (value: number, digits: 0 | 1) => formatPercent(value, digits);

function valueText({ signal }: Scene, value: number): string {
  return share(value, signal === 'power' ? 1 : 0);
}

/** Paints the floor plan; the canvas has `ratio` device pixels per CSS pixel. */
export function paintFloor(canvas: HTMLCanvasElement, scene: Scene): void {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return;
  const { ratio, tokens } = scene;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = tokens['bg-1'];
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (scene.shown === 'gpu' || scene.shown === 'value') paintCells(context, scene, canvas.width, canvas.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.textBaseline = 'alphabetic';
  const painter = new Painter(context, scene);
  paintHalls(painter);
  paintRows(painter);
  paintRacks(painter);
  if (scene.shown === 'value') paintValues(painter);
  paintSelection(painter);
}

/** GPU cells as pixels: integer edges, a gap of one device pixel at least. */
function paintCells(context: CanvasRenderingContext2D, scene: Scene, width: number, height: number): void {
  const { floor, frame, view, ratio, layout } = scene;
  const count = layout.start[GPU + 1] - layout.start[GPU];
  const cells: Cells = {
    x: new Int32Array(count),
    y: new Int32Array(count),
    w: new Int32Array(count),
    h: new Int32Array(count),
  };
  const gap = Math.max(1, Math.round(ratio));
  const scale = view.k * ratio;
  for (let i = 0; i < count; i++) {
    const left = Math.round((floor.gx[i] * view.k + view.x) * ratio);
    const top = Math.round((floor.gy[i] * view.k + view.y) * ratio);
    cells.x[i] = left;
    cells.y[i] = top;
    cells.w[i] = Math.max(1, Math.round(left + floor.gw[i] * scale) - left - gap);
    cells.h[i] = Math.max(1, Math.round(top + floor.gh[i] * scale) - top - gap);
  }
  const image = context.getImageData(0, 0, width, height);
  const bytes =
    frame && frame.cells.length === count
      ? frame.cells
      : new Uint8Array(count).fill(frame ? CELL_UNSUPPORTED : CELL_NODATA);
  rasterCells(new Uint32Array(image.data.buffer), width, height, cells, bytes, paletteOf(scene.signal, scene.theme));
  context.putImageData(image, 0, 0);
}

function paintHalls(painter: Painter): void {
  const { scene } = painter;
  const { layout, floor, frame, tokens } = scene;
  const sites = layout.start[HALL];
  for (let hall = layout.start[HALL]; hall < layout.start[HALL + 1]; hall++) {
    const world = floor.boxes.get(hall);
    if (!world) continue;
    const box = painter.on(world);
    if (!painter.visible(box)) continue;
    const name = layout.name[hall].length > 2 ? layout.name[hall] : `Hall ${layout.name[hall]}`;
    const title = sites > 1 ? `${layout.name[layout.parent[hall]]} ${name}` : name;
    painter.text(title, box.x, box.y + 14, 15, 600, tokens['tx-1']);
    const value = frame?.value[hall] ?? Number.NaN;
    const budget = layout.budgetW[hall];
    const draw = frame?.drawW[hall] ?? Number.NaN;
    const severity = frame ? severityAt(frame, layout, hall) : null;
    const color = severity === 'critical' ? tokens.crit : severity === 'warning' ? tokens.warn : tokens['tx-1'];
    const right = box.x + box.w;
    const figure = valueText(scene, value);
    painter.text(figure, right, box.y + 14, 15, 600, color, 'right');
    const room = painter.context.measureText(figure).width;
    const pair = scene.signal === 'power' && budget !== null && box.w > 320 ? formatPowerPair(draw, budget) : '';
    painter.text(pair, right - room - 10, box.y + 14, 12, 450, tokens['tx-3'], 'right');
    const words = `${countOf(layout, hall)}`;
    painter.context.font = `600 15px ${FONT}`;
    const titleRoom = painter.context.measureText(title).width;
    painter.context.font = `450 12px ${FONT}`;
    const left = box.x + titleRoom + 10;
    const free = right - room - 30 - painter.context.measureText(pair).width - left;
    if (painter.context.measureText(words).width < free) painter.text(words, left, box.y + 14, 12, 450, tokens['tx-3']);
  }
}

function countOf(layout: LayoutDocument, hall: number): string {
  let racks = 0;
  let gpus = 0;
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    if (layout.parent[layout.parent[rack]] !== hall) continue;
    racks++;
    const [from, to] = gpusOf(layout, rack);
    gpus += to - from;
  }
  return `${racks.toLocaleString('en-US')} ${racks === 1 ? 'rack' : 'racks'}, ${gpus.toLocaleString('en-US')} GPUs`;
}

function paintRows(painter: Painter): void {
  const { scene, context } = painter;
  const { layout, floor, frame, tokens } = scene;
  for (const aisle of floor.aisles) {
    const box = painter.on(aisle);
    const middle = Math.round(box.y + box.h / 2) + 0.5;
    context.strokeStyle = tokens['line-2'];
    context.lineWidth = 1;
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(box.x + floor.labelWidth * scene.view.k, middle);
    context.lineTo(box.x + box.w, middle);
    context.stroke();
    context.setLineDash([]);
    if (floor.labelWidth >= 62) painter.text(aisle.name, box.x, middle + 4, 11, 450, tokens['tx-3']);
  }
  if (floor.labelWidth === 0) return;
  for (let row = layout.start[ROW]; row < layout.start[ROW + 1]; row++) {
    const world = floor.boxes.get(row);
    if (!world) continue;
    const box = painter.on(world);
    if (!painter.visible(box)) continue;
    paintRowLabel(painter, row, box, frame);
  }
}

function paintRowLabel(painter: Painter, row: number, box: Box, frame: ViewFrame | null): void {
  const { layout, tokens, floor, signal } = painter.scene;
  const small = floor.labelWidth < 62 || box.h < 40;
  const name = layout.name[row];
  const value = frame?.value[row] ?? Number.NaN;
  const severity = frame ? severityAt(frame, layout, row) : null;
  const color = severity === 'critical' ? tokens.crit : severity === 'warning' ? tokens.warn : tokens['tx-1'];
  const size = small ? 11 : 15;
  const y = small ? box.y + Math.min(box.h, 14) - 2 : box.y + 15;
  painter.text(name, box.x, y, size, 600, tokens['tx-1']);
  const room = painter.context.measureText(name).width;
  if (severity) painter.glyph(severity, box.x + room + 4, y - 10, small ? 9 : 12);
  if (box.h < 26) return;
  painter.text(valueText(painter.scene, value), box.x, y + (small ? 13 : 18), small ? 11 : 14, 600, color);
  if (small || box.h < 76 || signal !== 'power') return;
  const budget = layout.budgetW[row];
  const draw = frame?.drawW[row] ?? Number.NaN;
  painter.text(formatPower(draw), box.x, y + 34, 11, 450, tokens['tx-3']);
  // The unit stands in the line above: a pair shares one.
  const of =
    budget === null
      ? ''
      : formatPowerPair(draw, budget)
          .replace(/^.* of /, 'of ')
          .replace(/ [kM]W$/, '');
  painter.text(of, box.x, y + 48, 11, 450, tokens['tx-3']);
}

function paintRacks(painter: Painter): void {
  const { scene, context } = painter;
  const { layout, floor, frame, tokens } = scene;
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    const world = floor.boxes.get(rack);
    if (!world) continue;
    const box = painter.on(world);
    if (!painter.visible(box)) continue;
    const severity = frame ? severityAt(frame, layout, rack) : null;
    paintRack(painter, rack, box);
    if (scene.flaggedOnly && severity === null) {
      context.globalAlpha = 0.78;
      context.fillStyle = tokens['bg-1'];
      context.fillRect(box.x - 1, box.y - 1, box.w + 2, box.h + 2);
      context.globalAlpha = 1;
    }
    if (severity === 'critical' && box.w >= 12) {
      context.strokeStyle = tokens.crit;
      context.lineWidth = 2;
      context.strokeRect(box.x - 2.5, box.y - 2.5, box.w + 4, box.h + 4);
      if (box.w >= 40) {
        context.fillStyle = tokens['bg-1'];
        context.fill(diamond(box.x + box.w - 1, box.y - 1, 12));
        painter.glyph('critical', box.x + box.w - 10, box.y - 10, 18);
      }
    }
  }
}

function diamond(x: number, y: number, r: number): Path2D {
  return new Path2D(`M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z`);
}

/** The rack's own value: its whole tile where no cells are drawn, a header band above them where they are. */
function paintRack(painter: Painter, rack: number, box: Box): void {
  const { scene, context } = painter;
  const { layout, frame, floor, theme, signal, tokens } = scene;
  const cell = frame ? frame.rackCells[rack - layout.start[RACK]] : CELL_NODATA;
  const solid = scene.shown === 'hall' || scene.shown === 'rack';
  const height = solid ? box.h : floor.headerHeight * scene.view.k - 2;
  if (height < 1) return;
  const color = cellColor(signal, cell, theme);
  const [x, w] = [Math.round(box.x), Math.max(1, Math.round(box.w))];
  const top = Math.round(box.y);
  context.fillStyle = color;
  context.fillRect(x, top, w, Math.max(1, Math.round(height)));
  if (cell === CELL_NODATA) hatch(context, { x, y: top, w, h: Math.round(height) }, tokens.nodata);
  if (theme !== 'dark' && box.w >= 12) {
    context.strokeStyle = tokens['line-2'];
    context.lineWidth = 1;
    context.strokeRect(x - 0.5, top - 0.5, w + 1, Math.round(box.h) + 1);
  }
  if (w < 34 || height < 17) return;
  const ink = cell === CELL_NODATA ? tokens['tx-1'] : inkOn(color);
  const text = frame ? valueText(scene, frame.value[rack]).replace('%', '') : '—';
  const oneLine = height < 32;
  context.font = `650 12px ${FONT}`;
  const figure = oneLine && w >= 54 ? context.measureText(text).width + 4 : 0;
  painter.text(fitted(context, layout.name[rack], w - 9 - figure, 11), x + 5, top + 13, 11, 500, ink);
  if (figure > 0) painter.text(text, x + w - 4, top + 13, 12, 650, ink, 'right');
  if (!oneLine) painter.text(text, x + 5, top + 29, 14, 650, ink);
  if (frame && frame.gpuLive[rack] < frame.gpuCount[rack] && w >= 52 && !oneLine)
    painter.glyph('nodata', x + w - 17, top + 5, 12);
}

/** A name cut to a width, with its end kept: racks of one row differ there. */
function fitted(context: CanvasRenderingContext2D, name: string, width: number, size: number): string {
  context.font = `500 ${size}px ${FONT}`;
  if (context.measureText(name).width <= width) return name;
  let cut = name;
  while (cut.length > 1 && context.measureText(`…${cut}`).width > width) cut = cut.slice(1);
  return `…${cut}`;
}

function hatch(context: CanvasRenderingContext2D, { x, y, w, h }: Box, color: string): void {
  context.save();
  context.beginPath();
  context.rect(x, y, w, h);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  for (let d = -h; d < w; d += 5) {
    context.moveTo(x + d, y + h);
    context.lineTo(x + d + h, y);
  }
  context.stroke();
  context.restore();
}

/** At the largest level every GPU prints its value and every node its name. */
function paintValues(painter: Painter): void {
  const { scene, context } = painter;
  const { layout, floor, frame, signal, theme } = scene;
  if (!frame) return;
  let at = 0;
  for (const rack of frame.racks) {
    const [from, to] = gpusOf(layout, rack);
    for (let i = from; i < to; i++, at++) {
      const box = painter.on({ x: floor.gx[i], y: floor.gy[i], w: floor.gw[i], h: floor.gh[i] });
      if (!painter.visible(box) || box.w < 34 || box.h < 13) continue;
      const ink =
        frame.cells[i] === CELL_NODATA ? scene.tokens['tx-1'] : inkOn(cellColor(signal, frame.cells[i], theme));
      const node = layout.name[layout.parent[layout.start[GPU] + i]];
      const twoLines = box.h >= 30;
      painter.text(
        gpuText(signal, frame.values[at]),
        box.x + 5,
        box.y + (twoLines ? 26 : Math.min(box.h - 4, 13)),
        11,
        600,
        ink,
      );
      if (twoLines)
        painter.text(
          fitted(context, `${node} ${layout.name[layout.start[GPU] + i]}`, box.w - 10, 11),
          box.x + 5,
          box.y + 13,
          11,
          450,
          ink,
        );
    }
  }
}

/** A GPU's value in the signal's own unit, short. */
function gpuText(signal: ViewSignal, value: number): string {
  if (Number.isNaN(value)) return '—';
  switch (signal) {
    case 'power':
      return `${Math.round(value).toLocaleString('en-US')} W`;
    case 'temp':
      return `${Math.round(value)} °C`;
    case 'nvlink':
      return `${Math.round(value / 1e9).toLocaleString('en-US')} GB/s`;
    case 'throttle':
      return value === 0 ? 'None' : `0x${value.toString(16)}`;
    default:
      return share(value, 0);
  }
}

function paintSelection(painter: Painter): void {
  const { scene, context } = painter;
  const { layout, floor, selected, tokens } = scene;
  if (selected < 0) return;
  const gpu = selected - layout.start[GPU];
  const world =
    gpu >= 0
      ? { x: floor.gx[gpu], y: floor.gy[gpu], w: floor.gw[gpu], h: floor.gh[gpu] }
      : floor.boxes.get(selected >= layout.start[NODE] ? layout.parent[selected] : selected);
  if (!world) return;
  const box = painter.on(world);
  const out = gpu >= 0 ? 1 : 5.5;
  context.strokeStyle = tokens['tx-1'];
  context.lineWidth = 1.5;
  context.strokeRect(box.x - out, box.y - out, box.w + 2 * out - (gpu >= 0 ? 1 : 1), box.h + 2 * out - 1);
}
