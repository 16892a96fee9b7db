import type { LayoutDocument } from '../../../../shared/contract.ts';
import { GPU, HALL, NODE } from '../../../../shared/topology.ts';
import { cellAt } from './cell-boxes.ts';
import { childrenOf } from './cell-grid.ts';
import { type Box, type Floor, onScreen, type Shown, type View } from './layout.ts';

/**
 * The place under a point on the screen: what is drawn there — a GPU or node where racks are divided, else a rack, a
 * row where rows are one tile, a hall; −1 for none.
 */
export function placeAt(
  layout: LayoutDocument,
  floor: Floor,
  view: View,
  shown: readonly Shown[],
  x: number,
  y: number,
): number {
  const boxOf = (place: number) => {
    const world = floor.boxes.get(place);
    return world && onScreen(world, view);
  };
  const inside = (box: Box | undefined) =>
    box !== undefined && x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
  const find = ([from, to]: readonly [number, number]) => {
    for (let place = from; place < to; place++) if (inside(boxOf(place))) return place;
    return -1;
  };
  const hall = find([layout.start[HALL], layout.start[HALL + 1]]);
  if (hall < 0) return -1;
  const row = find(childrenOf(layout, hall));
  if (row < 0) return hall;
  const level = shown[hall - layout.start[HALL]];
  const rack = level === 'hall' ? -1 : find(childrenOf(layout, row));
  const box = boxOf(rack);
  if (rack < 0 || !box) return row;
  if (level === 'rack') return rack;
  return cellAt(layout, floor, rack, box, level === 'node' ? NODE : GPU, x, y);
}
