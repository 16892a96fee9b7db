import type { Labels } from './labels.ts';
import { ANY, DCGM, MARKS, type Marks } from './signals/blank.ts';
import { type ObjectKind, type Signal, type SignalId, signalOf } from './signals/catalogue.ts';
import type { Conditions, Mapping, Profile } from './signals/profile.ts';

/** How often what is divided by it happened: its own unit is that of the mapping's raw number. */
const PER = { label: 'Divisor', unit: 'count', min: 0, max: Infinity, aggregation: 'none' } as const;
const DIGITS = { label: 'Decimal digits', unit: 'count', min: 0, max: 9, aggregation: 'none' } as const;

/** One mapped quantity: the newest value of every object that has it. Until a series is bound to it, it is empty. */
export class Slot {
  readonly mapping: Mapping;
  readonly profile: Profile;
  readonly object: ObjectKind;
  /** Range of what is stored, and its unit. */
  readonly signal: Signal;
  /** Where the decimal digits of its values are; for a slot of digits, undefined. */
  readonly digits: Slot | undefined;
  /** What its values are divided by. */
  readonly per: Slot | undefined;
  /** It holds the digits or the divisors of another slot's values, which are no signal of their own. */
  readonly isPart: boolean;
  /** Number in the list of all slots. */
  readonly index: number;
  /** Its raw numbers only grow: what exporters print becomes a rate. */
  readonly isCounter: boolean;
  /** Which "no reading" marks a raw number may be. */
  readonly marks: Marks;
  readonly scale: number;
  /** Raw numbers up to this say that there is no such reading. */
  readonly absentUpTo: number;
  /** Whether any series ever led here. */
  bound = false;
  /** In the signal's unit; NaN where there is none (yet). */
  value = new Float64Array(0);
  /** The sample's time, epoch ms; NaN where the object never had one. */
  time = new Float64Array(0);
  /** Which ingest wrote the value last: rows of one body are combined, those of different bodies replace. */
  pass = new Int32Array(0);
  /** Which target or query wrote it last. */
  writer = new Int32Array(0);
  readonly #where: readonly [string, RegExp][];
  readonly #unless: readonly [string, RegExp][];

  constructor(mapping: Mapping, profile: Profile, index: number, signal: Signal, digits?: Slot, per?: Slot) {
    this.mapping = mapping;
    this.profile = profile;
    this.index = index;
    this.signal = signal;
    this.object = signal.kind;
    this.digits = digits;
    this.per = per;
    this.isCounter = mapping.kind === 'counter';
    this.marks = marksOf(mapping, profile, signal);
    this.scale = mapping.scale;
    this.absentUpTo = mapping.absentUpTo ?? Number.NEGATIVE_INFINITY;
    this.isPart = signal.label === DIGITS.label || signal.label === PER.label;
    this.#where = conditionsOf(mapping.where);
    this.#unless = conditionsOf(mapping.unless);
  }

  /** Whether a series of one of its names is meant, by its labels. */
  takes(labels: Labels): boolean {
    for (const [name, pattern] of this.#where) if (!pattern.test(labels.get(name) ?? '')) return false;
    for (const [name, pattern] of this.#unless) if (pattern.test(labels.get(name) ?? '')) return false;
    return true;
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

const LARGE = new Set(['B', 'B/s', 'J', 'ratio']);

/** Marks of 32 bits are looked for only where a gauge can't honestly be that large. */
function marksOf({ kind }: Mapping, { blanks }: Profile, { unit }: Signal): Marks {
  if (!blanks) return ANY;
  return kind === 'counter' || LARGE.has(unit) ? MARKS : DCGM;
}

const conditionsOf = (conditions: Conditions | undefined) =>
  Object.entries(conditions ?? {}).map(([name, text]) => [name, new RegExp(`^(?:${text})$`)] as [string, RegExp]);

function wider<List extends Float64Array | Int32Array>(list: List, old: ArrayLike<number>): List {
  list.set(old);
  return list;
}

/** The slots of all profiles in a fixed order. A metric name leads to its slots. */
export class Slots {
  readonly all: readonly Slot[];
  readonly profiles: readonly Profile[];
  readonly byId: ReadonlyMap<string, Profile>;
  /** Metric name → the profile whose info metric it is. */
  readonly info: ReadonlyMap<string, Profile>;
  readonly #byName = new Map<string, Slot[]>();
  readonly #bySignal = new Map<SignalId, Slot[][]>();
  readonly #byObject = new Map<ObjectKind, Slot[]>();

  constructor(profiles: readonly Profile[]) {
    this.profiles = profiles;
    this.byId = new Map(profiles.map((profile) => [profile.id, profile]));
    this.info = new Map(profiles.flatMap((profile) => (profile.info ?? []).map((name) => [name, profile])));
    const all: Slot[] = [];
    this.all = all;
    for (const profile of profiles) for (const mapping of profile.mappings) this.#add(all, profile, mapping);
    // The best rank first; within it the profiles as they are listed. The sort is stable.
    for (const groups of this.#bySignal.values()) groups.sort(([a], [b]) => a.mapping.rank - b.mapping.rank);
    for (const slot of all) {
      const alike = this.#byObject.get(slot.object);
      if (alike) alike.push(slot);
      else this.#byObject.set(slot.object, [slot]);
    }
  }

  #add(all: Slot[], profile: Profile, mapping: Mapping): void {
    const signal = signalOf(mapping.signal);
    const part = (of: Mapping, as: typeof DIGITS | typeof PER) => {
      const slot = new Slot(of, profile, all.length, { ...signal, ...as });
      all.push(slot);
      this.#name(slot);
      return slot;
    };
    const { decimals, per: divisors, absentUpTo, ...rest } = mapping;
    const digits = decimals && part({ ...rest, names: decimals.names, kind: 'gauge', scale: 1, rows: 'max' }, DIGITS);
    const where = mapping.perWhere ?? mapping.where;
    const per = divisors && part({ ...rest, where, names: divisors, scale: 1 }, PER);
    // What is not divided yet may be of any size, but not of the other sign.
    const range = digits || per ? { ...signal, min: signal.min < 0 ? -Infinity : 0, max: Infinity } : signal;
    const slot = new Slot(mapping, profile, all.length, range, digits, per);
    all.push(slot);
    this.#name(slot);
    const groups = this.#bySignal.get(mapping.signal) ?? [];
    const group = groups.find(([one]) => one.profile === profile && one.mapping.rank === mapping.rank);
    if (group) group.push(slot);
    else groups.push([slot]);
    this.#bySignal.set(mapping.signal, groups);
  }

  #name(slot: Slot): void {
    for (const name of slot.mapping.names) {
      const slots = this.#byName.get(name);
      if (slots) slots.push(slot);
      else this.#byName.set(name, [slot]);
    }
  }

  named(name: string): readonly Slot[] {
    return this.#byName.get(name) ?? [];
  }

  /** Slots of one kind of object; asked for each object that is forgotten, of which a board has nineteen. */
  ofObject(object: ObjectKind): readonly Slot[] {
    return this.#byObject.get(object) ?? [];
  }

  /**
   * Slots of one signal that series are bound to, best first; those of one group add up. A group of which a part
   * was never seen gives nothing.
   */
  boundTo(signal: SignalId): readonly (readonly Slot[])[] {
    return (this.#bySignal.get(signal) ?? []).filter((group) => group.every((slot) => slot.bound));
  }
}
