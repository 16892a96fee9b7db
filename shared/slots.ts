import type { Mapping } from './signals/profiles.ts';
import { profiles } from './signals/profiles.ts';

/** One mapped quantity of one rank: the newest value of every object that has it. */
export class Slot {
  readonly mapping: Mapping;
  /** In the signal's unit; NaN where there is none (yet). */
  value = new Float64Array(0);
  /** The sample's time, epoch ms; NaN where the object never had one. */
  time = new Float64Array(0);
  /** Which ingest wrote the value last: rows of one body are combined, those of different bodies replace. */
  pass = new Int32Array(0);

  constructor(mapping: Mapping) {
    this.mapping = mapping;
  }

  /** Makes room for `count` objects. */
  grow(count: number): void {
    if (count <= this.value.length) return;
    const size = Math.max(count, this.value.length * 2, 64);
    const wider = (old: Float64Array) => {
      const array = new Float64Array(size).fill(Number.NaN);
      array.set(old);
      return array;
    };
    this.value = wider(this.value) as Float64Array<ArrayBuffer>;
    this.time = wider(this.time) as Float64Array<ArrayBuffer>;
    const pass = new Int32Array(size);
    pass.set(this.pass);
    this.pass = pass;
  }

  /** Forgets one object's value: it belongs to another object from now on, or to none. */
  clear(object: number): void {
    if (object >= this.value.length) return;
    this.value[object] = Number.NaN;
    this.time[object] = Number.NaN;
  }
}

/** Slots of the three kinds of objects, in a fixed order. A metric name leads to its slots. */
export class Slots {
  readonly all: Slot[] = [];
  readonly byKind = { gpu: [] as Slot[], link: [] as Slot[], feed: [] as Slot[] };
  readonly #byName = new Map<string, Slot[]>();

  constructor() {
    for (const profile of profiles) {
      for (const mapping of profile.mappings) {
        const slot = new Slot(mapping);
        this.all.push(slot);
        this.byKind[profile.object].push(slot);
        for (const name of mapping.names) this.#byName.set(name, [...(this.#byName.get(name) ?? []), slot]);
      }
    }
  }

  named(name: string): readonly Slot[] {
    return this.#byName.get(name) ?? [];
  }

  kindOf(slot: Slot): 'gpu' | 'link' | 'feed' {
    return this.byKind.gpu.includes(slot) ? 'gpu' : this.byKind.link.includes(slot) ? 'link' : 'feed';
  }

  /** Slots of one signal of one kind, best rank first. */
  ofSignal(signal: Mapping['signal']): readonly Slot[] {
    return this.all.filter((slot) => slot.mapping.signal === signal).sort((a, b) => a.mapping.rank - b.mapping.rank);
  }
}
