import type { LayoutDocument } from '../../../../shared/contract.ts';
import { GPU, HALL, NODE, RACK, ROW } from '../../../../shared/topology.ts';
import { type CellGrid, cellGrid, childrenOf, linesOf } from './cell-grid.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The floor at zoom 1, in CSS pixels of the panel: where every hall, row and rack stands, and how racks are divided. */
export interface Floor {
  readonly width: number;
  readonly height: number;
  /** Boxes by place; only halls, rows and racks have one. */
  readonly boxes: ReadonlyMap<number, Box>;
  readonly grid: CellGrid;
  /** Width of a rack in each hall, in the halls' order. */
  readonly rackWidths: readonly number[];
  readonly labels: Labels;
  /** Gaps between rows that are wide enough to bear a name. */
  readonly aisles: readonly (Box & { readonly name: string })[];
}

/** Room for a row's label: a column left of the racks, and one right of them where a row is but one line high. */
export interface Labels {
  readonly left: number;
  readonly right: number;
}

const PAD = 14;
const HALL_GAP = 22;
const BAND_GAP = 10;
const HALL_HEADER = 26;
/** Rows lower than this have their label in one line, name left and value right. */
const FLAT_ROW = 40;
/** Room that a place brought into view keeps to the panel's edge: the outlines of severity and selection fit in. */
const EDGE = 8;
/** Cells smaller than this tell nothing: the racks' own size decides. */
const LEAST_CELL = 3;

interface HallPlan {
  readonly place: number;
  readonly rows: readonly RowPlan[];
  /** Racks in the longest row, with the gaps between them. */
  readonly longest: number;
  /** The densest rack: GPUs side by side, and lines of them. */
  readonly columns: number;
  readonly lines: number;
  /** Letters of the longest row name. */
  readonly letters: number;
}

interface RowPlan {
  readonly place: number;
  readonly racks: readonly number[];
  /** Where each rack stands in its row, from 0. */
  readonly slots: readonly number[];
}

/** A row whose racks all have a position of their own keeps its gaps, unless they would leave most of it empty. */
function rowPlan({ inventory, start }: LayoutDocument, place: number, racks: readonly number[]): RowPlan {
  const written = racks.map((rack) => inventory.racks[rack - start[RACK]]?.position ?? 0);
  const first = Math.min(...written);
  const spread = Math.max(...written) - first + 1;
  const own = racks.length > 0 && first > 0 && new Set(written).size === racks.length && spread <= 2 * racks.length;
  return { place, racks, slots: own ? written.map((position) => position - first) : racks.map((_, at) => at) };
}

function hallPlans(layout: LayoutDocument, grid: CellGrid): HallPlan[] {
  return range(childrenOfAll(layout, HALL)).map((place) => {
    const rows = range(childrenOf(layout, place)).map((row) => rowPlan(layout, row, range(childrenOf(layout, row))));
    const racks = rows.flatMap((row) => row.racks);
    const first = layout.start[RACK];
    return {
      place,
      rows,
      longest: rows.reduce((most, row) => Math.max(most, (row.slots.at(-1) ?? 0) + 1), 1),
      columns: racks.reduce((most, rack) => Math.max(most, grid.columns[rack - first]), 1),
      lines: racks.reduce((most, rack) => Math.max(most, linesOf(grid, rack - first)), 1),
      letters: rows.reduce((most, row) => Math.max(most, layout.name[row.place].length), 1),
    };
  });
}

const range = ([from, to]: readonly [number, number]) => Array.from({ length: to - from }, (_, i) => from + i);
const childrenOfAll = ({ start }: LayoutDocument, level: number) => [start[level], start[level + 1]] as const;

const rackGap = (width: number) => (width >= 30 ? 5 : width >= 10 ? 2 : width >= 4 ? 1 : 0);
const aisleOf = (inner: number, rows: number) => (rows === 1 ? 0 : Math.min(24, Math.max(2, inner / rows / 6)));

/** Height of a rack's header band on the screen; 0 where the rack is too low to bear one. */
export function headerOf(rackHeight: number): number {
  if (rackHeight >= 70) return 36;
  return rackHeight < 45 ? 0 : Math.round(rackHeight * 0.4);
}

function labelsOf(hallWidth: number, rowHeight: number, letters: number): Labels {
  if (rowHeight < 11 || hallWidth < 180) return { left: 0, right: 0 };
  if (rowHeight < FLAT_ROW) return { left: Math.min(72, Math.max(28, letters * 7 + 10)), right: 34 };
  const most = hallWidth >= 380 ? 110 : 60;
  return { left: Math.min(most, Math.max(hallWidth >= 380 ? 62 : 44, letters * 9 + 22)), right: 0 };
}

interface Arrangement {
  readonly columns: number;
  readonly hallWidth: number;
  /** Height of each band of halls below one another, header included. */
  readonly bands: readonly number[];
  readonly labels: Labels;
  /** Side of the smallest cell, and of the smallest rack, in CSS pixels. */
  readonly cell: number;
  readonly rack: number;
}

/** Halls in `columns` columns: the room of each, and how large their smallest parts come out. */
function arrange(halls: readonly HallPlan[], columns: number, width: number, height: number): Arrangement {
  const count = Math.ceil(halls.length / columns);
  const hallWidth = (width - 2 * PAD - (columns - 1) * HALL_GAP) / columns;
  const weights = Array.from({ length: count }, (_, band) =>
    halls.slice(band * columns, (band + 1) * columns).reduce((most, hall) => Math.max(most, hall.rows.length), 1),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  const room = height - 2 * PAD + 2 - (count - 1) * BAND_GAP - count * HALL_HEADER;
  const bands = weights.map((weight) => HALL_HEADER + (room * weight) / sum);
  const rowHeights = halls.map((hall, index) => {
    const rows = Math.max(1, hall.rows.length);
    const inner = bands[Math.floor(index / columns)] - HALL_HEADER;
    return (inner - (rows - 1) * aisleOf(inner, rows)) / rows;
  });
  const letters = halls.reduce((most, hall) => Math.max(most, hall.letters), 1);
  const labels = labelsOf(hallWidth, Math.min(...rowHeights), letters);
  let [cell, rack] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [index, hall] of halls.entries()) {
    const rackWidth = (hallWidth - labels.left - labels.right) / hall.longest;
    const body = rowHeights[index] - headerOf(rowHeights[index]);
    cell = Math.min(cell, rackWidth / hall.columns, body / hall.lines);
    rack = Math.min(rack, rackWidth, rowHeights[index]);
  }
  return { columns, hallWidth, bands, labels, cell, rack };
}

/** Whether `a` shows more than `b`: cells that can be seen before racks that can be seen, labels before none. */
function better(a: Arrangement, b: Arrangement): boolean {
  const [seenA, seenB] = [a.cell >= LEAST_CELL, b.cell >= LEAST_CELL];
  if (seenA !== seenB) return seenA;
  // Beyond a good size larger is not better; a label is worth half of the size.
  const worth = ({ cell, rack, labels }: Arrangement) =>
    (seenA ? Math.min(cell, 40) + Math.min(rack, 400) / 1000 : rack) * (labels.left > 0 ? 1 : 0.5);
  return worth(a) > worth(b);
}

/** Where everything stands in a panel of `width` × `height` CSS pixels. Places are never reordered by value. */
export function floorOf(layout: LayoutDocument, width: number, height: number): Floor {
  const grid = cellGrid(layout);
  const halls = hallPlans(layout, grid);
  let best = arrange(halls, 1, width, height);
  for (let columns = 2; columns <= halls.length; columns++) {
    const other = arrange(halls, columns, width, height);
    if (better(other, best)) best = other;
  }
  const { columns, hallWidth, bands, labels } = best;
  const boxes = new Map<number, Box>();
  const aisles: (Box & { name: string })[] = [];
  const rackWidths: number[] = [];
  let top = PAD - 2;
  bands.forEach((bandHeight, band) => {
    halls.slice(band * columns, (band + 1) * columns).forEach((hall, column) => {
      const box = { x: PAD + column * (hallWidth + HALL_GAP), y: top, w: hallWidth, h: bandHeight };
      boxes.set(hall.place, box);
      rackWidths.push(placeRows(layout, hall, box, labels, boxes, aisles));
    });
    top += bandHeight + BAND_GAP;
  });
  return { width, height, boxes, grid, rackWidths, labels, aisles };
}

/** The aisle that racks of two neighbouring rows are said to stand at; '' where nobody says. */
function aisleName({ inventory, start }: LayoutDocument, above: readonly number[], below: readonly number[]): string {
  const aisles = (racks: readonly number[]) =>
    new Set(racks.flatMap((rack) => inventory.racks[rack - start[RACK]]?.aisle || []));
  const other = aisles(below);
  return [...aisles(above)].find((aisle) => other.has(aisle)) ?? '';
}

/** Stands a hall's rows and racks; gives the width of a rack. */
function placeRows(
  layout: LayoutDocument,
  hall: HallPlan,
  box: Box,
  labels: Labels,
  boxes: Map<number, Box>,
  aisles: (Box & { name: string })[],
): number {
  const count = Math.max(1, hall.rows.length);
  const inner = box.h - HALL_HEADER;
  const aisle = aisleOf(inner, count);
  // Few racks keep a readable shape instead of being stretched over the floor.
  const rowHeight = Math.max(1, Math.min((inner - (count - 1) * aisle) / count, Math.max(160, 36 + hall.lines * 56)));
  const free = box.w - labels.left - labels.right;
  const gap = rackGap(free / hall.longest);
  const rackWidth = Math.min((free - (hall.longest - 1) * gap) / hall.longest, Math.max(320, hall.columns * 64));
  hall.rows.forEach(({ place, racks, slots }, index) => {
    const y = box.y + HALL_HEADER + index * (rowHeight + aisle);
    boxes.set(place, { x: box.x, y, w: box.w, h: rowHeight });
    racks.forEach((rack, at) => {
      boxes.set(rack, { x: box.x + labels.left + slots[at] * (rackWidth + gap), y, w: rackWidth, h: rowHeight });
    });
    if (index < hall.rows.length - 1 && aisle >= 14)
      aisles.push({
        x: box.x,
        y: y + rowHeight,
        w: box.w,
        h: aisle,
        name: aisleName(layout, racks, hall.rows[index + 1].racks),
      });
  });
  return rackWidth;
}

/** How much a rack shows, by its width on the screen (ui.md 6a). */
export type Shown = 'hall' | 'rack' | 'node' | 'gpu' | 'value';

/** How much racks show: by their width on the screen, or forced. */
export type Detail = 'auto' | 'rack' | 'node' | 'gpu';

/** The level of detail at a rack width; a forced detail keeps racks solid, or divides them while that can be seen. */
export function shownAt(rackPixels: number, detail: Detail): Shown {
  if (rackPixels < 6) return 'hall';
  if (detail === 'rack' || rackPixels < (detail === 'auto' ? 40 : 8)) return 'rack';
  if (detail === 'node') return 'node';
  return rackPixels > 160 ? 'value' : 'gpu';
}

/** The level of detail of each hall at a zoom. */
export function hallsShown(floor: Floor, k: number, detail: Detail): readonly Shown[] {
  return floor.rackWidths.map((width) => shownAt(width * k, detail));
}

/** The racks that are at least partly in view at a zoom. */
export function racksInView(layout: LayoutDocument, floor: Floor, view: View): number[] {
  const racks: number[] = [];
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    const box = floor.boxes.get(rack);
    if (box && inView(floor, onScreen(box, view))) racks.push(rack);
  }
  return racks;
}

/** The zoom: a point's place on the screen is k × world + (x, y), in CSS pixels. */
export interface View {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export function onScreen({ x, y, w, h }: Box, view: View): Box {
  return { x: x * view.k + view.x, y: y * view.k + view.y, w: w * view.k, h: h * view.k };
}

export function inView({ width, height }: Floor, box: Box): boolean {
  return box.x < width && box.y < height && box.x + box.w > 0 && box.y + box.h > 0;
}

/** The rack that a node or GPU stands in; other places are given back. */
export function rackOf({ parent, start }: LayoutDocument, place: number): number {
  return place >= start[GPU] ? parent[parent[place]] : place >= start[NODE] ? parent[place] : place;
}

/**
 * How far a box on the screen has to move along one axis to be seen whole. One that is too large shows its beginning,
 * or stays where it fills the panel.
 */
export function shiftInto(at: number, size: number, room: number): number {
  if (at <= EDGE && at + size >= room - EDGE) return 0;
  if (at < EDGE || size > room - 2 * EDGE) return EDGE - at;
  return Math.min(0, room - EDGE - size - at);
}

/** The hall that a row or rack stands in. */
export function hallOf({ parent, start }: LayoutDocument, place: number): number {
  let hall = place;
  while (hall >= start[ROW]) hall = parent[hall];
  return hall;
}
