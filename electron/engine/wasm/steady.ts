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

interface Cell {
  value: number;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly number: Cell;
  readonly place: Cell;
  readonly key: Cell;
  readonly others: Cell;
  read(...args: number[]): number;
}

const PAGE = 65_536;
const BRACE = 0x7b;
const POWERS = 16;
/** The body passes through a window that stays in the processor's cache, so that it is read from memory once. */
const WINDOW = 128 << 10;
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

/** Bytes of the table of digit places: 16 for each length and place of the point. */
const PLACES = 17 * 17 * 16;

/** For a number of `length` bytes with its point at `point` (16: none): the byte of each of 16 digits from the left, 128 for none. */
function digitPlaces(): Uint8Array {
  const table = new Uint8Array(PLACES).fill(128);
  for (let length = 0; length <= 16; length++) {
    for (let point = 0; point <= 16; point++) {
      const digits = point < length ? length - 1 : length;
      for (let digit = 0; digit < digits; digit++) {
        table[(length * 17 + point) * 16 + 16 - digits + digit] = digit < point ? digit : digit + 1;
      }
    }
  }
  return table;
}

const align = (offset: number) => (offset + 15) & ~15;
const STAMP = align(POWERS * 8 + PLACES);

/** The last bytes of every key, from its brace on: where they begin, and the first key that has the same ones. */
interface Repeats {
  readonly from: Int32Array;
  readonly same: Int32Array;
}

/**
 * Exporters print the same label sets in the same order in every family. Undefined where fewer than half of the keys
 * repeat one: then it is quicker to have the keys in one piece.
 */
function repeatsOf({ bytes, keyFrom, keyTo }: Template): Repeats | undefined {
  const count = keyFrom.length;
  const from = new Int32Array(count);
  const same = new Int32Array(count);
  const equal = (a: number, b: number): boolean => {
    if (keyTo[a] - from[a] !== keyTo[b] - from[b]) return false;
    for (let i = from[a], j = from[b]; i < keyTo[a]; i++, j++) if (bytes[i] !== bytes[j]) return false;
    return true;
  };
  // This run of label sets begins at `start`, the one before it at `before`.
  let [start, before, found, brace] = [0, 0, 0, -1];
  for (let i = 0; i < count; i++) {
    if (brace < keyFrom[i]) brace = bytes.indexOf(BRACE, keyFrom[i]);
    if (brace < 0) brace = bytes.length;
    from[i] = Math.min(brace, keyTo[i]);
    if (i > start && equal(i, start)) [before, start] = [start, i];
    const candidate = before + i - start;
    same[i] = candidate < i && equal(candidate, i) ? same[candidate] : i;
    if (same[i] !== i) found++;
  }
  return found * 2 < count ? undefined : { from, same };
}

/** Compares sixteen bytes at a time and reads plain decimals in WebAssembly; other numbers are JavaScript's. */
export class WasmSteady implements Steady {
  readonly #exports: Exports;
  readonly #ends: Ends;
  #count = 0;
  #keys = 0;
  #lengths = 0;
  #values = 0;
  #slow = 0;
  #template: Template | undefined;
  #window = 0;
  #windowSize = 0;
  #stamped = 0;
  #rests = 0;

  constructor(compiled: object, ends: Ends) {
    const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
    this.#exports = new wasm.Instance(compiled).exports as Exports;
    this.#ends = ends;
    const powers = new Float64Array(this.#exports.memory.buffer, 0, POWERS);
    // Each is exact: powers of ten up to 10^22 are doubles.
    for (let i = 0; i < POWERS; i++) powers[i] = Number(`1e${i}`);
    new Uint8Array(this.#exports.memory.buffer).set(digitPlaces(), POWERS * 8);
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
    const repeats = stamped === 0 ? repeatsOf(template) : undefined;
    let size = 0;
    let longest = 0;
    for (let i = 0; i <= count; i++) {
      const length = keyTo[i] - keyFrom[i];
      size += repeats && repeats.same[i] !== i ? repeats.from[i] - keyFrom[i] : length;
      longest = Math.max(longest, length);
    }
    this.#count = count;
    this.#lengths = STAMP + 16;
    this.#rests = repeats ? this.#lengths + 4 * (count + 1) : 0;
    this.#keys = align(this.#lengths + (repeats ? 12 : 4) * (count + 1));
    this.#values = align(this.#keys + size + 16);
    this.#windowSize = Math.max(WINDOW, align(longest + 4096));
    this.#window = align(this.#values + 8 * count);
    // A window holds at most one number every two bytes.
    this.#slow = align(this.#window + this.#windowSize + 64);
    this.#reach(this.#slow + 6 * this.#windowSize);
    const memory = new Uint8Array(this.#exports.memory.buffer);
    const lengths = new Int32Array(this.#exports.memory.buffer, this.#lengths, count + 1);
    let at = this.#keys;
    for (let i = 0; i <= count; i++) {
      lengths[i] = keyTo[i] - keyFrom[i];
      const to = repeats ? repeats.from[i] : keyTo[i];
      memory.set(bytes.subarray(keyFrom[i], to), at);
      at += to - keyFrom[i];
    }
    if (repeats) this.#layRests(template, repeats, at);
  }

  /** Writes the last bytes of the keys from `at` on, those of several keys once, and where they stand. */
  #layRests({ keyTo, bytes }: Template, { from, same }: Repeats, at: number): void {
    const memory = new Uint8Array(this.#exports.memory.buffer);
    const rests = new Int32Array(this.#exports.memory.buffer, this.#rests, 2 * from.length);
    let free = at;
    for (let i = 0; i < from.length; i++) {
      const length = keyTo[i] - from[i];
      rests[2 * i + 1] = length;
      if (same[i] !== i) {
        rests[2 * i] = rests[2 * same[i]];
        continue;
      }
      memory.set(bytes.subarray(from[i], keyTo[i]), free);
      rests[2 * i] = free;
      free += length;
    }
  }

  read(body: Uint8Array, values: Float64Array, stamp?: Uint8Array): boolean {
    if (this.#template) this.#prepare(this.#template);
    const { number, place, key, others, memory, read } = this.#exports;
    const { buffer } = memory;
    const bytes = new Uint8Array(buffer);
    if (stamp) bytes.set(stamp, STAMP);
    const window = this.#window;
    const slow = new Int32Array(buffer, this.#slow, (6 * this.#windowSize) / 4);
    const late: number[] = [];
    number.value = 0;
    key.value = this.#keys;
    for (let from = 0; ; ) {
      const to = Math.min(body.length, from + this.#windowSize);
      const final = to === body.length ? 1 : 0;
      bytes.set(body.subarray(from, to), window);
      const end = window + to - from;
      // No digit stands behind the last byte, so that a number ends there.
      bytes[end] = 0;
      if (
        read(
          window,
          end,
          final,
          this.#lengths,
          this.#count,
          this.#values,
          this.#slow,
          STAMP,
          this.#stamped,
          this.#rests,
          ...this.#ends,
        ) === 0
      )
        return false;
      for (let i = 0; i < others.value * 3; i += 3) {
        const value = parseNumber(bytes, slow[i + 1], slow[i + 2]);
        if (!outcome.ok) return false;
        late.push(slow[i], value);
      }
      if (final) break;
      // A window in which nothing was read would come again for ever.
      if (place.value === window) return false;
      from += place.value - window;
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
