import { describe, expect, it } from 'vitest';
import { GPU, HALL, NODE, RACK, ROW } from '../../../../shared/topology.ts';
import { DRAWN_FLEET, type HallKind, LARGE_FLEET, layoutOf } from '../../../draw/sample-fleet.fixture.ts';
import { cellBoxes, gpuBox } from './cell-boxes.ts';
import { gpusOf } from './cell-grid.ts';
import { placeAt } from './hit.ts';
import { type Box, floorOf, hallsShown, headerOf, rackOf, racksInView, shiftInto, shownAt } from './layout.ts';

const FLEETS: Readonly<Record<string, readonly HallKind[]>> = {
  'one rack of 8 GPUs': [{ name: 'A', rows: [1], nodes: 1, gpus: 8, rackW: 10_200 }],
  'the drawing': DRAWN_FLEET,
  '103,680 GPUs': LARGE_FLEET,
  'uneven rows and an Unmapped hall': [
    { name: 'Unmapped', rows: [3], nodes: 4, gpus: 8, rackW: 44_000 },
    { name: 'A', rows: [8, 3, 12, 1, 5], nodes: 18, gpus: 4, rackW: 132_000 },
    { name: 'B', rows: [20], nodes: 2, gpus: 16, rackW: 44_000 },
  ],
  'more racks than pixels': [{ name: 'A', rows: Array.from({ length: 60 }, () => 900), nodes: 1, gpus: 1, rackW: 1 }],
};
/** The plan's panel in windows of 1280 × 800, 1920 × 1080 and 3840 × 2160. */
const PANELS = [
  [830, 330],
  [1230, 650],
  [3150, 1730],
] as const;

const overlap = (a: Box, b: Box) =>
  Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x) > 1e-6 &&
  Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y) > 1e-6;
const within = (inner: Box, outer: Box) =>
  inner.x >= outer.x - 1e-6 &&
  inner.y >= outer.y - 1e-6 &&
  inner.x + inner.w <= outer.x + outer.w + 1e-6 &&
  inner.y + inner.h <= outer.y + outer.h + 1e-6;

describe.each(Object.keys(FLEETS))('%s', (name) => {
  const layout = layoutOf(FLEETS[name]);

  it.each(PANELS)('stands whole and without overlap in %i × %i', (width, height) => {
    const floor = floorOf(layout, width, height);
    const boxes = (level: number) =>
      Array.from({ length: layout.start[level + 1] - layout.start[level] }, (_, i) => {
        const place = layout.start[level] + i;
        const box = floor.boxes.get(place);
        if (!box) throw new Error(`place ${place} stands nowhere`);
        if (!(box.w > 0 && box.h > 0)) throw new Error(`place ${place} has no size`);
        return { place, box };
      });
    const panel = { x: 0, y: 0, w: width, h: height };
    const halls = boxes(HALL);
    for (const { box } of halls) expect(within(box, panel)).toBe(true);
    for (const [i, { box }] of halls.entries())
      expect(halls.slice(i + 1).some((other) => overlap(box, other.box))).toBe(false);
    for (const level of [ROW, RACK]) {
      let before: { place: number; box: Box } | undefined;
      for (const each of boxes(level)) {
        const parent = layout.parent[each.place];
        if (!within(each.box, floor.boxes.get(parent) as Box)) throw new Error(`place ${each.place} sticks out`);
        // Children follow one another, so that neighbours tell of all.
        if (before && layout.parent[before.place] === parent) {
          if (overlap(before.box, each.box)) throw new Error(`places ${before.place} and ${each.place} overlap`);
          const [was, is] = level === ROW ? [before.box.y, each.box.y] : [before.box.x, each.box.x];
          if (is <= was) throw new Error(`place ${each.place} stands before ${before.place}`);
        }
        before = each;
      }
    }
  });
});

describe('cells', () => {
  const layout = layoutOf(DRAWN_FLEET);
  const floor = floorOf(layout, 1230, 650);
  const rest = { k: 1, x: 0, y: 0 };

  it('the drawing has two halls side by side with cells of every GPU', () => {
    expect(hallsShown(floor, 1, 'auto')).toEqual(['gpu', 'gpu']);
    const [a, b] = [floor.boxes.get(1) as Box, floor.boxes.get(2) as Box];
    expect(a.y).toBe(b.y);
    expect(b.x).toBeGreaterThan(a.x + a.w);
  });

  it.each([1, 1.5, 2])('stand on whole pixels with a gap at ratio %d, and fill their rack to its edge', (ratio) => {
    const cells = cellBoxes(layout, floor, rest, ratio, GPU, () => true);
    const gap = Math.max(1, Math.round(ratio));
    // A1-01: 18 trays of 4.
    for (let i = 0; i < 72; i++) {
      if (i % 4 < 3) expect(cells.x[i + 1] - cells.x[i] - cells.w[i], `beside ${i}`).toBe(gap);
      if (i < 68) expect(cells.y[i + 4] - cells.y[i] - cells.h[i], `below ${i}`).toBe(gap);
    }
    const rack = floor.boxes.get(layout.start[RACK]) as Box;
    expect(cells.x[0]).toBe(Math.round(rack.x * ratio));
    expect(cells.x[3] + cells.w[3]).toBe(Math.round((rack.x + rack.w) * ratio));
    expect(cells.y[71] + cells.h[71]).toBe(Math.round((rack.y + rack.h) * ratio));
  });

  it('machines of eight stand further apart than lines of one machine', () => {
    const cells = cellBoxes(layout, floor, rest, 1, GPU, () => true);
    const b = 1152;
    expect(cells.y[b + 8] - cells.y[b] - cells.h[b]).toBe(3);
  });

  it('the point in the middle of every cell is that GPU, in the header it is the rack', () => {
    const shown = hallsShown(floor, 1, 'auto');
    for (let gpu = layout.start[GPU]; gpu < layout.start[GPU + 1]; gpu++) {
      const box = gpuBox(layout, floor, rest, gpu) as Box;
      const hit = placeAt(layout, floor, rest, shown, box.x + box.w / 2, box.y + box.h / 2);
      if (hit !== gpu) throw new Error(`at GPU ${gpu} stands ${hit}`);
    }
    const rack = floor.boxes.get(layout.start[RACK] + 3) as Box;
    expect(placeAt(layout, floor, rest, shown, rack.x + 4, rack.y + 4)).toBe(layout.start[RACK] + 3);
    expect(placeAt(layout, floor, rest, shown, 1, 1)).toBe(-1);
  });

  it('the same point after a zoom is the same place', () => {
    const view = { k: 5, x: -900, y: -400 };
    const shown = hallsShown(floor, view.k, 'auto');
    const gpu = layout.start[GPU] + 200;
    const box = gpuBox(layout, floor, view, gpu) as Box;
    expect(placeAt(layout, floor, view, shown, box.x + box.w / 2, box.y + box.h / 2)).toBe(gpu);
  });

  it('a solid rack, a node and a row are hit as what is drawn', () => {
    const rack = layout.start[RACK] + 16;
    const box = floor.boxes.get(rack) as Box;
    const [x, y] = [box.x + box.w / 2, box.y + box.h - 2];
    expect(placeAt(layout, floor, rest, ['rack', 'rack'], x, y)).toBe(rack);
    expect(placeAt(layout, floor, rest, ['hall', 'hall'], x, y)).toBe(layout.parent[rack]);
    // The lowest of B1-01's four machines.
    expect(placeAt(layout, floor, rest, ['node', 'node'], x, y)).toBe(layout.start[NODE] + 16 * 18 + 3);
  });

  it('cells out of view are not placed', () => {
    const far = cellBoxes(layout, floor, { k: 1, x: -5000, y: 0 }, 1, GPU, () => true);
    expect(Math.max(...far.w)).toBe(0);
    expect(racksInView(layout, floor, { k: 1, x: -5000, y: 0 })).toEqual([]);
    expect(racksInView(layout, floor, rest)).toHaveLength(44);
  });

  it('GPUs of a rack are one run', () => {
    expect(gpusOf(layout, layout.start[RACK])).toEqual([0, 72]);
    expect(gpusOf(layout, layout.start[RACK] + 16)).toEqual([1152, 1184]);
    expect(gpusOf(layout, layout.start[NODE] - 1)).toEqual([2016, 2048]);
  });
});

it('a node of sixteen GPUs has two lines of eight', () => {
  const layout = layoutOf([{ name: 'A', rows: [1], nodes: 2, gpus: 16, rackW: 1 }]);
  const floor = floorOf(layout, 800, 400);
  expect([...floor.grid.columns, ...floor.grid.lines, ...floor.grid.nodeLine]).toEqual([8, 4, 0, 2]);
});

it('1,440 racks are seen one by one with labels at 1920 × 1080, as drawn: four halls beside four', () => {
  const floor = floorOf(layoutOf(LARGE_FLEET), 1230, 650);
  expect(floor.boxes.get(4)?.y).toBe(floor.boxes.get(1)?.y);
  expect(floor.boxes.get(5)?.x).toBe(floor.boxes.get(1)?.x);
  expect(new Set(hallsShown(floor, 1, 'auto'))).toEqual(new Set(['rack']));
  expect(floor.labels.left).toBeGreaterThan(0);
  expect(floor.labels.right).toBeGreaterThan(0);
});

it('levels follow the width of a rack on the screen (ui.md 6a)', () => {
  expect([5.9, 6, 39.9, 40, 160, 160.1].map((width) => shownAt(width, 'auto'))).toEqual([
    'hall',
    'rack',
    'rack',
    'gpu',
    'gpu',
    'value',
  ]);
});

it('a forced detail holds while it can be seen', () => {
  expect(shownAt(300, 'rack')).toBe('rack');
  expect(shownAt(20, 'gpu')).toBe('gpu');
  expect(shownAt(20, 'node')).toBe('node');
  expect(shownAt(300, 'node')).toBe('node');
  expect(shownAt(7, 'gpu')).toBe('rack');
  expect(shownAt(5, 'gpu')).toBe('hall');
});

it('low racks have a low header or none', () => {
  expect([300, 70, 50, 44, 10].map(headerOf)).toEqual([36, 36, 20, 0, 0]);
});

it('a place is brought into view by the least move that shows it whole, 8 px from the edge', () => {
  // Left of, right of and within a panel of 1,000 px.
  expect([-50, 950, 8, 892].map((at) => shiftInto(at, 100, 1000))).toEqual([58, -58, 0, 0]);
  // Wider than the panel: from its beginning; where it fills the panel nothing moves.
  expect([400, -300, -2500].map((at) => shiftInto(at, 2000, 1000))).toEqual([-392, 0, 2508]);
});

it('GPUs and nodes stand in their rack, rows and halls are themselves', () => {
  const layout = layoutOf(DRAWN_FLEET);
  // A1-01 has GPUs 0 to 71, A1-02 begins with 72; 18 nodes each.
  expect([0, 71, 72].map((gpu) => rackOf(layout, layout.start[GPU] + gpu) - layout.start[RACK])).toEqual([0, 0, 1]);
  expect([17, 18].map((node) => rackOf(layout, layout.start[NODE] + node) - layout.start[RACK])).toEqual([0, 1]);
  expect([-1, 0, layout.start[ROW], layout.start[RACK] + 3].map((place) => rackOf(layout, place))).toEqual([
    -1,
    0,
    layout.start[ROW],
    layout.start[RACK] + 3,
  ]);
});
