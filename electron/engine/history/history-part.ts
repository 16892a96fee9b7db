import type { HistoryPiece, HistoryReply, RackHistoryReply } from '../../../shared/contract/history.ts';
import type { CallParsed } from '../../../shared/contract.ts';
import { type Grid, gridOf, MINUTE_MS } from '../../../shared/history/grid.ts';
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
import type { Topology } from '../../../shared/topology.ts';
import { faultOf } from '../fault.ts';
import type { Answers, EngineContext, EnginePart } from '../part.ts';
import { ServerHistory, type ServerRange } from './server-history.ts';

/** Series that are asked together, and the server's plan for them; null where no server has them. */
interface Together {
  readonly key: string;
  readonly asked: readonly SeriesObjects[];
  readonly plan: RangePlan | null;
}

/**
 * Ranges of any object and signal: what is remembered here, and before that what servers have. Memory goes first, since
 * it costs nobody anything.
 */
export class HistoryPart implements EnginePart {
  readonly #context: EngineContext;
  readonly #servers: ServerHistory;

  readonly answers: Answers = {
    history: (arg) => this.#history(arg),
    rackHistory: (arg) => this.#rackHistory(arg),
  };

  constructor(context: EngineContext) {
    this.#context = context;
    this.#servers = new ServerHistory(context);
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

  #group(topology: Topology, asked: readonly SeriesObjects[]): Together {
    const some = asked.filter(({ objects }) => objects.length > 0);
    return { key: keyOfSeries(topology, asked), asked, plan: some.length > 0 ? this.#servers.plan(some) : null };
  }

  /** Steps that all of them can be told in. */
  #gridOf(groups: readonly Together[], { from, to, points }: { from: number; to: number; points: number }): Grid {
    const { pollMs } = this.#context.settings();
    const history = this.#context.view().remembered;
    const local = groups.filter(({ plan }) => plan === null).flatMap(({ asked }) => asked.slice(0, 1));
    const most = groups.map(({ plan }) => (plan ? this.#servers.mostSteps(plan) : points));
    return gridOf(from, to, Math.min(points, ...most), finestOf(history, local, from, pollMs));
  }

  /** Series together: servers up to where memory begins in steps as short as these. */
  async #read(topology: Topology, { key, asked, plan }: Together, grid: Grid): Promise<RangePart[]> {
    const history = this.#context.view().remembered;
    const remembered = asked.map((one) => rememberedPart(history, topology, one, grid));
    const begins = Math.min(...asked.map((one) => this.#begins(one, grid)));
    if (!plan || begins <= grid.first) return remembered;
    try {
      const range = await this.#servers.read({ key, asked }, plan, grid, begins);
      return remembered.map((part, i) => joined(part, range, i, grid, begins));
    } catch (error) {
      const { message, hint } = faultOf(error);
      return remembered.map(({ values, series }) => ({ values, series: { ...series, missing: `${message} ${hint}` } }));
    }
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

/** What tells series from all others, in this topology and the next. */
function keyOfSeries(topology: Topology, asked: readonly SeriesObjects[]): string {
  const [{ signal, place, own, kind, objects }] = asked;
  const of = own && kind !== 'place' && objects.length > 0 ? keyOf(kind, objects[0], topology) : topology.path[place];
  return `${topology.version} ${signal} ${of} ${asked.length}`;
}

function joined({ values, series }: RangePart, range: ServerRange, i: number, grid: Grid, begins: number): RangePart {
  const end = Math.min(begins, grid.first + grid.count * grid.stepMs);
  const steps = Math.round((end - grid.first) / grid.stepMs);
  const whole = values.slice();
  whole.set(range.values[i].subarray(0, steps));
  const source = range.sources.join(', ');
  const piece: HistoryPiece = { origin: 'prometheus', source, query: range.query, from: grid.first, to: end };
  const memory = series.pieces.flatMap((one) => (one.to > end ? [{ ...one, from: Math.max(one.from, end) }] : []));
  return { values: whole, series: { ...series, missing: '', pieces: [piece, ...memory] } };
}
