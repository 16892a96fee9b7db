import { ASSUMED, type Column, DERIVED, MEASURED, STALE, UNSUPPORTED } from './frame.ts';
import { rollUp } from './rollup.ts';
import { type Signal, type SignalId, signals } from './signals/catalogue.ts';
import { hardwareOf } from './signals/hardware.ts';
import type { Mapping } from './signals/profiles.ts';
import type { Slot, Slots } from './slots.ts';
import { GPU, type Topology } from './topology.ts';

const QUALITIES = { derived: DERIVED, assumed: ASSUMED } as const;

/** An instant of a topology: the age of every value is told against `now`. */
export interface Instant {
  readonly topology: Topology;
  /** Place of each GPU of the fleet; −1: not placed. */
  readonly placeOfGpu: Int32Array;
  readonly now: number;
  readonly staleMs: number;
}

/** Turns slots into columns: the best fresh rank of each signal, ages applied, gaps filled from the hardware table. */
export function resolve(slots: Slots, at: Instant): Map<SignalId, Column> {
  const columns = new Map<SignalId, Column>();
  for (const signal of signals) {
    const ranks = slots.ofSignal(signal.id);
    if (ranks.length > 0) columns.set(signal.id, readColumn(signal, ranks, at));
  }
  limitsFromMargins(columns, slots, at);
  limitsFromTable(columns, at.topology);
  scaleByDigits(columns, slots);
  for (const { id, kind, aggregation } of signals) {
    const column = columns.get(id);
    if (column && kind === 'gpu') rollUp(column, at.topology, aggregation);
  }
  return columns;
}

function readColumn(signal: Signal, ranks: readonly (readonly Slot[])[], at: Instant): Column {
  const { topology, placeOfGpu } = at;
  const gpu = signal.kind === 'gpu';
  const size = gpu
    ? topology.parent.length
    : signal.kind === 'link'
      ? topology.linkNode.length
      : topology.feedRack.length;
  const column: Column = {
    value: new Float32Array(size).fill(Number.NaN),
    time: new Float64Array(size).fill(Number.NaN),
    quality: new Uint8Array(size),
  };
  const objects = gpu ? placeOfGpu.length : size;
  for (const rank of ranks) readRank(rank, column, objects, gpu ? placeOfGpu : undefined, at);
  return column;
}

/** Fills in what better ranks left open: a fresh value, else "stale" with the newest time that anything had. */
function readRank(
  rank: readonly Slot[],
  column: Column,
  objects: number,
  places: Int32Array | undefined,
  at: Instant,
): void {
  const { value, time, quality } = column;
  const [first, second] = rank as [Slot, Slot | undefined];
  const good = first.mapping.quality ? QUALITIES[first.mapping.quality] : MEASURED;
  const oldest = at.now - at.staleMs;
  const known = Math.min(objects, first.time.length, second?.time.length ?? objects);
  for (let object = 0; object < known; object++) {
    const place = places ? places[object] : object;
    if (place < 0 || (quality[place] !== UNSUPPORTED && quality[place] !== STALE)) continue;
    const sampled = second ? Math.min(first.time[object], second.time[object]) : first.time[object];
    if (Number.isNaN(sampled)) continue;
    if (sampled >= oldest) {
      value[place] = second ? first.value[object] + second.value[object] : first.value[object];
      time[place] = sampled;
      quality[place] = good;
    } else if (!(sampled <= time[place])) {
      time[place] = sampled;
      quality[place] = STALE;
    }
  }
}

const only = (slots: Slots, signal: Mapping['signal']) => slots.ofSignal(signal)[0]?.[0] as Slot;

/** Temperature + distance to slowdown is the slowdown temperature. */
function limitsFromMargins(columns: ReadonlyMap<SignalId, Column>, slots: Slots, at: Instant): void {
  const [temp, limit] = [columns.get('gpu.temp') as Column, columns.get('gpu.tempLimit') as Column];
  const margin = only(slots, 'gpu.tempMargin');
  const oldest = at.now - at.staleMs;
  for (let object = 0; object < Math.min(at.placeOfGpu.length, margin.time.length); object++) {
    const place = at.placeOfGpu[object];
    if (place < 0 || limit.quality[place] !== UNSUPPORTED || Number.isNaN(temp.value[place])) continue;
    if (!(margin.time[object] >= oldest)) continue;
    limit.value[place] = temp.value[place] + margin.value[object];
    limit.time[place] = Math.min(temp.time[place], margin.time[object]);
    limit.quality[place] = DERIVED;
  }
}

/** Limits that nobody exports are the hardware table's, and said to be assumed. */
function limitsFromTable(columns: ReadonlyMap<SignalId, Column>, { start, model, parent }: Topology): void {
  const [temp, tempLimit] = [columns.get('gpu.temp') as Column, columns.get('gpu.tempLimit') as Column];
  const [power, powerLimit] = [columns.get('gpu.power') as Column, columns.get('gpu.powerLimit') as Column];
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const hardware = hardwareOf(model[gpu] || (model[parent[gpu]] ?? ''));
    if (!hardware) continue;
    assume(tempLimit, gpu, hardware.slowdownC, temp);
    assume(powerLimit, gpu, hardware.tdpW, power);
  }
}

function assume(limit: Column, gpu: number, value: number, of: Column): void {
  if (limit.quality[gpu] !== UNSUPPORTED || Number.isNaN(of.value[gpu])) return;
  limit.value[gpu] = value;
  limit.time[gpu] = of.time[gpu];
  limit.quality[gpu] = ASSUMED;
}

/** Raritan's integers: × 10^−digits, where the digits are exported. */
function scaleByDigits(columns: ReadonlyMap<SignalId, Column>, slots: Slots): void {
  const digits = only(slots, 'feed.digits');
  const { value } = columns.get('feed.power') as Column;
  for (let feed = 0; feed < value.length; feed++) if (digits.value[feed] > 0) value[feed] /= 10 ** digits.value[feed];
}
