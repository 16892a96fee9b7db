import { withoutCards } from './fabric/cards.ts';
import { ASSUMED, type Column, DERIVED, MEASURED, STALE, UNSUPPORTED } from './frame.ts';
import { sumNvlinks } from './nvlink-sums.ts';
import { nvlinkCount, placesOfNvlinks } from './nvlinks.ts';
import { putRecorded } from './recorded/columns.ts';
import { rollUp } from './rollup.ts';
import { type ObjectKind, type SignalId, signalOf, signals } from './signals/catalogue.ts';
import { hardwareOf } from './signals/hardware.ts';
import type { Slot, Slots } from './slots.ts';
import { GPU, type Topology } from './topology.ts';

const QUALITIES = { derived: DERIVED, assumed: ASSUMED } as const;

/** An instant of a topology: the age of every value is told against `now`. */
export interface Instant {
  readonly topology: Topology;
  /** Place of each GPU of the fleet; −1: not placed. */
  readonly placeOfGpu: Int32Array;
  /** Place of each node of the fleet; −1: not placed. */
  readonly placeOfNode: Int32Array;
  /** Place of each place that recorded series tell of; −1: it is gone. */
  readonly placeOfPlace: Int32Array;
  /** Links that are cards (`LinkIdentity`), by their indexes. */
  readonly cards: readonly number[];
  readonly now: number;
  readonly staleMs: number;
  /** For how long what is recorded of each place and work counts, ms. */
  readonly recordedMs: { readonly place: Float64Array; readonly work: Float64Array };
}

/** Signals that are both directions together, where an exporter gives each. */
export const SUMS: readonly (readonly [SignalId, SignalId, SignalId])[] = [
  ['gpu.nvlink', 'gpu.nvlinkTx', 'gpu.nvlinkRx'],
  ['gpu.pcie', 'gpu.pcieTx', 'gpu.pcieRx'],
];

/** The columns of an instant, and until when they stay as they are by time alone. */
export interface Resolved {
  readonly columns: Map<SignalId, Column>;
  /** The last instant, epoch ms, at which nothing of them has aged over the stale limit; Infinity where nothing is fresh. */
  readonly until: number;
}

/**
 * Turns slots into columns: the best fresh rank of each signal, ages applied, gaps filled from the hardware table.
 * A signal that no series is bound to has no column.
 */
export function resolve(slots: Slots, at: Instant): Resolved {
  const columns = new Map<SignalId, Column>();
  let until = Number.POSITIVE_INFINITY;
  let nvlinks: Int32Array | undefined;
  for (const signal of signals) {
    const ranks = slots.boundTo(signal.id);
    if (ranks.length === 0) continue;
    const column = emptyColumn(sizeOf(signal.kind, at.topology));
    if (signal.kind === 'nvlink') nvlinks ??= placesOfNvlinks(at.topology, at.placeOfGpu);
    const { placeOfGpu: gpu, placeOfNode: node, placeOfPlace: place } = at;
    const places = { gpu, node, place, nvlink: nvlinks }[signal.kind as 'gpu'];
    const limits = at.recordedMs[signal.kind as 'place'] as Float64Array | undefined;
    for (const rank of ranks) until = Math.min(until, readRank(rank, column, places, at, limits));
    columns.set(signal.id, column);
  }
  withoutCards(columns, at.topology, at.cards);
  sumNvlinks(columns, at.topology, (signal) => columnOf(columns, signal, at.topology));
  for (const [sum, ...parts] of SUMS) addDirections(columns, sum, parts, at.topology);
  generationsFromSpeeds(columns, at.topology);
  limitsFromMargins(columns, at.topology);
  limitsFromTable(columns, at.topology);
  makeParents(columns, at.topology);
  return { columns, until };
}

/** Makes parents' values of the columns of objects: what is recorded of places, else what is rolled up. */
export function makeParents(columns: Map<SignalId, Column>, topology: Topology): void {
  const recorded = putRecorded(columns, topology, (id) => columnOf(columns, id, topology));
  for (const { id, kind, aggregation } of signals) {
    const column = columns.get(id);
    if (column && (kind === 'gpu' || kind === 'node')) rollUp(column, topology, aggregation, recorded.get(id));
  }
}

/** How many entries a column of that kind has. */
export function sizeOf(kind: ObjectKind, topology: Topology): number {
  const { parent, linkNode, ports, feedRack, servers, workRack } = topology;
  if (kind === 'nvlink') return nvlinkCount(topology);
  if (kind === 'work') return workRack.length;
  if (kind === 'server') return servers.length;
  if (kind === 'port') return ports.length;
  return kind === 'link' ? linkNode.length : kind === 'feed' ? feedRack.length : parent.length;
}

/** A column in which nothing was ever heard. */
export function emptyColumn(size: number): Column {
  return {
    value: new Float32Array(size).fill(Number.NaN),
    time: new Float64Array(size).fill(Number.NaN),
    quality: new Uint8Array(size),
  };
}

/**
 * Fills in what better ranks left open: a fresh value, else "stale" with the newest time that anything had.
 *
 * @param limits for how long what each object has counts, ms; the stale limit of all where it is left out
 * @returns until when what is fresh stays so, epoch ms; Infinity where nothing is
 */
function readRank(
  rank: readonly Slot[],
  { value, time, quality }: Column,
  places: Int32Array | undefined,
  at: Instant,
  limits: Float64Array | undefined,
): number {
  const [first, ...others] = rank;
  const good = first.mapping.quality ? QUALITIES[first.mapping.quality] : MEASURED;
  const objects = Math.min(places?.length ?? value.length, first.time.length);
  const known = others.reduce((least, slot) => Math.min(least, slot.time.length), objects);
  const isPlain = !first.digits && !first.per;
  let soonest = Number.POSITIVE_INFINITY;
  for (let object = 0; object < known; object++) {
    const place = places ? places[object] : object;
    if (place < 0 || (quality[place] !== UNSUPPORTED && quality[place] !== STALE)) continue;
    let sampled = first.time[object];
    for (let i = 0; i < others.length; i++) sampled = Math.min(sampled, others[i].time[object]);
    if (first.per) sampled = Math.min(sampled, first.per.time[object] ?? Number.NaN);
    const until = sampled + (limits ? limits[object] : at.staleMs);
    if (at.now <= until) {
      if (until < soonest) soonest = until;
      let sum = isPlain ? first.value[object] : first.digits ? scaled(first, object) : divided(first, object);
      if (Number.isNaN(sum)) continue;
      for (let i = 0; i < others.length; i++) sum += others[i].value[object];
      value[place] = sum;
      time[place] = sampled;
      quality[place] = good;
    } else if (!Number.isNaN(sampled) && !(sampled <= time[place])) {
      time[place] = sampled;
      quality[place] = STALE;
    }
  }
  return soonest;
}

/** An integer × 10^−digits, the digits being another series of the object; NaN where they are not known. */
function scaled({ value, digits, mapping }: Slot, object: number): number {
  const exported = digits && object < digits.value.length ? digits.value[object] : Number.NaN;
  const places = Number.isNaN(exported) ? mapping.decimals?.otherwise : exported;
  if (places === undefined) return Number.NaN;
  const { min, max } = signalOf(mapping.signal);
  const result = value[object] / 10 ** places;
  return result >= min && result <= max ? result : Number.NaN;
}

/** Per each of what it is divided by; NaN where there was none of that. */
function divided({ value, per, mapping }: Slot, object: number): number {
  const { min, max } = signalOf(mapping.signal);
  const result = value[object] / (per?.value[object] ?? Number.NaN);
  return result >= min && result <= max ? result : Number.NaN;
}

/** A column of a GPU signal, made where no exporter gives one. */
function columnOf(columns: Map<SignalId, Column>, signal: SignalId, topology: Topology): Column {
  const known = columns.get(signal);
  if (known) return known;
  const column = emptyColumn(topology.parent.length);
  columns.set(signal, column);
  return column;
}

/** Both directions stand before a total of the exporter's own, which nobody documents. */
function addDirections(
  columns: Map<SignalId, Column>,
  sum: SignalId,
  parts: readonly [SignalId, SignalId],
  topology: Topology,
): void {
  const [tx, rx] = parts.map((id) => columns.get(id));
  if (!tx || !rx) return;
  const { value, time, quality } = columnOf(columns, sum, topology);
  for (let gpu = topology.start[GPU]; gpu < topology.start[GPU + 1]; gpu++) {
    const both = tx.value[gpu] + rx.value[gpu];
    const sampled = Math.min(tx.time[gpu], rx.time[gpu]);
    if (!Number.isNaN(both)) {
      value[gpu] = both;
      time[gpu] = sampled;
      quality[gpu] = Math.max(tx.quality[gpu], rx.quality[gpu]);
    } else if (Number.isNaN(value[gpu]) && !Number.isNaN(sampled) && !(sampled <= time[gpu])) {
      time[gpu] = sampled;
      quality[gpu] = STALE;
    }
  }
}

/** GT/s of one lane → PCIe generation (PCI Express base specification). */
const GENERATIONS: ReadonlyMap<number, number> = new Map([
  ...([
    [2.5, 1],
    [5, 2],
    [8, 3],
  ] as const),
  ...([
    [16, 4],
    [32, 5],
    [64, 6],
    [128, 7],
  ] as const),
]);
const SPEEDS: readonly (readonly [SignalId, SignalId])[] = [
  ['gpu.pcieSpeed', 'gpu.pcieGen'],
  ['gpu.pcieSpeedMax', 'gpu.pcieGenMax'],
];

/** The generation of a PCIe link by its speed, where only that is told. */
function generationsFromSpeeds(columns: Map<SignalId, Column>, topology: Topology): void {
  for (const [from, to] of SPEEDS) {
    const speed = columns.get(from);
    if (!speed) continue;
    const generation = columnOf(columns, to, topology);
    for (let gpu = topology.start[GPU]; gpu < topology.start[GPU + 1]; gpu++) {
      const told = GENERATIONS.get(speed.value[gpu]);
      if (generation.quality[gpu] !== UNSUPPORTED || told === undefined) continue;
      generation.value[gpu] = told;
      generation.time[gpu] = speed.time[gpu];
      generation.quality[gpu] = DERIVED;
    }
  }
}

/** Temperature + distance to slowdown is the slowdown temperature. */
function limitsFromMargins(columns: Map<SignalId, Column>, topology: Topology): void {
  const [temp, margin] = [columns.get('gpu.temp'), columns.get('gpu.tempMargin')];
  if (!temp || !margin) return;
  const limit = columnOf(columns, 'gpu.tempLimit', topology);
  for (let gpu = topology.start[GPU]; gpu < topology.start[GPU + 1]; gpu++) {
    const sum = temp.value[gpu] + margin.value[gpu];
    if (limit.quality[gpu] !== UNSUPPORTED || Number.isNaN(sum)) continue;
    limit.value[gpu] = sum;
    limit.time[gpu] = Math.min(temp.time[gpu], margin.time[gpu]);
    limit.quality[gpu] = DERIVED;
  }
}

/** Limits that nobody exports are the hardware table's, and said to be assumed. */
function limitsFromTable(columns: Map<SignalId, Column>, topology: Topology): void {
  const { start, model, parent } = topology;
  const [temp, power] = [columns.get('gpu.temp'), columns.get('gpu.power')];
  const tempLimit = temp && columnOf(columns, 'gpu.tempLimit', topology);
  const powerLimit = power && columnOf(columns, 'gpu.powerLimit', topology);
  // Boards of one model stand together: it is looked up once for all of them.
  let [last, hardware] = ['', hardwareOf('')];
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const name = model[gpu] || (model[parent[gpu]] ?? '');
    if (name !== last) [last, hardware] = [name, hardwareOf(name)];
    if (!hardware) continue;
    if (temp && tempLimit) assume(tempLimit, gpu, hardware.slowdownC, temp);
    if (power && powerLimit) assume(powerLimit, gpu, hardware.tdpW, power);
  }
}

function assume(limit: Column, gpu: number, value: number, of: Column): void {
  if (limit.quality[gpu] !== UNSUPPORTED || Number.isNaN(of.value[gpu])) return;
  limit.value[gpu] = value;
  limit.time[gpu] = of.time[gpu];
  limit.quality[gpu] = ASSUMED;
}
