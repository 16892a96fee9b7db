import type { EpochMs } from '../units.ts';

/** What stood in the gauges and counters of one GPU when it was last read; NaN: never read. */
export interface SeenEvents {
  readonly xid: number;
  readonly xidCount: number;
  readonly ecc: number;
}
export type SeenOfGpu = readonly [uuid: string, seen: SeenEvents];

type Values = ArrayLike<number> | undefined;

/** An XID that was found new: when it was found, and since when it may have been there. */
export interface NewXid {
  readonly code: number;
  readonly foundAt: EpochMs;
  readonly after: EpochMs;
}

/** Values of every GPU at one instant; NaN: none. */
interface Instant {
  readonly codes: Values;
  readonly counts: Values;
  readonly errors: Values;
  /** Columns that show that a GPU is there at all. */
  readonly signs: readonly ArrayLike<number>[];
}

const COLUMNS = [
  'heardSince',
  'heardAt',
  'readAt',
  'xid',
  'xidCount',
  'xidAt',
  'xidAfter',
  'ecc',
  'eccAt',
  'eccNew',
] as const;
type Columns = Record<(typeof COLUMNS)[number], Float64Array>;

const nothing = (gpus: number) =>
  Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(gpus).fill(Number.NaN)])) as Columns;

/**
 * XIDs and uncorrectable ECC errors that are new. The gauge is sticky: a code that stands there when a GPU is first read
 * is old, and only a change is news. Where an exporter has no such series before the first fault, one that begins with a
 * fault is news only on a GPU that has been heard for a while, beside another of its node of which the same was read
 * before: else it may be an exporter that was added, or told to read it. So that a code that came while nobody read is
 * news as well, what was last seen is given out to be kept (`takeChanged`) and taken back after a start (`recall`).
 * Index: place − start[GPU].
 */
export class GpuEvents {
  #paths: readonly string[] = [];
  /** Node of each GPU, by any number. */
  #nodes: ArrayLike<number> = [];
  #of: Columns = nothing(0);
  /** GPUs whose values are not those that were last given out to be kept. */
  readonly #changed = new Set<string>();
  /** What was seen before the start, of GPUs that are not there yet. */
  #recalled = new Map<string, SeenEvents>();
  #recalledAt: EpochMs = Number.NaN;

  /** What was seen until `at`, before this start. */
  recall(seen: Iterable<SeenOfGpu>, at: EpochMs): void {
    this.#recalled = new Map(seen);
    this.#recalledAt = at;
    for (const [gpu, path] of this.#paths.entries()) this.#takeUp(path, gpu);
  }

  /** GPUs are known by their UUID: others from now on. @param nodes of each GPU @param before index of each until now */
  place(paths: readonly string[], nodes: ArrayLike<number>, before: ReadonlyMap<string, number>): void {
    const next = nothing(paths.length);
    paths.forEach((path, to) => {
      const from = before.get(path);
      if (from !== undefined) for (const name of COLUMNS) next[name][to] = this.#of[name][from];
    });
    this.#paths = paths;
    this.#nodes = nodes;
    this.#of = next;
    paths.forEach((path, gpu) => {
      if (!before.has(path)) this.#takeUp(path, gpu);
    });
  }

  /** What stood there before the start; where it was read since, what differs came meanwhile. */
  #takeUp(path: string, gpu: number): void {
    const seen = this.#recalled.get(path);
    if (!seen) return;
    this.#recalled.delete(path);
    const { readAt, xid, xidCount, ecc } = this.#of;
    const now = this.#seen(gpu);
    const at = readAt[gpu];
    [xid[gpu], xidCount[gpu], ecc[gpu], readAt[gpu]] = [seen.xid, seen.xidCount, seen.ecc, this.#recalledAt];
    if (!Number.isNaN(at)) this.#read(gpu, now, at);
  }

  /** Takes one instant. @param first index of the first GPU in the columns */
  update({ codes, counts, errors, signs }: Instant, first: number, now: EpochMs): void {
    const at = (column: Values, gpu: number) => column?.[first + gpu] ?? Number.NaN;
    const { heardSince, heardAt } = this.#of;
    this.#begin('xid', codes, first, now);
    this.#begin('ecc', errors, first, now);
    for (let gpu = 0; gpu < this.#paths.length; gpu++) {
      this.#read(gpu, { xid: at(codes, gpu), xidCount: at(counts, gpu), ecc: at(errors, gpu) }, now);
      if (!isHeard(signs, first + gpu)) continue;
      heardAt[gpu] = now;
      if (Number.isNaN(heardSince[gpu])) heardSince[gpu] = now;
    }
  }

  /** Series that begin with a fault and are news: when their GPU was last heard it had none. */
  #begin(what: 'xid' | 'ecc', column: Values, first: number, now: EpochMs): void {
    const { [what]: known, heardSince, heardAt, readAt } = this.#of;
    const began: number[] = [];
    for (let gpu = 0; column && gpu < known.length; gpu++)
      if (column[first + gpu] > 0 && Number.isNaN(known[gpu]) && now - heardSince[gpu] >= HEARD_MS) began.push(gpu);
    if (began.length === 0) return;
    const readOf = new Set<number>();
    for (let gpu = 0; gpu < known.length; gpu++) if (!Number.isNaN(known[gpu])) readOf.add(this.#nodes[gpu]);
    for (const gpu of began) if (readOf.has(this.#nodes[gpu])) [known[gpu], readAt[gpu]] = [0, heardAt[gpu]];
  }

  #read(gpu: number, { xid: code, xidCount: count, ecc: total }: SeenEvents, now: EpochMs): void {
    if (Number.isNaN(code) && Number.isNaN(count) && Number.isNaN(total)) return;
    const { readAt, xid, xidCount, xidAt, xidAfter, ecc, eccAt, eccNew } = this.#of;
    const after = readAt[gpu];
    readAt[gpu] = now;
    // The same code again shows in the count.
    if (code > 0 && (xid[gpu] !== code || count > xidCount[gpu]) && !Number.isNaN(xid[gpu])) {
      xidAt[gpu] = now;
      xidAfter[gpu] = after;
    }
    const recent = now - eccAt[gpu] < EVENT_MS;
    if (total > ecc[gpu]) {
      eccNew[gpu] = recent ? eccNew[gpu] + total - ecc[gpu] : total - ecc[gpu];
      eccAt[gpu] = now;
    }
    const other =
      (!Number.isNaN(code) && code !== xid[gpu]) ||
      (!Number.isNaN(count) && count !== xidCount[gpu]) ||
      (!Number.isNaN(total) && total !== ecc[gpu]);
    if (!other) return;
    this.#changed.add(this.#paths[gpu]);
    if (!Number.isNaN(code)) xid[gpu] = code;
    if (!Number.isNaN(count)) xidCount[gpu] = count;
    if (!Number.isNaN(total)) ecc[gpu] = total;
  }

  /** The XID that was found new within the last 5 min; undefined: none. */
  newXid(gpu: number, now: EpochMs): NewXid | undefined {
    const { xid, xidAt, xidAfter } = this.#of;
    if (!(now - xidAt[gpu] < EVENT_MS)) return undefined;
    return { code: xid[gpu], foundAt: xidAt[gpu], after: xidAfter[gpu] };
  }

  /** Uncorrectable ECC errors that came within the last 5 min. */
  newEcc(gpu: number, now: EpochMs): number {
    const { eccAt, eccNew } = this.#of;
    return now - eccAt[gpu] < EVENT_MS ? eccNew[gpu] : 0;
  }

  /** What is known of every GPU. */
  all(): readonly SeenOfGpu[] {
    return this.#paths.map((path, gpu) => [path, this.#seen(gpu)]);
  }

  #seen(gpu: number): SeenEvents {
    const { xid, xidCount, ecc } = this.#of;
    return { xid: xid[gpu], xidCount: xidCount[gpu], ecc: ecc[gpu] };
  }

  /** What has to be kept, at most so many GPUs at a time: what was given out once is given out again when it changes. */
  takeChanged(most: number): readonly SeenOfGpu[] {
    if (this.#changed.size === 0) return [];
    const index = new Map(this.#paths.map((path, gpu) => [path, gpu]));
    const taken: SeenOfGpu[] = [];
    for (const path of this.#changed) {
      if (taken.length === most) break;
      this.#changed.delete(path);
      const gpu = index.get(path);
      if (gpu === undefined) continue;
      taken.push([path, this.#seen(gpu)]);
    }
    return taken;
  }
}

/** So long must a GPU have been heard: when Fleetwatt or a source starts, not everything of it comes with the first read. */
const HEARD_MS = 120_000;

function isHeard(signs: readonly ArrayLike<number>[], place: number): boolean {
  for (const sign of signs) if (!Number.isNaN(sign[place])) return true;
  return false;
}

/** How long an event counts as new (alerts.md: over 5 min). */
export const EVENT_MS = 300_000;
