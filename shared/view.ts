import { type AlertSummary, NO_ALERTS } from './alerting/alert.ts';
import { type Held, heldNow } from './alerting/held.ts';
import { AlertMemory } from './alerting/memory.ts';
import { catalogueColumns } from './catalogue-columns.ts';
import { isViewSignal, type SignalColumns, signalColumns } from './cell-columns.ts';
import type { HistoryReply, RackHistoryReply, StepsReply } from './contract/history.ts';
import type { GpuReport } from './contract/rack.ts';
import type { SourceHealth } from './contract/sources.ts';
import type {
  CallArg,
  Finding,
  Inspection,
  LayoutDocument,
  Summary,
  ViewFrame,
  Watch,
  WatchSignal,
} from './contract.ts';
import type { LinkMemory } from './fabric/flaps.ts';
import { type LinkRow, linkRows } from './fabric/rows.ts';
import type { FabricColumns } from './fabric.ts';
import { type Filtering, filterOf } from './filter/filtering.ts';
import type { Frame } from './frame.ts';
import { FactsOfFrames, type FrameFacts } from './frame-facts.ts';
import { rememberedRack, rememberedRange } from './history/range.ts';
import { worstWaits } from './history/waited.ts';
import { History } from './history.ts';
import { inspectPlace } from './inspect.ts';
import { inventoryOf } from './inventory.ts';
import { membersOf } from './members.ts';
import { buildTopology } from './places.ts';
import { EnergyMeter, type EnergyRow } from './power/energy.ts';
import { isPowerPlace, type PowerReport, powerReport } from './power/report.ts';
import type { PowerColumns } from './power.ts';
import { shownName } from './printable.ts';
import { rackColumns } from './rack/columns.ts';
import { gpuReport } from './rack/gpu-report.ts';
import type { Settings, SitePrice } from './settings.ts';
import { ageSince, summarize } from './summary.ts';
import { GPU, NODE, RACK, type Topology } from './topology.ts';
import { fitTrends, minutesToCap, type TrendRow, WINDOW_MS } from './trend.ts';
import type { EpochMs } from './units.ts';
import { heldInstant, LostWork } from './work/lost.ts';
import { type WorkReport, workReport } from './work/report.ts';

/** Settings that a view depends on. */
export interface ViewOptions extends Pick<Settings, 'historyBytes' | 'pollMs' | 'staleMs' | 'warnRatio' | 'critRatio'> {
  /** An alert engine shows what it finds; otherwise conditions of each instant are told. */
  readonly alerted?: boolean;
  /** Draws before an instant, for its trends, where they are not of this view's own history. */
  readonly draws?: (topology: Topology) => readonly TrendRow[];
}

/** The fleet at one instant, with all that was told from it. */
export interface FleetInstant {
  readonly frame: Frame;
  readonly now: EpochMs;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  /** When each GPU was last heard, epoch ms (index: place − start[GPU]); NaN never. */
  readonly heardAt: Float64Array;
  readonly summary: Summary;
  readonly sources: readonly SourceHealth[];
  /** What the alert engine found; where none runs, which conditions of the rules that ship hold at this instant. */
  readonly findings: readonly Finding[];
  readonly sampled: number | null;
  /** How old what is recorded gets in a round, ms, where nothing is newer; null elsewhere. */
  readonly roundMs: number | null;
}

/**
 * What is seen of one fleet: draws against budgets, trends, conditions, summary and history, and the frames that
 * viewers get of them. Pure: the time comes with every update.
 */
export class FleetView {
  #options: ViewOptions;
  readonly #history: History;
  readonly #facts = new FactsOfFrames();
  readonly #lost: LostWork;
  readonly #energy: EnergyMeter;
  #current: FleetInstant | null = null;
  #alerts: AlertSummary = NO_ALERTS;
  #findings: readonly Finding[] | null = null;
  /** Since when the conditions of the last judged instant hold, by the id of the loudest of each. */
  #since: { readonly time: EpochMs; readonly since: ReadonlyMap<string, EpochMs> } = { time: 0, since: new Map() };
  readonly #held: AlertMemory;
  /** Columns by signal, made when a viewer first asks for them after an update. */
  readonly #columns = new Map<WatchSignal, SignalColumns>();
  /** What filters keep, by their text, likewise. */
  readonly #filtered = new Map<string, Filtering>();

  /** What the last update told. */
  #told: FrameFacts | undefined;
  /** Polls that were seen. */
  #polls = 0;

  constructor(options: ViewOptions) {
    this.#options = options;
    if (options.alerted) this.#findings = [];
    // An instant counts for three polls at most: longer is a gap, of which nothing is known.
    this.#lost = new LostWork({ longestMs: 3 * options.pollMs });
    this.#energy = new EnergyMeter({ longestMs: 3 * options.pollMs });
    this.#held = new AlertMemory(3 * options.pollMs);
    this.#history = new History({ bytes: options.historyBytes, pollMs: options.pollMs });
  }

  /** Other limits from the next update on; what is remembered stays. The poll and the bytes are those of the start. */
  configure({ staleMs, warnRatio, critRatio }: Pick<ViewOptions, 'staleMs' | 'warnRatio' | 'critRatio'>): void {
    this.#options = { ...this.#options, staleMs, warnRatio, critRatio };
  }

  /**
   * Takes the fleet at a new instant.
   *
   * @param badSamples bad samples since the start
   * @param remember it belongs in the history (a poll, not a mere ageing); history keeps one instant a poll
   */
  update(frame: Frame, sources: readonly SourceHealth[], badSamples: number, now: EpochMs, remember: boolean): void {
    const facts = this.#facts.of(frame, now);
    const told = this.#told === facts && !remember ? this.#current : null;
    this.#told = facts;
    if (remember) this.#remember(frame, facts, now);
    // Without news only the ages are others.
    const { slope, capMin } = told ?? this.#outlook(frame.topology, facts.power, now);
    const parts = { ...facts, frame, now, slope, capMin };
    const summary = told
      ? { ...told.summary, badSamples, ageP99Ms: ageSince(facts.lateAt, now) }
      : summarize({ ...parts, badSamples, polls: this.#polls });
    this.#current = { ...parts, sources, summary, findings: this.#findings ?? this.#conditions(parts, sources) };
    if (!told) this.#columns.clear();
    this.#filtered.clear();
  }

  #remember(frame: Frame, { power, fabric }: FrameFacts, now: EpochMs): void {
    const none = new Float32Array(frame.topology.start[NODE]).fill(Number.NaN);
    this.#history.add({
      ...{ time: now, frame, basis: power.quality },
      kept: {
        draw: power.drawW,
        // Rolled up in the frame: the median of a place's GPUs, and their hottest.
        'gpu.util': frame.columns.get('gpu.util')?.value ?? none,
        'gpu.temp': frame.columns.get('gpu.temp')?.value ?? none,
        'link.use': fabric.worst,
        'link.waited': worstWaits(frame.topology, fabric.wait),
      },
    });
    this.#polls++;
    this.#lost.add(frame.topology, heldInstant(frame, now));
    this.#held.update(frame, now);
    this.#energy.add(frame.topology, power.drawW, now);
  }

  #outlook(topology: Topology, power: PowerColumns, now: EpochMs) {
    const count = topology.start[NODE];
    const rows = this.#options.draws?.(topology) ?? this.#history.draws(topology, now - WINDOW_MS);
    const { slope, r2, spanMin } = fitTrends(rows, power.drawW, power.quality, now, count);
    const capMin = slope.map((one, place) =>
      minutesToCap({ slope: one, r2: r2[place], spanMin: spanMin[place] }, power.drawW[place], topology.budgetW[place]),
    );
    return { slope, capMin };
  }

  #conditions(parts: Omit<Held, 'sources' | 'links' | 'memory'>, sources: readonly SourceHealth[]): readonly Finding[] {
    const { warnRatio, critRatio } = this.#options;
    const held = { ...parts, sources, links: this.#facts.links, memory: this.#held };
    const found = heldNow(held, { warn_ratio: warnRatio, crit_ratio: critRatio });
    // What held at the instant before as well began then; after a gap nothing is known of what was before.
    const { time, since } = this.#since;
    const isNext = parts.now - time <= 3 * this.#options.pollMs;
    const lines = found.map((line) => ({ ...line, since: (isNext && since.get(line.alert)) || line.since }));
    this.#since = { time: parts.now, since: new Map(lines.map((line) => [line.alert, line.since])) };
    return lines;
  }

  /** Shows an instant that was told before, as a replay does: what is remembered stays. */
  show(instant: FleetInstant): void {
    this.#current = instant;
    this.#told = undefined;
    this.#columns.clear();
  }

  /** The last update; null before the first. */
  current(): FleetInstant | null {
    return this.#current;
  }

  /** What the alert rules found: goes with every frame from now on. */
  showAlerts(alerts: AlertSummary, findings: readonly Finding[]): void {
    this.#alerts = alerts;
    this.#findings = findings;
    if (this.#current) this.#current = { ...this.#current, findings };
  }

  /** The summary alone: a replay keeps the findings that each of its instants was judged by. */
  showSummary(alerts: AlertSummary): void {
    this.#alerts = alerts;
  }

  /** How often links went down of late, and what is usual for them. */
  get linkMemory(): LinkMemory {
    return this.#facts.links;
  }

  /** For how long clocks were held, and what is new or unusual of each GPU. */
  get alertMemory(): AlertMemory {
    return this.#held;
  }

  /** What was remembered. */
  get remembered(): History {
    return this.#history;
  }

  /** The places for drawing; null before the first update. */
  layout(): LayoutDocument | null {
    if (!this.#current) return null;
    const { topology } = this.#current.frame;
    return {
      version: topology.version,
      start: [...topology.start],
      parent: [...topology.parent],
      name: topology.name.map(shownName),
      path: topology.path,
      model: topology.model.map(shownName),
      inferred: [...topology.inferred],
      budgetW: Array.from(topology.budgetW.subarray(0, topology.start[NODE]), orNull),
      feeds: Array.from(topology.feedRack, (rack, feed) => ({
        rack,
        name: topology.feedName[feed],
        budgetW: orNull(topology.feedBudgetW[feed]),
        hole: topology.feedHole[feed] === 1,
      })),
      inventory: inventoryOf(topology),
    };
  }

  /** What one viewer gets of the last update; null before the first. Columns may be shared between viewers. */
  frame(watch: Watch, seq: number): ViewFrame | null {
    const current = this.#current;
    if (!current) return null;
    const { topology } = current.frame;
    const { pollMs, staleMs, warnRatio, critRatio } = this.#options;
    const { summary, sources, sampled, roundMs, power, slope, capMin } = current;
    const columns = this.#signal(watch.signal, current);
    const filtered = watch.filter ? this.#filter(watch.filter, current) : NO_FILTER;
    const racks = watch.racks.filter((rack) => rack >= topology.start[RACK] && rack < topology.start[NODE]);
    return {
      ...{ seq, time: current.now, sampled, layout: topology.version, signal: watch.signal },
      ...{ pollMs, staleMs, roundMs, warnRatio, critRatio, summary, sources, racks },
      ...{ findings: current.findings, alerts: this.#alerts },
      ...{ slope, capMin },
      ...{ full: columns.full, filtered: filtered.told, matches: filtered.bits },
      drawW: power.drawW,
      value: columns.value,
      sampledAt: power.time,
      quality: power.quality,
      gpuCount: power.gpuCount,
      gpuLive: power.gpuLive,
      cells: watch.gpus ? columns.cells : new Uint8Array(0),
      rackCells: columns.rackCells,
      values: valuesOf(topology, racks, columns.raw),
      rack: watch.rack ?? -1,
      ...rackColumns(current.frame, current.heardAt, watch.rack ?? -1),
    };
  }

  #signal(signal: WatchSignal, current: FleetInstant): SignalColumns {
    let columns = this.#columns.get(signal);
    if (!columns) {
      columns = isViewSignal(signal) ? signalColumns(signal, current) : catalogueColumns(signal, current);
      this.#columns.set(signal, columns);
    }
    return columns;
  }

  #filter(text: string, current: FleetInstant): Filtering {
    let filtering = this.#filtered.get(text);
    if (!filtering) {
      filtering = filterOf(text, current);
      this.#filtered.set(text, filtering);
    }
    return filtering;
  }

  /** The facts of one place, of the last update; none before the first. */
  inspect(place: number): Inspection {
    return this.#current ? inspectPlace(this.#current, place) : { place, level: -1, path: '', model: '', facts: [] };
  }

  /** Everything that is known of one GPU; null for a place that is none and before the first update. */
  gpu(place: number): GpuReport | null {
    return this.#current && gpuReport(this.#current.frame, this.#current.heardAt, place);
  }

  /** The links at and under a place (−1: all), the worst first; none before the first update. */
  links(arg: CallArg<'links'>): readonly LinkRow[] {
    return this.#current ? linkRows(this.#current.frame, this.linkMemory, this.#current.now, arg) : [];
  }

  /** The power of a site to rack; null for any other place and before the first update. */
  power({ place, windowMs }: CallArg<'power'>): PowerReport | null {
    const current = this.#current;
    if (!current || !isPowerPlace(current.frame.topology, place)) return null;
    const rows = this.#history.drawsOfDay(current.frame.topology, current.now - windowMs, current.now);
    return powerReport({ frame: current.frame, power: current.power, rows, now: current.now }, place);
  }

  /** Energy and cost by site since the engine started. */
  energy(prices: readonly SitePrice[]): readonly EnergyRow[] {
    return this.#energy.report(prices);
  }

  /** Who uses the fleet and what comes of it; nothing before the first update. */
  work({ under }: CallArg<'work'>): WorkReport {
    if (!this.#current) return { jobs: [], tokens: [], servers: [], lost: [], untoldRacks: 0 };
    const { frame, fabric } = this.#current;
    return workReport(frame, fabric, this.#lost.racks(), under);
  }

  /** Remembered series in steps; a place that is not known any more, or never had a sample, is all null. */
  history({ series, ...range }: CallArg<'history'>): HistoryReply {
    const topology = this.#current?.frame.topology ?? NOWHERE;
    return rememberedRange(this.#history, topology, series, range, this.#options.pollMs);
  }

  /** Remembered signals of all GPUs of a rack. */
  rackHistory({ rack, signals, ...range }: CallArg<'rackHistory'>): RackHistoryReply {
    const topology = this.#current?.frame.topology ?? NOWHERE;
    return rememberedRack(this.#history, topology, rack, signals, range, this.#options.pollMs);
  }

  /** The instants that are remembered. */
  steps({ from, to, most }: CallArg<'steps'>): StepsReply {
    const times = this.#history.instants().filter((time) => time >= from && time <= to);
    return { times: times.slice(-most), stepMs: this.#options.pollMs };
  }
}

const NO_FILTER: Filtering = { told: null, bits: new Uint8Array(0) };

/** No place at all: what is known before the first update. */
const NOWHERE = buildTopology(0, [], [], [], { budgets: new Map(), racks: [] }, 0).topology;

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

function valuesOf(topology: Topology, racks: readonly number[], raw: Float32Array): Float32Array {
  const { gpus } = membersOf(topology);
  const first = topology.start[GPU];
  const runs = racks.map((rack) => raw.subarray(gpus.from[rack] - first, gpus.to[rack] - first));
  const values = new Float32Array(runs.reduce((sum, run) => sum + run.length, 0));
  let at = 0;
  for (const run of runs) {
    values.set(run, at);
    at += run.length;
  }
  return values;
}
