import { SnapshotRefused } from './refused.ts';

const cut = () => new SnapshotRefused('malformed', 'A column ends before its last sample');

/** Bytes that grow: variable-length integers (7 bits a byte, the lowest first) and runs of bits. */
export class BitWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Bits that do not make a word yet, and how many. */
  #open = 0;
  #held = 0;

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    wider.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = wider;
  }

  /** An integer from 0 to 2^53 − 1. */
  varint(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A signed integer within ±2^51: small ones of either sign are short. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** The lowest `width` bits (0 to 32) of an unsigned 32-bit number, which has no others. */
  bits(value: number, width: number): void {
    this.#open |= value << this.#held;
    const held = this.#held + width;
    if (held < 32) {
      this.#held = held;
      return;
    }
    this.#room(4);
    const [bytes, at, word] = [this.#bytes, this.#length, this.#open];
    bytes[at] = word;
    bytes[at + 1] = word >>> 8;
    bytes[at + 2] = word >>> 16;
    bytes[at + 3] = word >>> 24;
    this.#length = at + 4;
    // A shift by 32 is one by 0 in this language.
    this.#open = this.#held === 0 ? 0 : value >>> (32 - this.#held);
    this.#held = held - 32;
  }

  /** Fills the last byte of a run of bits with zeros. */
  flush(): void {
    this.#room(4);
    for (; this.#held > 0; this.#held -= 8) {
      this.#bytes[this.#length++] = this.#open;
      this.#open >>>= 8;
    }
    this.#open = 0;
    this.#held = 0;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.flush();
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what a BitWriter wrote, and nothing beyond it. @throws SnapshotRefused where the bytes end too early */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** Bits of the byte at `#at` that were read. */
  #held = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Every byte was read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  varint(): number {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 8; i++) {
      if (this.#at >= this.#bytes.length) throw cut();
      const byte = this.#bytes[this.#at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new SnapshotRefused('malformed', 'A column has a number that is too long');
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bits(width: number): number {
    const [bytes, held] = [this.#bytes, this.#held];
    const end = held + width;
    const at = this.#at;
    if (at + ((end + 7) >> 3) > bytes.length) throw cut();
    this.#at = at + (end >> 3);
    this.#held = end & 7;
    const low = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> held;
    const high = end > 32 ? bytes[at + 4] << (32 - held) : 0;
    return width === 32 ? (low | high) >>> 0 : ((low | high) & ((1 << width) - 1)) >>> 0;
  }

  /** Leaves the rest of a byte, which is zeros. */
  align(): void {
    if (this.#held === 0) return;
    if (this.#bytes[this.#at] >> this.#held !== 0)
      throw new SnapshotRefused('malformed', 'A column has bits after its last sample');
    this.#at++;
    this.#held = 0;
  }

  raw(length: number): Uint8Array {
    if (!(this.#at + length <= this.#bytes.length)) throw cut();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
