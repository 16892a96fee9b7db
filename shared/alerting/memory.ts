import { type Column, type Frame, UNSUPPORTED } from '../frame.ts';
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
const LEAST_S = WINDOW_MS / 2000;
/** The share from which on the pack calls a GPU held (pack.ts); less of a window that is hardly known says nothing. */
const DECIDES: Readonly<Record<Hold, number>> = { cap: 0.5, hwHeat: 0.1, swHeat: 0.1 };
/** Each minute's share in what is usual, and how many times of it is unusual (as for links, fabric/flaps.ts). */
const FORGETS = 1 / 60;
const ABOVE_USUAL = 3;
const MINUTE_MS = 60_000;

/** Why a GPU's clocks are held, as the pack tells them apart. */
export const HOLDS = ['cap', 'hwHeat', 'swHeat'] as const;
export type Hold = (typeof HOLDS)[number];

/** Numbers of every GPU (index: place − start[GPU]) that instants alone do not tell. */
interface Remembered {
  /** Seconds known in each bucket, and held in it by each reason: bucket after bucket of a GPU. */
  known: Float32Array;
  held: Record<Hold, Float32Array>;
  usualNvlink: Float32Array;
  usualReplay: Float32Array;
}

const nothing = (gpus: number): Remembered => {
  const buckets = () => new Float32Array(gpus * BUCKETS);
  const usual = () => new Float32Array(gpus).fill(Number.NaN);
  return {
    ...{ known: buckets(), held: { cap: buckets(), hwHeat: buckets(), swHeat: buckets() } },
    ...{ usualNvlink: usual(), usualReplay: usual() },
  };
};

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
    const seconds = Math.min(now - this.#at, this.#longestMs) / 1000;
    if (now <= this.#at) this.#clearWindows();
    this.#advance(now);
    if (seconds > 0) this.#hold(frame, seconds, Math.floor(now / BUCKET_MS) % BUCKETS);
    this.#events(frame, now);
    this.#usual(frame, now);
    this.#at = now;
  }

  /**
   * Share of the last 5 min that a GPU was held by a reason; NaN where too little of them is known to tell: an engine
   * that has just started must not end what held before. What is known may suffice: held time does not go away.
   */
  residency(gpu: number, hold: Hold): number {
    const { known: knownIn, held: heldIn } = this.#of;
    const buckets = heldIn[hold];
    const from = gpu * BUCKETS;
    let known = 0;
    let held = 0;
    for (let i = from; i < from + BUCKETS; i++) {
      known += knownIn[i];
      held += buckets[i];
    }
    const least = held / Math.max(known, LEAST_S);
    return known >= LEAST_S || least >= DECIDES[hold] ? least : Number.NaN;
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
    this.events.place(now, index);
  }

  #clearWindows(): void {
    this.#of.known.fill(0);
    for (const hold of HOLDS) this.#of.held[hold].fill(0);
  }

  /** Empties the buckets that began since the last instant. */
  #advance(now: EpochMs): void {
    const last = Math.floor(this.#at / BUCKET_MS);
    const steps = Math.min(BUCKETS, Math.floor(now / BUCKET_MS) - last);
    for (let step = 1; step <= steps; step++) {
      const bucket = (last + step) % BUCKETS;
      for (const list of [this.#of.known, ...HOLDS.map((hold) => this.#of.held[hold])]) {
        for (let i = bucket; i < list.length; i += BUCKETS) list[i] = 0;
      }
    }
  }

  #hold({ topology: { start }, columns }: Frame, seconds: number, bucket: number): void {
    const [bits, cap, heat] = (['gpu.throttle', 'gpu.powerThrottle', 'gpu.thermalThrottle'] as const).map(
      (id) => columns.get(id)?.value,
    );
    if (!bits && !cap && !heat) return;
    const { known, held } = this.#of;
    for (let gpu = 0; gpu < known.length / BUCKETS; gpu++) {
      const place = start[GPU] + gpu;
      const at = gpu * BUCKETS + bucket;
      const mask = bits ? bits[place] : Number.NaN;
      const [capShare, heatShare] = [cap ? cap[place] : Number.NaN, heat ? heat[place] : Number.NaN];
      if (Number.isNaN(mask) && Number.isNaN(capShare) && Number.isNaN(heatShare)) continue;
      known[at] += seconds;
      held.cap[at] += seconds * shareOf(capShare, (mask & SW_POWER_CAP) !== 0);
      const reason = Number.isNaN(mask) ? 0 : throttleClass(mask);
      const hot = seconds * shareOf(heatShare, reason === HW_THERMAL || reason === SW_THERMAL);
      // The counters do not say which of the two it was; the reasons of the moment do.
      held[reason === HW_THERMAL ? 'hwHeat' : 'swHeat'][at] += hot;
    }
  }

  #events({ topology: { start }, columns }: Frame, now: EpochMs): void {
    const value = (id: SignalId) => fresh(columns.get(id));
    const [codes, counts, errors] = [value('gpu.xid'), value('gpu.xidCount'), value('gpu.eccUncorrected')];
    this.events.update({ codes, counts, errors }, start[GPU], now);
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

function copy(from: Remembered, at: number, into: Remembered, to: number): void {
  const run = (list: Float32Array) => list.subarray(at * BUCKETS, (at + 1) * BUCKETS);
  into.known.set(run(from.known), to * BUCKETS);
  for (const hold of HOLDS) into.held[hold].set(run(from.held[hold]), to * BUCKETS);
  for (const key of ['usualNvlink', 'usualReplay'] as const) into[key][to] = from[key][at];
}
