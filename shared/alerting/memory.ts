import { type Column, type Frame, UNSUPPORTED } from '../frame.ts';
import { SIGNS_OF_LIFE } from '../power.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { HW_THERMAL, SW_POWER_CAP, SW_THERMAL, throttleClass } from '../throttle.ts';
import { GPU, type Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import { EVENT_MS, GpuEvents, type NewXid } from './gpu-events.ts';

/** Over which a residency is told (alerts.md: over 5 min). */
export const WINDOW_MS = EVENT_MS;
const BUCKETS = 10;
const BUCKET_MS = WINDOW_MS / BUCKETS;
/** A residency is told of at least this much time. */
const LEAST_MS = WINDOW_MS / 2;
/** The share from which on the pack calls a GPU held (pack.ts); less of a window that is hardly known says nothing. */
const DECIDES: Readonly<Record<Hold, number>> = { cap: 0.5, hwHeat: 0.1, swHeat: 0.1 };
/** Each minute's share in what is usual, and how many times of it is unusual (as for links, fabric/flaps.ts). */
const FORGETS = 1 / 60;
const ABOVE_USUAL = 3;
const MINUTE_MS = 60_000;

/** Why a GPU's clocks are held, as the pack tells them apart. */
export const HOLDS = ['cap', 'hwHeat', 'swHeat'] as const;
export type Hold = (typeof HOLDS)[number];

/** Milliseconds of each GPU within the window, by buckets. */
class Windows {
  /** Over the whole window, by GPU. */
  readonly sums: Int32Array;
  /** Bucket after bucket of a GPU. */
  readonly #buckets: Int32Array;

  constructor(gpus: number) {
    this.sums = new Int32Array(gpus);
    this.#buckets = new Int32Array(gpus * BUCKETS);
  }

  add(gpu: number, bucket: number, ms: number): void {
    this.sums[gpu] += ms;
    this.#buckets[gpu * BUCKETS + bucket] += ms;
  }

  /** What a bucket holds has left the window. */
  empty(bucket: number): void {
    for (let gpu = 0, at = bucket; gpu < this.sums.length; gpu++, at += BUCKETS) {
      this.sums[gpu] -= this.#buckets[at];
      this.#buckets[at] = 0;
    }
  }

  clear(): void {
    this.sums.fill(0);
    this.#buckets.fill(0);
  }

  /** Takes over what another one knows of a GPU. */
  copy(from: Windows, gpu: number, to: number): void {
    this.sums[to] = from.sums[gpu];
    this.#buckets.set(from.#buckets.subarray(gpu * BUCKETS, (gpu + 1) * BUCKETS), to * BUCKETS);
  }
}

/** Numbers of every GPU (index: place − start[GPU]) that instants alone do not tell. */
interface Remembered {
  /** Time that is known, and that each reason held the clocks. */
  readonly known: Windows;
  readonly held: Readonly<Record<Hold, Windows>>;
  readonly usualNvlink: Float32Array;
  readonly usualReplay: Float32Array;
}

const nothing = (gpus: number): Remembered => {
  const windows = () => new Windows(gpus);
  const usual = () => new Float32Array(gpus).fill(Number.NaN);
  return {
    ...{ known: windows(), held: { cap: windows(), hwHeat: windows(), swHeat: windows() } },
    ...{ usualNvlink: usual(), usualReplay: usual() },
  };
};

const windowsOf = ({ known, held }: Remembered) => [known, ...HOLDS.map((hold) => held[hold])];

/**
 * What rules need of the past of every GPU: for how long its clocks were held within 5 min, XIDs and ECC errors that are
 * new, and how many link errors are usual for it. From the exporters' counters where they have them, else from the
 * reasons of each instant. GPUs are known by their UUID, so that a new topology mixes nothing.
 */
export class AlertMemory {
  /** XIDs and ECC errors that are new. */
  readonly events = new GpuEvents();
  readonly #longestMs: number;
  #topology: Topology | undefined;
  #of: Remembered = nothing(0);
  #at: EpochMs = Number.NaN;
  #minute = Number.NaN;

  /** @param longestMs an instant counts for this long at most: longer is a gap, of which nothing is known */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** Takes one instant, once a poll. A clock that was set back begins the windows anew. */
  update(frame: Frame, now: EpochMs): void {
    this.#place(frame.topology);
    const ms = Math.min(now - this.#at, this.#longestMs);
    if (now <= this.#at) for (const windows of windowsOf(this.#of)) windows.clear();
    this.#advance(now);
    if (ms > 0) this.#hold(frame, ms, Math.floor(now / BUCKET_MS) % BUCKETS);
    this.#events(frame, now);
    this.#usual(frame, now);
    this.#at = now;
  }

  /**
   * Share of the last 5 min that a GPU was held by a reason; NaN where too little of them is known to tell: an engine
   * that has just started must not end what held before. What is known may suffice: held time does not go away.
   */
  residency(gpu: number, hold: Hold): number {
    const known = this.#of.known.sums[gpu];
    const least = this.#of.held[hold].sums[gpu] / Math.max(known, LEAST_MS);
    return known >= LEAST_MS || least >= DECIDES[hold] ? least : Number.NaN;
  }

  /** The XID that a GPU reported within the last 5 min and not before; undefined: none. */
  newXid(gpu: number, now: EpochMs): NewXid | undefined {
    return this.events.newXid(gpu, now);
  }

  /** Uncorrectable ECC errors that came within the last 5 min. */
  newEcc(gpu: number, now: EpochMs): number {
    return this.events.newEcc(gpu, now);
  }

  /** Errors per second are well above what is usual for this GPU. */
  unusual(gpu: number, what: 'nvlink' | 'replay', perS: number): boolean {
    const usual = (what === 'nvlink' ? this.#of.usualNvlink : this.#of.usualReplay)[gpu];
    return perS > 0 && perS > usual * ABOVE_USUAL;
  }

  #place(topology: Topology): void {
    const before = this.#topology;
    if (topology === before) return;
    this.#topology = topology;
    const paths = (of: Topology) => of.path.slice(of.start[GPU], of.start[GPU + 1]);
    const [old, now] = [before ? paths(before) : [], paths(topology)];
    if (old.length === now.length && old.every((path, i) => path === now[i])) return;
    const next = nothing(now.length);
    const index = new Map(old.map((path, i) => [path, i]));
    now.forEach((path, to) => {
      const from = index.get(path);
      if (from !== undefined) copy(this.#of, from, next, to);
    });
    this.#of = next;
    this.events.place(now, topology.parent.slice(topology.start[GPU], topology.start[GPU + 1]), index);
  }

  /** Empties the buckets that began since the last instant. */
  #advance(now: EpochMs): void {
    const last = Math.floor(this.#at / BUCKET_MS);
    const steps = Math.min(BUCKETS, Math.floor(now / BUCKET_MS) - last);
    for (let step = 1; step <= steps; step++) {
      for (const windows of windowsOf(this.#of)) windows.empty((last + step) % BUCKETS);
    }
  }

  #hold({ topology: { start }, columns }: Frame, ms: number, bucket: number): void {
    const [bits, cap, heat] = (['gpu.throttle', 'gpu.powerThrottle', 'gpu.thermalThrottle'] as const).map(
      (id) => columns.get(id)?.value,
    );
    if (!bits && !cap && !heat) return;
    const { known, held } = this.#of;
    for (let gpu = 0; gpu < known.sums.length; gpu++) {
      const place = start[GPU] + gpu;
      const mask = bits ? bits[place] : Number.NaN;
      const [capShare, heatShare] = [cap ? cap[place] : Number.NaN, heat ? heat[place] : Number.NaN];
      if (Number.isNaN(mask) && Number.isNaN(capShare) && Number.isNaN(heatShare)) continue;
      known.add(gpu, bucket, ms);
      const capped = Math.round(ms * shareOf(capShare, (mask & SW_POWER_CAP) !== 0));
      if (capped > 0) held.cap.add(gpu, bucket, capped);
      const reason = Number.isNaN(mask) ? 0 : throttleClass(mask);
      const hot = Math.round(ms * shareOf(heatShare, reason === HW_THERMAL || reason === SW_THERMAL));
      // The counters do not say which of the two it was; the reasons of the moment do.
      if (hot > 0) (reason === HW_THERMAL ? held.hwHeat : held.swHeat).add(gpu, bucket, hot);
    }
  }

  #events({ topology: { start }, columns }: Frame, now: EpochMs): void {
    const value = (id: SignalId) => fresh(columns.get(id));
    const [codes, counts, errors] = [value('gpu.xid'), value('gpu.xidCount'), value('gpu.eccUncorrected')];
    const signs = SIGNS_OF_LIFE.flatMap((id) => columns.get(id)?.value ?? []);
    this.events.update({ codes, counts, errors, signs }, start[GPU], now);
  }

  #usual({ topology: { start }, columns }: Frame, now: EpochMs): void {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.#minute) return;
    this.#minute = minute;
    const learn = (usual: Float32Array, values: Float32Array | undefined) => {
      for (let gpu = 0; values && gpu < usual.length; gpu++) {
        const value = values[start[GPU] + gpu];
        if (Number.isNaN(value)) continue;
        usual[gpu] = Number.isNaN(usual[gpu]) ? value : usual[gpu] + (value - usual[gpu]) * FORGETS;
      }
    };
    learn(this.#of.usualNvlink, columns.get('gpu.nvlinkErrors')?.value);
    learn(this.#of.usualReplay, columns.get('gpu.pcieReplay')?.value);
  }
}

/** A share of time, else the moment's reason for all of it. */
const shareOf = (share: number, now: boolean) => (Number.isNaN(share) ? (now ? 1 : 0) : Math.min(1, share));

/** Values of a column that exists; those of objects that never had one are NaN in it. */
const fresh = (column: Column | undefined) =>
  column?.quality.some((one) => one !== UNSUPPORTED) ? column.value : undefined;

function copy(from: Remembered, gpu: number, into: Remembered, to: number): void {
  const windows = windowsOf(from);
  for (const [i, one] of windowsOf(into).entries()) one.copy(windows[i], gpu, to);
  for (const key of ['usualNvlink', 'usualReplay'] as const) into[key][to] = from[key][gpu];
}
