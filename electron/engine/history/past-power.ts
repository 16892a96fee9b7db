import type { CallParsed, CallResult } from '../../../shared/contract.ts';
import { DAY_MS } from '../../../shared/history/cells.ts';
import { MINUTE_MS } from '../../../shared/history/grid.ts';
import { type PlaceRow, placesIn } from '../../../shared/history/rows.ts';
import { type DrawSteps, type EnergyRow, energyOfSteps } from '../../../shared/power/energy.ts';
import { isPowerPlace, powerReport } from '../../../shared/power/report.ts';
import { HALL, type Topology } from '../../../shared/topology.ts';
import type { TrendRow } from '../../../shared/trend.ts';
import type { EngineContext } from '../part.ts';
import type { Past } from './instants.ts';
import { ROLLUP_MS } from './rollups.ts';
import { SharedAsks } from './shared-asks.ts';

/** Steps of a window that a server is asked for: of a day they are 6 min apart. */
const STEPS = 240;
const LEAST_STEP_MS = 60_000;
/** Windows of servers that are remembered. */
const KEPT = 8;
/** Steps of the minute that is not over. */
const TAIL_STEPS = 60;

/** Where the draws of the hours before an instant are. */
export interface PowerWitnesses {
  /** Draws of servers in so many steps up to an instant. @throws FaultError */
  draws(
    time: number,
    spanMs: number,
    leastStepMs: number,
    steps: number,
    stopped?: AbortSignal,
  ): Promise<readonly PlaceRow[]>;
  /** Rows of the database up to an instant; none where nothing is kept. */
  rowsUpTo(time: number, spanMs: number): readonly PlaceRow[];
  history(arg: CallParsed<'history'>): Promise<CallResult<'history'>>;
}

/** What the power of an instant wants of the hours before it: stranded power, energy and cost. */
export class PastPower {
  readonly #context: EngineContext;
  readonly #witnesses: PowerWitnesses;
  readonly #kept = new SharedAsks<readonly PlaceRow[], string>(KEPT);

  constructor(context: EngineContext, witnesses: PowerWitnesses) {
    this.#context = context;
    this.#witnesses = witnesses;
  }

  /**
   * The power of a place as of an instant; null for a place that has none.
   *
   * @param signal ends it: who asked has moved on
   */
  async report(
    { view, draws }: Past,
    { place, windowMs }: CallParsed<'power'>,
    signal?: AbortSignal,
  ): Promise<CallResult<'power'>> {
    const current = view.current();
    if (!current || !isPowerPlace(current.frame.topology, place)) return null;
    const { frame, power, now } = current;
    const rows = await this.#rows(frame.topology, now, windowMs, signal);
    return powerReport({ frame, power, rows, recent: draws(frame.topology), now }, place);
  }

  /** Energy and cost of the day before an instant by site, at the prices of today; sites of which nothing is kept are left out. */
  async energy({ view }: Past): Promise<readonly EnergyRow[]> {
    const current = view.current();
    const today = this.#context.view().current()?.frame.topology;
    if (!current || !today) return [];
    const { topology } = current.frame;
    const span = [current.now - DAY_MS, current.now] as const;
    const sites = Array.from({ length: topology.start[HALL] }, (_, site) => ({
      ...{ name: topology.path[site], drawW: current.power.drawW[site] },
      place: today.path.indexOf(topology.path[site]),
    })).filter(({ place }) => place >= 0);
    const rows = sites.map(async ({ name, place, drawW }) => {
      const draws = await this.#drawsOf(place, ...span);
      return energyOfSteps(name, draws, span, drawW, this.#context.settings().sites);
    });
    return (await Promise.all(rows)).filter(({ measuredMin }) => measuredMin > 0);
  }

  /**
   * Mean draws of a site in steps: of five minutes where a server, or the database, is asked, else by the minute. The last
   * are short ones: nothing of what came later is in a mean.
   */
  async #drawsOf(place: number, from: number, to: number): Promise<readonly DrawSteps[]> {
    const series = [{ signal: 'draw' as const, place }];
    const asks = this.#context.sources().some(({ settings }) => settings.kind === 'prometheus');
    const oldest = this.#context.view().remembered.instants()[0] ?? to;
    const [first, last, minute] = [floorTo(from, ROLLUP_MS), floorTo(to, ROLLUP_MS), floorTo(to, MINUTE_MS)];
    const fine = asks ? last : Math.min(last, Math.max(first, floorTo(oldest, ROLLUP_MS)));
    const parts = [
      { from: first, to: fine, points: (fine - first) / ROLLUP_MS },
      { from: fine, to: minute, points: (minute - fine) / MINUTE_MS },
      { from: minute, to, points: TAIL_STEPS },
    ].filter((part) => part.to > part.from);
    const told = await Promise.all(parts.map((part) => this.#witnesses.history({ series, ...part })));
    return told.map(({ times, stepMs, values }) => ({ times, stepMs, values: values[0] }));
  }

  /** Draws of a window: as they are remembered, else as servers have them, else out of the database. */
  async #rows(
    topology: Topology,
    time: number,
    windowMs: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly TrendRow[]> {
    const remembered = this.#context.view().remembered.drawsOfDay(topology, time - windowMs, time);
    const begins = remembered[0]?.time ?? Number.POSITIVE_INFINITY;
    if (begins - (time - windowMs) <= 2 * LEAST_STEP_MS) return remembered;
    const told = await this.#ofServers(time, windowMs, signal);
    const kept = told.length > 0 ? told : this.#witnesses.rowsUpTo(time, windowMs);
    const rows = kept.map(({ space, ...row }) => ({ ...row, places: placesIn(space, topology) }));
    return rows.length > 0 && rows[0].time < begins ? rows : remembered;
  }

  /** A window that ends with a whole step, so that the next instants have the same. None where no server has it. */
  async #ofServers(time: number, windowMs: number, signal: AbortSignal | undefined): Promise<readonly PlaceRow[]> {
    const stepMs = Math.max(LEAST_STEP_MS, Math.ceil(windowMs / STEPS / LEAST_STEP_MS) * LEAST_STEP_MS);
    const end = Math.floor(time / stepMs) * stepMs;
    const run = (stopped: AbortSignal) => this.#witnesses.draws(end, windowMs, stepMs, STEPS, stopped);
    try {
      return await this.#kept.ask(`${end} ${windowMs}`, signal, run, () => true);
    } catch {
      signal?.throwIfAborted();
      // What failed is asked anew; until then the database is looked into.
      return [];
    }
  }
}

const floorTo = (time: number, step: number) => Math.floor(time / step) * step;
