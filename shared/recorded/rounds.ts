import type { Column } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Slots } from '../slots.ts';
import { NODE, RACK, type Topology } from '../topology.ts';
import type { DurationMs, EpochMs } from '../units.ts';
import { PLACE_LABELS } from './names.ts';

/** A server's look-back: what is recorded more seldom comes and goes in its answers, so nothing older counts. */
const LOOK_BACK_MS = 300_000;

/**
 * How old a recorded number may be. It is replaced once a round, when it is as old as a scrape and an evaluation make
 * it, and that is what the rules measure (`place.round`). Twice as old is one round missed: then it is stale, and
 * before the first round was measured at the stale limit of everything else.
 *
 * @param roundS how old the number before it was when it was replaced, seconds; NaN: not measured yet
 */
export const staleAfter = (roundS: number, staleMs: DurationMs): DurationMs =>
  Number.isNaN(roundS) ? staleMs : Math.max(staleMs, Math.min(LOOK_BACK_MS, 2000 * roundS));

/** What recorded series tell of, as the fleet numbers it. */
export interface RecordedPlaces {
  readonly places: readonly { readonly names: readonly string[]; readonly source: string }[];
  /** When the samples of a place were taken, epoch ms, and its last round, seconds; NaN where nobody says. */
  readonly timeOf: (place: number) => EpochMs;
  readonly roundOf: (place: number) => number;
}

/** What slots have of places that recorded series tell of. */
export function recordedPlaces(slots: Slots, places: RecordedPlaces['places']): RecordedPlaces {
  const of = (signal: SignalId) => slots.boundTo(signal)[0]?.[0];
  const [counted, round] = [of('place.gpus'), of('place.round')];
  return {
    places,
    timeOf: (place) => counted?.time[place] ?? Number.NaN,
    roundOf: (place) => round?.value[place] ?? Number.NaN,
  };
}

/** The racks of a source of which its last answer tells. */
interface Told {
  readonly since: EpochMs;
  racks: readonly number[];
}

/**
 * Whether a rack of which nothing new is recorded is silent, or only waited for. A rack whose boards are silent goes
 * out of the server's answer (where nothing marks the end of series, after the look-back): one that is in it and overdue
 * is waited for, and where most are the server's scrapes or rules are behind. Racks that were never heard are waited
 * for while the first round of rules that were loaded just now is under way.
 */
export class Rounds {
  readonly #told = new Map<string, Told>();
  readonly #behind = new Set<string>();
  #staleMs: DurationMs = Number.POSITIVE_INFINITY;

  /** A source answered when racks were sampled: these, by their numbers. @returns whether they are others than before */
  told(source: string, places: Iterable<number>, { places: all }: Pick<RecordedPlaces, 'places'>, now: EpochMs) {
    const racks = [...places].filter((place) => all[place]?.names.length === PLACE_LABELS.length);
    const known = this.#told.get(source);
    // Rules that are not evaluated any more go out of sight all at once, after the look-back.
    if (racks.length === 0 && (!known || this.#behind.has(source))) return false;
    this.#told.set(source, { since: known?.since ?? now, racks });
    return known?.racks.join() !== racks.join();
  }

  /** A source records nothing any more, or is gone. */
  forget(source: string): void {
    this.#told.delete(source);
    this.#behind.delete(source);
  }

  /** For how long the numbers of each place count, ms: of places above racks as long as of their source's longest rack. */
  limits({ places, roundOf }: RecordedPlaces, staleMs: DurationMs): Float64Array {
    this.#staleMs = staleMs;
    const longest = new Map<string, number>();
    const limits = Float64Array.from(places, ({ source }, place) => {
      const limit = staleAfter(roundOf(place), staleMs);
      if (!(limit <= (longest.get(source) ?? 0))) longest.set(source, limit);
      return limit;
    });
    places.forEach(({ names, source }, place) => {
      if (names.length < PLACE_LABELS.length) limits[place] = longest.get(source) ?? staleMs;
    });
    return limits;
  }

  /**
   * Puts `place.waits` beside what is recorded: 1 for racks of which it is not known whether they report.
   *
   * @returns until when these are waited for, epoch ms, whatever of them ages; Infinity where nothing but that ends it
   */
  update(
    columns: Map<SignalId, Column>,
    topology: Topology,
    {
      recorded: at,
      placeOfPlace,
      now,
    }: {
      readonly recorded: RecordedPlaces;
      readonly placeOfPlace: Int32Array;
      readonly now: EpochMs;
    },
  ): EpochMs {
    let until = Number.POSITIVE_INFINITY;
    const counted = columns.get('place.gpus');
    if (!counted) return until;
    const waits = new Float32Array(counted.value.length).fill(Number.NaN);
    for (const [source, { since, racks }] of this.#told) {
      for (const place of this.#overdue(source, racks, at, now))
        if (placeOfPlace[place] >= 0) waits[placeOfPlace[place]] = 1;
      const first = now - since < LOOK_BACK_MS && racks.every((place) => Number.isNaN(at.roundOf(place)));
      if (!first) continue;
      until = Math.min(until, since + LOOK_BACK_MS - 1);
      for (const rack of neverHeard(columns, topology)) waits[rack] = 1;
    }
    columns.set('place.waits', { ...counted, value: waits });
    return until;
  }

  /** Racks of a source's last answer that are overdue; where they are most of them the source is behind. */
  #overdue(source: string, racks: readonly number[], { timeOf, roundOf }: RecordedPlaces, now: EpochMs) {
    const overdue = racks.filter((place) => !(now - timeOf(place) <= staleAfter(roundOf(place), this.#staleMs)));
    if (overdue.length * 2 > racks.length) this.#behind.add(source);
    else this.#behind.delete(source);
    return overdue;
  }

  /** How far behind what a source records is: the age of its newest samples and the usual one, ms; undefined where it is not. */
  behind(source: string, at: RecordedPlaces, now: EpochMs) {
    const { timeOf, roundOf } = at;
    const racks = this.#told.get(source)?.racks ?? [];
    this.#overdue(source, racks, at, now);
    if (!this.#behind.has(source)) return undefined;
    const rounds = racks.map(roundOf).filter((round) => !Number.isNaN(round));
    const usualMs = rounds.length === 0 ? undefined : 1000 * Math.min(...rounds);
    // Of a rack of which a time is told there may be no number yet.
    const times = racks.map(timeOf).filter((time) => !Number.isNaN(time));
    return times.length === 0 ? undefined : { ageMs: now - times.reduce((a, b) => Math.max(a, b)), usualMs };
  }
}

/** Racks of which nothing was ever recorded or read. */
function neverHeard(columns: ReadonlyMap<SignalId, Column>, { start }: Topology): readonly number[] {
  const times = (['place.gpus', 'gpu.power', 'gpu.util', 'gpu.temp'] as const).map((id) => columns.get(id)?.time);
  const racks = Array.from({ length: start[NODE] - start[RACK] }, (_, i) => start[RACK] + i);
  return racks.filter((rack) => times.every((time) => Number.isNaN(time?.[rack] ?? Number.NaN)));
}
