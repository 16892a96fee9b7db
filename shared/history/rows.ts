import { NODE, type Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { HistorySignal } from './signals.ts';

/** What is remembered of sites to racks as it is, without rounding. */
export const KEPT = ['draw', 'gpu.util', 'gpu.temp', 'link.use', 'link.waited'] as const satisfies HistorySignal[];
export type Kept = (typeof KEPT)[number];

/** A minute keeps the mean of draw and use, and the peak of temperature and links. */
const PEAKS: readonly boolean[] = [false, false, true, true, true];

/** The order of places that a row was written in. */
export interface PlaceSpace {
  readonly paths: readonly string[];
  readonly places: number;
  index: ReadonlyMap<string, number> | null;
}

/** One instant of sites to racks. */
export interface PlaceRow {
  readonly time: EpochMs;
  readonly space: PlaceSpace;
  /** Quantity after quantity, each by place; NaN is "no sample". */
  readonly values: Float32Array;
  /** QUALITY of the draw. */
  readonly basis: Uint8Array;
}

export const bytesOfRow = (row: PlaceRow) => row.values.byteLength + row.basis.byteLength;

/** Bytes of the orders that rows are in: a path's text and its entry in a list and a map, roughly. */
export function bytesOfSpaces(rows: readonly PlaceRow[]): number {
  let [bytes, last] = [0, null as PlaceSpace | null];
  for (const { space } of rows) {
    if (space !== last) bytes += space.places * 200;
    last = space;
  }
  return bytes;
}

export function placeSpaceOf({ start, path }: Topology): PlaceSpace {
  return { paths: path.slice(0, start[NODE]), places: start[NODE], index: null };
}

/** Where a place stands in an order; −1: it was not there. */
export function indexIn(space: PlaceSpace, path: string): number {
  space.index ??= new Map(space.paths.map((one, index) => [one, index]));
  return space.index.get(path) ?? -1;
}

/** Each place's index in a row's order by its index now. */
export const placesIn = (space: PlaceSpace, topology: Topology) =>
  Int32Array.from({ length: topology.start[NODE] }, (_, place) => indexIn(space, topology.path[place]));

export function valueIn({ space, values }: PlaceRow, path: string, kept: Kept): number {
  const at = indexIn(space, path);
  return at < 0 ? Number.NaN : values[KEPT.indexOf(kept) * space.places + at];
}

/** One row of the rows of a span. */
export function condense(time: EpochMs, rows: readonly PlaceRow[]): PlaceRow {
  const { space, basis } = rows.at(-1) as PlaceRow;
  const values = new Float32Array(space.places * KEPT.length).fill(Number.NaN);
  for (let i = 0; i < values.length; i++) {
    const peak = PEAKS[Math.floor(i / space.places)];
    let [sum, count] = [0, 0];
    for (const row of rows) {
      const value = row.values[i];
      if (Number.isNaN(value)) continue;
      sum = peak && count > 0 ? Math.max(sum, value) : peak ? value : sum + value;
      count++;
    }
    if (count > 0) values[i] = peak ? sum : sum / count;
  }
  return { time, space, values, basis };
}

/** Rows at or after a time; rows are in the order of time. */
export function rowsSince(rows: PlaceRow[], time: EpochMs): PlaceRow[] {
  const first = rows.findIndex((row) => row.time >= time);
  return first === 0 ? rows : first < 0 ? [] : rows.slice(first);
}
