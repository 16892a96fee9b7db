import { GPU, NODE, RACK } from '../../../../shared/topology.ts';
import { bodyOf, eachCell } from './cell-boxes.ts';
import type { Box } from './layout.ts';
import type { Painter } from './painter.ts';

/** Smaller cells have no room for an outline: their rack's glyph says it. */
const LEAST = 6;

/** What topology expects and nothing ever named: a dashed outline on bare ground, where a lost value is hatched. */
export function paintHoles(painter: Painter): void {
  const { layout } = painter.scene;
  const byRack = new Map<number, Set<number>>();
  for (const place of layout.inventory.holes) {
    if (place < layout.start[RACK]) continue;
    const rack =
      place < layout.start[NODE]
        ? place
        : place < layout.start[GPU]
          ? layout.parent[place]
          : layout.parent[layout.parent[place]];
    const known = byRack.get(rack);
    if (known) known.add(place);
    else byRack.set(rack, new Set([place]));
  }
  for (const [rack, places] of byRack) paintRackHoles(painter, rack, places);
}

function paintRackHoles(painter: Painter, rack: number, places: ReadonlySet<number>): void {
  const { layout, floor } = painter.scene;
  const box = painter.box(rack);
  const shown = painter.shownAt(rack);
  if (!box || shown === 'hall') return;
  if (shown === 'rack') {
    if (places.has(rack)) outline(painter, box);
    return;
  }
  const level = shown === 'node' ? NODE : GPU;
  eachCell(layout, floor, rack, bodyOf(box), 1, level, (index, x, y, w, h) => {
    if (places.has(layout.start[level] + index)) outline(painter, { x, y, w, h });
  });
}

function outline({ context, scene }: Painter, { x, y, w, h }: Box): void {
  if (w < LEAST || h < LEAST) return;
  context.fillStyle = scene.tokens['bg-1'];
  context.fillRect(x, y, w, h);
  context.strokeStyle = scene.tokens.nodata;
  context.lineWidth = 1;
  context.setLineDash([3, 2]);
  context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  context.setLineDash([]);
}
