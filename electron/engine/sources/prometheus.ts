import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { Fleet } from '../../../shared/fleet.ts';
import { formatAge } from '../../../shared/format.ts';
import { windowMsOf } from '../../../shared/history/queries.ts';
import type { Vector, VectorReader } from '../../../shared/prom-api/vector.ts';
import { type PlannedQuery, planQueries } from '../../../shared/promql.ts';
import { SAMPLE_TIME } from '../../../shared/recorded/names.ts';
import type { PrometheusSource } from '../../../shared/settings.ts';
import type { Profile } from '../../../shared/signals/profile.ts';
import { vectorReader } from '../decode.ts';
import { printable } from '../fault.ts';
import { Fetcher } from '../fetch.ts';
import { Health } from '../health.ts';
import type { Clock, Schedule } from '../schedule.ts';
import { Beginners } from './beginners.ts';
import { LastRound } from './last-round.ts';
import { ABOUT_THE_QUERY, askNames, askVector, Dialect } from './prometheus-api.ts';
import type { Source, SourceEars } from './source.ts';

const AT_ONCE = 4;
/** A scrape has the time at which it began: what belongs to an instant is all there only some time after it. */
export const SETTLE_MS = 2000;

/** The newest instant, a whole multiple of the poll, whose samples the server has taken in by now. */
export function settledInstant(now: number, pollMs: number): number {
  return Math.floor((now - SETTLE_MS) / pollMs) * pollMs;
}

/**
 * How often a server is asked which metrics it has, by how long it has had any that we know: a server that has just been
 * set up gets them one after another.
 */
const NAMES_EVERY = [
  { forMs: 60_000, everyMs: 0 },
  { forMs: 300_000, everyMs: 30_000 },
  { forMs: Number.POSITIVE_INFINITY, everyMs: 300_000 },
];

/** Clocks that differ by less are alike: what the Date header and the way there leave open. */
const SKEWED_MS = 10_000;

const ID = 'api';

/** When a server answered: by its Date header, and between which times of ours. */
interface Told {
  /** NaN where the header is missing. */
  readonly serverTime: number;
  readonly askedAt: number;
  readonly toldAt: number;
}

/**
 * How far a server's clock leads ours, ms; null where no answer has a date. An answer was dated while it was waited for,
 * and the Date header leaves out up to a second: one that took long says little, so that a slow server has no clock of
 * its own. What all answers allow is taken, and where that may be nothing it is.
 */
export function leadOf(answers: readonly Told[]): number | null {
  const dated = answers.filter(({ serverTime }) => !Number.isNaN(serverTime));
  if (dated.length === 0) return null;
  const least = Math.max(...dated.map(({ serverTime, toldAt }) => serverTime - toldAt));
  const most = Math.min(...dated.map(({ serverTime, askedAt }) => serverTime + 1000 - askedAt));
  return least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2);
}

/** Reads a Prometheus-compatible server: the same few queries each poll, all for the same instant. */
export class PrometheusReader implements Source {
  readonly settings: PrometheusSource;
  readonly #fleet: Fleet;
  readonly #fetcher: Fetcher;
  readonly #clock: Clock;
  readonly #health: Health;
  readonly #profiles: readonly Profile[] | undefined;
  readonly #readers = new Map<string, VectorReader>();
  readonly #racks: (() => readonly string[]) | undefined;
  #plan: readonly PlannedQuery[] = [];
  /** Metrics that the server has, as it said last; undefined where it does not say. */
  #present: ReadonlySet<string> | undefined;
  /** Racks that the plan is for; undefined where it is for all. */
  #planned: string | undefined;
  /** Nothing is recorded any more, whatever names there were lately: boards tell whether they are there. */
  #recordsGone = false;
  /** Since when the server has metrics that we know, and when it is asked again for what it has. */
  #metSince = Number.NaN;
  /** Whether this refresh asked for names too: 0 or 1. */
  #askedNames = 0;
  /** How many questions of this refresh were put in another form. */
  #askedAgain = 0;
  /** Bytes of the answers in the form before. */
  #bytesOfBefore = 0;
  #askNamesAt = Number.NEGATIVE_INFINITY;
  /** How far the server's clock leads ours; 0 where it is about the same. */
  #leadMs = 0;
  readonly #dialect: Dialect;
  readonly #beginners: Beginners;
  readonly #lastRound = new LastRound();
  #alive = () => {};
  readonly #stop = new AbortController();

  /**
   * `profiles` are those of the fleet: the built-in ones where they are left out. `racks` names the racks of which GPUs
   * are wanted where the server records what racks make together; all are read where it is left out.
   */
  constructor(
    settings: PrometheusSource,
    fleet: Fleet,
    clock: Clock,
    profiles?: readonly Profile[],
    racks?: () => readonly string[],
  ) {
    this.settings = settings;
    this.#fleet = fleet;
    this.#clock = clock;
    this.#health = new Health(settings);
    this.#health.setTargets([ID]);
    this.#fetcher = new Fetcher(settings, { now: clock.now, sockets: AT_ONCE });
    this.#dialect = new Dialect(this.#fetcher, settings.url);
    this.#profiles = profiles;
    this.#racks = racks;
    this.#beginners = new Beginners(windowMsOf(settings.rateWindow));
  }

  start(schedule: Schedule, pollMs: number, ears: SourceEars): void {
    this.#alive = ears.alive;
    schedule.add({
      id: `${this.settings.id}\n${ID}`,
      intervalMs: pollMs,
      // Whole multiples of the poll, by the server's clock: whoever asks again for that instant gets the same answer.
      run: async () => {
        await this.readAll(settledInstant(this.#clock.now() + this.#leadMs, pollMs));
        ears.whole();
      },
    });
  }

  /**
   * One refresh. Rejects as a whole when a query fails: half a refresh would look like silent GPUs.
   *
   * @param time what is asked for, by the server's clock
   * @param past the instant is not now: its numbers have the time that was asked for, by our clock
   */
  async readAll(time: number, past?: { readonly leadMs: number }): Promise<void> {
    if (past) this.#leadMs = past.leadMs;
    const begin = this.#clock.now();
    try {
      await this.#planFor(time);
      const answers = await this.#askWhole(time, past !== undefined);
      const lead = leadOf(answers);
      if (!past && lead !== null) this.#learnLead(lead);
      let [bytes, series, bad] = [this.#bytesOfBefore, 0, 0];
      const warnings = new Set<string>();
      // In the order of the plan: sample times before the values that are as old as them.
      for (const { query, vector, bytes: size } of answers) {
        const { id, site } = this.settings;
        const report = this.#fleet.ingest({
          key: query.id,
          sourceId: id,
          site,
          targetLabels: new Map(),
          decoded: vector,
          time: past ? time - past.leadMs : begin,
          query,
          leadMs: this.#leadMs,
        });
        this.#alive();
        bytes += size;
        series += vector.values.length;
        bad += report.bad;
        for (const warning of [...vector.warnings, ...vector.serverWarnings]) warnings.add(printable(warning, 200));
      }
      series += this.#lastRound.done(answers);
      const [now, questions] = [this.#clock.now(), answers.length + this.#askedNames + this.#askedAgain];
      const said = answers.flatMap(({ vector }) => vector.serverWarnings).find((one) => !ABOUT_THE_QUERY.test(one));
      this.#fleet.setInPart(this.settings.id, said !== undefined);
      const behind = this.#behind(now);
      const partly = said === undefined ? behind : printable(said, 200);
      const places = answers.find(({ query }) => query.kind === 'place' && query.times);
      if (places) this.#recordsGone = places.vector.values.length === 0 && behind === undefined;
      this.#health.warn([...warnings], partly, now);
      this.#health.ok(ID, { bytes, series, bad, ms: now - begin, now, questions });
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#health.failed(ID, error, this.#clock.now());
      throw error;
    }
  }

  /** What is to be said of recorded racks of which nothing new comes; undefined where it does. */
  #behind(now: number): string | undefined {
    const behind = this.#fleet.recordedBehind(this.settings.id, now);
    if (!behind) return undefined;
    const [age, usual] = [behind.ageMs, behind.usualMs].map((ms) => ms !== undefined && formatAge(ms));
    return `what its rules recorded of racks last is ${age} old${usual ? `, usually it gets ${usual} old` : ''}. Its scrapes or its rules are behind.`;
  }

  /** Samples have the server's time: where its clock is far from ours, it is asked and believed by its own. */
  #learnLead(ms: number): void {
    this.#health.skew(ms);
    this.#leadMs = Math.abs(ms) > SKEWED_MS ? Math.round(ms / 1000) * 1000 : 0;
  }

  /** Plans only for metrics that the server has: a site has exporters of few makers. */
  async #planFor(time: number): Promise<void> {
    const now = this.#clock.now();
    this.#askedNames = now < this.#askNamesAt ? 0 : 1;
    const racks = this.#askedNames === 0 ? this.#racksNow() : undefined;
    if (this.#askedNames === 0 && racks?.join('\n') === this.#planned) return;
    if (this.#askedNames === 1) {
      this.#present = await askNames(this.#fetcher, this.settings.url, time, this.#stop.signal);
      this.#recordsGone = false;
    }
    this.#replan(racks ?? this.#racksNow());
    if (this.#plan.length > 0 && this.#askedNames === 1) {
      if (Number.isNaN(this.#metSince)) this.#metSince = now;
      const age = now - this.#metSince;
      this.#askNamesAt = now + (NAMES_EVERY.find(({ forMs }) => age < forMs)?.everyMs ?? 0);
    }
  }

  /** Racks to be read by their GPUs where the others are recorded; undefined where nothing is recorded. */
  #racksNow(): readonly string[] | undefined {
    return this.#present?.has(SAMPLE_TIME) && !this.#recordsGone ? this.#racks?.() : undefined;
  }

  #replan(racks: readonly string[] | undefined): void {
    const { rateWindow, maxSeries = 1_000_000 } = this.settings;
    this.#planned = racks?.join('\n');
    const before = this.#recordedPlan();
    this.#plan = planQueries({
      rateWindow,
      present: this.#present,
      profiles: this.#profiles,
      ...(racks ? { racks } : {}),
    });
    if (this.#recordedPlan() !== before) this.#lastRound.forget();
    if (!this.#plan.some(({ kind }) => kind === 'place')) this.#fleet.endRecorded(this.settings.id);
    for (const { id } of this.#plan) {
      if (!this.#readers.has(id)) this.#readers.set(id, vectorReader({ maxBytes: 50 << 20, maxSeries }));
    }
  }

  /** The answers of a refresh; rates are asked once more where they may be of series that have only begun. */
  async #askWhole(time: number, past: boolean) {
    // What came and went between two instants of the past is not seen.
    const already = past || this.#beginners.any(time);
    // A past instant is asked for once.
    const fresh = await this.#lastRound.newIn(
      past ? [] : this.#plan,
      // Bindings of all sources go when one is taken away, or when two machines turn out to be one.
      ({ id }) => this.#fleet.isBound(this.settings.id, id),
      (promql, reader) => this.#ask(promql, time, reader),
    );
    [this.#askedAgain, this.#bytesOfBefore] = [fresh.questions, fresh.bytes];
    const answers = await this.#askAll(past ? this.#plan : fresh.plan, already, time);
    for (const { query, vector } of answers)
      if (query.times || query.begun) this.#beginners.look(query.id, vector.layout, time);
    if (already || !this.#beginners.any(time)) return answers;
    const again = await this.#askAll(
      this.#plan.filter(({ begun }) => begun),
      true,
      time,
    );
    this.#askedAgain += again.length;
    const better = new Map(again.map((one) => [one.query, one]));
    return answers.map((one) => {
      const instead = better.get(one.query);
      if (instead) this.#bytesOfBefore += one.bytes;
      return instead ?? one;
    });
  }

  async #ask(promql: string, time: number, reader: VectorReader) {
    const { signal } = this.#stop;
    const beside = await this.#dialect.beside(signal);
    return askVector(this.#fetcher, this.settings.url, { promql, time, beside }, reader, signal);
  }

  async #askAll(plan: readonly PlannedQuery[], begun: boolean, time: number) {
    const answers: (Told & { query: PlannedQuery; vector: Vector; bytes: number })[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < plan.length) {
        const index = next++;
        const query = plan[index] as PlannedQuery;
        const reader = this.#readers.get(query.id) as VectorReader;
        const askedAt = this.#clock.now();
        const promql = (begun && query.begun) || query.promql;
        const answer = await this.#ask(promql, time, reader);
        answers[index] = { query, ...answer, askedAt, toldAt: this.#clock.now() };
        this.#alive();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return answers;
  }

  spent(bytes: number): void {
    this.#health.spent(this.#clock.now(), bytes);
  }

  /** What is asked of recorded racks, whichever of them are read. */
  #recordedPlan(): string {
    return this.#plan.flatMap(({ kind, promql }) => (kind === 'place' ? [promql] : [])).join('\n');
  }

  queries(): readonly string[] {
    return this.#plan.map(({ promql }) => promql);
  }

  leadMs(): number {
    return this.#leadMs;
  }

  settled(share: number): boolean {
    return this.#health.settled(share);
  }

  health(lines: readonly string[]): SourceHealth {
    return this.#health.report(lines);
  }

  close(): void {
    this.#stop.abort();
    this.#fetcher.close();
  }
}
