import type { LayoutDocument } from '../../shared/contract.ts';

/** Paths of a layout by place, found once a layout. */
const indexes = new WeakMap<LayoutDocument, ReadonlyMap<string, number>>();

function indexOf(layout: LayoutDocument): ReadonlyMap<string, number> {
  let index = indexes.get(layout);
  if (!index) {
    index = new Map(layout.path.map((path, place) => [path, place]));
    indexes.set(layout, index);
  }
  return index;
}

/** The index of a place of one layout in another: the same by its path; −1 where the other does not have it. */
export function placeIn(from: LayoutDocument, place: number, to: LayoutDocument | null): number {
  const path = from.path[place];
  return path === undefined || to === null ? -1 : (indexOf(to).get(path) ?? -1);
}
