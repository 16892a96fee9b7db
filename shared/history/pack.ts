/**
 * Up to 16 instants of many objects, packed. For each object: a byte that says how, its first or least code, a mask of
 * the instants it has where some are missing, and the others as differences of as many bits as the largest needs.
 * Codes are whole numbers from 0 to 2³⁰ − 1; −1 is "no sample" and comes back as −1.
 *
 *   byte  bits 0–4 bits a difference · bit 5 some are missing · bit 6 anything at all · bit 7 above the least
 *         (else from one to the next, zigzag)
 */
export interface Packed {
  readonly bytes: Uint8Array;
  /** Where every 64th object begins. */
  readonly index: Uint32Array;
  readonly rows: number;
  /** First codes have 4 bytes, not 2. */
  readonly wide: boolean;
}

/** Instants in one block: more would make it slower to find one. */
export const BLOCK = 16;
const EVERY = 64;
const MISSING = 0x20;
const SOME = 0x40;
const ABOVE_LEAST = 0x80;

/** The most bytes that an object can take. */
const MOST = 1 + 4 + 2 + BLOCK * 4;

const taken = new Int32Array(BLOCK);
const parts = new Int32Array(BLOCK);

/** Packs codes that lie instant after instant (`codes[row × objects + object]`), some objects at a time. */
export class Packer {
  readonly #codes: Int32Array | Uint16Array;
  readonly #objects: number;
  readonly #rows: number;
  readonly #index: Uint32Array;
  #bytes = new Uint8Array(1024);
  #at = 0;
  #next = 0;

  constructor(codes: Int32Array | Uint16Array, objects: number, rows: number) {
    this.#codes = codes;
    this.#objects = objects;
    this.#rows = rows;
    this.#index = new Uint32Array(Math.ceil(objects / EVERY));
  }

  /** Packs some objects more; all of them once it gives the result. */
  some(most: number): Packed | null {
    const [codes, objects, rows] = [this.#codes, this.#objects, this.#rows];
    const none = codes instanceof Uint16Array ? 0xffff : -1;
    const wide = codes instanceof Int32Array;
    const end = Math.min(objects, this.#next + most);
    for (let object = this.#next; object < end; object++) {
      if (object % EVERY === 0) this.#index[object / EVERY] = this.#at;
      let [count, mask] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const code = codes[row * objects + object];
        if (code === none) continue;
        taken[count++] = code;
        mask |= 1 << row;
      }
      this.#room();
      this.#at = packOne(this.#bytes, this.#at, count, mask, count < rows, wide);
    }
    this.#next = end;
    return end < objects ? null : { bytes: this.#bytes.slice(0, this.#at), index: this.#index, rows, wide };
  }

  #room(): void {
    if (this.#at + MOST <= this.#bytes.length) return;
    const wider = new Uint8Array(2 * this.#bytes.length);
    wider.set(this.#bytes);
    this.#bytes = wider;
  }
}

/** Writes the codes of `taken`; returns where the next object begins. */
function packOne(
  bytes: Uint8Array,
  begin: number,
  count: number,
  mask: number,
  missing: boolean,
  wide: boolean,
): number {
  let at = begin + 1;
  if (count === 0) {
    bytes[begin] = 0;
    return at;
  }
  let [least, most, largest] = [taken[0], taken[0], 0];
  for (let i = 1; i < count; i++) {
    const code = taken[i];
    if (code < least) least = code;
    else if (code > most) most = code;
    const difference = code - taken[i - 1];
    const zigzag = (difference << 1) ^ (difference >> 31);
    parts[i] = zigzag;
    if (zigzag > largest) largest = zigzag;
  }
  const spread = 32 - Math.clz32(most - least);
  const stepwise = 32 - Math.clz32(largest);
  // One number more is written above the least: the first as well.
  const above = spread * count < stepwise * (count - 1);
  const width = above ? spread : stepwise;
  bytes[begin] = width | SOME | (missing ? MISSING : 0) | (above ? ABOVE_LEAST : 0);
  const base = above ? least : taken[0];
  for (let byte = 0; byte < (wide ? 4 : 2); byte++) bytes[at++] = base >>> (8 * byte);
  if (missing) {
    bytes[at++] = mask;
    bytes[at++] = mask >>> 8;
  }
  let [bits, held] = [0, 0];
  for (let i = above ? 0 : 1; width > 0 && i < count; i++) {
    let part = above ? taken[i] - least : parts[i];
    for (let left = width; left > 0; ) {
      const room = Math.min(8 - held, left);
      bits |= (part & ((1 << room) - 1)) << held;
      part >>>= room;
      held += room;
      left -= room;
      if (held === 8) {
        bytes[at++] = bits;
        [bits, held] = [0, 0];
      }
    }
  }
  if (held > 0) bytes[at++] = bits;
  return at;
}

/** Bits that are set in a mask of 16. */
function countOf(mask: number): number {
  let [rest, count] = [mask, 0];
  for (; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Where the next object begins. */
function skip(bytes: Uint8Array, at: number, rows: number, wide: boolean): number {
  const head = bytes[at];
  if ((head & SOME) === 0) return at + 1;
  const base = at + 1 + (wide ? 4 : 2);
  const missing = (head & MISSING) !== 0;
  const count = missing ? countOf(bytes[base] | (bytes[base + 1] << 8)) : rows;
  const numbers = (head & ABOVE_LEAST) !== 0 ? count : count - 1;
  return base + (missing ? 2 : 0) + Math.ceil((numbers * (head & 31)) / 8);
}

/** Writes the codes of one object into `out`: one an instant, −1 where there is none. */
export function unpack({ bytes, index, rows, wide }: Packed, object: number, out: Int32Array): void {
  let at = index[Math.floor(object / EVERY)];
  for (let one = object % EVERY; one > 0; one--) at = skip(bytes, at, rows, wide);
  const head = bytes[at++];
  if ((head & SOME) === 0) {
    out.fill(-1, 0, rows);
    return;
  }
  let code = bytes[at] | (bytes[at + 1] << 8);
  if (wide) code |= (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  at += wide ? 4 : 2;
  let mask = 0xffff;
  if ((head & MISSING) !== 0) {
    mask = bytes[at] | (bytes[at + 1] << 8);
    at += 2;
  }
  const width = head & 31;
  const above = (head & ABOVE_LEAST) !== 0;
  const base = code;
  let first = !above;
  let held = 0;
  for (let row = 0; row < rows; row++) {
    if (((mask >>> row) & 1) === 0) {
      out[row] = -1;
      continue;
    }
    let part = 0;
    for (let got = 0; !first && got < width; ) {
      const room = Math.min(8 - held, width - got);
      part |= ((bytes[at] >>> held) & ((1 << room) - 1)) << got;
      got += room;
      held += room;
      if (held === 8) {
        held = 0;
        at++;
      }
    }
    if (above) code = base + part;
    else if (!first) code += (part >>> 1) ^ -(part & 1);
    first = false;
    out[row] = code;
  }
}
