import { CELL_NODATA, cellOfRatio } from '../../../shared/cells.ts';
import type { FabricMatrix, MatrixRow } from '../../../shared/fabric/matrix.ts';
import { WAITS } from '../../../shared/fabric.ts';
import { paletteOf } from '../../draw/palette.ts';
import type { Theme } from '../../theme/theme.ts';
import type { MatrixLayout } from './matrix-layout.ts';
import type { RowWindow } from './row-window.ts';
import type { Direction } from './words.ts';

/** Colours of the page, resolved. */
export type Colors = Readonly<Record<(typeof COLORS)[number], string>>;
export const COLORS = ['bg-1', 'bg-3', 'line-1', 'line-3', 'tx-4', 'crit', 'warn', 'nodata', 'nodata-bg'] as const;

export interface MatrixScene {
  readonly matrix: FabricMatrix;
  readonly layout: MatrixLayout;
  readonly direction: Direction;
  readonly theme: Theme;
  /** The system's colours are forced: every cell has a border. */
  readonly forced: boolean;
  readonly colors: Colors;
  /** Numbers are lost: every cell is hatched. */
  readonly stale: boolean;
  /** Rows that stand out; null: all alike. */
  readonly only: ReadonlySet<number> | null;
}

/** What colours a cell: a share of the link's rate, or the wait as a share of its own limit. */
export const shown = (direction: Direction, tx: number | null, rx: number | null, wait: number | null) =>
  direction === 'tx' ? tx : direction === 'rx' ? rx : wait === null ? null : wait / WAITS;

const GAP = 2;
const DIMMED = 0.3;

/** Paints cells and bars of some rows in CSS pixels; text and outlines are the page's. */
export function paintMatrix(context: CanvasRenderingContext2D, scene: MatrixScene, { first, end }: RowWindow): void {
  const { matrix, layout, only } = scene;
  const columns = matrix.columns.length;
  for (let index = first; index < end; index++) {
    context.globalAlpha = only === null || only.has(index) ? 1 : DIMMED;
    for (let column = 0; column < columns; column++) paintCell(context, scene, index, column);
    if (!scene.stale) paintBars(context, scene, matrix.rows[index], index * layout.rowHeight);
  }
  context.globalAlpha = 1;
}

function paintCell(context: CanvasRenderingContext2D, scene: MatrixScene, row: number, column: number): void {
  const { matrix, layout, colors, direction } = scene;
  const at = row * matrix.columns.length + column;
  const state = matrix.state[at];
  const gap = layout.cellWidth > 8 ? GAP : 1;
  const [x, y] = [layout.left + column * layout.cellWidth, row * layout.rowHeight];
  const [width, height] = [layout.cellWidth - gap, layout.rowHeight - GAP];
  if (state === 0) return;
  const value = shown(direction, matrix.tx[at], matrix.rx[at], matrix.wait[at]);
  if (scene.stale || state === 4) {
    hatch(context, x, y, width, height, colors);
    return;
  }
  if (state === 3 || value === null) {
    context.fillStyle = colors['bg-1'];
    context.fillRect(x, y, width, height);
  } else {
    const cell = cellOfRatio(value);
    context.fillStyle = cell === CELL_NODATA ? colors['bg-1'] : paletteOf('nic', scene.theme).color[cell];
    const half = state === 2 ? Math.floor(height / 2) : 0;
    context.fillRect(x, y + half, width, height - half);
    if (cell >= cellOfRatio(1)) cutCorner(context, x + width, y + half, colors['bg-1']);
  }
  if (scene.forced || scene.theme === 'contrast' || isFaint(value))
    outline(context, x, y, width, height, colors['line-1'], 1);
  if (state === 2 || state === 3) outline(context, x, y, width, height, colors.warn, 1.5);
}

/** So little use has nearly the colour of the ground: an outline shows that a link is there. */
export const isFaint = (value: number | null) => value === null || value < 0.3;

/** Over its limit: told by shape as well as by colour. */
function cutCorner(context: CanvasRenderingContext2D, right: number, top: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(right - 5, top);
  context.lineTo(right, top);
  context.lineTo(right, top + 5);
  context.fill();
}

/** The inner edge of a cell. */
export function outline(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  color: string,
  line: number,
): void {
  context.strokeStyle = color;
  context.lineWidth = line;
  context.strokeRect(x + line / 2, y + line / 2, width - line, height - line);
}

/** What was there and is lost. */
export function hatch(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  colors: Pick<Colors, 'nodata' | 'nodata-bg'>,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.fillStyle = colors['nodata-bg'];
  context.fillRect(x, y, width, height);
  context.strokeStyle = colors.nodata;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = -height; at < width; at += 5) {
    context.moveTo(x + at, y + height);
    context.lineTo(x + at + height, y);
  }
  context.stroke();
  context.restore();
}

function paintBars(context: CanvasRenderingContext2D, scene: MatrixScene, row: MatrixRow, y: number): void {
  const { layout, colors, theme, direction } = scene;
  const use = direction === 'rx' ? row.rx : row.tx;
  const inset = layout.rowHeight > 18 ? 3 : 1;
  const height = layout.rowHeight - GAP - 2 * inset;
  context.fillStyle = colors['bg-3'];
  context.fillRect(layout.useX, y + inset, layout.useWidth, height);
  if (use !== null) {
    context.fillStyle = paletteOf('nic', theme).color[Math.max(cellOfRatio(0.5), cellOfRatio(use))];
    context.fillRect(layout.useX, y + inset, layout.useWidth * Math.min(1, use), height);
  }
  if (row.wait === null) return;
  context.fillStyle = row.wait > WAITS ? colors.crit : colors['tx-4'];
  const width = (Math.min(row.wait, layout.waitScale) / layout.waitScale) * layout.waitWidth;
  context.fillRect(layout.waitX, y + (layout.rowHeight - GAP) / 2 - 2.5, Math.max(1.5, width), 5);
}
