import type { Frame } from './frame.ts';
import { aggregate } from './history/aggregate.ts';
import { CellHistory, DAY_MS, RAW_MS } from './history/cells.ts';
import { partsOf, stepsOf } from './history/derived.ts';
import { type Grid, MINUTE_MS, Steps } from './history/grid.ts';
import type { SeriesObjects } from './history/objects.ts';
import {
  bytesOfRow,
  bytesOfSpaces,
  condense,
  KEPT,
  type Kept,
  type PlaceRow,
  type PlaceSpace,
  placeSpaceOf,
  placesIn,
  rowsSince,
  valueIn,
} from './history/rows.ts';
import { aggregationOf, foldOf } from './history/signals.ts';
import type { Topology } from './topology.ts';
import type { TrendRow } from './trend.ts';
import type { DurationMs, EpochMs } from './units.ts';

/** One instant: what is told of sites to racks, by place, and the frame with every signal of every object. */
export interface Instant {
  readonly time: EpochMs;
  readonly frame: Frame;
  /** Watts, median share, hottest °C, highest share of a port's rate, highest share of time that one waited. */
  readonly kept: Readonly<Record<Kept, Float32Array>>;
  /** QUALITY of the draw. */
  readonly basis: Uint8Array;
}

/** From when on something is remembered at the poll, and by the minute; Infinity: not at all. */
export interface Remembered {
  readonly raw: EpochMs;
  readonly minutes: EpochMs;
}

/**
 * Recent history in memory: places, GPUs, links and feeds at the poll for an hour, by the minute for a day, all of it
 * under `bytes`. Detail of objects gives way first, then the oldest rows of places. A row keeps the order of objects it
 * was written in; an object is found in it by its identity, so a new topology mixes nothing. Nothing is interpolated:
 * an instant that was not recorded is a gap.
 */
export class History {
  readonly #limit: number;
  readonly #pollMs: number;
  readonly #cells = new CellHistory();
  #raw: PlaceRow[] = [];
  #minutes: PlaceRow[] = [];
  /** The newest topology and the order of its places. */
  #topology: Topology | null = null;
  #space: PlaceSpace | null = null;
  /** Racks are recorded: of most GPUs only their places' values are known. */
  #recorded = false;

  constructor(options: { readonly bytes: number; readonly pollMs: number }) {
    this.#limit = options.bytes;
    this.#pollMs = options.pollMs;
  }

  /** Bytes held by values and by the paths of the orders in use. */
  get size(): number {
    const { size } = this.#cells;
    return this.#placeBytes() + size;
  }

  #placeBytes(): number {
    const rows = [...this.#minutes, ...this.#raw];
    return rows.reduce((sum, row) => sum + bytesOfRow(row), bytesOfSpaces(rows));
  }

  /**
   * Remembers an instant. There is one a poll: a later one within the same poll replaces it. A clock that was set
   * back takes the rows from then on with it.
   */
  add({ time, frame, kept, basis }: Instant): void {
    const { topology } = frame;
    const slot = Math.floor(time / this.#pollMs) * this.#pollMs;
    while (this.#raw.length > 0 && (this.#raw.at(-1) as PlaceRow).time >= slot) this.#raw.pop();
    while (this.#minutes.length > 0 && (this.#minutes.at(-1) as PlaceRow).time >= slot) this.#minutes.pop();
    this.#closeMinute(slot);
    if (!this.#space || topology !== this.#topology) this.#space = placeSpaceOf(topology);
    this.#topology = topology;
    const { places } = this.#space;
    const values = new Float32Array(places * KEPT.length).fill(Number.NaN);
    KEPT.forEach((one, q) => {
      values.set(kept[one].subarray(0, places), q * places);
    });
    this.#raw.push({ time: slot, space: this.#space, values, basis: basis.slice(0, places) });
    this.#raw = rowsSince(this.#raw, slot - RAW_MS);
    this.#minutes = rowsSince(this.#minutes, slot - DAY_MS);
    this.#recorded = frame.columns.has('place.gpus');
    this.#cells.add(slot, frame, () => this.#evict());
  }

  /** Does some milliseconds of what waits of the newest instant, and of packing. @returns whether more waits */
  work(): boolean {
    return this.#cells.work();
  }

  /** When a new minute begins, the rows of the last one become one row of its own. */
  #closeMinute(slot: EpochMs): void {
    const last = this.#raw.at(-1);
    if (!last) return;
    const minute = Math.floor(last.time / MINUTE_MS) * MINUTE_MS;
    if (slot < minute + MINUTE_MS || this.#minutes.at(-1)?.time === minute) return;
    const rows = this.#raw.filter((row) => row.time >= minute && row.space === last.space);
    this.#minutes.push(condense(minute, rows));
  }

  #evict(): void {
    const places = this.#placeBytes();
    this.#cells.evict(Math.max(0, this.#limit - places));
    let over = places - this.#limit;
    while (over > 0 && this.#raw.length + this.#minutes.length > 1) {
      (this.#raw.length > 1 ? this.#raw : this.#minutes).shift();
      over = this.#placeBytes() - this.#limit;
    }
  }

  /** Minutes of places from before the first that is remembered: what an earlier run left. */
  restore(minutes: readonly PlaceRow[]): void {
    const first = this.#minutes[0]?.time ?? this.#raw[0]?.time ?? Number.POSITIVE_INFINITY;
    this.#minutes = [...minutes.filter(({ time }) => time < first - MINUTE_MS + 1), ...this.#minutes];
  }

  /** Minutes of places that are over, from a time on. */
  minutesSince(time: EpochMs): readonly PlaceRow[] {
    return rowsSince(this.#minutes, time);
  }

  /** Draws of the rows since a time, for fitting trends over the places of `topology`. */
  draws(topology: Topology, sinceMs: EpochMs): readonly TrendRow[] {
    const maps = new Map<PlaceSpace, Int32Array | null>();
    return rowsSince(this.#raw, sinceMs).map(({ time, space, values, basis }) => {
      let places = maps.get(space);
      if (places === undefined) {
        places = space === this.#space && topology === this.#topology ? null : placesIn(space, topology);
        maps.set(space, places);
      }
      return { time, values: values.subarray(0, space.places), basis, places };
    });
  }

  /**
   * Draws up to an instant, for quantiles: by the minute, and at the poll for what no minute held yet. Of any instant
   * they are those that were told then; where its poll is not remembered the minute that it lies in stands for it.
   */
  drawsOfDay(topology: Topology, sinceMs: EpochMs, untilMs: EpochMs): readonly TrendRow[] {
    const over = rowsSince(this.#minutes, sinceMs).filter(({ time }) => time + MINUTE_MS <= untilMs);
    const last = this.#minutes.findLast(({ time }) => time + MINUTE_MS <= untilMs)?.time ?? Number.NEGATIVE_INFINITY;
    const recent = this.draws(topology, Math.max(sinceMs, last + MINUTE_MS)).filter(({ time }) => time <= untilMs);
    const own = this.#minutes.find(({ time }) => time <= untilMs && untilMs < time + MINUTE_MS);
    const rows = own && recent.length === 0 ? [...over, own] : over;
    const minutes = rows.map(({ time, space, values, basis }) => {
      return { time, values: values.subarray(0, space.places), basis, places: placesIn(space, topology) };
    });
    return [...minutes, ...recent];
  }

  /**
   * Draws of the span up to a past instant, for its trends: at the poll where that is remembered, else by the minute.
   * Minutes stand for their middle.
   */
  drawsBefore(topology: Topology, time: EpochMs, spanMs: DurationMs): readonly TrendRow[] {
    const within = (row: TrendRow) => row.time > time - spanMs && row.time <= time;
    const raw = this.draws(topology, time - spanMs).filter(within);
    if ((this.#raw[0]?.time ?? Number.POSITIVE_INFINITY) <= time - spanMs) return raw;
    const end = raw[0]?.time ?? time;
    const minutes = this.#minutes.filter((row) => row.time >= time - spanMs && row.time + MINUTE_MS <= end);
    const told = minutes.map(({ space, values, basis, time: at }): TrendRow => {
      const of = { values: values.subarray(0, space.places), basis, places: placesIn(space, topology) };
      return { time: at + MINUTE_MS / 2, ...of };
    });
    return [...told, ...raw];
  }

  /** Instants that were recorded, ascending: minutes before the first of the poll's own. */
  instants(): readonly EpochMs[] {
    const first = this.#raw[0]?.time ?? Number.POSITIVE_INFINITY;
    const minutes = this.#minutes.filter(({ time }) => time + MINUTE_MS <= first);
    return [...minutes, ...this.#raw].map(({ time }) => time);
  }

  /** The fleet as it was; null where that is not remembered. Rolled-up racks are not: only a server has those. */
  frameAt(time: EpochMs): { readonly frame: Frame; readonly raw: boolean } | null {
    return this.#recorded ? null : this.#cells.frameAt(time, this.#pollMs);
  }

  /** From when on a series is remembered. */
  since({ signal, kept, own }: SeriesObjects): Remembered {
    if (kept) {
      const first = (rows: readonly PlaceRow[]) => rows[0]?.time ?? Number.POSITIVE_INFINITY;
      return { raw: first(this.#raw), minutes: first(this.#minutes) };
    }
    if (this.#recorded && !own) return { raw: Number.POSITIVE_INFINITY, minutes: Number.POSITIVE_INFINITY };
    const parts = signal === 'draw' ? [] : partsOf(signal).map((id) => this.#cells.since(id));
    const latest = (of: (one: Remembered) => EpochMs) => Math.max(...parts.map(of));
    return { raw: latest(({ raw }) => raw), minutes: latest(({ minutes }) => minutes) };
  }

  /** A series in steps; NaN is a gap. Sites to racks are as they were told, everything else within its resolution. */
  read(topology: Topology, { kind, signal, objects, place, kept, own }: SeriesObjects, grid: Grid): Float64Array {
    if (kept) return this.#readPlace(topology.path[place], kept, grid);
    if (signal === 'draw' || kind === 'place' || (this.#recorded && !own))
      return new Float64Array(grid.count).fill(Number.NaN);
    const columns = objects.map((object) =>
      stepsOf(signal, object, topology, (id, fold) => {
        const steps = new Steps(grid, fold);
        this.#cells.read(id, kind, object, topology, grid, steps);
        return steps.result();
      }),
    );
    return aggregate(columns, grid.count, aggregationOf(signal));
  }

  #readPlace(path: string, kept: Kept, grid: Grid): Float64Array {
    const steps = new Steps(grid, foldOf(kept));
    const first = this.#raw[0]?.time ?? Number.POSITIVE_INFINITY;
    const end = grid.first + grid.count * grid.stepMs;
    const add = (row: PlaceRow) => {
      if (row.time >= grid.first && row.time < end) steps.add(row.time, valueIn(row, path, kept));
    };
    for (const row of this.#minutes) if (row.time + MINUTE_MS <= first) add(row);
    for (const row of this.#raw) add(row);
    return steps.result();
  }
}
