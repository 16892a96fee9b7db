import type { LayoutDocument } from '../../../../shared/contract.ts';
import { GPU, HALL, NODE, RACK, ROW } from '../../../../shared/topology.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The floor at zoom 1, in CSS pixels of the panel: where every hall, row, rack and GPU stands. */
export interface Floor {
  readonly width: number;
  readonly height: number;
  /** Boxes by place; only halls, rows and racks have one. */
  readonly boxes: ReadonlyMap<number, Box>;
  /** Cell boxes by GPU (index: place − start[GPU]), inside their rack's body at zoom 1. */
  readonly gx: Float32Array;
  readonly gy: Float32Array;
  readonly gw: Float32Array;
  readonly gh: Float32Array;
  /** Width of a rack, the same for all racks of a hall; the smallest of all halls decides the level of detail. */
  readonly rackWidth: number;
  /** Room for row labels left of the racks and, on small floors, right of them. */
  readonly labelWidth: number;
  readonly headerHeight: number;
  /** Middles of the aisles between rows: box of the gap and its name. */
  readonly aisles: readonly (Box & { readonly name: string })[];
}

/** How much a rack shows, by its width on the screen (ui.md 6a). */
export type Shown = 'hall' | 'rack' | 'gpu' | 'value';

/** The level of detail at a rack width; a forced detail keeps racks solid or cells drawn as long as they fit. */
export function shownAt(rackPixels: number, detail: 'auto' | 'rack' | 'node' | 'gpu'): Shown {
  if (rackPixels < 6) return 'hall';
  if (detail === 'rack' || (detail === 'auto' && rackPixels < 40)) return 'rack';
  if (rackPixels < 16) return 'rack';
  return rackPixels > 160 ? 'value' : 'gpu';
}

const PAD = 14;
const HALL_GAP = 22;
const HALL_HEADER = 26;
const RACK_HEADER = 36;

interface HallPlan {
  readonly place: number;
  readonly rows: readonly (readonly number[])[];
  readonly rowPlaces: readonly number[];
  readonly longest: number;
  /** The densest rack: GPUs side by side, and lines of them. */
  readonly columns: number;
  readonly lines: number;
}

function children(layout: LayoutDocument, level: number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let place = layout.start[level]; place < layout.start[level + 1]; place++) {
    const above = layout.parent[place];
    const list = found.get(above);
    if (list) list.push(place);
    else found.set(above, [place]);
  }
  return found;
}

function hallPlans(layout: LayoutDocument): HallPlan[] {
  const rows = children(layout, ROW);
  const racks = children(layout, RACK);
  const plans: HallPlan[] = [];
  for (let hall = layout.start[HALL]; hall < layout.start[HALL + 1]; hall++) {
    const rowPlaces = rows.get(hall) ?? [];
    const of = rowPlaces.map((row) => racks.get(row) ?? []);
    const { columns, lines } = density(layout, of.flat());
    plans.push({
      place: hall,
      rows: of,
      rowPlaces,
      longest: Math.max(1, ...of.map((row) => row.length)),
      columns,
      lines,
    });
  }
  return plans;
}

/** How many cells the fullest of some racks has side by side and one below the other. */
function density(layout: LayoutDocument, racks: readonly number[]) {
  let [columns, lines] = [1, 1];
  for (const rack of racks) {
    const [from, to] = gpusOf(layout, rack);
    const perNode = new Map<number, number>();
    for (let i = from; i < to; i++) {
      const node = layout.parent[layout.start[GPU] + i];
      perNode.set(node, (perNode.get(node) ?? 0) + 1);
    }
    const wide = Math.min(8, Math.max(1, ...perNode.values()));
    columns = Math.max(columns, wide);
    lines = Math.max(
      lines,
      [...perNode.values()].reduce((sum, count) => sum + Math.ceil(count / wide), 0),
    );
  }
  return { columns, lines };
}

const labelRoom = (hallWidth: number) => (hallWidth >= 380 ? 62 : hallWidth >= 200 ? 40 : 0);
const rackGap = (width: number) => (width >= 30 ? 5 : width >= 10 ? 2 : width >= 4 ? 1 : 0);

/** Halls in `columns` columns: the room of each, and how well racks come out. */
function arrange(halls: readonly HallPlan[], columns: number, width: number, height: number) {
  const bands = Math.ceil(halls.length / columns);
  const hallWidth = (width - 2 * PAD - (columns - 1) * HALL_GAP) / columns;
  const weights = Array.from({ length: bands }, (_, band) =>
    Math.max(1, ...halls.slice(band * columns, (band + 1) * columns).map((hall) => hall.rows.length)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  const room = height - 2 * PAD + 2 - (bands - 1) * 10 - bands * HALL_HEADER;
  const label = labelRoom(hallWidth);
  let score = Number.POSITIVE_INFINITY;
  for (const [index, hall] of halls.entries()) {
    const rackWidth = (hallWidth - label) / hall.longest;
    const rowHeight = (room * weights[Math.floor(index / columns)]) / sum / Math.max(1, hall.rows.length);
    // What counts is how large the smallest cell comes out, up to a size beyond which larger is not better.
    const cell = Math.min(rackWidth / hall.columns, (rowHeight - Math.min(RACK_HEADER, rowHeight * 0.4)) / hall.lines);
    score = Math.min(score, Math.min(cell, 40) + rackWidth / 1e4);
  }
  return { bands, hallWidth, weights, sum, room, label, score };
}

/** Where everything stands in a panel of `width` × `height` CSS pixels. Places are never reordered by value. */
export function floorOf(layout: LayoutDocument, width: number, height: number): Floor {
  const halls = hallPlans(layout);
  let columns = 1;
  for (let n = 2; n <= halls.length; n++)
    if (arrange(halls, n, width, height).score > arrange(halls, columns, width, height).score) columns = n;
  const { bands, hallWidth, weights, sum, room, label } = arrange(halls, columns, width, height);
  const boxes = new Map<number, Box>();
  const aisles: (Box & { name: string })[] = [];
  let rackWidth = Number.POSITIVE_INFINITY;
  let headerHeight = RACK_HEADER;
  let top = PAD - 2;
  for (let band = 0; band < bands; band++) {
    const bandHeight = HALL_HEADER + (room * weights[band]) / sum;
    halls.slice(band * columns, (band + 1) * columns).forEach((hall, column) => {
      const box = { x: PAD + column * (hallWidth + HALL_GAP), y: top, w: hallWidth, h: bandHeight };
      boxes.set(hall.place, box);
      const placed = placeRows(hall, box, label, boxes, aisles);
      rackWidth = Math.min(rackWidth, placed.rackWidth);
      headerHeight = Math.min(headerHeight, placed.rowHeight < 70 ? Math.max(0, placed.rowHeight * 0.4) : RACK_HEADER);
    });
    top += bandHeight + 10;
  }
  if (headerHeight < 18) headerHeight = 0;
  const cells = placeCells(layout, boxes, headerHeight);
  return {
    width,
    height,
    boxes,
    ...cells,
    rackWidth: Number.isFinite(rackWidth) ? rackWidth : 0,
    labelWidth: label,
    headerHeight,
    aisles,
  };
}

function placeRows(
  hall: HallPlan,
  box: Box,
  label: number,
  boxes: Map<number, Box>,
  aisles: (Box & { name: string })[],
) {
  const count = Math.max(1, hall.rows.length);
  const inner = box.h - HALL_HEADER;
  const aisle = count === 1 ? 0 : Math.min(24, Math.max(2, inner / count / 6));
  const rowHeight = Math.floor((inner - (count - 1) * aisle) / count);
  const free = box.w - label;
  const gap = rackGap(free / hall.longest);
  // A hall with few racks keeps them at a readable width instead of stretching them over the floor.
  const rackWidth = Math.min((free - (hall.longest - 1) * gap) / hall.longest, 320);
  hall.rows.forEach((racks, index) => {
    const y = Math.round(box.y + HALL_HEADER + index * (rowHeight + aisle));
    boxes.set(hall.rowPlaces[index], { x: box.x, y, w: box.w, h: rowHeight });
    racks.forEach((rack, at) => {
      boxes.set(rack, { x: box.x + label + at * (rackWidth + gap), y, w: rackWidth, h: rowHeight });
    });
    if (index < hall.rows.length - 1 && aisle >= 14) {
      aisles.push({
        x: box.x,
        y: y + rowHeight,
        w: box.w,
        h: aisle,
        name: index % 2 === 0 ? 'Cold aisle' : 'Hot aisle',
      });
    }
  });
  return { rackWidth, rowHeight };
}

/** GPUs fill their rack's body: nodes stacked, a node's GPUs side by side (rows of eight where a node has more). */
function placeCells(layout: LayoutDocument, boxes: ReadonlyMap<number, Box>, header: number) {
  const { start, parent } = layout;
  const count = start[GPU + 1] - start[GPU];
  const nodes = start[NODE + 1] - start[NODE];
  const perNode = new Uint32Array(nodes);
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) perNode[parent[gpu] - start[NODE]]++;
  const racks = start[RACK + 1] - start[RACK];
  const columnsOf = new Uint32Array(racks);
  for (let node = 0; node < nodes; node++) {
    const rack = parent[node + start[NODE]] - start[RACK];
    columnsOf[rack] = Math.max(columnsOf[rack], Math.min(8, perNode[node]));
  }
  const linesOf = new Uint32Array(racks);
  const firstLine = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const rack = parent[node + start[NODE]] - start[RACK];
    firstLine[node] = linesOf[rack];
    linesOf[rack] += Math.max(1, Math.ceil(perNode[node] / Math.max(1, columnsOf[rack])));
  }
  const cells = {
    gx: new Float32Array(count),
    gy: new Float32Array(count),
    gw: new Float32Array(count),
    gh: new Float32Array(count),
  };
  let previous = -1;
  let order = 0;
  for (let i = 0; i < count; i++) {
    const node = parent[start[GPU] + i];
    order = node === previous ? order + 1 : 0;
    previous = node;
    const rack = parent[node] - start[RACK];
    const box = boxes.get(parent[node]);
    if (!box) continue;
    const w = box.w / Math.max(1, columnsOf[rack]);
    const h = (box.h - header) / Math.max(1, linesOf[rack]);
    cells.gx[i] = box.x + (order % columnsOf[rack]) * w;
    cells.gy[i] = box.y + header + (firstLine[node - start[NODE]] + Math.floor(order / columnsOf[rack])) * h;
    cells.gw[i] = w;
    // Eight in a line are a machine of its own: a wider gap tells machine from machine.
    cells.gh[i] = columnsOf[rack] >= 8 && h > 12 ? h - 2 : h;
  }
  return cells;
}

/** The place under a point at zoom 1: a GPU where cells are drawn, else a rack, a row, a hall; −1 for none. */
export function placeAt(layout: LayoutDocument, floor: Floor, x: number, y: number, cells: boolean): number {
  const inside = (box: Box | undefined) =>
    box !== undefined && x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
  let found = -1;
  for (let hall = layout.start[HALL]; hall < layout.start[HALL + 1]; hall++)
    if (inside(floor.boxes.get(hall))) found = hall;
  if (found < 0) return -1;
  const deeper = (level: number) => {
    for (let place = layout.start[level]; place < layout.start[level + 1]; place++) {
      if (layout.parent[place] === found && inside(floor.boxes.get(place))) return place;
    }
    return -1;
  };
  for (const level of [ROW, RACK]) {
    const next = deeper(level);
    if (next < 0) return found;
    found = next;
  }
  return cells ? (gpuAt(layout, floor, found, x, y) ?? found) : found;
}

/** GPUs of a rack lie together in the arrays, so only theirs are looked at. */
function gpuAt(layout: LayoutDocument, floor: Floor, rack: number, x: number, y: number): number | undefined {
  const { start, parent } = layout;
  const [from, to] = gpusOf(layout, rack);
  for (let i = from; i < to; i++) {
    if (parent[parent[start[GPU] + i]] !== rack) continue;
    if (x >= floor.gx[i] && x < floor.gx[i] + floor.gw[i] && y >= floor.gy[i] && y < floor.gy[i] + floor.gh[i])
      return start[GPU] + i;
  }
  return undefined;
}

/** The GPUs of a rack as a run [from, to) of cell indexes: children keep their parents' order on every level. */
export function gpusOf({ start, parent }: LayoutDocument, rack: number): readonly [number, number] {
  const first = (target: number) => {
    let low = start[GPU];
    let high = start[GPU + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (parent[parent[middle]] < target) low = middle + 1;
      else high = middle;
    }
    return low - start[GPU];
  };
  return [first(rack), first(rack + 1)];
}
