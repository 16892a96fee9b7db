import { ASSUMED, type Column, DERIVED, MEASURED, STALE, UNSUPPORTED } from './frame.ts';
import { rollUp } from './rollup.ts';
import type { Signal, SignalId } from './signals/catalogue.ts';
import { hardwareOf } from './signals/hardware.ts';
import type { Slot, Slots } from './slots.ts';
import { GPU, type Topology } from './topology.ts';

const empty = (count: number): Column => ({
  value: new Float32Array(count).fill(Number.NaN),
  time: new Float64Array(count).fill(Number.NaN),
  quality: new Uint8Array(count),
});

/** Turns slots into columns: the best fresh rank of each signal, ages applied, gaps filled from the hardware table. */
export class Resolver {
  readonly #slots: Slots;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** The column of one signal, rolled up where it has parents; undefined for a signal that no profile gives. */
  column(signal: Signal, topology: Topology, placeOfGpu: Int32Array, now: number, staleMs: number): Column | undefined {
    const slots = this.#slots.ofSignal(signal.id);
    if (slots.length === 0) return undefined;
    if (signal.kind === 'gpu') {
      const column = empty(topology.parent.length);
      for (let object = 0; object < placeOfGpu.length; object++) {
        if (placeOfGpu[object] >= 0) pick(slots, object, column, placeOfGpu[object], now, staleMs);
      }
      rollUp(column, topology, signal.aggregation);
      return column;
    }
    const count = signal.kind === 'link' ? topology.linkNode.length : topology.feedRack.length;
    const column = empty(count);
    for (let object = 0; object < count; object++) pick(slots, object, column, object, now, staleMs);
    if (signal.id === 'feed.power') this.#applyDigits(column);
    return column;
  }

  /** Raritan's integers: × 10^−digits, where the digits are exported. */
  #applyDigits(column: Column): void {
    const digits = this.#slots.ofSignal('feed.digits')[0] as Slot;
    for (let feed = 0; feed < column.value.length; feed++) {
      const count = digits.value[feed];
      if (count > 0) column.value[feed] /= 10 ** count;
    }
  }

  /** Limits that nobody exports: temperature limit from the margin, and nameplates, marked so. */
  derive(
    columns: Map<SignalId, Column>,
    topology: Topology,
    placeOfGpu: Int32Array,
    now: number,
    staleMs: number,
  ): void {
    const { start, model, parent } = topology;
    const temp = columns.get('gpu.temp');
    const tempLimit = columns.get('gpu.tempLimit');
    const power = columns.get('gpu.power');
    const limit = columns.get('gpu.powerLimit');
    if (!temp || !tempLimit || !power || !limit) return;
    this.#limitsFromMargins(temp, tempLimit, placeOfGpu, now, staleMs);
    for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
      const hardware = hardwareOf(model[gpu] || (model[parent[gpu]] ?? ''));
      if (!hardware) continue;
      if (tempLimit.quality[gpu] === UNSUPPORTED && temp.quality[gpu] !== UNSUPPORTED)
        fill(tempLimit, gpu, hardware.slowdownC, temp.time[gpu]);
      if (limit.quality[gpu] === UNSUPPORTED && power.quality[gpu] !== UNSUPPORTED)
        fill(limit, gpu, hardware.tdpW, power.time[gpu]);
    }
  }

  /** Temperature + distance to slowdown is the slowdown temperature. */
  #limitsFromMargins(temp: Column, tempLimit: Column, placeOfGpu: Int32Array, now: number, staleMs: number): void {
    const margin = this.#slots.ofSignal('gpu.tempMargin')[0] as Slot;
    for (let object = 0; object < Math.min(placeOfGpu.length, margin.time.length); object++) {
      const place = placeOfGpu[object];
      if (place < 0 || tempLimit.quality[place] !== UNSUPPORTED || Number.isNaN(temp.value[place])) continue;
      if (!(now - margin.time[object] <= staleMs)) continue;
      tempLimit.value[place] = temp.value[place] + margin.value[object];
      tempLimit.time[place] = margin.time[object];
      tempLimit.quality[place] = DERIVED;
    }
  }
}

function fill(column: Column, place: number, value: number, time: number): void {
  column.value[place] = value;
  column.time[place] = time;
  column.quality[place] = ASSUMED;
}

const QUALITIES = { derived: DERIVED, assumed: ASSUMED } as const;

/** The best rank with a fresh value; else stale with the newest time; else unsupported. */
function pick(
  slots: readonly Slot[],
  object: number,
  column: Column,
  place: number,
  now: number,
  staleMs: number,
): void {
  let newest = Number.NaN;
  for (const slot of slots) {
    if (object >= slot.time.length) continue;
    const time = slot.time[object];
    if (Number.isNaN(time)) continue;
    if (now - time <= staleMs) {
      column.value[place] = slot.value[object];
      column.time[place] = time;
      column.quality[place] = slot.mapping.quality ? QUALITIES[slot.mapping.quality] : MEASURED;
      return;
    }
    if (!(time <= newest)) newest = time;
  }
  if (Number.isNaN(newest)) return;
  column.time[place] = newest;
  column.quality[place] = STALE;
}
