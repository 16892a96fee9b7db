import type { LayoutDocument } from '../../../shared/contract.ts';
import { HALL, NODE, RACK, ROW } from '../../../shared/topology.ts';

/** A rectangle of the wall's map in reference pixels, of a rack. */
export interface WallCell {
  readonly rack: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A row's or hall's name and percentage beside its cells. */
export interface WallLabel {
  readonly place: number;
  readonly left: number;
  readonly right: number;
  /** Baseline. */
  readonly y: number;
  readonly size: number;
}

export interface WallMapPlan {
  readonly cells: readonly WallCell[];
  readonly halls: readonly WallLabel[];
  readonly rows: readonly WallLabel[];
  /** Whole percents stand in the cells. */
  readonly numbers: boolean;
}

/** More racks than this carry no numbers; more rows than this are told by their halls only (ui.md (e)). */
const MOST_NUMBERED = 64;
const MOST_ROWS = 24;
const HALL_HEAD = 50;
const HALL_GAP = 26;
const LABEL = 76;
const PERCENT = 118;
const CELL_GAP = 6;
const COLUMN_GAP = 40;
/** Room below the last row. */
const FOOT = 20;

/** Where halls, rows and racks stand on a map of that size: halls under each other, in two columns where they are many. */
export function planWallMap(layout: LayoutDocument, width: number, height: number): WallMapPlan {
  const halls = placesAt(layout, HALL).map((hall) => ({
    hall,
    rows: placesAt(layout, ROW)
      .filter((row) => layout.parent[row] === hall)
      .map((row) => ({ row, racks: placesAt(layout, RACK).filter((rack) => layout.parent[rack] === row) })),
  }));
  const rowCount = halls.reduce((sum, { rows }) => sum + rows.length, 0);
  const columns = rowCount > MOST_ROWS || halls.length > 4 ? 2 : 1;
  const perColumn = Math.ceil(halls.length / columns);
  const numbers = layout.start[NODE] - layout.start[RACK] <= MOST_NUMBERED;
  const plan = { cells: [] as WallCell[], halls: [] as WallLabel[], rows: [] as WallLabel[], numbers };
  for (let column = 0; column < columns; column++) {
    const own = halls.slice(column * perColumn, (column + 1) * perColumn);
    const columnWidth = (width - (columns - 1) * COLUMN_GAP) / columns;
    const left = column * (columnWidth + COLUMN_GAP);
    placeColumn(plan, own, left, columnWidth, height, rowCount <= MOST_ROWS);
  }
  return plan;
}

type Halls = readonly { hall: number; rows: readonly { row: number; racks: readonly number[] }[] }[];

function placeColumn(
  plan: { cells: WallCell[]; halls: WallLabel[]; rows: WallLabel[] },
  halls: Halls,
  left: number,
  width: number,
  height: number,
  named: boolean,
): void {
  const rows = halls.reduce((sum, hall) => sum + hall.rows.length, 0);
  const gap = halls.length > 4 ? 8 : HALL_GAP;
  const rowHeight = Math.min(
    150,
    (height - 6 - FOOT - halls.length * HALL_HEAD - (halls.length - 1) * gap) / Math.max(1, rows),
  );
  const labelled = named && rowHeight >= 44;
  const [labelWidth, percentWidth] = labelled ? [LABEL, PERCENT] : [0, 0];
  let y = 6;
  for (const { hall, rows: own } of halls) {
    plan.halls.push({ place: hall, left, right: left + width, y: y + 38, size: 38 });
    y += HALL_HEAD;
    for (const { row, racks } of own) {
      const size = Math.min(44, rowHeight * 0.7);
      if (labelled) plan.rows.push({ place: row, left, right: left + width, y: y + rowHeight / 2 + size * 0.34, size });
      const space = width - labelWidth - percentWidth;
      const pitch = space / Math.max(1, racks.length);
      const between = pitch > 24 ? CELL_GAP : 1;
      racks.forEach((rack, index) => {
        const x = Math.round(left + labelWidth + index * pitch);
        const end = Math.round(left + labelWidth + (index + 1) * pitch) - between;
        const top = Math.round(y);
        const low = Math.round(y + rowHeight) - Math.min(CELL_GAP, Math.max(1, Math.round(rowHeight * 0.1)));
        plan.cells.push({ rack, x, y: top, w: Math.max(1, end - x), h: Math.max(1, low - top) });
      });
      y += rowHeight;
    }
    y += gap;
  }
}

const placesAt = ({ start }: LayoutDocument, level: number): number[] =>
  Array.from({ length: start[level + 1] - start[level] }, (_, i) => start[level] + i);
