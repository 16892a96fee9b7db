import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import type { LayoutDocument, ViewFrame, WatchSignal } from '../../../../shared/contract.ts';
import { GPU, HALL, NODE } from '../../../../shared/topology.ts';
import { abgr, forcedPalette, paletteOf, withDimmed } from '../../../draw/palette.ts';
import { Bands, rasterCells, roomFor } from '../../../draw/raster.ts';
import { cellBoxes } from './cell-boxes.ts';
import { stepBack } from './kept.ts';
import { type Floor, hallOf, type Shown, type View } from './layout.ts';
import { nodeCells } from './node-cells.ts';
import { paintHoles } from './paint-holes.ts';
import { paintHalls, paintRows } from './paint-places.ts';
import { paintRacks, paintSelection } from './paint-racks.ts';
import { paintValues } from './paint-values.ts';
import { Painter, type Scene } from './painter.ts';

/** The levels whose racks are divided into GPUs, and those divided into nodes. */
const DIVIDED: Readonly<Record<typeof GPU | typeof NODE, readonly Shown[]>> = {
  [GPU]: ['gpu', 'value'],
  [NODE]: ['node'],
};

interface Placed {
  readonly layout: LayoutDocument;
  readonly floor: Floor;
  readonly view: View;
  readonly ratio: number;
  readonly shown: readonly Shown[];
  readonly bands: Partial<Record<typeof GPU | typeof NODE, Bands>>;
}

/** Paints a floor plan on one canvas; keeps its pixels and where cells stand, so that a new frame only recolours. */
export class FloorPaint {
  readonly #canvas: HTMLCanvasElement;
  #image: ImageData | null = null;
  #placed: Placed | null = null;
  /** Room for cells by level, kept while their number stays. */
  readonly #rooms = new Map<number, Bands>();
  #nodes: { frame: ViewFrame; layout: LayoutDocument; cells: Uint8Array } | null = null;
  /** Cells of a frame that its filter has stepped back, by level. */
  readonly #back = new Map<number, { frame: ViewFrame; layout: LayoutDocument; cells: Uint16Array }>();

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Paints a scene; the canvas has `ratio` device pixels per CSS pixel. `forced`: the system's colours are in force. */
  paint(unpainted: Omit<Scene, 'palette'> & { readonly forced: boolean }): void {
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (!context) return;
    const { ratio, signal, theme, frame, forced, tokens } = unpainted;
    // Only power has a warning ratio that is set by its operator.
    const own = paletteOf(signal, theme, signal === 'power' ? frame?.warnRatio : undefined);
    const system = { ground: tokens['bg-1'], lost: tokens.nodata, line: tokens['line-1'] };
    const themed = forced ? forcedPalette(own, system) : own;
    const filtered = (frame?.matches.length ?? 0) > 0;
    const scene = { ...unpainted, palette: filtered ? withDimmed(themed, tokens['bg-1']) : themed };
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.#paintCells(context, scene);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.textBaseline = 'alphabetic';
    const painter = new Painter(context, scene);
    paintHalls(painter);
    paintRows(painter);
    paintRacks(painter);
    paintValues(painter);
    paintHoles(painter);
    paintSelection(painter);
  }

  #paintCells(context: CanvasRenderingContext2D, scene: Scene): void {
    const { width, height } = this.#canvas;
    if (this.#image?.width !== width || this.#image.height !== height)
      this.#image = context.createImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    pixels.fill(abgr(scene.tokens['bg-1']));
    const bands = this.#bandsOf(scene);
    for (const level of [GPU, NODE] as const) {
      const cells = bands[level];
      if (!cells) continue;
      rasterCells(pixels, width, cells, this.#bytesOf(scene, level), scene.palette, scene.ratio);
    }
    context.putImageData(this.#image, 0, 0);
  }

  /** Where cells stand; the same as before while nothing was moved. */
  #bandsOf(scene: Scene): Placed['bands'] {
    const { layout, floor, view, ratio, shown } = scene;
    const before = this.#placed;
    if (
      before?.layout === layout &&
      before.floor === floor &&
      before.view === view &&
      before.ratio === ratio &&
      before.shown === shown
    )
      return before.bands;
    const bands: { [GPU]?: Bands; [NODE]?: Bands } = {};
    const { width, height } = this.#canvas;
    for (const level of [GPU, NODE] as const) {
      const levels = DIVIDED[level];
      const wanted = (rack: number) => levels.includes(shown[hallOf(layout, rack) - layout.start[HALL]]);
      if (shown.some((each) => levels.includes(each))) {
        const room = this.#roomFor(layout, level);
        cellBoxes(layout, floor, view, ratio, level, wanted, room.cells);
        bands[level] = room.place(width, height);
      }
    }
    this.#placed = { layout, floor, view, ratio, shown, bands };
    return bands;
  }

  #roomFor({ start }: LayoutDocument, level: typeof GPU | typeof NODE): Bands {
    const count = start[level + 1] - start[level];
    const known = this.#rooms.get(level);
    if (known?.cell.length === count) return known;
    const room = new Bands(roomFor(count));
    this.#rooms.set(level, room);
    return room;
  }

  #bytesOf({ layout, frame, signal }: Scene, level: typeof GPU | typeof NODE): Uint8Array | Uint16Array {
    const gpus = layout.start[GPU + 1] - layout.start[GPU];
    const count = layout.start[level + 1] - layout.start[level];
    if (!frame) return new Uint8Array(count).fill(CELL_NODATA);
    // The frame before a change of what is watched has no cells yet.
    if (frame.cells.length !== gpus) return new Uint8Array(count).fill(CELL_UNSUPPORTED);
    const bytes = level === GPU ? frame.cells : this.#nodeBytes(layout, frame, signal);
    return frame.matches.length > 0 ? this.#steppedBack(layout, frame, bytes, level) : bytes;
  }

  #steppedBack(layout: LayoutDocument, frame: ViewFrame, bytes: Uint8Array, level: typeof GPU | typeof NODE) {
    const known = this.#back.get(level);
    if (known?.frame === frame && known.layout === layout) return known.cells;
    const cells = stepBack(layout, frame, bytes, level);
    this.#back.set(level, { frame, layout, cells });
    return cells;
  }

  #nodeBytes(layout: LayoutDocument, frame: ViewFrame, signal: WatchSignal): Uint8Array {
    const known = this.#nodes;
    if (known?.frame === frame && known.layout === layout) return known.cells;
    const cells = nodeCells(layout, signal, frame.cells);
    this.#nodes = { frame, layout, cells };
    return cells;
  }
}
