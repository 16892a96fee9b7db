import type { Mapping, Profile } from './signals/profiles.ts';
import { profiles } from './signals/profiles.ts';

/** One mapped quantity: the newest value of every object that has it. */
export class Slot {
  readonly mapping: Mapping;
  readonly object: Profile['object'];
  /** In the signal's unit; NaN where there is none (yet). */
  value = new Float64Array(0);
  /** The sample's time, epoch ms; NaN where the object never had one. */
  time = new Float64Array(0);
  /** Which ingest wrote the value last: rows of one body are combined, those of different bodies replace. */
  pass = new Int32Array(0);
  /** Which target or query wrote it last. */
  writer = new Int32Array(0);

  constructor(mapping: Mapping, object: Profile['object']) {
    this.mapping = mapping;
    this.object = object;
  }

  /** Makes room for `count` objects. */
  grow(count: number): void {
    if (count <= this.value.length) return;
    const size = Math.max(count, this.value.length * 2, 64);
    this.value = wider(new Float64Array(size).fill(Number.NaN), this.value);
    this.time = wider(new Float64Array(size).fill(Number.NaN), this.time);
    this.pass = wider(new Int32Array(size), this.pass);
    this.writer = wider(new Int32Array(size), this.writer);
  }

  /** Forgets one object's value: the object is gone. */
  clear(object: number): void {
    if (object >= this.value.length) return;
    this.value[object] = Number.NaN;
    this.time[object] = Number.NaN;
  }
}

function wider<List extends Float64Array | Int32Array>(list: List, old: ArrayLike<number>): List {
  list.set(old);
  return list;
}

/** The slots of all profiles in a fixed order. A metric name leads to its slots. */
export class Slots {
  readonly all: readonly Slot[] = profiles.flatMap(({ object, mappings }) =>
    mappings.map((mapping) => new Slot(mapping, object)),
  );
  readonly #byName = new Map<string, Slot[]>();
  readonly #bySignal = new Map<Mapping['signal'], Slot[][]>();

  constructor() {
    for (const slot of this.all) {
      const { names, signal, rank } = slot.mapping;
      for (const name of names) this.#byName.set(name, [...(this.#byName.get(name) ?? []), slot]);
      const ranks = this.#bySignal.get(signal) ?? [];
      ranks[rank] = [...(ranks[rank] ?? []), slot];
      this.#bySignal.set(signal, ranks);
    }
    // Some signal may lack a rank.
    for (const [signal, ranks] of this.#bySignal) this.#bySignal.set(signal, Object.values(ranks));
  }

  named(name: string): readonly Slot[] {
    return this.#byName.get(name) ?? [];
  }

  ofObject(object: Profile['object']): readonly Slot[] {
    return this.all.filter((slot) => slot.object === object);
  }

  /** Slots of one signal, best rank first; those of one rank add up. */
  ofSignal(signal: Mapping['signal']): readonly (readonly Slot[])[] {
    return this.#bySignal.get(signal) ?? [];
  }
}
