import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import type { WatchSignal } from '../../../../shared/contract.ts';
import { formatNvlink, formatPercent, formatTemp, formatWatts } from '../../../../shared/format.ts';
import { formatSignal } from '../../../../shared/signal-text.ts';
import { GPU } from '../../../../shared/topology.ts';
import { STATES } from '../../../draw/palette.ts';
import { bodyOf, eachCell } from './cell-boxes.ts';
import { gpusOf } from './cell-grid.ts';
import type { Box } from './layout.ts';
import type { Painter } from './painter.ts';

/** Cells at least this wide have room for a value with its unit. */
const WITH_UNIT = 54;

/** At the largest level every GPU prints its value and whose it is. */
export function paintValues(painter: Painter): void {
  const { layout, floor, frame } = painter.scene;
  if (!frame) return;
  let at = 0;
  for (const rack of frame.racks) {
    const [from, to] = gpusOf(layout, rack);
    const first = at;
    at += to - from;
    const box = painter.box(rack);
    if (!box || painter.shownAt(rack) !== 'value') continue;
    eachCell(layout, floor, rack, bodyOf(box), 1, GPU, (gpu, x, y, w, h) =>
      paintValue(painter, gpu, { x, y, w, h }, frame.values[first + gpu - from]),
    );
  }
}

function paintValue(painter: Painter, gpu: number, box: Box, value: number): void {
  const { scene } = painter;
  const { layout, floor, frame, signal, palette, tokens } = scene;
  if (box.w < 30 || box.h < 13 || box.x > floor.width || box.x + box.w < 0) return;
  const byte = frame?.cells[gpu] ?? CELL_NODATA;
  const ink = byte >= CELL_UNSUPPORTED ? tokens['tx-1'] : palette.inkColor[byte];
  // The legend names the unit too: it goes first, and in all cells of a width alike.
  const text = valueText(signal, value, byte);
  const shown = box.w < WITH_UNIT && signal !== 'throttle' ? text.replace(/ .*$/, '') : text;
  const named = box.h >= 30;
  const y = named ? box.y + 26 : box.y + Math.min(box.h - 4, 13);
  if (byte === CELL_NODATA) {
    // Letters on hatching cannot be read: they get a ground of their own.
    painter.context.fillStyle = tokens['nodata-bg'];
    painter.context.fillRect(box.x + 2, box.y + 2, Math.min(box.w - 4, 64), named ? 28 : box.h - 4);
  }
  painter.text(shown, box.x + 5, y, 11, 600, ink);
  if (!named) return;
  // The first GPU of a node bears the node's name, the others their own.
  const place = layout.start[GPU] + gpu;
  const node = layout.parent[place];
  const name = layout.parent[place - 1] === node ? layout.name[place] : layout.name[node];
  painter.text(painter.fitted(name, box.w - 9, 11, 450), box.x + 5, box.y + 13, 11, 450, ink);
}

/** A GPU's value in the signal's own unit, short; the reason it is held back for throttling. */
function valueText(signal: WatchSignal, value: number, byte: number): string {
  if (byte === CELL_NODATA || Number.isNaN(value)) return '—';
  switch (signal) {
    case 'power':
      return formatWatts(value);
    case 'temp':
      return formatTemp(value);
    case 'nvlink':
      return formatNvlink(value);
    case 'throttle':
      return STATES[byte]?.label ?? '—';
    case 'util':
    case 'nic':
      return formatPercent(value, 0);
    default:
      return formatSignal(signal, value);
  }
}
