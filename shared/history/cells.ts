import type { Frame } from '../frame.ts';
import { type ObjectKind, type SignalId, signalOf } from '../signals/catalogue.ts';
import { GPU, NODE, type Topology } from '../topology.ts';
import type { DurationMs, EpochMs } from '../units.ts';
import { type Grid, MINUTE_MS, type Steps } from './grid.ts';
import { Page, type SignalRow, Space } from './pages.ts';
import { pastFrame } from './past-frame.ts';
import { foldOf } from './signals.ts';

/** What screens need of every GPU, link and feed: it gives way last, and is kept of fleets of any size. */
const MAIN: ReadonlySet<SignalId> = new Set<SignalId>([
  ...(['gpu.power', 'gpu.util', 'gpu.temp', 'gpu.clock', 'gpu.throttle', 'gpu.nvlink'] as const),
  ...(['link.rx', 'link.tx', 'link.rate', 'link.wait', 'link.state', 'feed.power', 'node.power'] as const),
]);
const isOther = (id: SignalId) => !MAIN.has(id);
/** Past this many GPUs only the main signals are remembered: the others are asked of a Prometheus. */
const MANY_GPUS = 20_000;
/** Minutes may hold this share of the bytes, so that a large fleet's last hour keeps its detail. */
const MINUTES_SHARE = 0.25;
/** Values that are packed at once: some milliseconds. */
const PACK_AT_ONCE = 200_000;
export const RAW_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** What the minute that is under way adds up to. */
interface Minute {
  readonly time: EpochMs;
  readonly space: Space;
  readonly sums: Map<SignalId, MinuteSum>;
}

interface MinuteSum {
  readonly values: Float32Array;
  readonly counts: Uint8Array;
}

/**
 * Every signal of every object, at the poll for an hour and by the minute for a day, packed. What is full gives way:
 * minutes over their share, then signals that few look at, then the oldest.
 */
export class CellHistory {
  #raw: Page[] = [];
  #minutes: Page[] = [];
  #space: Space | null = null;
  #minute: Minute | null = null;
  #mainOnly = false;
  /** What is still to be done of the newest instant, one signal after another. */
  #toDo: (() => void)[] = [];

  /** Bytes held at the poll and by the minute. */
  get sizes(): { readonly raw: number; readonly minutes: number } {
    this.finish();
    return { raw: bytesOf(this.#raw), minutes: bytesOf(this.#minutes) };
  }

  /** Bytes held. */
  get size(): number {
    this.finish();
    return bytesOf(this.#raw) + bytesOf(this.#minutes);
  }

  /**
   * Takes an instant; what was remembered of it and of later ones goes. Most of it is done by `work`, or when somebody
   * asks; `then` comes last.
   */
  add(time: EpochMs, frame: Frame, then: () => void = () => {}): void {
    this.finish();
    if (this.#space?.topology !== frame.topology) this.#space = new Space(frame.topology);
    const space = this.#space;
    cutFrom(this.#raw, time);
    cutFrom(this.#minutes, time);
    const minute = this.#minuteOf(time, space);
    const page = pageFor(this.#raw, space);
    page.begin(time);
    for (const row of this.#rowsOf(frame)) {
      this.#toDo.push(() => page.put(row));
      this.#toDo.push(() => addRow(minute, row));
    }
    this.#raw = since(this.#raw, time - RAW_MS);
    this.#minutes = since(this.#minutes, time - DAY_MS);
    this.#toDo.push(then);
  }

  /** Does all that waits of the newest instant. */
  finish(): void {
    for (let next = this.#toDo.shift(); next; next = this.#toDo.shift()) next();
  }

  #rowsOf({ topology: { start }, columns }: Frame): SignalRow[] {
    const mainOnly = this.#mainOnly || start[GPU + 1] - start[GPU] > MANY_GPUS;
    const rows: SignalRow[] = [];
    for (const [id, { value }] of columns) {
      const { kind } = signalOf(id);
      // What is recorded of places is in what is told of them, single NVLinks in what is told of their GPUs.
      if (kind === 'place' || kind === 'nvlink' || (mainOnly && isOther(id))) continue;
      const from = kind === 'gpu' ? start[GPU] : kind === 'node' ? start[NODE] : 0;
      const values = value.subarray(from, kind === 'node' ? start[GPU] : undefined);
      if (values.length > 0) rows.push({ id, values });
    }
    return rows;
  }

  /** The minute under way; when a new one begins, the last becomes a row of its own. */
  #minuteOf(time: EpochMs, space: Space): Minute {
    const begin = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const last = this.#minute;
    if (last && last.time === begin && last.space === space) return last;
    // A minute in which the topology changed has its later part only.
    if (last && last.time < begin) {
      const page = pageFor(this.#minutes, last.space);
      page.begin(last.time);
      for (const [id, sum] of last.sums) this.#toDo.push(() => page.put(rowOfMinute(id, sum)));
    }
    this.#minute = { time: begin, space, sums: new Map() };
    return this.#minute;
  }

  /** Does one step of what waits, then packs a little. @returns whether more waits */
  work(): boolean {
    const next = this.#toDo.shift();
    next?.();
    if (next) return true;
    const waiting = [this.#raw, this.#minutes].flatMap((pages) => pages.at(-2) ?? []);
    return waiting.find((page) => page.packSome(PACK_AT_ONCE)) !== undefined;
  }

  /** Gives up what it must so that it holds at most `most` bytes. */
  evict(most: number): void {
    const share = most * MINUTES_SHARE;
    let minutes = bytesOf(this.#minutes);
    for (const which of [isOther, () => true]) {
      for (const page of this.#minutes) if (minutes > share) minutes -= page.drop(which);
    }
    let over = this.size - most;
    if (over <= 0) return;
    for (const page of this.#raw) if (over > 0) over -= page.drop(isOther);
    // Nothing but the newest page was left of them: they would be begun again with every instant.
    this.#mainOnly ||= over > 0;
    for (const page of [...this.#raw, ...this.#minutes]) if (over > 0) over -= page.drop(() => true);
  }

  /**
   * The fleet as it was at the last instant at or before a time, at most one step old; null where there is none.
   * @param pollMs how long an instant of the last hour stands; a minute's stands for a minute
   */
  frameAt(time: EpochMs, pollMs: DurationMs): { readonly frame: Frame; readonly raw: boolean } | null {
    this.finish();
    const raw = instantIn(this.#raw, time, pollMs);
    const found = raw ?? instantIn(this.#minutes, time, MINUTE_MS);
    return (
      found && {
        frame: pastFrame(found.page, found.row, (feed) => this.#everMetered(found.page, feed)),
        raw: raw !== null,
      }
    );
  }

  /** Whether an inlet ever gave power: one that did and is silent is missing, any other is not expected. */
  #everMetered({ space }: Page, feed: number): boolean {
    let seen = false;
    for (const page of [...this.#minutes, ...this.#raw]) {
      page.read('feed.power', 'feed', feed, space.topology, (_, watts) => {
        seen ||= !Number.isNaN(watts);
      });
    }
    return seen;
  }

  /** The first instant that a signal is remembered from at the poll, and by the minute; Infinity: not at all. */
  since(id: SignalId): { readonly raw: EpochMs; readonly minutes: EpochMs } {
    this.finish();
    const first = (pages: readonly Page[]) =>
      pages.find((page) => page.has(id) && page.times.length > 0)?.times[0] ?? Number.POSITIVE_INFINITY;
    return { raw: first(this.#raw), minutes: first(this.#minutes) };
  }

  /** Puts the samples of one object into steps; minutes stand where the poll's own are not there any more. */
  read(id: SignalId, kind: ObjectKind, object: number, of: Topology, grid: Grid, steps: Steps): void {
    const end = this.since(id).raw - MINUTE_MS;
    const ofMinute = (time: EpochMs, value: number) => {
      if (time <= end) steps.add(time, value);
    };
    const ofPoll = (time: EpochMs, value: number) => steps.add(time, value);
    for (const page of this.#minutes) if (overlaps(page, grid)) page.read(id, kind, object, of, ofMinute);
    for (const page of this.#raw) if (overlaps(page, grid)) page.read(id, kind, object, of, ofPoll);
  }
}

/** The last instant at or before a time that still stands then. */
function instantIn(pages: readonly Page[], time: EpochMs, standsMs: DurationMs): { page: Page; row: number } | null {
  const page = pages.findLast(({ times }) => times.length > 0 && times[0] <= time);
  const row = page?.times.findLastIndex((one) => one <= time) ?? -1;
  return page && time - page.times[row] < standsMs ? { page, row } : null;
}

const bytesOf = (pages: readonly Page[]) => pages.reduce((sum, page) => sum + page.bytes, 0);
const overlaps = ({ times }: Page, { first, stepMs, count }: Grid) =>
  times[0] < first + stepMs * count && (times.at(-1) as number) >= first;

/** Takes out instants from a time on. */
function cutFrom(pages: Page[], time: EpochMs): void {
  while (pages.length > 0) {
    const { times } = pages.at(-1) as Page;
    while (times.length > 0 && (times.at(-1) as number) >= time) times.pop();
    if (times.length > 0) return;
    pages.pop();
  }
}

/** Pages of which something is at or after a time. */
function since(pages: Page[], time: EpochMs): Page[] {
  const first = pages.findIndex(({ times }) => (times.at(-1) as number) >= time);
  return first === 0 ? pages : pages.slice(first < 0 ? pages.length : first);
}

/** The page that the next instant goes into. */
function pageFor(pages: Page[], space: Space): Page {
  const last = pages.at(-1);
  if (last?.takes(space)) return last;
  // What is left of the page before: there are two open ones at most.
  pages.at(-2)?.packSome(Number.POSITIVE_INFINITY);
  last?.seal();
  const page = new Page(space);
  pages.push(page);
  return page;
}

function addRow({ sums }: Minute, { id, values }: SignalRow): void {
  const { length } = values;
  let sum = sums.get(id);
  if (!sum || sum.values.length !== length) {
    sum = { values: new Float32Array(length), counts: new Uint8Array(length) };
    sums.set(id, sum);
  }
  addTo(sum.values, sum.counts, values, id);
}

function addTo(sums: Float32Array, counts: Uint8Array, values: Float32Array, id: SignalId): void {
  const fold = foldOf(id);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    if (counts[i] === 0) sums[i] = value;
    else if (fold === 'mean') sums[i] += value;
    else if (fold === 'peak') sums[i] = Math.max(sums[i], value);
    else sums[i] = fold === 'or' ? sums[i] | value : value;
    if (counts[i] < 255) counts[i]++;
  }
}

function rowOfMinute(id: SignalId, { values, counts }: MinuteSum): SignalRow {
  const isMean = foldOf(id) === 'mean';
  return {
    id,
    values: values.map((sum, i) => (counts[i] === 0 ? Number.NaN : isMean ? sum / counts[i] : sum)),
  };
}
