import { type Binding, bind, type Ingest } from './binding.ts';
import type { Frame } from './frame.ts';
import { NodeLocator } from './mapping.ts';
import { Objects } from './objects.ts';
import { type BuiltTopology, buildTopology } from './places.ts';
import type { PlannedQuery } from './promql.ts';
import { resolve } from './resolve.ts';
import type { LabelMapping } from './settings.ts';
import { isBlank, isMark } from './signals/blank.ts';
import type { SignalId } from './signals/catalogue.ts';
import { PEGGED } from './signals/profiles.ts';
import { type Slot, Slots } from './slots.ts';
import type { BudgetRow, TopologyRow } from './topology-csv.ts';
import type { DurationMs, EpochMs } from './units.ts';

export type { Ingest } from './binding.ts';

export interface IngestReport {
  /** Series in the body. */
  readonly samples: number;
  /** Of these, how many lead to an object. */
  readonly mapped: number;
  /** Blank, impossible, pegged, out-of-order or future samples: dropped and counted. */
  readonly bad: number;
}

/** What a source gives of one metric. */
export interface Coverage {
  readonly signal: SignalId;
  readonly metric: string;
  readonly series: number;
  /** Newest sample, epoch ms; NaN where none was good. */
  readonly time: number;
}

/** How far ahead of our clock a sample may be (faults.md B12). */
const FUTURE_MS = 600_000;

/** Everything known of a fleet: the newest value of every object, whichever source gave it. Pure; time is passed in. */
export class Fleet {
  readonly #slots = new Slots();
  readonly #objects: Objects;
  readonly #bindings = new Map<string, Binding>();
  readonly #mappings: readonly LabelMapping[];
  #rows: readonly TopologyRow[] = [];
  #budgets: ReadonlyMap<string, BudgetRow> = new Map();
  #built: BuiltTopology | undefined;
  #builtFor = -1;
  #version = 0;
  #pass = 0;
  #writers = 0;
  /** Sample times by source and kind, index: object, or node for links. A queried value is as old as its sample. */
  readonly #sampleTimes = new Map<string, Float64Array>();
  /** Bad samples since the start. */
  badSamples = 0;

  constructor(options: { readonly mappings: readonly LabelMapping[] }) {
    this.#mappings = options.mappings;
    this.#objects = new Objects(new NodeLocator(options.mappings, []));
  }

  /** Rows of topology.csv; nodes of it that never report are holes. */
  setTopology(rows: readonly TopologyRow[]): void {
    this.#rows = rows;
    this.#objects.relocate(new NodeLocator(this.#mappings, rows));
  }

  /** Rows of budgets.csv; those of places that are not there wait for them. */
  setBudgets(rows: readonly BudgetRow[]): void {
    this.#budgets = new Map(rows.map((row) => [row.place, row]));
    this.#objects.changes++;
  }

  /** Forgets every object that this source brought. */
  forgetSource(sourceId: string): void {
    // Bindings of all sources go: another source may have bound its series to an object that is forgotten now.
    this.#bindings.clear();
    this.#objects.forget(sourceId, (kind, object) => {
      for (const slot of this.#slots.ofObject(kind)) slot.clear(object);
    });
    for (const kind of ['gpu', 'link', 'feed']) this.#sampleTimes.delete(`${sourceId}\n${kind}`);
  }

  /** Takes the numbers of one body. The steady case (same layout) touches no string. */
  ingest(input: Ingest): IngestReport {
    const key = `${input.sourceId}\n${input.key}`;
    let binding = this.#bindings.get(key);
    if (binding?.layout !== input.decoded.layout) {
      const writer = binding?.writer ?? ++this.#writers;
      binding = bind(input, binding, writer, this.#slots, this.#objects);
      this.#bindings.set(key, binding);
    }
    this.#pass++;
    if (input.query?.times) this.#takeTimes(input, input.query, binding);
    const bad = input.query?.times ? 0 : this.#takeValues(input, binding) + countMarks(input, binding);
    this.badSamples += bad;
    return { samples: input.decoded.values.length, mapped: binding.series.length, bad };
  }

  /** The answer to a `timestamp()` query: seconds at which each object's samples were taken. */
  #takeTimes({ decoded, sourceId }: Ingest, { kind }: PlannedQuery, { series, objects }: Binding): void {
    const key = `${sourceId}\n${kind}`;
    const count = kind === 'link' ? this.#objects.nodes.length : this.#objects.count(kind);
    let times = this.#sampleTimes.get(key);
    if (!times || times.length < count) {
      const wider = new Float64Array(count * 2).fill(Number.NaN);
      if (times) wider.set(times);
      times = wider;
      this.#sampleTimes.set(key, times);
    }
    // Rows of one object that differ in a label: the newest counts. A time of an earlier answer does not.
    for (let i = 0; i < series.length; i++) times[objects[i]] = Number.NaN;
    for (let i = 0; i < series.length; i++) {
      const time = decoded.values[series[i]] * 1000;
      if (!(time <= times[objects[i]])) times[objects[i]] = time;
    }
  }

  #takeValues(input: Ingest, binding: Binding): number {
    const { series, slots, bounds, timed } = binding;
    const { values, times } = input.decoded;
    const queried = input.query !== undefined;
    const sampled = queried ? this.#sampleTimes.get(`${input.sourceId}\n${input.query?.kind}`) : undefined;
    const latest = input.time + FUTURE_MS;
    let bad = 0;
    for (let i = 0; i < series.length; i++) {
      const raw = values[series[i]];
      if (Number.isNaN(raw)) continue;
      // Where no timestamp was answered for an object its age can't be told, so it is not live.
      let time = queried ? (sampled?.[timed[i]] ?? Number.NaN) : (times?.[series[i]] ?? input.time);
      if (Number.isNaN(time)) {
        if (queried) continue;
        time = input.time;
      }
      if (time > latest || isBlank(raw, bounds[i].unit) || isPegged(raw, slots[i])) bad++;
      else if (slots[i].mapping.kind === 'gauge' || queried) bad += this.#put(binding, i, raw, time);
      else bad += this.#putRate(binding, i, raw, time);
    }
    return bad;
  }

  /**
   * A counter as its rate per second since its last sample; the first gives none. After a reset it counts from 0, so
   * what it shows is what was added (alert-semantics.md 4.2); one that went back a little was not reset, and its rate
   * is not known.
   * @returns 1 for a sample that is bad
   */
  #putRate(binding: Binding, i: number, raw: number, time: number): 0 | 1 {
    const { rawBefore, timeBefore } = binding;
    const before = rawBefore[i];
    const seconds = (time - timeBefore[i]) / 1000;
    if (seconds <= 0) return seconds < 0 ? 1 : 0;
    rawBefore[i] = raw;
    timeBefore[i] = time;
    if (Number.isNaN(before)) return 0;
    if (raw >= before) return this.#put(binding, i, (raw - before) / seconds, time);
    return raw > before / 2 ? 1 : this.#put(binding, i, raw / seconds, time);
  }

  /** @returns 1 for a sample that is bad: impossible, or older than what the same target gave before */
  #put({ slots, bounds, objects, adds, writer }: Binding, i: number, raw: number, time: number): 0 | 1 {
    const slot = slots[i];
    const object = objects[i];
    const value = raw * slot.mapping.scale;
    // A link without a known speed says −1 Mb/s: that is "unknown", not a bad sample.
    if (value <= 0 && slot.mapping.signal === 'link.rate') return 0;
    if (value < bounds[i].min || value > bounds[i].max) return 1;
    const again = slot.pass[object] === this.#pass;
    if (again) slot.value[object] = adds[i] === 1 ? slot.value[object] + value : Math.max(slot.value[object], value);
    else if (time < slot.time[object]) return slot.writer[object] === writer ? 1 : 0;
    else slot.value[object] = value;
    slot.time[object] = time;
    slot.pass[object] = this.#pass;
    slot.writer[object] = writer;
    return 0;
  }

  /** The places as they are known now; the same object as long as nothing changed. */
  #topology(): BuiltTopology {
    if (this.#built && this.#builtFor === this.#objects.changes) return this.#built;
    const expected = this.#rows.map((row) => ({ ...row, inferred: false }));
    const { nodes, nodeOf, feeds } = this.#objects.known(expected);
    const links = this.#objects.links.map((link) => ({ ...link, node: link.source === '' ? -1 : nodeOf[link.node] }));
    this.#version++;
    this.#built = buildTopology(this.#version, nodes, links, feeds, this.#budgets, this.#objects.gpus.length);
    this.#builtFor = this.#objects.changes;
    return this.#built;
  }

  /** The fleet at `now`. A value older than `staleMs` is NaN with quality stale; its time stays, to tell its age. */
  frame(now: EpochMs, staleMs: DurationMs): Frame {
    const { topology, placeOfGpu } = this.#topology();
    return { time: now, topology, columns: resolve(this.#slots, { topology, placeOfGpu, now, staleMs }) };
  }

  /** What a source gives: per metric its signal, how many series, and the newest sample's time. */
  coverage(sourceId: string): readonly Coverage[] {
    const found = new Map<string, Coverage>();
    for (const [key, { layout, series, slots, objects }] of this.#bindings) {
      if (!key.startsWith(`${sourceId}\n`)) continue;
      slots.forEach(({ mapping: { signal }, time }, i) => {
        const one = layout.series[series[i]];
        const metric = one.name || (one.labels.get('metric') ?? '');
        if (signal === 'feed.digits') return;
        const row = found.get(metric) ?? { signal, metric, series: 0, time: Number.NaN };
        const newest = time[objects[i]] > row.time || Number.isNaN(row.time) ? time[objects[i]] : row.time;
        found.set(metric, { ...row, series: row.series + 1, time: newest });
      });
    }
    return [...found.values()];
  }
}

/** "No reading" marks in fields that no signal is made of. */
function countMarks({ decoded }: Ingest, { unread }: Binding): number {
  let marks = 0;
  for (let i = 0; i < unread.length; i++) if (isMark(decoded.values[unread[i]])) marks++;
  return marks;
}

function isPegged(raw: number, { mapping }: Slot): boolean {
  return raw === PEGGED && mapping.signal === 'link.wait';
}
