import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import type { LayoutDocument, Severity, ViewFrame, WatchSignal } from '../../../../shared/contract.ts';
import { formatPlaceValue } from '../../../../shared/signal-text.ts';
import { HALL, RACK } from '../../../../shared/topology.ts';
import { type CellPalette, familyOf, STATES } from '../../../draw/palette.ts';
import type { Theme } from '../../../theme/theme.ts';
import { type Box, type Floor, hallOf, inView, onScreen, type Shown, type View } from './layout.ts';

/** Everything that one painting needs. */
export interface Scene {
  readonly layout: LayoutDocument;
  readonly floor: Floor;
  /** null: nothing may be shown as live, the outline is hatched. */
  readonly frame: ViewFrame | null;
  readonly signal: WatchSignal;
  readonly theme: Theme;
  /** Level of detail by hall. */
  readonly shown: readonly Shown[];
  readonly view: View;
  readonly selected: number;
  /** Places that stand out; null: all alike. */
  readonly flagged: ReadonlySet<number> | null;
  readonly tokens: Tokens;
  readonly palette: CellPalette;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** The theme's colours that the canvas needs by name. */
export const TOKENS = [
  'bg-1',
  'line-1',
  'line-2',
  'line-3',
  'tx-1',
  'tx-2',
  'tx-3',
  'crit',
  'warn',
  'crit-on',
  'warn-on',
  'nodata',
  'nodata-bg',
] as const;

/** The theme's colours, read from the page once per theme. */
export type Tokens = Readonly<Record<(typeof TOKENS)[number], string>>;

/** More letters than this fit into no label. */
const LONGEST = 200;

const FONT = '"Inter Variable", "DejaVu Sans", sans-serif';

/** Shares of a limit at which a signal warns and is critical; the budget's own come with the frame. */
function edgesOf(frame: ViewFrame): readonly [number, number] {
  if (frame.signal === 'power') return [frame.warnRatio, frame.critRatio];
  // A full link without a known wait is a fact, not an alarm: it never becomes critical by its use alone.
  return frame.signal === 'nic' ? [0.95, Number.POSITIVE_INFINITY] : [0.95, 1];
}

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
  if (familyOf(frame.signal) === 'level') return null;
  const [warning, critical] = edgesOf(frame);
  return value >= critical ? 'critical' : value >= warning ? 'warning' : null;
}

const DIAMOND = 'M6 0 12 6 6 12 0 6Z';
const TRIANGLE = 'M6 .6 12 11.2H0Z';

/** A canvas's context with what all parts of the floor need: boxes on the screen, text, glyphs. */
export class Painter {
  readonly scene: Scene;
  readonly context: CanvasRenderingContext2D;
  /** Widths by font and text, of one painting: fonts that arrive later have others. Racks of a row measure alike. */
  readonly #widths = new Map<string, number>();

  constructor(context: CanvasRenderingContext2D, scene: Scene) {
    this.context = context;
    this.scene = scene;
  }

  /** Whether a place steps back, since only flagged ones are looked for. On a stale screen nothing does: all is lost. */
  faded(place: number): boolean {
    return this.scene.flagged?.has(place) === false;
  }

  /** The box of a hall, row or rack on the screen in CSS pixels; undefined where it is not in view. */
  box(place: number): Box | undefined {
    const { floor, view } = this.scene;
    const world = floor.boxes.get(place);
    const box = world && onScreen(world, view);
    return box && inView(floor, box) ? box : undefined;
  }

  /** The level of detail at a place. */
  shownAt(place: number): Shown {
    const { layout, shown } = this.scene;
    return shown[hallOf(layout, place) - layout.start[HALL]];
  }

  /** The scene's value of a place as the floor prints it; '—' where there is none. */
  valueText(place: number): string {
    const { frame, signal } = this.scene;
    return formatPlaceValue(signal, frame?.full ?? null, frame?.value[place] ?? null);
  }

  severity(place: number): Severity | null {
    const { frame, layout } = this.scene;
    return frame ? severityAt(frame, layout, place) : null;
  }

  /** Colour of a place's number. */
  valueColor(place: number): string {
    const { tokens } = this.scene;
    const severity = this.severity(place);
    return severity === 'critical' ? tokens.crit : severity === 'warning' ? tokens.warn : tokens['tx-1'];
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

  widthOf(text: string, size: number, weight: number): number {
    const font = `${weight} ${size}px ${FONT}`;
    const key = `${font} ${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    this.context.font = font;
    const { width } = this.context.measureText(text);
    this.#widths.set(key, width);
    return width;
  }

  /** A name cut to a width, with its end kept: names of one row differ there. */
  fitted(name: string, width: number, size: number, weight: number): string {
    const end = name.slice(-LONGEST);
    const fits = (text: string) => this.widthOf(text, size, weight) <= width;
    if (end === name && fits(name)) return name;
    // The longest end that fits, by halving: a name of an exporter may have any length.
    let [kept, over] = [1, end.length];
    while (over - kept > 1) {
      const middle = (kept + over) >> 1;
      if (fits(`…${end.slice(-middle)}`)) kept = middle;
      else over = middle;
    }
    return `…${end.slice(-kept)}`;
  }

  /** The shape of a severity, `size` pixels wide with its corner at (x, y). */
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
      context.fill(new Path2D(critical ? DIAMOND : TRIANGLE));
      context.strokeStyle = critical ? tokens['crit-on'] : tokens['warn-on'];
      context.lineWidth = 1.5;
      context.stroke(new Path2D(critical ? 'M6 3v3.6M6 7.9v1.2' : 'M6 4.2v3.4M6 8.6v1.3'));
    }
    context.restore();
  }

  /** A tile of whole pixels in its byte's colour: hatched where it is lost, outlined where its signal is not exported. */
  tile(box: Box, byte: number): void {
    const { context } = this;
    const { palette, tokens } = this.scene;
    context.fillStyle = byte === CELL_NODATA ? tokens['nodata-bg'] : palette.color[byte];
    context.fillRect(box.x, box.y, box.w, box.h);
    if (byte === CELL_NODATA) this.hatch(box);
    if (byte !== CELL_UNSUPPORTED || box.w < 3 || box.h < 3) return;
    context.strokeStyle = tokens['line-3'];
    context.lineWidth = 1;
    context.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
  }

  /** Puts what is not flagged into the background. */
  dim({ x, y, w, h }: Box): void {
    const { context } = this;
    context.globalAlpha = 0.78;
    context.fillStyle = this.scene.tokens['bg-1'];
    context.fillRect(x, y, w, h);
    context.globalAlpha = 1;
  }

  /** Lines of no data over a box. */
  hatch({ x, y, w, h }: Box): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(x, y, w, h);
    context.clip();
    context.strokeStyle = this.scene.tokens.nodata;
    context.lineWidth = 1;
    context.beginPath();
    for (let d = -h; d < w; d += 5) {
      context.moveTo(x + d, y + h);
      context.lineTo(x + d + h, y);
    }
    context.stroke();
    context.restore();
  }
}
