import type { Fleet } from '../../../shared/fleet.ts';
import type { Grid } from '../../../shared/history/grid.ts';
import { objectsOf, type SeriesObjects } from '../../../shared/history/objects.ts';
import { evaluationOf, planRange, type RangePlan } from '../../../shared/history/queries.ts';
import { type RangeAnswer, RangeReplay } from '../../../shared/history/replay.ts';
import { type PlaceRow, placeSpaceOf } from '../../../shared/history/rows.ts';
import type { PowerColumns } from '../../../shared/power.ts';
import { HALL, type Topology } from '../../../shared/topology.ts';
import type { DurationMs, EpochMs } from '../../../shared/units.ts';
import type { EngineContext } from '../part.ts';
import { SETTLE_MS } from '../sources/prometheus.ts';
import { RangeAsker } from './ask-range.ts';
import { type CachedSteps, RangeCache } from './range-cache.ts';

/** Steps that are asked for and kept together. */
const CHUNK = 128;
/** Samples that one series, or one signal of a rack, may cost a server: longer steps where there are more objects. */
const MOST_SAMPLES = 2_000_000;
const SLICE_MS = 15;
/** Plans that are kept. */
const MOST_PLANS = 500;

/** Plans by the series that they are of, and what they hold for. */
interface Plans {
  readonly fleet: Fleet | null;
  readonly topology: Topology | null;
  readonly bindings: number;
  readonly of: Map<string, RangePlan>;
}

/** Series of one kind, asked together. */
export interface ServerSeries {
  /** What they are, whatever the range. */
  readonly key: string;
  readonly asked: readonly SeriesObjects[];
}

/** What servers told of a range. */
export interface ServerRange {
  /** For each asked series its steps; NaN is a gap, and what was not asked for. */
  readonly values: readonly Float64Array[];
  readonly sources: readonly string[];
  readonly query: string;
}

/** Ranges out of Prometheus-compatible servers: the past of whatever they are read for now. */
export class ServerHistory {
  readonly #context: EngineContext;
  readonly #askers = new Map<string, RangeAsker>();
  readonly #cache = new RangeCache();
  readonly #running = new Map<string, Promise<CachedSteps>>();
  #fleet: Fleet | null = null;
  #plans: Plans = { fleet: null, topology: null, bindings: 0, of: new Map() };

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** The plan of some series; null where a server does not have all that they are made of. @param key tells them from others */
  plan(key: string, asked: readonly SeriesObjects[]): RangePlan | null {
    const fleet = this.#context.fleet();
    const current = this.#context.view().current();
    if (!current) return null;
    // Where racks are recorded a place's GPUs are not all asked for: only its draw is told from what is.
    const recorded = current.frame.columns.has('place.gpus');
    if (recorded && asked.some(({ own, signal }) => !own && signal !== 'draw')) return null;
    const plan = this.#planOf(key, fleet, current.frame.topology, asked);
    const sources = this.#context.sources();
    const isServer = (id: string) => sources.find(({ settings }) => settings.id === id)?.settings.kind === 'prometheus';
    return plan.sources.size > 0 && [...plan.sources].every(isServer) ? plan : null;
  }

  /** A plan goes through all series of the fleet: it holds until they are bound anew. */
  #planOf(key: string, fleet: Fleet, topology: Topology, asked: readonly SeriesObjects[]): RangePlan {
    const { bindings } = fleet;
    const known = this.#plans;
    if (
      known.fleet !== fleet ||
      known.bindings !== bindings ||
      known.topology !== topology ||
      known.of.size >= MOST_PLANS
    )
      this.#plans = { fleet, bindings, topology, of: new Map() };
    const { of } = this.#plans;
    const plan = of.get(key) ?? planRange(fleet, topology, asked);
    of.set(key, plan);
    return plan;
  }

  /** The most steps that may be asked of a plan. */
  mostSteps({ series }: RangePlan): number {
    return Math.max(10, Math.floor(MOST_SAMPLES / Math.max(1, series)));
  }

  /** The steps before `before` of a grid. @throws FaultError where a server fails */
  async read({ key, asked }: ServerSeries, plan: RangePlan, grid: Grid, before: number): Promise<ServerRange> {
    this.#forgetOld();
    const { stepMs } = grid;
    const values = asked.map(() => new Float64Array(grid.count).fill(Number.NaN));
    const span = CHUNK * stepMs;
    const end = Math.min(before, grid.first + grid.count * stepMs, this.#settled(stepMs));
    const named = this.#context.sources().filter(({ settings }) => plan.sources.has(settings.id));
    const leads = named.map((source) => source.leadMs?.() ?? 0).join();
    let query = '';
    for (let begin = Math.floor(grid.first / span) * span; begin < end; begin += span) {
      const wanted = Math.min(CHUNK, Math.ceil((end - begin) / stepMs));
      const chunk = await this.#chunk(
        `${key} ${stepMs} ${begin} ${leads}`,
        asked,
        plan,
        { first: begin, stepMs, count: CHUNK },
        wanted,
      );
      query ||= chunk.query;
      const shift = (begin - grid.first) / stepMs;
      chunk.values.forEach((one, i) => {
        for (let step = Math.max(0, -shift); step < wanted && step + shift < grid.count; step++)
          values[i][step + shift] = one[step];
      });
    }
    return { values, sources: named.map(({ settings }) => settings.name), query };
  }

  /** The end of what servers have taken in: steps that fold samples must be over. */
  #settled(stepMs: number): number {
    const { staleMs } = this.#context.settings();
    const now = this.#context.clock.now() - SETTLE_MS;
    return stepMs > staleMs ? Math.floor(now / stepMs) * stepMs : now;
  }

  async #chunk(key: string, asked: readonly SeriesObjects[], plan: RangePlan, grid: Grid, wanted: number) {
    const known = this.#cache.get(key);
    if (known && known.known >= wanted) return known;
    const text = `${key} ${wanted}`;
    let running = this.#running.get(text);
    if (!running) {
      running = this.#ask(asked, plan, { ...grid, count: wanted }).finally(() => this.#running.delete(text));
      this.#running.set(text, running);
    }
    const steps = await running;
    this.#cache.put(key, steps);
    return steps;
  }

  /**
   * Draws of all sites to racks in steps over a span up to an instant; none where no server has what they are made of.
   * Fewer steps where there is much to ask for. @throws FaultError where a server fails
   *
   * @param stopped nobody waits for them any more
   */
  async draws(
    time: EpochMs,
    spanMs: DurationMs,
    leastStepMs: DurationMs,
    most: number,
    stopped?: AbortSignal,
  ): Promise<readonly PlaceRow[]> {
    const current = this.#context.view().current();
    if (!current) return [];
    const { topology } = current.frame;
    const asked = Array.from({ length: topology.start[HALL] }, (_, place) =>
      objectsOf(topology, { signal: 'draw', place }),
    );
    const plan = asked.length > 0 ? this.plan('draws of sites', asked) : null;
    if (!plan) return [];
    const steps = Math.min(spanMs / leastStepMs, most, this.mostSteps(plan));
    const stepMs = Math.ceil(spanMs / steps / leastStepMs) * leastStepMs;
    const count = Math.floor(spanMs / stepMs) + 1;
    const rows: PlaceRow[] = [];
    const space = placeSpaceOf(topology);
    const hear = (at: EpochMs, { drawW, quality }: PowerColumns) =>
      rows.push({ time: at, space, values: drawW.slice(0, space.places), basis: quality.slice(0, space.places) });
    await this.#ask(asked, plan, { first: time - (count - 1) * stepMs, stepMs, count }, { hear, stopped });
    return rows;
  }

  async #ask(
    asked: readonly SeriesObjects[],
    plan: RangePlan,
    grid: Grid,
    { hear, stopped }: { hear?: (time: EpochMs, power: PowerColumns) => void; stopped?: AbortSignal | undefined } = {},
  ): Promise<CachedSteps> {
    const evaluation = evaluationOf(grid, this.#context.settings().staleMs);
    const queries = plan.queries(evaluation, (id) => this.#asker(id)?.settings.rateWindow ?? '1m');
    const answers = await Promise.all(
      queries.map(async (query): Promise<RangeAnswer> => {
        const asker = this.#asker(query.sourceId);
        if (!asker) return { query, site: '', matrix: { series: [], histograms: 0, serverWarnings: [] } };
        const source = this.#context.sources().find(({ settings }) => settings.id === query.sourceId);
        // A server knows instants by its own clock.
        const leadMs = source?.leadMs?.() ?? 0;
        const [start, end] = [evaluation.start + leadMs, evaluation.end + leadMs];
        const { matrix, bytes } = await asker.ask(query.planned.promql, { ...evaluation, start, end }, stopped);
        source?.spent?.(bytes);
        return { query, site: asker.settings.site, matrix, leadMs };
      }),
    );
    const replay = new RangeReplay(this.#context.fleet().past(), asked, grid, evaluation, answers, hear);
    let slice = this.#context.clock.now();
    for (let step = 0; step < grid.count; step++) {
      replay.take(step);
      // A large fleet's past must not hold up its present.
      if (this.#context.clock.now() - slice < SLICE_MS) continue;
      stopped?.throwIfAborted();
      await new Promise<void>((next) => this.#context.clock.later(next, 0));
      slice = this.#context.clock.now();
    }
    return { known: grid.count, values: replay.result(), query: queries[0]?.planned.promql ?? '' };
  }

  #asker(id: string): RangeAsker | undefined {
    const source = this.#context.sources().find(({ settings }) => settings.id === id);
    if (source?.settings.kind !== 'prometheus') return undefined;
    let asker = this.#askers.get(id);
    if (!asker || asker.settings !== source.settings) {
      asker?.close();
      asker = new RangeAsker(source.settings, this.#context.clock);
      this.#askers.set(id, asker);
    }
    return asker;
  }

  /** Objects are numbered by the fleet: those of another one are not these. */
  #forgetOld(): void {
    const fleet = this.#context.fleet();
    if (fleet !== this.#fleet) this.#cache.clear();
    this.#fleet = fleet;
  }

  close(): void {
    for (const asker of this.#askers.values()) asker.close();
  }
}
