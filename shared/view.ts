import { type SignalColumns, signalColumns } from './cell-columns.ts';
import type {
  CallArg,
  HistoryReply,
  Inspection,
  LayoutDocument,
  SourceHealth,
  ViewFrame,
  ViewSignal,
  Watch,
} from './contract.ts';
import { computeFabric, type FabricColumns } from './fabric.ts';
import { Findings } from './findings.ts';
import type { Frame } from './frame.ts';
import { History } from './history.ts';
import { inspectPlace } from './inspect.ts';
import { computePower, type PowerColumns } from './power.ts';
import { summarize } from './summary.ts';
import { GPU, NODE, RACK, type Topology } from './topology.ts';
import { fitTrend, minutesToCap, WINDOW_MS } from './trend.ts';
import type { EpochMs } from './units.ts';

/** Settings that a view depends on. */
export interface ViewOptions {
  readonly historyBytes: number;
  readonly pollMs: number;
  readonly staleMs: number;
  readonly warnRatio: number;
  readonly critRatio: number;
}

interface Current {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  readonly heardAt: Float64Array;
  readonly now: EpochMs;
}

/** Power ÷ budget, trends, conditions and history of one fleet, and the frames that viewers get of them. */
export class FleetView {
  readonly #options: ViewOptions;
  readonly #history: History;
  readonly #findings = new Findings();
  #current: Current | undefined;
  #parts: Pick<ViewFrame, 'summary' | 'findings' | 'sources' | 'sampled'> | undefined;
  /** Columns by signal, made when a viewer first asks for them in this update. */
  readonly #columns = new Map<ViewSignal, SignalColumns>();

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#history = new History({ bytes: options.historyBytes, pollMs: options.pollMs });
  }

  /** Takes a new instant of the fleet. `remember`: it belongs in the history (a poll, not a mere ageing). */
  update(frame: Frame, sources: readonly SourceHealth[], badSamples: number, now: EpochMs, remember: boolean): void {
    const power = computePower(frame);
    const fabric = computeFabric(frame);
    if (remember) this.#remember(frame, power, fabric);
    const { slope, capMin } = this.#outlook(frame.topology, power, now);
    const current = { frame, power, fabric, slope, capMin, heardAt: heardAt(frame), now };
    const { warnRatio, critRatio } = this.#options;
    this.#parts = {
      summary: summarize({ ...current, badSamples }),
      findings: this.#findings.update({ ...current, warnRatio, critRatio, sources }, now),
      sources,
      sampled: newest(frame),
    };
    this.#current = current;
    this.#columns.clear();
  }

  #remember(frame: Frame, power: PowerColumns, fabric: FabricColumns): void {
    const empty = new Float32Array(frame.topology.parent.length).fill(Number.NaN);
    this.#history.add(frame.topology, {
      time: frame.time,
      draw: power.drawW,
      gpuDraw: frame.columns.get('gpu.power')?.value ?? empty,
      util: frame.columns.get('gpu.util')?.value ?? empty,
      temp: frame.columns.get('gpu.temp')?.value ?? empty,
      nic: fabric.worst,
    });
  }

  #outlook(topology: Topology, power: PowerColumns, now: EpochMs) {
    const count = topology.start[NODE];
    const slope = new Float32Array(count).fill(Number.NaN);
    const capMin = new Float32Array(count).fill(Number.NaN);
    for (let place = 0; place < count; place++) {
      // A number that is gone has no future either.
      if (Number.isNaN(power.drawW[place])) continue;
      const { times, values } = this.#history.recent(topology, place, 'draw', now - WINDOW_MS);
      const trend = fitTrend(times, values);
      slope[place] = trend.slope;
      capMin[place] = minutesToCap(trend, power.drawW[place], topology.budgetW[place]);
    }
    return { slope, capMin };
  }

  /** The places for drawing. Budgets of sites to racks. */
  layout(): LayoutDocument | undefined {
    const topology = this.#current?.frame.topology;
    if (!topology) return undefined;
    const budget = (value: number) => (Number.isNaN(value) ? null : value);
    return {
      version: topology.version,
      start: [...topology.start],
      parent: [...topology.parent],
      name: topology.name,
      path: topology.path,
      model: topology.model,
      inferred: [...topology.inferred],
      budgetW: [...topology.budgetW.subarray(0, topology.start[NODE])].map(budget),
      feeds: [...topology.feedRack].map((rack, feed) => ({
        rack,
        name: topology.feedName[feed] ?? '',
        budgetW: budget(topology.feedBudgetW[feed]),
      })),
    };
  }

  /** What one viewer gets; undefined before the first update. */
  frame(watch: Watch, seq: number): ViewFrame | undefined {
    const [current, parts] = [this.#current, this.#parts];
    if (!current || !parts) return undefined;
    const { topology } = current.frame;
    const { pollMs, staleMs, warnRatio, critRatio } = this.#options;
    const columns = this.#columnsOf(watch.signal, current);
    const racks = watch.racks.filter((rack) => rack >= topology.start[RACK] && rack < topology.start[NODE]);
    return {
      seq,
      time: current.now,
      ...parts,
      layout: topology.version,
      signal: watch.signal,
      pollMs,
      staleMs,
      warnRatio,
      critRatio,
      racks,
      drawW: current.power.drawW,
      value: columns.value,
      slope: current.slope,
      capMin: current.capMin,
      sampledAt: current.power.time,
      quality: current.power.quality,
      gpuCount: current.power.gpuCount,
      gpuLive: current.power.gpuLive,
      cells: watch.gpus ? columns.cells : new Uint8Array(0),
      rackCells: columns.rackCells,
      values: valuesOf(topology, racks, columns.raw),
    };
  }

  #columnsOf(signal: ViewSignal, current: Current): SignalColumns {
    let columns = this.#columns.get(signal);
    if (!columns) {
      columns = signalColumns(signal, current);
      this.#columns.set(signal, columns);
    }
    return columns;
  }

  inspect(place: number): Inspection {
    const current = this.#current;
    return current ? inspectPlace(current, place) : { place, level: -1, path: '', model: '', facts: [] };
  }

  /** Series for the time strip: evenly spaced, null where there is no sample. */
  history({ series, from, to, points }: CallArg<'history'>): HistoryReply {
    const times = Array.from({ length: points }, (_, i) => from + (i * (to - from)) / (points - 1));
    const topology = this.#current?.frame.topology;
    const values = series.map(({ what, place }) =>
      topology && to > from ? this.#history.range(topology, place, what, from, to, points) : times.map(() => null),
    );
    return { times, values };
  }
}

/** The newest sample of the fleet, epoch ms; null when nothing was ever read. */
function newest(frame: Frame): number | null {
  let best = Number.NaN;
  for (const id of ['gpu.power', 'gpu.util', 'gpu.temp', 'link.rate', 'feed.power'] as const) {
    const time = frame.columns.get(id)?.time;
    if (!time) continue;
    // Rolled-up places carry their oldest child's time and can't be newer than it.
    for (let i = 0; i < time.length; i++) if (!(time[i] <= best) && !Number.isNaN(time[i])) best = time[i];
  }
  return Number.isNaN(best) ? null : best;
}

/** When something was last heard of each node's GPUs (index: place − start[NODE]); NaN never. */
function heardAt({ topology, columns }: Frame): Float64Array {
  const { start, parent } = topology;
  const heard = new Float64Array(start[NODE + 1] - start[NODE]).fill(Number.NaN);
  for (const id of ['gpu.power', 'gpu.temp', 'gpu.util'] as const) {
    const time = columns.get(id)?.time;
    if (!time) continue;
    for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
      const node = parent[gpu] - start[NODE];
      if (!Number.isNaN(time[gpu]) && !(time[gpu] <= heard[node])) heard[node] = time[gpu];
    }
  }
  return heard;
}

function valuesOf({ start, parent }: Topology, racks: readonly number[], raw: Float32Array): Float32Array {
  if (racks.length === 0) return new Float32Array(0);
  const wanted = new Map(racks.map((rack) => [rack, [] as number[]]));
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) wanted.get(parent[parent[gpu]])?.push(raw[gpu - start[GPU]]);
  return Float32Array.from(racks.flatMap((rack) => wanted.get(rack) ?? []));
}
