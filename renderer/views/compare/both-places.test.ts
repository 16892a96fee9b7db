import { expect, it } from 'vitest';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { floorOf } from '../overview/floor-plan/layout.ts';
import { placesOfBoth } from './both-places.ts';

/** Site S, halls and rows by name, each row's racks by name, with one node and GPU each. */
function layoutOf(halls: Record<string, Record<string, readonly string[]>>): LayoutDocument {
  const levels: [path: string, parent: string][][] = [[['S', '']], [], [], [], [], []];
  for (const [hall, rows] of Object.entries(halls)) {
    levels[1].push([`S/${hall}`, 'S']);
    for (const [row, racks] of Object.entries(rows)) {
      levels[2].push([`S/${hall}/${row}`, `S/${hall}`]);
      for (const rack of racks) {
        const path = `S/${hall}/${row}/${rack}`;
        levels[3].push([path, `S/${hall}/${row}`]);
        levels[4].push([`${path}/n`, path]);
        levels[5].push([`GPU-${path}`, `${path}/n`]);
      }
    }
  }
  const all = levels.flat();
  const start = Array.from({ length: 7 }, (_, level) => levels.slice(0, level).flat().length);
  const path = all.map(([one]) => one);
  return {
    ...{ version: 1, start, path, parent: all.map(([, parent]) => path.indexOf(parent)), feeds: [] },
    name: path.map((one) => one.slice(one.lastIndexOf('/') + 1)),
    ...{ model: path.map(() => ''), inferred: path.map(() => 0), budgetW: path.map(() => null) },
    inventory: { racks: levels[3].map(() => ({ position: 0, aisle: '' })) },
  } as unknown as LayoutDocument;
}

const racksOf = ({ path, start }: LayoutDocument) => path.slice(start[3], start[4]);

it('has racks of both times, each beside the neighbour that it had, and every one of them on the floor', () => {
  const before = layoutOf({ A: { A1: ['01', '02', '03'], A2: ['01'] }, Z: { Z1: ['01'] } });
  const after = layoutOf({ A: { A1: ['01', '03', '04'] }, B: { B1: ['02'] } });
  const both = placesOfBoth(before, after);
  expect(both.path.slice(both.start[1], both.start[2])).toEqual(['S/A', 'S/Z', 'S/B']);
  expect(racksOf(both)).toEqual([
    'S/A/A1/01',
    'S/A/A1/02',
    'S/A/A1/03',
    'S/A/A1/04',
    'S/A/A2/01',
    'S/Z/Z1/01',
    'S/B/B1/02',
  ]);
  expect(both.name.slice(both.start[3])).toEqual(['01', '02', '03', '04', '01', '01', '02']);
  // Every place is under the one that its path says.
  both.path.forEach((path, place) => {
    const above = both.parent[place] < 0 ? '' : both.path[both.parent[place]];
    expect(path.slice(0, Math.max(0, path.lastIndexOf('/')))).toBe(above);
  });
  const floor = floorOf(both, 800, 600);
  const boxes = racksOf(both).map((_, i) => floor.boxes.get(both.start[3] + i));
  expect(boxes.every((box) => box !== undefined && box.w > 10 && box.h > 10)).toBe(true);
  expect(new Set(boxes.map((box) => `${box?.x} ${box?.y}`)).size).toBe(7);
});

it('of one layout is that layout down to racks, in its order', () => {
  const layout = layoutOf({ B: { B2: ['03', '01'], B1: ['02'] }, A: { A1: ['01'] } });
  expect(racksOf(placesOfBoth(layout, layout))).toEqual(racksOf(layout));
  const empty = layoutOf({});
  expect(racksOf(placesOfBoth(empty, layout))).toEqual(racksOf(layout));
  expect(racksOf(placesOfBoth(layout, empty))).toEqual(racksOf(layout));
});
