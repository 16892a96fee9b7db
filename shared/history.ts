import type { Topology } from './topology.ts';
import { GPU, NODE } from './topology.ts';

/** Quantities that history keeps. GPUs have the first three. */
export const KEPT = ['draw', 'util', 'temp', 'nic'] as const;
export type Kept = (typeof KEPT)[number];
const OF_GPU = 3;

const RAW_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MINUTES = 1440;

/** A ring of instants: each has a time and one Float32 per (quantity, object); NaN is "no sample". */
class Ring {
  readonly times: Float64Array;
  readonly width: number;
  readonly slots: number;
  readonly quantities: number;
  values: Float32Array;
  next = 0;
  length = 0;

  constructor(slots: number, width: number, quantities: number) {
    this.slots = slots;
    this.width = width;
    this.quantities = quantities;
    this.times = new Float64Array(slots);
    this.values = new Float32Array(slots * width * quantities).fill(Number.NaN);
  }

  /** Starts a new instant and gives its row for writing. */
  push(time: number): Float32Array {
    const row = this.row(this.next);
    this.times[this.next] = time;
    this.next = (this.next + 1) % this.slots;
    this.length = Math.min(this.length + 1, this.slots);
    return row.fill(Number.NaN);
  }

  row(slot: number): Float32Array {
    const size = this.width * this.quantities;
    return this.values.subarray(slot * size, (slot + 1) * size);
  }

  /** Slots from oldest to newest. */
  *order(): Generator<number> {
    for (let i = 0; i < this.length; i++) yield (this.next - this.length + i + this.slots) % this.slots;
  }
}

/** One instant to remember: a column a quantity, indexed by place; quantities of GPUs reach the GPU level. */
export interface Instant {
  readonly time: number;
  readonly draw: Float32Array;
  readonly gpuDraw: Float32Array;
  readonly util: Float32Array;
  readonly temp: Float32Array;
  readonly nic: Float32Array;
}

/**
 * Recent history in memory: places (sites to racks) and GPUs at the poll for an hour, places by the minute for a
 * day. All rings together stay under `bytes`; GPUs give way first, with fewer instants.
 */
export class History {
  readonly #bytes: number;
  readonly #pollMs: number;
  #places = new Ring(1, 0, KEPT.length);
  #minutes = new Ring(1, 0, KEPT.length);
  #gpus = new Ring(1, 0, OF_GPU);
  #paths: readonly string[] = [];
  #version = -1;
  #sums = new Float64Array(0);
  #counts = new Uint32Array(0);
  #minute = Number.NaN;

  constructor(options: { readonly bytes: number; readonly pollMs: number }) {
    this.#bytes = options.bytes;
    this.#pollMs = options.pollMs;
  }

  /** Bytes that the rings hold now. */
  get size(): number {
    return this.#places.values.byteLength + this.#minutes.values.byteLength + this.#gpus.values.byteLength;
  }

  /** Remembers an instant; one that is not newer than the last is left out. */
  add(topology: Topology, instant: Instant): void {
    if (topology.version !== this.#version) this.#reshape(topology);
    const last = this.#places.times[(this.#places.next + this.#places.slots - 1) % this.#places.slots];
    if (this.#places.length > 0 && instant.time <= last) return;
    const width = this.#places.width;
    const row = this.#places.push(instant.time);
    KEPT.forEach((kept, q) => {
      row.set(instant[kept].subarray(0, width), q * width);
    });
    if (this.#gpus.width > 0) this.#addGpus(topology, instant);
    this.#addMinute(row, instant.time);
  }

  #addGpus(topology: Topology, { time, gpuDraw, util, temp }: Instant): void {
    const row = this.#gpus.push(time);
    const [from, to] = [topology.start[GPU], topology.start[GPU + 1]];
    [gpuDraw, util, temp].forEach((column, q) => {
      row.set(column.subarray(from, to), q * this.#gpus.width);
    });
  }

  #addMinute(row: Float32Array, time: number): void {
    const minute = Math.floor(time / MINUTE_MS);
    if (!Number.isNaN(this.#minute) && minute !== this.#minute) {
      const mean = this.#minutes.push(this.#minute * MINUTE_MS + MINUTE_MS / 2);
      for (let i = 0; i < mean.length; i++)
        mean[i] = this.#counts[i] === 0 ? Number.NaN : this.#sums[i] / this.#counts[i];
      this.#sums.fill(0);
      this.#counts.fill(0);
    }
    this.#minute = minute;
    for (let i = 0; i < row.length; i++) {
      if (Number.isNaN(row[i])) continue;
      this.#sums[i] += row[i];
      this.#counts[i]++;
    }
  }

  /** New rings for a new topology; what was remembered of a place goes with its path, not with its number. */
  #reshape(topology: Topology): void {
    const places = topology.start[NODE];
    const gpus = topology.start[GPU + 1] - topology.start[GPU];
    const paths = [
      ...topology.path.slice(0, places),
      ...topology.path.slice(topology.start[GPU], topology.start[GPU + 1]),
    ];
    const rawSlots = Math.max(2, Math.ceil(RAW_MS / this.#pollMs));
    const perPlace = 4 * KEPT.length * Math.max(1, places);
    const minutes = Math.max(2, Math.min(MINUTES, Math.floor(this.#bytes / 4 / perPlace)));
    const raw = Math.max(2, Math.min(rawSlots, Math.floor((this.#bytes / 2 - minutes * perPlace) / perPlace)));
    const left = this.#bytes - (minutes + raw) * perPlace;
    const gpuSlots = Math.min(rawSlots, Math.floor(left / (4 * OF_GPU * Math.max(1, gpus))));
    const before = new Map(this.#paths.map((path, index) => [path, index]));
    const old = { places: this.#places, minutes: this.#minutes, gpus: this.#gpus };
    const from = Int32Array.from(paths, (path) => before.get(path) ?? -1);
    this.#places = moved(old.places, new Ring(raw, places, KEPT.length), from.subarray(0, places), 0);
    this.#minutes = moved(old.minutes, new Ring(minutes, places, KEPT.length), from.subarray(0, places), 0);
    const gpuRing = gpuSlots >= 2 ? new Ring(gpuSlots, gpus, OF_GPU) : new Ring(1, 0, OF_GPU);
    this.#gpus = moved(old.gpus, gpuRing, from.subarray(places), old.places.width);
    this.#paths = paths;
    this.#version = topology.version;
    this.#sums = new Float64Array(places * KEPT.length);
    this.#counts = new Uint32Array(places * KEPT.length);
  }

  /** Times and values of one place's quantity from oldest to newest, at the poll; empty where it is not kept. */
  recent(
    topology: Topology,
    place: number,
    kept: Kept,
    sinceMs: number,
  ): { times: Float64Array; values: Float32Array } {
    const none = { times: new Float64Array(0), values: new Float32Array(0) };
    if (topology.version !== this.#version || place < 0) return none;
    const gpu = place >= topology.start[GPU];
    const ring = gpu ? this.#gpus : this.#places;
    const object = gpu ? place - topology.start[GPU] : place;
    const q = KEPT.indexOf(kept);
    if (object >= ring.width || q >= ring.quantities) return none;
    const times = new Float64Array(ring.length);
    const values = new Float32Array(ring.length);
    let count = 0;
    for (const slot of ring.order()) {
      if (ring.times[slot] < sinceMs) continue;
      times[count] = ring.times[slot];
      values[count++] = ring.row(slot)[q * ring.width + object];
    }
    return { times: times.subarray(0, count), values: values.subarray(0, count) };
  }

  /**
   * Values at `points` evenly spaced times in [from, to]: the mean of the samples in each bucket, null where it has
   * none. Beyond the raw hour the minutes answer. Nothing is interpolated.
   */
  range(topology: Topology, place: number, kept: Kept, from: number, to: number, points: number): (number | null)[] {
    const sums = new Float64Array(points);
    const counts = new Uint32Array(points);
    const step = (to - from) / (points - 1);
    const add = (time: number, value: number) => {
      const at = Math.round((time - from) / step);
      if (at < 0 || at >= points || Number.isNaN(value)) return;
      sums[at] += value;
      counts[at]++;
    };
    const raw = this.recent(topology, place, kept, from - step);
    raw.times.forEach((time, i) => {
      add(time, raw.values[i]);
    });
    const oldest = raw.times[0] ?? Number.POSITIVE_INFINITY;
    const q = KEPT.indexOf(kept);
    if (topology.version === this.#version && place >= 0 && place < this.#minutes.width) {
      for (const slot of this.#minutes.order()) {
        const time = this.#minutes.times[slot];
        if (time < oldest) add(time, this.#minutes.row(slot)[q * this.#minutes.width + place]);
      }
    }
    return Array.from(sums, (sum, i) => (counts[i] === 0 ? null : sum / counts[i]));
  }
}

/** Copies what fits of an old ring into a new one: `from` gives each new object's old number, less `base`. */
function moved(old: Ring, ring: Ring, from: Int32Array, base: number): Ring {
  if (ring.width === 0 || old.width === 0) return ring;
  for (const slot of [...old.order()].slice(-ring.slots)) {
    const source = old.row(slot);
    const row = ring.push(old.times[slot]);
    for (let object = 0; object < ring.width; object++) {
      const before = from[object] - base;
      if (from[object] < 0 || before < 0 || before >= old.width) continue;
      for (let q = 0; q < ring.quantities; q++) row[q * ring.width + object] = source[q * old.width + before];
    }
  }
  return ring;
}
