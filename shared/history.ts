import { GPU, NODE, type Topology } from './topology.ts';
import type { TrendRow } from './trend.ts';
import type { EpochMs } from './units.ts';

/** Quantities that are remembered: GPUs have the first three, places from sites to racks all four. */
export const KEPT = ['draw', 'util', 'temp', 'nic'] as const;
export type Kept = (typeof KEPT)[number];

/** One instant: columns indexed by place; those of GPUs are the frame's own columns. NaN is "no sample". */
export interface Instant {
  readonly time: EpochMs;
  /** Watts, median share, hottest °C and highest share of a link's rate, by place from sites to racks. */
  readonly draw: Float32Array;
  readonly util: Float32Array;
  readonly temp: Float32Array;
  readonly nic: Float32Array;
  /** QUALITY of the draw. */
  readonly basis: Uint8Array;
  /** Of GPUs, indexed from the first GPU; undefined where the signal is not there. */
  readonly gpus: readonly (Float32Array | undefined)[];
}

const RAW_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** GPUs' minutes may hold this share of the bytes, so that a large fleet's last hour keeps its detail. */
const GPU_MINUTES_SHARE = 0.25;

/** GPU values are 16-bit: 0.1 W from 0, 0.0001 of a share from 0, 0.1 °C from −100. 65535 is "no sample". */
const STEPS = [
  { perUnit: 10, offset: 0 },
  { perUnit: 10_000, offset: 0 },
  { perUnit: 10, offset: 1000 },
] as const;
const NOTHING = 0xffff;
/** A minute keeps the mean of draw and use, and the peak of temperature and links. */
const PEAKS: readonly boolean[] = [false, false, true, true];

/** The order of objects that a row was written in. */
interface Space {
  readonly paths: readonly string[];
  readonly places: number;
  readonly gpus: number;
  index: ReadonlyMap<string, number> | null;
}

interface Row {
  readonly time: EpochMs;
  readonly space: Space;
  /** Quantity after quantity, each by place. */
  readonly values: Float32Array;
  readonly basis: Uint8Array;
  /** Quantity after quantity, each by GPU; null once it gave way to newer rows. */
  gpus: Uint16Array | null;
}

/**
 * Recent history in memory: places and GPUs at the poll for an hour, by the minute for a day. Rows are allocated as
 * they come and all of them together stay under `bytes`: the oldest GPU detail gives way first, then the oldest rows.
 * A row keeps the order of objects it was written in; a place is found in it by its path, so a new topology mixes
 * nothing. Nothing is interpolated: an instant that was not recorded is a gap.
 */
export class History {
  readonly #limit: number;
  readonly #pollMs: number;
  #raw: Row[] = [];
  #minutes: Row[] = [];
  /** The newest topology and the order of its objects. */
  #topology: Topology | null = null;
  #space: Space | null = null;

  constructor(options: { readonly bytes: number; readonly pollMs: number }) {
    this.#limit = options.bytes;
    this.#pollMs = options.pollMs;
  }

  /** Bytes held by values and by the paths of the orders in use. */
  get size(): number {
    let bytes = 0;
    for (const row of this.#raw) bytes += bytesOf(row);
    for (const row of this.#minutes) bytes += bytesOf(row);
    for (const space of new Set([...this.#raw, ...this.#minutes].map((row) => row.space))) bytes += bytesOfSpace(space);
    return bytes;
  }

  /**
   * Remembers an instant. There is one a poll: a later one within the same poll replaces it. A clock that was set
   * back takes the rows from then on with it.
   */
  add(topology: Topology, instant: Instant): void {
    const slot = Math.floor(instant.time / this.#pollMs) * this.#pollMs;
    while (this.#raw.length > 0 && (this.#raw.at(-1) as Row).time >= slot) this.#raw.pop();
    while (this.#minutes.length > 0 && (this.#minutes.at(-1) as Row).time >= slot) this.#minutes.pop();
    this.#closeMinute(slot);
    if (!this.#space || topology !== this.#topology) this.#space = spaceOf(topology);
    this.#topology = topology;
    this.#raw.push(rowOf(slot, this.#space, instant));
    this.#raw = since(this.#raw, slot - RAW_MS);
    this.#minutes = since(this.#minutes, slot - DAY_MS);
    this.#evict();
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
    let minuteBytes = 0;
    for (const row of this.#minutes) minuteBytes += row.gpus?.byteLength ?? 0;
    for (const row of this.#minutes) {
      if (minuteBytes <= this.#limit * GPU_MINUTES_SHARE) break;
      minuteBytes -= row.gpus?.byteLength ?? 0;
      row.gpus = null;
    }
    let over = this.size - this.#limit;
    for (const row of [...this.#raw, ...this.#minutes]) {
      if (over <= 0) return;
      over -= row.gpus?.byteLength ?? 0;
      row.gpus = null;
    }
    while (over > 0 && this.#raw.length + this.#minutes.length > 1) {
      const rows = this.#raw.length > 1 ? this.#raw : this.#minutes;
      rows.shift();
      over = this.size - this.#limit;
    }
  }

  /** Draws of the rows since a time, for fitting trends over the places of `topology`. */
  draws(topology: Topology, sinceMs: EpochMs): readonly TrendRow[] {
    const maps = new Map<Space, Int32Array | null>();
    return since(this.#raw, sinceMs).map(({ time, space, values, basis }) => {
      let places = maps.get(space);
      if (places === undefined) {
        places = space === this.#space && topology === this.#topology ? null : placesIn(space, topology);
        maps.set(space, places);
      }
      return { time, values: values.subarray(0, space.places), basis, places };
    });
  }

  /** Draws of the last day for quantiles: by the minute, and at the poll for what no minute holds yet. */
  drawsOfDay(topology: Topology, sinceMs: EpochMs): readonly TrendRow[] {
    const last = this.#minutes.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
    const recent = this.draws(topology, Math.max(sinceMs, last + MINUTE_MS));
    const minutes = since(this.#minutes, sinceMs).map(({ time, space, values, basis }) => {
      return { time, values: values.subarray(0, space.places), basis, places: placesIn(space, topology) };
    });
    return [...minutes, ...recent];
  }

  /** The value at the last recorded instant at or before `time`, at most one interval old; NaN: no sample. */
  instant(path: string, kept: Kept, time: EpochMs): number {
    const raw = this.#raw.findLast((row) => row.time <= time);
    if (raw) return time - raw.time < this.#pollMs ? valueIn(raw, path, kept) : Number.NaN;
    const minute = this.#minutes.findLast((row) => row.time <= time);
    return minute && time - minute.time < MINUTE_MS ? valueIn(minute, path, kept) : Number.NaN;
  }

  /**
   * Buckets of equal width over [from, to): at most `points`, none narrower than what is stored, aligned to
   * multiples of their width. A bucket has the mean of its samples (temperature and links: the peak), null where
   * there is none. Times are the buckets' beginnings.
   */
  range(
    series: readonly { readonly path: string; readonly kept: Kept }[],
    from: EpochMs,
    to: EpochMs,
    points: number,
  ): { times: number[]; values: (number | null)[][] } {
    if (!(to > from) || !(points >= 1)) return { times: [], values: series.map(() => []) };
    // Where the detail of GPUs gave way, their minutes stand in for it.
    const ofGpus = series.some(({ path }) => this.#space !== null && indexOf(this.#space, path) >= this.#space.places);
    const raw = ofGpus ? this.#raw.filter((row) => row.gpus !== null) : this.#raw;
    const oldest = raw[0]?.time ?? Number.POSITIVE_INFINITY;
    const minutes = this.#minutes.filter(
      ({ time }) => time + MINUTE_MS <= oldest && time + MINUTE_MS > from && time < to,
    );
    const finest = minutes.length > 0 ? MINUTE_MS : this.#pollMs;
    const step = Math.max(finest, Math.ceil((to - from) / points / this.#pollMs) * this.#pollMs);
    const first = Math.floor(from / step) * step;
    const times = Array.from(
      { length: Math.min(points + 1, Math.ceil((to - first) / step)) },
      (_, i) => first + i * step,
    );
    const rows = [...minutes, ...raw.filter((row) => row.time >= first && row.time < to)];
    return { times, values: series.map(({ path, kept }) => bucketed(rows, path, kept, first, step, times.length)) };
  }
}

function bucketed(
  rows: readonly Row[],
  path: string,
  kept: Kept,
  first: number,
  step: number,
  length: number,
): (number | null)[] {
  const peak = PEAKS[KEPT.indexOf(kept)];
  const sums = new Float64Array(length);
  const counts = new Uint32Array(length);
  for (const row of rows) {
    const at = Math.floor((row.time - first) / step);
    const value = at < 0 || at >= length ? Number.NaN : valueIn(row, path, kept);
    if (Number.isNaN(value)) continue;
    sums[at] = peak ? Math.max(counts[at] === 0 ? value : sums[at], value) : sums[at] + value;
    counts[at]++;
  }
  return Array.from(sums, (sum, i) => (counts[i] === 0 ? null : peak ? sum : sum / counts[i]));
}

/** Rows at or after a time; rows are in the order of time. */
function since(rows: Row[], time: EpochMs): Row[] {
  const first = rows.findIndex((row) => row.time >= time);
  return first === 0 ? rows : first < 0 ? [] : rows.slice(first);
}

const bytesOf = (row: Row) => row.values.byteLength + row.basis.byteLength + (row.gpus?.byteLength ?? 0);
/** A path's text and its entry in a list and a map, roughly. GPU identities are shared with the topology. */
const bytesOfSpace = (space: Space) => space.places * 200 + space.gpus * 24;

function spaceOf({ start, path }: Topology): Space {
  const paths = [...path.slice(0, start[NODE]), ...path.slice(start[GPU], start[GPU + 1])];
  return { paths, places: start[NODE], gpus: paths.length - start[NODE], index: null };
}

function indexOf(space: Space, path: string): number {
  space.index ??= new Map(space.paths.map((one, index) => [one, index]));
  return space.index.get(path) ?? -1;
}

const placesIn = (space: Space, topology: Topology) =>
  Int32Array.from({ length: topology.start[NODE] }, (_, place) => {
    const at = indexOf(space, topology.path[place]);
    return at < space.places ? at : -1;
  });

function rowOf(time: EpochMs, space: Space, instant: Instant): Row {
  const values = new Float32Array(space.places * KEPT.length).fill(Number.NaN);
  KEPT.forEach((kept, q) => {
    values.set(instant[kept].subarray(0, space.places), q * space.places);
  });
  const gpus = new Uint16Array(space.gpus * STEPS.length).fill(NOTHING);
  STEPS.forEach(({ perUnit, offset }, q) => {
    const column = instant.gpus[q];
    for (let gpu = 0; column && gpu < space.gpus; gpu++) {
      const steps = Math.round(column[gpu] * perUnit) + offset;
      if (steps >= 0) gpus[q * space.gpus + gpu] = Math.min(steps, NOTHING - 1);
    }
  });
  return { time, space, values, basis: instant.basis.slice(0, space.places), gpus };
}

/** One row of the rows of a minute. */
function condense(time: EpochMs, rows: readonly Row[]): Row {
  const { space, basis } = rows.at(-1) as Row;
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
  return { time, space, values, basis, gpus: condenseGpus(space, rows) };
}

function condenseGpus(space: Space, rows: readonly Row[]): Uint16Array {
  const gpus = new Uint16Array(space.gpus * STEPS.length).fill(NOTHING);
  const columns = rows.flatMap((row) => row.gpus ?? []);
  for (let i = 0; i < gpus.length; i++) {
    const peak = i >= 2 * space.gpus;
    let [sum, count] = [0, 0];
    for (const column of columns) {
      if (column[i] === NOTHING) continue;
      sum = peak ? Math.max(sum, column[i]) : sum + column[i];
      count++;
    }
    if (count > 0) gpus[i] = peak ? sum : Math.round(sum / count);
  }
  return gpus;
}

function valueIn({ space, values, gpus }: Row, path: string, kept: Kept): number {
  const at = indexOf(space, path);
  const q = KEPT.indexOf(kept);
  if (at < 0) return Number.NaN;
  if (at < space.places) return values[q * space.places + at];
  if (!gpus || q >= STEPS.length) return Number.NaN;
  const steps = gpus[q * space.gpus + at - space.places];
  return steps === NOTHING ? Number.NaN : (steps - STEPS[q].offset) / STEPS[q].perUnit;
}
