import type { EpochMs } from '../units.ts';
import type { Flag } from './grid.ts';
import type { MatrixRow, SinceOf } from './matrix.ts';
import type { AnyLinkKind } from './reading.ts';

/** The last hour of one row; null is "no sample". */
export interface LeafHistory {
  readonly times: readonly number[];
  readonly tx: readonly (number | null)[];
  readonly rx: readonly (number | null)[];
  readonly wait: readonly (number | null)[];
  /** Marks and pauses a second. */
  readonly ecn: readonly (number | null)[];
  readonly pfc: readonly (number | null)[];
}

/** Instants that are kept of every row: an hour at a poll of 5 s. */
const POINTS = 720;
/** Up to this many rows each poll is kept; twice as many, every other one: some 7 MB altogether. */
const ROWS_EACH_POLL = 512;
const PARTS = ['tx', 'rx', 'wait', 'ecn', 'pfc'] as const;

/** A flag that was away for less than this did not end: use swings about its limit from poll to poll. */
const CALM_MS = 60_000;

/** What instants alone do not tell of leaves: their last hour, and since when they are as they are. */
export class FabricMemory {
  readonly #times = new Float64Array(POINTS).fill(Number.NaN);
  readonly #rings = new Map<string, Float32Array>();
  readonly #since = new Map<string, { readonly since: EpochMs; readonly seen: EpochMs }>();
  #slot = 0;
  #polls = 0;

  /** Takes one instant of all rows, once a poll. */
  add(rows: readonly { readonly kind: AnyLinkKind; readonly row: MatrixRow }[], now: EpochMs): void {
    for (const { kind, row } of rows) {
      if (row.severity === null) continue;
      const key = flagKey(kind, row.key, row.severity);
      const known = this.#since.get(key);
      this.#since.set(key, { since: known?.since ?? now, seen: now });
    }
    for (const [key, { seen }] of this.#since) if (now - seen > CALM_MS) this.#since.delete(key);
    const every = Math.max(1, Math.ceil(rows.length / ROWS_EACH_POLL));
    if (rows.length === 0 || this.#polls++ % every !== 0) return;
    const slot = this.#slot++ % POINTS;
    this.#times[slot] = now;
    const here = new Map(rows.map(({ kind, row }) => [`${kind}\n${row.key}`, row]));
    for (const [key, ring] of this.#rings) {
      if (!here.has(key)) this.#rings.delete(key);
      else for (let part = 0; part < PARTS.length; part++) ring[part * POINTS + slot] = Number.NaN;
    }
    for (const [key, row] of here) {
      let ring = this.#rings.get(key);
      if (!ring) {
        ring = new Float32Array(PARTS.length * POINTS).fill(Number.NaN);
        this.#rings.set(key, ring);
      }
      PARTS.forEach((part, index) => {
        (ring as Float32Array)[index * POINTS + slot] = row[part] ?? Number.NaN;
      });
    }
  }

  /** When a row was first seen with this severity; null where it was not, or not yet. */
  readonly sinceOf: SinceOf = (kind: AnyLinkKind, key: string, severity: Flag | null) =>
    severity === null ? null : (this.#since.get(flagKey(kind, key, severity))?.since ?? null);

  /** The last hour of a row, oldest first; empty where it is not known. */
  history(kind: AnyLinkKind, key: string): LeafHistory {
    const ring = this.#rings.get(`${kind}\n${key}`);
    if (!ring) return { times: [], tx: [], rx: [], wait: [], ecn: [], pfc: [] };
    const first = Math.max(0, this.#slot - POINTS);
    const slots = Array.from({ length: this.#slot - first }, (_, i) => (first + i) % POINTS);
    const [tx, rx, wait, ecn, pfc] = PARTS.map((_, part) =>
      slots.map((slot) => {
        const value = ring[part * POINTS + slot];
        return Number.isNaN(value) ? null : Number(value.toPrecision(5));
      }),
    );
    return { times: slots.map((slot) => this.#times[slot]), tx, rx, wait, ecn, pfc };
  }
}

/** What a leaf's past was at a time: the rest had not happened yet. */
export function historyUntil({ times, tx, rx, wait, ecn, pfc }: LeafHistory, now: number): LeafHistory {
  const after = times.findIndex((time) => time > now);
  const until = <One>(values: readonly One[]) => values.slice(0, after < 0 ? times.length : after);
  return { times: until(times), tx: until(tx), rx: until(rx), wait: until(wait), ecn: until(ecn), pfc: until(pfc) };
}

const flagKey = (kind: AnyLinkKind, key: string, severity: Flag) => `${kind}\n${key}\n${severity}`;

const HOUR_MS = 3_600_000;
/** Errors are not told per hour before they were watched for this long. */
const LEAST_MS = 600_000;

/** Symbol errors of switch ports by the hour. Few ports have any, so only what happens is kept. */
export class ErrorMeter {
  readonly #events = new Map<number, { time: EpochMs; count: number }[]>();
  #version = -1;
  #began: EpochMs = Number.NaN;
  #before: EpochMs = Number.NaN;

  /** Takes errors per second of every port, once a poll; a new numbering of ports begins anew. */
  add(version: number, rates: ArrayLike<number>, now: EpochMs): void {
    const seconds = (now - this.#before) / 1000;
    this.#before = now;
    if (version !== this.#version || !(seconds > 0)) {
      this.#version = version;
      this.#began = now;
      this.#events.clear();
      return;
    }
    for (let port = 0; port < rates.length; port++) {
      if (!(rates[port] > 0)) continue;
      const events = this.#events.get(port) ?? [];
      events.push({ time: now, count: rates[port] * seconds });
      this.#events.set(port, events);
    }
    for (const [port, events] of this.#events) {
      const kept = events.filter(({ time }) => now - time < HOUR_MS);
      if (kept.length === 0) this.#events.delete(port);
      else this.#events.set(port, kept);
    }
  }

  /** Ports by their errors an hour, the worst first; null until they were watched for ten minutes. */
  perHour(now: EpochMs): readonly { readonly port: number; readonly perHour: number }[] | null {
    const watched = Math.min(HOUR_MS, now - this.#began);
    if (!(watched >= LEAST_MS)) return null;
    return [...this.#events]
      .map(([port, events]) => {
        const count = events.reduce((sum, { count: one }) => sum + one, 0);
        return { port, perHour: (count * HOUR_MS) / watched };
      })
      .sort((a, b) => b.perHour - a.perHour);
  }
}
