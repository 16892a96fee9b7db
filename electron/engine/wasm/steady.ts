import { outcome, parseNumber } from '../../../shared/exposition/number.ts';
import {
  type Ends,
  type MakeSteady,
  PlainSteady,
  type Steady,
  type Template,
} from '../../../shared/exposition/steady.ts';
import { steadyWasm } from './steady.wasm.ts';

/** The little of WebAssembly that we use; Node's types leave it to the DOM's. */
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  read(...args: number[]): number;
}

const PAGE = 65_536;
const BRACE = 0x7b;
/** The body passes through a window that stays in the processor's nearest cache, so that it is read from memory once. */
const WINDOW = 16 << 10;
/** An instance reserves gigabytes of addresses: only bodies that gain by it get one, and not too many of them. */
const LEAST_BYTES = 256 << 10;
const MOST_INSTANCES = 32;

let module: object | undefined | null;

/** Compiles the module once; null where this machine has no WebAssembly with SIMD. */
function compiledModule(): object | null {
  if (module === undefined) {
    try {
      const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
      module = new wasm.Module(Buffer.from(steadyWasm, 'base64'));
    } catch {
      module = null;
    }
  }
  return module;
}

/** Lengths of a number, and places of its point, that the module's tables know. */
const SHAPES = 17 * 17;

/**
 * For a number of `length` bytes with its point at `point` (behind it: none): the byte of each of 16 digits from the
 * left, 128 for none, and the power of ten to divide the digits by. Each is exact: up to 10^22 they are doubles.
 */
function numberShapes(): { places: Uint8Array; powers: Float64Array } {
  const places = new Uint8Array(SHAPES * 16).fill(128);
  const powers = new Float64Array(SHAPES).fill(1);
  for (let length = 0; length <= 16; length++) {
    for (let point = 0; point <= 16; point++) {
      const shape = length * 17 + point;
      const digits = point < length ? length - 1 : length;
      for (let digit = 0; digit < digits; digit++)
        places[shape * 16 + 16 - digits + digit] = digit < point ? digit : digit + 1;
      if (point < length) powers[shape] = Number(`1e${length - point - 1}`);
    }
  }
  return { places, powers };
}

const align = (offset: number) => (offset + 15) & ~15;
const POWERS = SHAPES * 16;
/** The module's own constants stand here. */
const CONSTANTS = align(POWERS + SHAPES * 8);
/** Bytes of the length that stands before every part of a key. */
const LENGTH = 4;
/** Two i32: the number to go on with, and how many were left to JavaScript. */
const STATE = CONSTANTS + 6 * 16;
const STAMP = STATE + 16;
/** Room for a stamp of 16 bytes, what follows it, and what a load may reach beyond. */
const STAMP_ROOM = 32;
/** Bytes of what the module knows of one key: the places of two parts. */
const KEY = 8;

/** Where the two parts of every key begin in the template, and the first key that has the same part. */
interface Parts {
  readonly from: Int32Array;
  readonly sameHead: Int32Array;
  readonly sameTail: Int32Array;
}

/**
 * Cuts every key at its brace. Exporters print the same label sets in the same order in every family, and one name for
 * a whole family: most parts were there before.
 */
function partsOf({ bytes, keyFrom, keyTo }: Template): Parts {
  const count = keyFrom.length;
  const [from, sameHead, sameTail] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const equal = (a: number, b: number, endA: number, endB: number): boolean => {
    if (endA - a !== endB - b) return false;
    for (let i = a, j = b; i < endA; i++, j++) if (bytes[i] !== bytes[j]) return false;
    return true;
  };
  // This run of label sets begins at `start`, the one before it at `before`.
  let [start, before, brace] = [0, 0, -1];
  for (let i = 0; i < count; i++) {
    if (brace < keyFrom[i]) brace = bytes.indexOf(BRACE, keyFrom[i]);
    if (brace < 0) brace = bytes.length;
    from[i] = Math.min(brace, keyTo[i]);
    const last = Math.max(0, i - 1);
    sameHead[i] = equal(keyFrom[last], keyFrom[i], from[last], from[i]) ? sameHead[last] : i;
    if (i > start && equal(from[start], from[i], keyTo[start], keyTo[i])) [before, start] = [start, i];
    const candidate = before + i - start;
    const repeats = candidate < i && equal(from[candidate], from[i], keyTo[candidate], keyTo[i]);
    sameTail[i] = repeats ? sameTail[candidate] : i;
  }
  return { from, sameHead, sameTail };
}

/** Compares sixteen bytes at a time and reads plain decimals in WebAssembly; other numbers are JavaScript's. */
export class WasmSteady implements Steady {
  readonly #exports: Exports;
  readonly #ends: Ends;
  #count = 0;
  #keys = 0;
  #values = 0;
  #slow = 0;
  #template: Template | undefined;
  #window = 0;
  #windowSize = 0;
  #stamped = 0;
  #longest = 0;

  constructor(compiled: object, ends: Ends) {
    const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
    this.#exports = new wasm.Instance(compiled).exports as Exports;
    this.#ends = ends;
    const { places, powers } = numberShapes();
    new Uint8Array(this.#exports.memory.buffer).set(places, 0);
    new Float64Array(this.#exports.memory.buffer, POWERS, SHAPES).set(powers);
  }

  remember(template: Template): void {
    this.#template = template;
  }

  /** Lays the memory out for a template. Left until a second body comes: many layouts are seen but once. */
  #prepare(template: Template): void {
    const { keyFrom, keyTo, bytes, stamped = 0 } = template;
    this.#template = undefined;
    this.#stamped = stamped;
    const count = keyFrom.length - 1;
    let longest = 0;
    for (let i = 0; i <= count; i++) longest = Math.max(longest, keyTo[i] - keyFrom[i]);
    this.#count = count;
    this.#keys = STAMP + STAMP_ROOM;
    this.#values = align(this.#keys + KEY * (count + 1));
    this.#windowSize = Math.max(WINDOW, align(longest + 4096));
    this.#window = align(this.#values + 8 * count);
    // A window holds at most one number every two bytes.
    this.#longest = longest;
    this.#slow = align(this.#window + this.#windowSize + longest + 64);
    const texts = this.#slow + 6 * this.#windowSize;
    // Parts are no longer in memory than in the template but for their lengths.
    this.#reach(texts + bytes.length + 2 * LENGTH * (count + 1) + 64);
    if (stamped > 0) this.#layStamped(template, texts);
    else this.#layParts(template, texts);
  }

  /** Writes the parts of the keys from `texts` on, each once, and where they stand. */
  #layParts(template: Template, texts: number): void {
    const { keyFrom, keyTo, bytes } = template;
    const { from, sameHead, sameTail } = partsOf(template);
    const places = new Int32Array(this.#exports.memory.buffer, this.#keys, 2 * from.length);
    const lay = this.#layer(bytes, texts);
    for (let i = 0; i < from.length; i++) {
      places[2 * i] = sameHead[i] === i ? lay(keyFrom[i], from[i]) : places[2 * sameHead[i]];
      places[2 * i + 1] = sameTail[i] === i ? lay(from[i], keyTo[i]) : places[2 * sameTail[i] + 1];
    }
  }

  /** The same for keys that end in a stamp and two more bytes: those are one part, written anew for every body. */
  #layStamped({ bytes, keyFrom, keyTo, stamped = 0 }: Template, texts: number): void {
    const places = new Int32Array(this.#exports.memory.buffer, this.#keys, 2 * keyFrom.length);
    const lay = this.#layer(bytes, texts);
    const last = keyFrom.length - 1;
    for (let i = 0; i < last; i++) {
      places[2 * i] = lay(keyFrom[i], keyTo[i] - stamped - 2);
      places[2 * i + 1] = STAMP - LENGTH;
    }
    places[2 * last] = lay(keyFrom[last], keyTo[last]);
    places[2 * last + 1] = lay(0, 0);
    new DataView(this.#exports.memory.buffer).setInt32(STAMP - LENGTH, stamped + 2, true);
    new Uint8Array(this.#exports.memory.buffer).set(bytes.subarray(keyTo[0] - 2, keyTo[0]), STAMP + stamped);
  }

  /** Gives what copies [begin, end) of `bytes`, its length before it, to the next free place, and says that place. */
  #layer(bytes: Uint8Array, texts: number): (begin: number, end: number) => number {
    const memory = new Uint8Array(this.#exports.memory.buffer);
    const view = new DataView(this.#exports.memory.buffer);
    let free = texts;
    return (begin, end) => {
      const place = free;
      view.setInt32(place, end - begin, true);
      memory.set(bytes.subarray(begin, end), place + LENGTH);
      free += LENGTH + end - begin;
      return place;
    };
  }

  read(body: Uint8Array, values: Float64Array, stamp?: Uint8Array): boolean {
    if (this.#template) this.#prepare(this.#template);
    const { memory, read } = this.#exports;
    const { buffer } = memory;
    const bytes = new Uint8Array(buffer);
    if (this.#stamped > 0 && stamp) bytes.set(stamp.subarray(0, this.#stamped), STAMP);
    const [window, keys, count, numbers, others] = [this.#window, this.#keys, this.#count, this.#values, this.#slow];
    const slow = new Int32Array(buffer, others, (6 * this.#windowSize) / 4);
    const state = new Int32Array(buffer, STATE, 2);
    const late: number[] = [];
    state[0] = 0;
    for (let from = 0; ; ) {
      const to = Math.min(body.length, from + this.#windowSize);
      bytes.set(body.subarray(from, to), window);
      const end = window + to - from;
      // No digit stands behind the last byte, so that a number ends there.
      bytes[end] = 0;
      const limit = to === body.length ? end : end - this.#longest - 64;
      const place = read(window, end, limit, keys, count, numbers, others, ...this.#ends);
      // A window in which nothing was read would come again for ever.
      if (place === 0 || (place === window && place < end)) return false;
      for (let i = 0; i < state[1] * 3; i += 3) {
        const value = parseNumber(bytes, slow[i + 1], slow[i + 2]);
        if (!outcome.ok) return false;
        late.push(slow[i], value);
      }
      if (to === body.length) break;
      from += place - window;
    }
    values.set(new Float64Array(buffer, this.#values, this.#count));
    for (let i = 0; i < late.length; i += 2) values[late[i]] = late[i + 1];
    return true;
  }

  #reach(bytes: number): void {
    const missing = bytes - this.#exports.memory.buffer.byteLength;
    if (missing > 0) this.#exports.memory.grow(Math.ceil(missing / PAGE));
  }
}

/** Gives large bodies a WebAssembly instance while there are some to give, and all others plain JavaScript. */
export function steadyMaker(): MakeSteady {
  let given = 0;
  const returned = new FinalizationRegistry(() => given--);
  return (ends, bytes, last) => {
    if (last instanceof WasmSteady) return last;
    const compiled = bytes >= LEAST_BYTES && given < MOST_INSTANCES ? compiledModule() : null;
    if (!compiled) return last ?? new PlainSteady(ends);
    given++;
    const steady = new WasmSteady(compiled, ends);
    returned.register(steady, undefined);
    return steady;
  };
}
