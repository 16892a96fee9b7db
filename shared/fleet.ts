import type { Decoded, Layout } from './decoded.ts';
import type { Column, Frame } from './frame.ts';
import type { Labels } from './labels.ts';
import { NodeLocator } from './mapping.ts';
import { Objects } from './objects.ts';
import { type BuiltTopology, buildTopology } from './places.ts';
import type { PlannedQuery } from './promql.ts';
import { Resolver } from './resolve.ts';
import type { LabelMapping } from './settings.ts';
import { isBlank } from './signals/blank.ts';
import { type Signal, type SignalId, signalOf, signals } from './signals/catalogue.ts';
import { PEGGED } from './signals/profiles.ts';
import { type Slot, Slots } from './slots.ts';
import type { BudgetRow, TopologyRow } from './topology-csv.ts';
import type { DurationMs, EpochMs } from './units.ts';

/** One decoded body and where it came from. */
export interface Ingest {
  /** Identity of the target or query: labels are bound to objects once per key and layout. */
  readonly key: string;
  readonly sourceId: string;
  readonly site: string;
  /** Labels that the target adds; an exporter's own label of the same name wins (as with honor_labels). */
  readonly targetLabels: Labels;
  readonly decoded: Decoded;
  /** When the scrape began, or the query's evaluation time. Samples without a time of their own have this one. */
  readonly time: EpochMs;
  readonly query?: PlannedQuery;
}

export interface IngestReport {
  readonly samples: number;
  readonly mapped: number;
  /** Blank, impossible, pegged, out-of-order or future samples: dropped and counted. */
  readonly bad: number;
}

/** How far ahead of our clock a sample may be (faults.md B12). */
const FUTURE_MS = 600_000;

/** Where each mapped series of one layout goes. `slot` −1 marks a series that carries sample times. */
interface Binding {
  readonly layout: Layout;
  readonly changes: number;
  readonly series: Int32Array;
  readonly slots: readonly Slot[];
  readonly signals: readonly Signal[];
  readonly objects: Int32Array;
  /** Previous raw value and time of counters, by bound series. */
  readonly rawBefore: Float64Array;
  readonly timeBefore: Float64Array;
  /** `name{labels}` of counters, to carry their previous value over when the layout changes. */
  readonly counterKeys: Map<string, number>;
}

/** Everything known of a fleet: the newest value of every object, whichever source gave it. Pure; time is passed in. */
export class Fleet {
  readonly #slots = new Slots();
  readonly #objects: Objects;
  readonly #bindings = new Map<string, Binding>();
  readonly #resolver: Resolver;
  readonly #mappings: readonly LabelMapping[];
  #rows: readonly TopologyRow[] = [];
  #budgets: ReadonlyMap<string, BudgetRow> = new Map();
  #built: BuiltTopology | undefined;
  #builtFor = -1;
  #version = 0;
  #pass = 0;
  /** Time of the last identity query, by source and object: a Prometheus value is as old as its sample. */
  readonly #sampleTime = new Map<string, Float64Array>();
  /** Bad samples since the start. */
  badSamples = 0;

  constructor(options: { readonly mappings: readonly LabelMapping[] }) {
    this.#mappings = options.mappings;
    this.#objects = new Objects(new NodeLocator(options.mappings, []));
    this.#resolver = new Resolver(this.#slots);
  }

  /** Rows of topology.csv; nodes of it that never report are holes. */
  setTopology(rows: readonly TopologyRow[]): void {
    this.#rows = rows;
    this.#objects.relocate(new NodeLocator(this.#mappings, rows));
  }

  setBudgets(rows: readonly BudgetRow[]): void {
    this.#budgets = new Map(rows.map((row) => [row.place, row]));
    this.#objects.changes++;
  }

  /** Forgets every object that this source brought. */
  forgetSource(sourceId: string): void {
    // Bindings of all sources go: another source may have bound its series to an object that is forgotten now.
    this.#bindings.clear();
    this.#objects.forget(sourceId, (kind, object) => {
      for (const slot of this.#slots.byKind[kind]) slot.clear(object);
    });
    for (const kind of ['gpu', 'link', 'feed']) this.#sampleTime.delete(`${sourceId}\n${kind}`);
  }

  /** Takes the numbers of one body. The steady case (same layout) touches no string. */
  ingest(input: Ingest): IngestReport {
    const key = `${input.sourceId}\n${input.key}`;
    let binding = this.#bindings.get(key);
    if (binding?.layout !== input.decoded.layout) {
      binding = this.#bind(input, binding);
      this.#bindings.set(key, binding);
    }
    this.#pass++;
    const bad = input.query?.times ? this.#takeTimes(input, binding) : this.#takeValues(input, binding);
    this.badSamples += bad;
    return { samples: input.decoded.values.length, mapped: binding.series.length, bad };
  }

  #bind(input: Ingest, before: Binding | undefined): Binding {
    const series: number[] = [];
    const slots: Slot[] = [];
    const objects: number[] = [];
    const counterKeys = new Map<string, number>();
    const raw: number[] = [];
    const times: number[] = [];
    input.decoded.layout.series.forEach((one, index) => {
      const name = one.labels.get('metric') && input.query ? (one.labels.get('metric') as string) : one.name;
      const candidates = input.query?.times
        ? this.#slots.byKind[input.query.kind].slice(0, 1)
        : this.#slots.named(name);
      for (const slot of candidates) {
        const { where, kind } = slot.mapping;
        if (where && !input.query?.times && one.labels.get(where[0]) !== where[1]) continue;
        const object = this.#objectOf(slot, name, this.#merged(one.labels, input.targetLabels), input);
        if (object < 0) continue;
        if (kind === 'counter' && !input.query) {
          const text = `${name}\n${object}\n${one.labels.get('GPU_I_ID') ?? ''}`;
          const old = before?.counterKeys.get(text);
          raw[series.length] = old === undefined ? Number.NaN : (before?.rawBefore[old] as number);
          times[series.length] = old === undefined ? Number.NaN : (before?.timeBefore[old] as number);
          counterKeys.set(text, series.length);
        }
        series.push(index);
        slots.push(slot);
        objects.push(object);
      }
    });
    for (const slot of this.#slots.all) slot.grow(this.#objects.count(this.#slots.kindOf(slot)));
    const fill = (values: readonly number[]) => Float64Array.from(series, (_, i) => values[i] ?? Number.NaN);
    return {
      layout: input.decoded.layout,
      changes: this.#objects.changes,
      series: Int32Array.from(series),
      slots,
      signals: slots.map((slot) => boundsOf(slot)),
      objects: Int32Array.from(objects),
      rawBefore: fill(raw),
      timeBefore: fill(times),
      counterKeys,
    };
  }

  #merged(labels: Labels, target: Labels): Labels {
    if (target.size === 0) return labels;
    const merged = new Map(target);
    for (const [name, value] of labels) merged.set(name, value);
    return merged;
  }

  #objectOf(slot: Slot, name: string, labels: Labels, { sourceId, site, query }: Ingest): number {
    const kind = query?.kind ?? this.#slots.kindOf(slot);
    if (kind === 'gpu') return this.#objects.gpu(labels, sourceId, site);
    if (kind === 'feed') return this.#objects.feed(labels, sourceId, site);
    if (query?.times) return this.#objects.node(labels, sourceId, site);
    return this.#objects.link(labels, name.startsWith('node_infiniband') ? 'infiniband' : 'ethernet', sourceId, site);
  }

  /** The answer to a `timestamp()` query: seconds at which each object's samples were taken. */
  #takeTimes({ decoded, sourceId, query }: Ingest, { series, objects }: Binding): number {
    const kind = (query as PlannedQuery).kind;
    const key = `${sourceId}\n${kind}`;
    const count = kind === 'link' ? this.#objects.nodes.length : this.#objects.count(kind);
    let times = this.#sampleTime.get(key);
    if (!times || times.length < count) {
      const wider = new Float64Array(count * 2).fill(Number.NaN);
      if (times) wider.set(times);
      times = wider;
      this.#sampleTime.set(key, times);
    }
    for (let i = 0; i < series.length; i++) times[objects[i]] = decoded.values[series[i]] * 1000;
    return 0;
  }

  #timeOf(input: Ingest, index: number, object: number, slot: Slot): number {
    const own = input.decoded.times?.[index];
    if (!input.query) return own === undefined || Number.isNaN(own) ? input.time : own;
    const kind = input.query.kind;
    const times = this.#sampleTime.get(`${input.sourceId}\n${kind}`);
    const at = kind === 'link' ? (this.#objects.links[object]?.node ?? -1) : object;
    const time = times?.[at];
    // No time means that no timestamp was answered for the object: its age can't be told, so it is not live.
    return time === undefined || slot.mapping === undefined ? Number.NaN : time;
  }

  #takeValues(input: Ingest, binding: Binding): number {
    const { series, slots, signals: bounds, objects } = binding;
    const { values } = input.decoded;
    let bad = 0;
    for (let i = 0; i < series.length; i++) {
      const raw = values[series[i]];
      const slot = slots[i];
      const object = objects[i];
      const time = this.#timeOf(input, series[i], object, slot);
      if (Number.isNaN(raw) || Number.isNaN(time)) continue;
      if (time > input.time + FUTURE_MS || isBlank(raw, bounds[i].unit) || isPegged(raw, slot)) {
        bad++;
        continue;
      }
      const value = this.#valueOf(binding, i, raw, time, input.query !== undefined) * slot.mapping.scale;
      if (Number.isNaN(value)) continue;
      // A link without a known speed says −1 Mb/s: that is "unknown", not a bad sample.
      if (slot.mapping.signal === 'link.rate' && value <= 0) continue;
      if (value < bounds[i].min || value > bounds[i].max) bad++;
      else if (time >= slot.time[object] || Number.isNaN(slot.time[object])) this.#store(slot, object, value, time);
      else if (time < slot.time[object]) bad++;
    }
    return bad;
  }

  /** A gauge as it is; a counter as its rate per second since its last sample, NaN for the first. */
  #valueOf({ rawBefore, timeBefore, slots }: Binding, i: number, raw: number, time: number, rated: boolean): number {
    if (slots[i].mapping.kind === 'gauge' || rated) return raw;
    const before = rawBefore[i];
    const seconds = (time - timeBefore[i]) / 1000;
    if (seconds <= 0) return Number.NaN;
    rawBefore[i] = raw;
    timeBefore[i] = time;
    if (Number.isNaN(before)) return Number.NaN;
    // After a reset a counter counts from 0: what it shows is what was added (alert-semantics.md 4.2).
    return (raw < before ? raw : raw - before) / seconds;
  }

  #store(slot: Slot, object: number, value: number, time: number): void {
    const again = slot.pass[object] === this.#pass;
    const combined = !again
      ? value
      : slot.mapping.combine === 'sum'
        ? slot.value[object] + value
        : Math.max(slot.value[object], value);
    slot.value[object] = combined;
    slot.time[object] = time;
    slot.pass[object] = this.#pass;
  }

  #topology(): BuiltTopology & { nodeOf: Int32Array } {
    if (!this.#built || this.#builtFor !== this.#objects.changes) {
      const expected = this.#rows.map((row) => ({ ...row, inferred: false }));
      const { nodes, nodeOf } = this.#objects.known(expected);
      const links = this.#objects.links.map((link) => ({
        ...link,
        node: link.source === '' ? -1 : (nodeOf[link.node] ?? -1),
      }));
      const feeds = this.#objects.feeds.map((feed) => (feed.source === '' ? { ...feed, rackPath: '' } : feed));
      this.#version++;
      this.#built = buildTopology(this.#version, nodes, links, feeds, this.#budgets, this.#objects.gpus.length);
      this.#nodeOf = nodeOf;
      this.#builtFor = this.#objects.changes;
    }
    return { ...this.#built, nodeOf: this.#nodeOf };
  }

  #nodeOf: Int32Array = new Int32Array(0);

  /** The fleet at `now`. A value older than `staleMs` is NaN with quality stale; its time stays, to tell its age. */
  frame(now: EpochMs, staleMs: DurationMs): Frame {
    const { topology, placeOfGpu } = this.#topology();
    const columns = new Map<SignalId, Column>();
    for (const signal of signals) {
      const column = this.#resolver.column(signal, topology, placeOfGpu, now, staleMs);
      if (column) columns.set(signal.id, column);
    }
    this.#resolver.derive(columns, topology, placeOfGpu, now, staleMs);
    return { time: now, topology, columns };
  }

  /** What a source gives: per signal the metric names found, how many series, and the newest sample's time. */
  coverage(sourceId: string): readonly { signal: SignalId; metric: string; series: number; time: number }[] {
    const found = new Map<string, { signal: SignalId; metric: string; series: number; time: number }>();
    for (const [key, binding] of this.#bindings) {
      if (!key.startsWith(`${sourceId}\n`)) continue;
      for (let i = 0; i < binding.series.length; i++) {
        const one = binding.layout.series[binding.series[i]];
        const metric = one?.labels.get('metric') ?? one?.name ?? '';
        const { signal } = binding.slots[i].mapping;
        if (metric === '' || signal === 'gpu.tempMargin' || signal === 'feed.digits') continue;
        const row = found.get(metric) ?? { signal, metric, series: 0, time: Number.NaN };
        row.series++;
        const time = binding.slots[i].time[binding.objects[i]];
        if (!(time <= row.time)) row.time = time;
        found.set(metric, row);
      }
    }
    return [...found.values()];
  }
}

/** Range and unit of a slot's signal; the two inputs that are no signals have their own. */
function boundsOf({ mapping }: Slot): Signal {
  if (mapping.signal === 'gpu.tempMargin') return { ...signalOf('gpu.temp'), min: -100 };
  if (mapping.signal === 'feed.digits') return { ...signalOf('gpu.xid'), max: 9 };
  return signalOf(mapping.signal);
}

function isPegged(raw: number, { mapping }: Slot): boolean {
  return raw === PEGGED && mapping.signal === 'link.wait';
}
