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
  #prepare({ keyFrom, keyTo, bytes, stamped = 0 }: Template): void {
    this.#template = undefined;
    this.#stamped = stamped;
    const count = keyFrom.length - 1;
    let size = 0;
    for (let i = 0; i <= count; i++) size += keyTo[i] - keyFrom[i];
    this.#count = count;
    this.#lengths = STAMP + 16;
    this.#keys = align(this.#lengths + 4 * (count + 1));
    this.#values = align(this.#keys + size + 16);
    let longest = 0;
    for (let i = 0; i <= count; i++) longest = Math.max(longest, keyTo[i] - keyFrom[i]);
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
      memory.set(bytes.subarray(keyFrom[i], keyTo[i]), at);
      at += lengths[i];
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
