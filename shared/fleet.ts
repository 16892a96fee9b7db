import { type Binding, bind, type Ingest, together } from './binding.ts';
import { type BoundSeries, boundSeries } from './bound.ts';
import { Clocks } from './clocks.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { missingFeeds, missingTrays } from './expected.ts';
import type { Frame } from './frame.ts';
import { knownPlaces, sitesOf } from './known-places.ts';
import type { Host, SharedAddress } from './machines.ts';
import { NodeLocator } from './mapping.ts';
import { domainsOf, guidsOf } from './nvlink-domains.ts';
import { Objects } from './objects.ts';
import { type BuiltTopology, buildTopology } from './places.ts';
import { RecordedMemory } from './recorded/memory.ts';
import { type RecordedPlaces, recordedPlaces } from './recorded/rounds.ts';
import { resolve } from './resolve.ts';
import { Seats } from './seats.ts';
import type { LabelMapping } from './settings.ts';
import { isBlank, isMark } from './signals/blank.ts';
import type { ObjectKind, SignalId } from './signals/catalogue.ts';
import type { Profile } from './signals/profile.ts';
import { profiles } from './signals/profiles/all.ts';
import { type Slot, Slots } from './slots.ts';
import { NODE, type Topology } from './topology.ts';
import type { BudgetRow, RackRow, TopologyRow } from './topology-csv.ts';
import type { DurationMs, EpochMs } from './units.ts';
import { workOf } from './work/shares.ts';

export type { Ingest } from './binding.ts';

export interface IngestReport {
  /** Series in the body. */
  readonly samples: number;
  /** Of these, how many lead to an object. */
  readonly mapped: number;
  /** Blank, impossible, pegged, out-of-order or future samples: dropped and counted. */
  readonly bad: number;
}

/** How far ahead of our clock a sample may be (faults.md B12). */
const FUTURE_MS = 600_000;

/** Everything known of a fleet: the newest value of every object, whichever source gave it. Pure; time is passed in. */
export class Fleet {
  readonly #slots: Slots;
  #objects: Objects;
  readonly #bindings = new Map<string, Binding>();
  #mappings: readonly LabelMapping[];
  readonly #waitTicks = new Map<string, number>();
  #rows: readonly TopologyRow[] = [];
  #racks: readonly RackRow[] = [];
  #budgets: ReadonlyMap<string, BudgetRow> = new Map();
  #built: BuiltTopology | undefined;
  #builtFor = -1;
  /** Places stay as they are: it is a fleet of another time. */
  #pinned = false;
  #version = 0;
  #pass = 0;
  #writers = 0;
  readonly #clocks = new Clocks();
  readonly #seats = new Seats();
  #placeOfNode = new Int32Array(0);
  #cards: readonly number[] = [];
  readonly #recorded = new RecordedMemory();
  /** Sources whose last answer was a part of what they should have. */
  readonly #inPart = new Set<string>();
  /** The newest frame, and what it holds for. */
  #made: { readonly frame: Frame; readonly staleMs: DurationMs; readonly until: EpochMs } | undefined;
  /** Bad samples since the start. */
  badSamples = 0;
  /** How often series were bound, or bindings dropped: what was told of them holds until then. */
  bindings = 0;

  /** `profiles` are those of all exporters to be read: the built-in ones unless the user has some of his own. */
  constructor(options: { readonly mappings: readonly LabelMapping[]; readonly profiles?: readonly Profile[] }) {
    this.#slots = new Slots(options.profiles ?? profiles);
    this.#mappings = options.mappings;
    this.#objects = new Objects(new NodeLocator(options.mappings, []));
  }

  /** Rows of topology.csv, of nodes and of racks; what of it never reports is a hole. */
  setTopology(rows: readonly TopologyRow[], racks: readonly RackRow[] = []): void {
    this.#rows = rows;
    // Of two lines for one rack the first counts.
    const byPath = new Map(racks.toReversed().map((row) => [`${row.site}/${row.hall}/${row.row}/${row.rack}`, row]));
    this.#racks = [...byPath.values()];
    this.#objects.relocate(new NodeLocator(this.#mappings, rows));
  }

  /** Label mappings: every node is placed anew. */
  setMappings(mappings: readonly LabelMapping[]): void {
    this.#mappings = mappings;
    this.#objects.relocate(new NodeLocator(mappings, this.#rows));
  }

  /** Nodes as they are known now, with their labels: what mappings are tried on. */
  hosts(): readonly Host[] {
    return this.#objects.hosts();
  }

  /** Addresses behind which exporters tell of several machines. */
  sharedAddresses(): readonly SharedAddress[] {
    return this.#objects.sharedAddresses();
  }

  /** Boards that exporters tell of in several machines which are not one. */
  disputedBoards() {
    return this.#objects.disputedBoards();
  }

  /** Rows of budgets.csv; of two for one place the first counts, those of places that are not there wait for them. */
  setBudgets(rows: readonly BudgetRow[]): void {
    this.#budgets = new Map(rows.toReversed().map((row) => [row.place, row]));
    this.#objects.changes++;
  }

  /** Bytes that one tick of the wait counters of a source's ports stands for; undefined: not known. */
  setWaitTick(sourceId: string, bytes: number | undefined): void {
    if (this.#waitTicks.get(sourceId) === bytes) return;
    if (bytes === undefined) this.#waitTicks.delete(sourceId);
    else this.#waitTicks.set(sourceId, bytes);
    this.#objects.changes++;
  }

  /** Forgets every object that this source brought. */
  forgetSource(sourceId: string): void {
    // Bindings of all sources go: another source may have bound its series to an object that is forgotten now.
    this.#bindings.clear();
    this.bindings++;
    this.#objects.forget(sourceId, (kind, object) => {
      for (const slot of this.#slots.ofObject(kind)) slot.clear(object);
    });
    this.#clocks.forget(sourceId);
    this.#inPart.delete(sourceId);
    this.endRecorded(sourceId);
  }

  /** Whether what a source answers is only a part of what it should have: what it does not tell is not known to be absent. */
  setInPart(sourceId: string, inPart: boolean): void {
    if (this.#inPart.has(sourceId) === inPart) return;
    if (inPart) this.#inPart.add(sourceId);
    else this.#inPart.delete(sourceId);
    this.#made = undefined;
  }

  /** A source is not asked any more for what its rules record. */
  endRecorded(sourceId: string): void {
    this.#made = undefined;
    this.#recorded.rounds.forget(sourceId);
  }

  /** How old the newest of what a source records of racks is, and how old it usually gets, ms; undefined unless it is behind. */
  recordedBehind(sourceId: string, now: EpochMs) {
    return this.#recorded.rounds.behind(sourceId, this.#recordedPlaces(), now);
  }

  readonly #recordedPlaces = (): RecordedPlaces => recordedPlaces(this.#slots, this.#objects.places);

  /** Whether what a target or query gave last is bound, so that its series can be asked for and told of. */
  isBound(sourceId: string, key: string): boolean {
    return this.#bindings.has(`${sourceId}\n${key}`);
  }

  /** Takes the numbers of one body. The steady case (same layout) touches no string. */
  ingest(input: Ingest): IngestReport {
    const key = `${input.sourceId}\n${input.key}`;
    if (!input.past) this.#objects.heard(key, input.time);
    let binding = this.#bindings.get(key);
    if (binding?.layout !== input.decoded.layout) {
      const writer = binding?.writer ?? ++this.#writers;
      binding = this.#bind(key, input, binding, writer);
    }
    this.#pass++;
    if (input.query?.times) this.#takeTimes(input, binding);
    const bad = input.query?.times ? 0 : this.#takeValues(input, binding) + countMarks(input, binding);
    this.badSamples += bad;
    return { samples: input.decoded.values.length, mapped: binding.series.length, bad };
  }

  #bind(key: string, input: Ingest, before: Binding | undefined, writer: number): Binding {
    this.bindings++;
    const [objects, { rebinds }] = [this.#objects, this.#objects];
    const known = { slots: this.#slots, objects, clocks: this.#clocks };
    let binding = bind(input, before, writer, known);
    if (objects.rebinds !== rebinds) {
      // Two names of one machine: what was bound to one of them is bound to the other from now on.
      this.#bindings.clear();
      binding = bind(input, before, writer, known);
    }
    this.#bindings.set(key, binding);
    return binding;
  }

  /** The answer to a `timestamp()` query: seconds at which each object's samples were taken. */
  #takeTimes({ decoded, leadMs = 0, query, sourceId, time: now }: Ingest, { series, clocks, objects }: Binding): void {
    const { times } = this.#clocks;
    if (query?.kind === 'place' && this.#recorded.rounds.told(sourceId, objects, this.#recordedPlaces(), now))
      this.#made = undefined;
    // Rows of one object that differ in a label: the newest counts. A time of an earlier answer does not.
    for (let i = 0; i < series.length; i++) times[clocks[i]] = Number.NaN;
    for (let i = 0; i < series.length; i++) {
      const time = decoded.values[series[i]] * 1000 - leadMs;
      if (!(time <= times[clocks[i]])) times[clocks[i]] = time;
    }
  }

  #takeValues(input: Ingest, binding: Binding): number {
    const { series, clocks, counts, slots, objects, combine, ends, pegged } = binding;
    const { values, times } = input.decoded;
    const sampled = input.query && !input.past ? this.#clocks.times : undefined;
    const latest = input.time + FUTURE_MS;
    let bad = 0;
    for (let i = 0; i < series.length; i++) {
      const raw = values[series[i]];
      if (Number.isNaN(raw)) continue;
      // Where no timestamp was answered for an object its age can't be told, so it is not live.
      let time = sampled ? sampled[clocks[i]] : times ? times[series[i]] : input.time;
      if (Number.isNaN(time)) {
        if (sampled) continue;
        time = input.time;
      }
      const slot = slots[i];
      if (raw <= slot.absentUpTo) continue;
      // A server tells the rate of a counter that is stuck as −1 (asked.ts).
      pegged[i] = ends[i].includes(raw) || (raw < 0 && ends[i].length > 0 && slot.isCounter && !counts) ? 1 : 0;
      if (pegged[i] === 1) bad += this.#drop(slot, objects[i], time);
      else if (time > latest || isBlank(raw, slot.marks)) bad++;
      else if (counts && slot.isCounter) bad += this.#putRate(binding, i, raw, time);
      else bad += this.#put(slot, objects[i], combine[i], raw, time, binding.writer);
    }
    return bad;
  }

  /**
   * A counter as its rate per second since its last sample; the first gives none. After a reset it counts from 0, so
   * what it shows is what was added (alert-semantics.md 4.2); one that went back a little was not reset, and its rate
   * is not known.
   * @returns 1 for a sample that is bad
   */
  #putRate({ slots, objects, combine, writer, rawBefore, timeBefore }: Binding, i: number, raw: number, time: number) {
    const before = rawBefore[i];
    const seconds = (time - timeBefore[i]) / 1000;
    if (seconds <= 0) return seconds < 0 ? 1 : 0;
    rawBefore[i] = raw;
    timeBefore[i] = time;
    if (Number.isNaN(before)) return 0;
    if (raw < before && raw > before / 2) return 1;
    const rate = (raw >= before ? raw - before : raw) / seconds;
    return this.#put(slots[i], objects[i], combine[i], rate, time, writer);
  }

  /** A counter that is stuck takes back what it said before; what else of the same body, or sample, makes the value stays. */
  #drop(slot: Slot, object: number, time: number): 1 {
    if (slot.pass[object] === this.#pass || !(slot.time[object] < time)) return 1;
    slot.clear(object);
    this.#made = undefined;
    return 1;
  }

  /** @returns 1 for a sample that is bad: impossible, or older than what the same target gave before */
  #put(slot: Slot, object: number, combine: number, raw: number, time: number, writer: number): 0 | 1 {
    const value = raw * slot.scale;
    if (value < slot.signal.min || value > slot.signal.max) return 1;
    const before = slot.value[object];
    const timeBefore = slot.time[object];
    if (slot.pass[object] === this.#pass) slot.value[object] = together(combine, before, value);
    else if (time < timeBefore) return slot.writer[object] === writer ? 1 : 0;
    else slot.value[object] = value;
    // A server that is asked more often than it scrapes tells the same again.
    if (time !== timeBefore || slot.value[object] !== before) this.#made = undefined;
    slot.time[object] = time;
    slot.pass[object] = this.#pass;
    slot.writer[object] = writer;
    return 0;
  }

  /** The places as they are known now; the same object as long as nothing changed. */
  #topology(): BuiltTopology {
    if (this.#built && this.#pinned) return this.#built;
    if (this.#seats.update(this.#slots)) this.#objects.changes++;
    if (this.#built && this.#builtFor === this.#objects.changes) return this.#built;
    const expected = this.#rows.map((row) => ({ ...row, inferred: false }));
    const seen = knownPlaces(this.#objects, expected, this.#seats);
    const { nodeOf, places } = seen;
    const nodes = [...seen.nodes, ...missingTrays(seen.nodes, this.#racks)];
    const feeds = [...seen.feeds, ...missingFeeds(seen.feeds, nodes, this.#racks, this.#budgets)];
    const { servers, gpus, works } = this.#objects;
    const links = this.#objects.links.map((link) => ({
      ...link,
      node: link.source === '' ? -1 : nodeOf[link.node],
      tickBytes: this.#waitTicks.get(link.source),
    }));
    this.#version++;
    const written = { budgets: this.#budgets, racks: this.#racks };
    const built = buildTopology(this.#version, nodes, links, feeds, written, gpus.length, places);
    const ports = this.#objects.ports.map(({ source, ...port }) => ({
      ...port,
      switch: source === '' ? '' : port.switch,
      tickBytes: this.#waitTicks.get(source) ?? Number.NaN,
    }));
    this.#built = {
      ...built,
      topology: {
        ...built.topology,
        servers: servers.map((server) => (server.source === '' ? { ...server, model: '' } : server)),
        ports,
        nvlinkDomain: domainsOf(built, nodeOf, this.#objects.nodes),
        gpuGuid: guidsOf(built, gpus),
        ...workOf(built, gpus),
        workRack: Int32Array.from(works, ({ place, source }) => (source === '' ? -1 : built.placeOfPlace[place])),
        workOn: works.map(({ work }) => work),
      },
    };
    const { placeOfNode } = this.#built;
    this.#placeOfNode = nodeOf.map((known) => (known < 0 ? -1 : placeOfNode[known]));
    this.#cards = this.#objects.links.flatMap(({ card }, link) => (card ? [link] : []));
    this.#builtFor = this.#objects.changes;
    return this.#built;
  }

  /**
   * The fleet at `now`. A value older than `staleMs` is NaN with quality stale; its time stays, to tell its age. As long
   * as nothing came, no place changed and nothing aged over the limit, the columns are the same object.
   */
  frame(now: EpochMs, staleMs: DurationMs): Frame {
    const { topology, placeOfGpu, placeOfPlace } = this.#topology();
    const made = this.#made;
    if (made?.frame.topology === topology && made.staleMs === staleMs && now >= made.frame.time && now <= made.until)
      return { ...made.frame, time: now };
    const recorded = this.#recordedPlaces();
    const limits = this.#recorded.rounds.limits(recorded, staleMs);
    const { columns, until } = resolve(this.#slots, {
      ...{ topology, placeOfGpu, placeOfPlace, now, staleMs, placeOfNode: this.#placeOfNode, cards: this.#cards },
      recordedMs: { place: limits, work: Float64Array.from(this.#objects.works, ({ place }) => limits[place]) },
    });
    const waits = this.#recorded.update(columns, topology, { recorded, placeOfPlace, now });
    const frame = { time: now, topology, columns, ...this.#sitesInPart(topology) };
    this.#made = { frame, staleMs, until: Math.min(until, waits) };
    return frame;
  }

  #sitesInPart({ start, path }: Topology): Pick<Frame, 'sitesInPart'> {
    if (this.#inPart.size === 0) return {};
    const names = sitesOf(this.#objects, this.#inPart);
    return { sitesInPart: new Set(path.slice(0, start[1]).flatMap((site, i) => (names.has(site) ? [i] : []))) };
  }

  /** A fleet of the same objects and places without a number: those of another time go there (`Ingest.past`). */
  past(): Fleet {
    const fleet = new Fleet({ mappings: [], profiles: this.#slots.profiles });
    fleet.#objects = this.#objects;
    fleet.#built = this.#topology();
    fleet.#placeOfNode = this.#placeOfNode;
    fleet.#cards = this.#cards;
    fleet.#pinned = true;
    return fleet;
  }

  /** Sites to racks by their paths, with the budgets of now: places of which nothing else is kept. */
  placesOf(paths: readonly string[]): Topology {
    const written = { budgets: this.#budgets, racks: this.#racks };
    const places = paths.map((path) => ({ names: path.split('/'), model: '', gone: false }));
    // A name with a slash in it cannot be told from a place below.
    const known = places.filter(({ names }) => names.length <= NODE);
    return buildTopology(1, [], [], [], written, 0, known).topology;
  }

  /** Profiles that series are read by. */
  get profiles(): readonly Profile[] {
    return this.#slots.profiles;
  }

  /** A fleet of the same settings, files and profiles that knows no object yet. */
  blank(): Fleet {
    const fleet = new Fleet({ mappings: this.#mappings, profiles: this.#slots.profiles });
    fleet.setTopology(this.#rows, this.#racks);
    fleet.#budgets = this.#budgets;
    for (const [source, bytes] of this.#waitTicks) fleet.setWaitTick(source, bytes);
    return fleet;
  }

  /** Series of some objects' signals as sources give them now. @param objects by kind 1 for each place, or index, that is meant */
  bound(signals: ReadonlySet<SignalId>, objects: ReadonlyMap<ObjectKind, Uint8Array>): readonly BoundSeries[] {
    const { placeOfGpu, placeOfPlace } = this.#topology();
    const places = { gpu: placeOfGpu, node: this.#placeOfNode, place: placeOfPlace };
    return boundSeries(this.#bindings, { signals, objects, places });
  }

  /** What a source gives: per metric its signal, how many series, and the newest sample's time. */
  coverage(sourceId: string): readonly Coverage[] {
    return coverageOf(this.#bindings, sourceId);
  }
}

/** "No reading" marks in fields that no signal is made of. */
function countMarks({ decoded }: Ingest, { unread }: Binding): number {
  let marks = 0;
  for (let i = 0; i < unread.length; i++) if (isMark(decoded.values[unread[i]])) marks++;
  return marks;
}
