import type { HistoryPiece, HistoryReply, RackHistoryReply, StepsReply } from '../../../shared/contract/history.ts';
import type { CallParsed, CallResult } from '../../../shared/contract.ts';
import type { Frame } from '../../../shared/frame.ts';
import { DAY_MS } from '../../../shared/history/cells.ts';
import { type Grid, gridOf, MINUTE_MS, timesOf } from '../../../shared/history/grid.ts';
import { objectsOf, type SeriesObjects } from '../../../shared/history/objects.ts';
import { keyOf } from '../../../shared/history/pages.ts';
import type { RangePlan } from '../../../shared/history/queries.ts';
import {
  finestOf,
  gpusOfRack,
  NO_SERIES,
  type RangePart,
  rackReplyOf,
  rememberedPart,
  replyOf,
} from '../../../shared/history/range.ts';
import type { History } from '../../../shared/history.ts';
import type { Topology } from '../../../shared/topology.ts';
import { WINDOW_MS } from '../../../shared/trend.ts';
import type { FleetInstant } from '../../../shared/view.ts';
import type { PastAlerts } from '../alerts/past-alerts.ts';
import { FaultError, faultOf } from '../fault.ts';
import type { Answers, Asker, EngineContext, EnginePart } from '../part.ts';
import { Spans } from '../snapshots/spans.ts';
import { settledInstant } from '../sources/prometheus.ts';
import { Instants, type Past } from './instants.ts';
import { PastPower } from './past-power.ts';
import { ROLLUP_MS, Rollups } from './rollups.ts';
import { ServerHistory } from './server-history.ts';

/** Series that are asked together, and the server's plan for them; null where no server has them. */
interface Together {
  readonly key: string;
  readonly asked: readonly SeriesObjects[];
  readonly plan: RangePlan | null;
}

/** Alerts as they stood at a frame's time, with the numbers of what was told from the frame. */
type AlertsAt = (frame: Frame, instant: FleetInstant | null) => PastAlerts | undefined;

/**
 * Ranges of any object and signal: what is remembered here, before that what servers have, and where there is none the
 * roll-ups of sites to racks in the database. Memory goes first, since it costs nobody anything.
 */
export class HistoryPart implements EnginePart {
  readonly #context: EngineContext;
  readonly #servers: ServerHistory;
  readonly #rollups: Rollups;
  readonly #instants: Instants;
  /** What an instant's power wants of the hours before it. */
  readonly power: PastPower;
  /** The memory that has been given what earlier runs left. */
  #given: History | null = null;
  readonly #spans = new Spans();
  /** What ends the instant that a viewer waits for and moves on from. */
  readonly #latest = new WeakMap<Asker, AbortController>();
  /** When this engine began to tell of the fleet, epoch ms. */
  #begun = Number.POSITIVE_INFINITY;

  readonly answers: Answers = {
    history: (arg) => this.#history(arg),
    rackHistory: (arg) => this.#rackHistory(arg),
    frameAt: (arg, asker) => (arg.latest ? this.#latestOf(asker, arg) : this.#instants.frameAt(arg)),
    steps: (arg) => this.#steps(arg),
  };

  /** `alertsAt`: alerts as they stood at a frame's time, where an engine ran then. */
  constructor(context: EngineContext, alertsAt: AlertsAt = () => undefined) {
    this.#context = context;
    this.#servers = new ServerHistory(context);
    this.#rollups = new Rollups(context.store);
    this.#instants = new Instants(context, {
      // An instant has the beginning of its poll; what the pass of that poll found was shown until the next. So of the
      // poll in which an engine began.
      alertsAt: (frame, instant) => {
        const end = frame.time + this.#context.settings().pollMs - 1;
        return this.#ranAt(end) ? alertsAt({ ...frame, time: end }, instant) : undefined;
      },
      sourcesAt: (time) => this.#spans.within(time, time)[0] ?? { sources: [], badSamples: 0 },
      draws: (time, stopped) => this.#servers.draws(time, WINDOW_MS, MINUTE_MS, WINDOW_MS / MINUTE_MS, stopped),
      rowsUpTo: (time) => this.#rollups.rowsUpTo(time, WINDOW_MS),
    });
    this.power = new PastPower(context, {
      draws: (...asked) => this.#servers.draws(...asked),
      rowsUpTo: (time, spanMs) => this.#rollups.mostUpTo(time, spanMs),
      history: (arg) => this.#history(arg),
    });
  }

  /** Whether an engine judged the fleet then: this one, or one before that wrote its minutes. */
  #ranAt(time: number): boolean {
    return time >= this.#begun || this.#rollups.wroteAt(time);
  }

  /** The newest of the instants that a viewer moves through: the one before is called off. */
  async #latestOf(asker: Asker, arg: CallParsed<'frameAt'>): Promise<CallResult<'frameAt'>> {
    const before = this.#latest.get(asker);
    const own = new AbortController();
    this.#latest.set(asker, own);
    // What waits in the port is heard first: of many that came while the engine was busy only the last is worked out.
    await new Promise<void>((next) => this.#context.clock.later(next, 0));
    if (this.#latest.get(asker) !== own) own.abort(superseded());
    // It joins before the other leaves: the same instant with other columns goes on being asked.
    const told = this.#instants.frameAt(arg, own.signal);
    before?.abort(superseded());
    return told;
  }

  /** The fleet at an instant of the past; rejects with the reason of a signal that ends it. */
  at(time: number, signal?: AbortSignal): Promise<Past> {
    return this.#instants.at(time, signal);
  }

  /** Minutes that are over go to the database; another memory gets those of the last day back. */
  tick(now: number, polled: boolean): void {
    this.#begun = Math.min(this.#begun, now);
    const current = this.#context.view().current();
    if (current) this.#spans.add(current, this.#context.fleet().badSamples, now - DAY_MS);
    const history = this.#context.view().remembered;
    if (history !== this.#given) history.restore(this.#rollups.minutes(now - DAY_MS));
    this.#given = history;
    if (polled) this.#rollups.take(history.minutesSince(this.#rollups.last + 1), now);
  }

  async #history(arg: CallParsed<'history'>): Promise<HistoryReply> {
    const view = this.#context.view();
    const topology = view.current()?.frame.topology;
    if (!topology) return view.history(arg);
    const groups = arg.series.map((series) => this.#group(topology, [objectsOf(topology, series)]));
    const grid = this.#gridOf(groups, arg);
    const parts = await Promise.all(groups.map((group) => this.#read(topology, group, grid)));
    return replyOf(grid, parts.flat());
  }

  async #rackHistory(arg: CallParsed<'rackHistory'>): Promise<RackHistoryReply> {
    const view = this.#context.view();
    const topology = view.current()?.frame.topology;
    const gpus = topology ? gpusOfRack(topology, arg.rack) : [];
    if (!topology || gpus.length === 0) return view.rackHistory(arg);
    const groups = arg.signals.map((signal) =>
      this.#group(
        topology,
        gpus.map((place) => objectsOf(topology, { signal, place })),
      ),
    );
    const grid = this.#gridOf(groups, arg);
    const parts = await Promise.all(groups.map((group) => this.#read(topology, group, grid)));
    return rackReplyOf(grid, gpus, parts, NO_SERIES);
  }

  /** Instants that can be shown: with a server any whole poll, else those that are remembered. */
  #steps(arg: CallParsed<'steps'>): StepsReply {
    const { pollMs } = this.#context.settings();
    if (!this.#context.sources().some(({ settings }) => settings.kind === 'prometheus')) {
      const remembered = this.#context.view().steps(arg);
      const until = (this.#context.view().remembered.instants()[0] ?? Number.POSITIVE_INFINITY) - ROLLUP_MS;
      const rolled = arg.from <= until ? this.#rollups.times(arg.from, Math.min(arg.to, until)) : [];
      return { ...remembered, times: [...rolled, ...remembered.times].slice(-arg.most) };
    }
    const to = Math.min(arg.to, settledInstant(this.#context.clock.now(), pollMs));
    const grid = gridOf(arg.from, to + 1, arg.most, pollMs);
    return {
      times: timesOf(grid)
        .filter((time) => time >= arg.from)
        .slice(-arg.most),
      stepMs: grid.stepMs,
    };
  }

  #group(topology: Topology, asked: readonly SeriesObjects[]): Together {
    const some = asked.filter(({ objects }) => objects.length > 0);
    const key = keyOfSeries(topology, asked);
    return { key, asked, plan: some.length > 0 ? this.#servers.plan(key, some) : null };
  }

  /** Steps that all of them can be told in. */
  #gridOf(groups: readonly Together[], { from, to, points }: { from: number; to: number; points: number }): Grid {
    const { pollMs } = this.#context.settings();
    const history = this.#context.view().remembered;
    const local = groups.filter(({ plan }) => plan === null).flatMap(({ asked }) => asked.slice(0, 1));
    const most = groups.map(({ plan }) => (plan ? this.#servers.mostSteps(plan) : points));
    const rolled = local.some(
      (one) => one.kept && this.#rollups.first() < from + ROLLUP_MS && from < oldestOf(history, one),
    );
    const finest = rolled ? ROLLUP_MS : finestOf(history, local, from, pollMs);
    return gridOf(from, to, Math.min(points, ...most), finest);
  }

  /** Series together: servers up to where memory begins in steps as short as these. */
  async #read(topology: Topology, { key, asked, plan }: Together, grid: Grid): Promise<RangePart[]> {
    const history = this.#context.view().remembered;
    const remembered = asked.map((one) => rememberedPart(history, topology, one, grid));
    const begins = Math.min(...asked.map((one) => this.#begins(one, grid)));
    if (begins <= grid.first) return remembered;
    if (!plan) return Promise.all(remembered.map((part, i) => this.#rolledUp(topology, asked[i], part, grid, begins)));
    try {
      const range = await this.#servers.read({ key, asked }, plan, grid, begins);
      const [source, from] = [range.sources.join(', '), grid.first];
      const piece = { origin: 'prometheus', source, query: range.query, from } as const;
      return remembered.map(({ values, series }, i) =>
        joined({ values, series: { ...series, missing: '' } }, range.values[i], piece, grid, begins),
      );
    } catch (error) {
      const { message, hint } = faultOf(error);
      const why = `${message} ${hint}`;
      const parts = remembered.map(({ values, series }) => ({ values, series: { ...series, missing: why } }));
      return Promise.all(parts.map((part, i) => this.#rolledUp(topology, asked[i], part, grid, begins)));
    }
  }

  /** What the database has of a site to rack before memory begins. */
  async #rolledUp(topology: Topology, { kept, place }: SeriesObjects, part: RangePart, grid: Grid, begins: number) {
    if (!kept || grid.stepMs < ROLLUP_MS) return part;
    const range = await this.#rollups.read(topology.path[place], kept, grid, begins);
    if (range.from === Number.POSITIVE_INFINITY) return part;
    const missing = range.from > grid.first ? part.series.missing : '';
    const piece = { origin: 'database', source: '', query: '', from: Math.max(grid.first, range.from) } as const;
    return joined({ ...part, series: { ...part.series, missing } }, range.values, piece, grid, begins);
  }

  /** The first whole step of a grid that memory has. */
  #begins(asked: SeriesObjects, { stepMs }: Grid): number {
    const { raw, minutes } = this.#context.view().remembered.since(asked);
    const first = stepMs >= MINUTE_MS ? Math.min(raw, minutes) : raw;
    return Math.ceil(first / stepMs) * stepMs;
  }

  close(): void {
    this.#servers.close();
  }
}

/** What is told of an instant that its viewer has moved on from. */
export const superseded = () => new FaultError('superseded', 'Another instant was asked for meanwhile', '');

/** What tells series from all others, in this topology and the next. */
function keyOfSeries(topology: Topology, asked: readonly SeriesObjects[]): string {
  const [{ signal, place, own, kind, objects }] = asked;
  const of = own && kind !== 'place' && objects.length > 0 ? keyOf(kind, objects[0], topology) : topology.path[place];
  return `${topology.version} ${signal} ${of} ${asked.length}`;
}

/** A part of memory with what stands before it. */
function joined(
  { values, series }: RangePart,
  before: Float64Array,
  piece: Omit<HistoryPiece, 'to'>,
  grid: Grid,
  begins: number,
): RangePart {
  const end = Math.min(begins, grid.first + grid.count * grid.stepMs);
  const whole = values.slice();
  whole.set(before.subarray(0, Math.round((end - grid.first) / grid.stepMs)));
  const memory = series.pieces.flatMap((one) => (one.to > end ? [{ ...one, from: Math.max(one.from, end) }] : []));
  return { values: whole, series: { ...series, pieces: [{ ...piece, to: end }, ...memory] } };
}

function oldestOf(history: History, asked: SeriesObjects): number {
  const { raw, minutes } = history.since(asked);
  return Math.min(raw, minutes);
}
