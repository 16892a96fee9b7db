import { FabricMemory } from '../fabric/memory.ts';
import { type Column, type Frame, UNSUPPORTED } from '../frame.ts';
import { computePower } from '../power.ts';
import { emptyColumn, makeParents, sizeOf } from '../resolve.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { type FleetInstant, FleetView } from '../view.ts';
import { giveInstant, objectsOf } from './cells.ts';
import type { Snapshot } from './document.ts';
import { alertSummaryAt } from './replay-alerts.ts';
import { fabricOf } from './replay-fabric.ts';

/** The recorded instant as a frame, with its parents' values made of their children's as the engine makes them. */
export function frameAt({ topology, run }: Pick<Snapshot, 'topology' | 'run'>, instant: number): Frame {
  const chunk = run.chunks.findIndex(({ first, count }) => instant >= first && instant < first + count);
  if (chunk < 0) throw new RangeError(`There is no instant ${instant}`);
  const at = instant - run.chunks[chunk].first;
  const time = run.times[instant];
  const columns = new Map<SignalId, Column>();
  for (const cells of run.cells(chunk)) {
    const { id, kind } = cells.signal;
    const column = emptyColumn(sizeOf(kind, topology));
    giveInstant(cells, at, column, objectsOf(kind, topology).from, time);
    // A signal that nobody gave at this instant has no column, as in the engine.
    if (column.quality.some((one) => one !== UNSUPPORTED)) columns.set(id, column);
  }
  makeParents(columns, topology);
  return { time, topology, columns };
}

/** What stays of an instant once it was told: everything but its numbers, which are unpacked again when they are asked for. */
type Told = Omit<FleetInstant, 'frame'>;

/** Bytes for the history of a replay: it is as long as the run. */
const HISTORY_BYTES = 1 << 30;

/** Milliseconds between two instants: the least, since some may be missing. */
export function stepOf(times: readonly number[]): number {
  let step = Number.POSITIVE_INFINITY;
  for (let i = 1; i < times.length; i++) step = Math.min(step, times[i] - times[i - 1]);
  return Number.isFinite(step) ? step : 60_000;
}

/**
 * A snapshot told by the engine's own view: every instant is judged in its turn, once, so that trends, conditions and
 * "since" are those that a viewer saw; after that any instant can be shown at once.
 */
export class Replay {
  readonly snapshot: Snapshot;
  /** The last hour of leaves whose cables are known, of the instants that were judged. */
  readonly fabric = new FabricMemory();
  readonly #view: FleetView;
  readonly #told: Told[] = [];
  #shown = -1;

  constructor(snapshot: Snapshot) {
    const { limits } = snapshot.papers;
    this.snapshot = snapshot;
    // Updates come a little early or late; a snapshot of the past may have longer steps than the engine polled by.
    const pollMs = Math.max(limits.pollMs, stepOf(snapshot.run.times));
    this.#view = new FleetView({ ...limits, pollMs, historyBytes: HISTORY_BYTES });
  }

  /** Instants that were judged so far; all of them once this is the number of times. */
  get ready(): number {
    return this.#told.length;
  }

  /** The instant that the view shows; −1 before the first. */
  get shown(): number {
    return this.#shown;
  }

  /** The view, as of the instant that is shown. */
  get view(): FleetView {
    return this.#view;
  }

  /** Judges the next instants, at most so many; false when none is left. */
  advance(most: number): boolean {
    const { times } = this.snapshot.run;
    const shown = this.#shown;
    for (let left = most; left > 0 && this.#told.length < times.length; left--) this.#judge(this.#told.length);
    if (shown >= 0) this.seek(shown);
    return this.#told.length < times.length;
  }

  #judge(instant: number): void {
    const frame = frameAt(this.snapshot, instant);
    const span = this.snapshot.papers.sources.findLast(({ from }) => from <= frame.time);
    // A snapshot that was cut out of a longer one may begin before its first entry.
    const { sources, badSamples } = span ?? this.snapshot.papers.sources[0] ?? { sources: [], badSamples: 0 };
    this.#view.update(frame, sources, badSamples, frame.time, true);
    const current = this.#view.current() as FleetInstant;
    const { frame: _, ...told } = current;
    this.#told.push(told);
    this.fabric.add(fabricOf(current, this.snapshot)?.leafRows() ?? [], frame.time);
    this.#shown = instant;
  }

  /** Shows an instant; those up to it that were not judged yet are judged first. */
  seek(instant: number): void {
    const { times } = this.snapshot.run;
    if (!(instant >= 0 && instant < times.length)) throw new RangeError(`There is no instant ${instant}`);
    while (this.#told.length <= instant) this.#judge(this.#told.length);
    if (this.#shown !== instant || this.#view.current()?.now !== times[instant])
      this.#view.show({ ...this.#told[instant], frame: frameAt(this.snapshot, instant) });
    this.#shown = instant;
    this.#view.showSummary(alertSummaryAt(this.snapshot, times[instant]));
  }

  /** Draws of sites to racks at the last instant before a time, told of that instant alone. */
  static instantAlone(snapshot: Snapshot, time: number): Float32Array {
    const instant = Math.max(
      0,
      snapshot.run.times.findLastIndex((one) => one <= time),
    );
    return computePower(frameAt(snapshot, instant)).drawW;
  }

  /** The last instant at or before a time; the first where there is none. */
  instantAt(time: number): number {
    return Math.max(
      0,
      this.snapshot.run.times.findLastIndex((one) => one <= time),
    );
  }
}
