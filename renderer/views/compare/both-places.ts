import type { LayoutDocument } from '../../../shared/contract.ts';
import { NO_INVENTORY } from '../../../shared/inventory.ts';
import { GPU, NODE, RACK, SITE } from '../../../shared/topology.ts';

/**
 * Sites to racks of two layouts together, for a floor on which both stand: the later one's places in its order, and
 * those that only the earlier one has beside the neighbours that they had. Nodes and GPUs are left out.
 */
export function placesOfBoth(before: LayoutDocument, after: LayoutDocument): LayoutDocument {
  const [old, now] = [childrenByPath(before), childrenByPath(after)];
  const [start, parent, path] = [[0], [] as number[], [] as string[]];
  let above: readonly (readonly [place: number, path: string])[] = [[-1, '']];
  for (let level = SITE; level <= RACK; level++) {
    const added: [number, string][] = [];
    for (const [place, key] of above) {
      for (const child of merged(old.get(key) ?? [], now.get(key) ?? [])) {
        added.push([path.length, child]);
        path.push(child);
        parent.push(place);
      }
    }
    start.push(path.length);
    above = added;
  }
  // No nodes, and no GPUs.
  for (let level = NODE; level <= GPU; level++) start.push(path.length);
  const from = path.map((one) => sideOf(one, before, after));
  return {
    ...{ version: 0, start, parent, path, feeds: [] },
    name: from.map(({ layout, place }) => layout.name[place]),
    model: from.map(({ layout, place }) => layout.model[place]),
    inferred: from.map(({ layout, place }) => layout.inferred[place]),
    budgetW: from.map(({ layout, place }) => layout.budgetW[place]),
    inventory: {
      ...NO_INVENTORY,
      racks: from.slice(start[RACK]).map(({ layout, place }) => layout.inventory.racks[place - layout.start[RACK]]),
    },
  };
}

const indexes = new WeakMap<LayoutDocument, ReadonlyMap<string, number>>();

function indexIn(layout: LayoutDocument, path: string): number {
  let index = indexes.get(layout);
  if (!index) {
    index = new Map(layout.path.slice(0, layout.start[NODE]).map((one, place) => [one, place]));
    indexes.set(layout, index);
  }
  return index.get(path) ?? -1;
}

function sideOf(path: string, before: LayoutDocument, after: LayoutDocument) {
  const place = indexIn(after, path);
  return place >= 0 ? { layout: after, place } : { layout: before, place: indexIn(before, path) };
}

/** Paths of the children of each place, by its path; '' has the sites. */
function childrenByPath({ start, parent, path }: LayoutDocument): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (let place = 0; place < start[NODE]; place++) {
    const key = parent[place] < 0 ? '' : path[parent[place]];
    const list = children.get(key) ?? [];
    list.push(path[place]);
    children.set(key, list);
  }
  return children;
}

/** The later order with those that went put behind the neighbour that stood before them. */
function merged(old: readonly string[], now: readonly string[]): readonly string[] {
  const there = new Set(now);
  const behind = new Map<string, string[]>();
  let last = '';
  for (const one of old) {
    if (there.has(one)) last = one;
    else behind.set(last, [...(behind.get(last) ?? []), one]);
  }
  return [...(behind.get('') ?? []), ...now.flatMap((one) => [one, ...(behind.get(one) ?? [])])];
}
