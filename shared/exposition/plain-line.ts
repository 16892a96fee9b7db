import type { Labels, Series } from '../labels.ts';
import { textOf } from './bytes.ts';

/**
 * The quick way over lines as exporters print them: `name{label="value",…} ` in ASCII, without escapes, blanks or
 * anything else out of the ordinary. Such a line is only scanned; its labels are read when somebody asks for them.
 */

const NAME_START = 1;
const DIGIT = 2;
const COLON = 4;

const kinds = new Uint8Array(256);
for (let byte = 0; byte < 128; byte++) {
  const char = String.fromCharCode(byte);
  if (/[a-zA-Z_]/.test(char)) kinds[byte] = NAME_START;
  else if (/[0-9]/.test(char)) kinds[byte] = DIGIT;
  else if (char === ':') kinds[byte] = COLON;
}

/** 1 for what a quoted value may hold without a closer look: printable ASCII but for quote and backslash. */
const quiet = new Uint8Array(256);
for (let byte = 0x20; byte < 0x7f; byte++) if (byte !== 0x22 && byte !== 0x5c) quiet[byte] = 1;

const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
const SPREAD = 0x9e3779b1;

function hashName(hash: number, text: string): number {
  let mixed = hash;
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), PRIME);
  return mixed;
}

/** Four characters at a step: the chain of multiplications is what hashing costs. */
function hashText(hash: number, text: string): number {
  let mixed = hash;
  let at = 0;
  for (; at + 4 <= text.length; at += 4) {
    const four =
      text.charCodeAt(at) |
      (text.charCodeAt(at + 1) << 8) |
      (text.charCodeAt(at + 2) << 16) |
      (text.charCodeAt(at + 3) << 24);
    mixed = Math.imul(mixed ^ four, PRIME);
    mixed ^= mixed >>> 15;
  }
  for (; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), PRIME);
  return mixed;
}

/**
 * A series' hash as PlainLine computes it from bytes (FNV-1a; labels are added up, so that their order does not
 * matter). The same series always has the same; others may share it, rarely.
 */
export function hashOf({ name, labels }: Series): number {
  let sum = hashName(SEED, name);
  for (const [label, value] of labels) sum = (sum + Math.imul(hashText(hashName(SEED, label), value), SPREAD)) | 0;
  return sum >>> 1;
}

/** A label set that stands in `bytes` at [from, to), between the braces; read on first use. */
class LabelText {
  readonly from: number;
  readonly to: number;
  readonly hash: number;
  readonly #bytes: Uint8Array;
  #labels: Labels | undefined;

  constructor(bytes: Uint8Array, from: number, to: number, hash: number) {
    this.#bytes = bytes;
    this.from = from;
    this.to = to;
    this.hash = hash;
  }

  get labels(): Labels {
    this.#labels ??= this.#read();
    return this.#labels;
  }

  #read(): Labels {
    const labels = new Map<string, string>();
    const bytes = this.#bytes;
    for (let at = this.from; at < this.to; ) {
      const equals = bytes.indexOf(0x3d, at);
      const close = bytes.indexOf(0x22, equals + 2);
      labels.set(textOf(bytes, at, equals), textOf(bytes, equals + 2, close));
      at = close + 2;
    }
    return labels;
  }
}

/** The series of one line. Those of one object mostly have the same labels in every family, and share them. */
class ScannedSeries implements Series {
  readonly name: string;
  readonly #text: LabelText;

  constructor(name: string, text: LabelText) {
    this.name = name;
    this.#text = text;
  }

  get labels(): Labels {
    return this.#text.labels;
  }
}

/** Scans lines of one body. What it finds stands in the fields until the next scan. */
export class PlainLine {
  readonly #bytes: Uint8Array;
  /** The same bytes, four at a time. */
  readonly #view: DataView;
  readonly #maxLabels: number;
  #name = '';
  #nameFrom = 0;
  #nameTo = 0;
  readonly #none: LabelText;
  /** Label sets of the lines of this family, and of the one before: exporters print the same ones in the same order. */
  #texts: LabelText[] = [];
  #before: LabelText[] = [];
  /** Hashes of the label names of this line: a name that stands twice has the same hash twice. */
  readonly #names = new Int32Array(64);
  series: Series | undefined;
  /** The same for the same name and labels, whatever their order; others may share it, rarely. */
  hash = 0;
  /** Where the value begins. */
  value = 0;

  constructor(bytes: Uint8Array, maxLabels: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#maxLabels = Math.min(maxLabels, 64);
    this.#none = new LabelText(bytes, 0, 0, 0);
  }

  /** True where the line at `at` is an ordinary one up to its value; false leaves it to the strict reader. */
  scan(at: number): boolean {
    const bytes = this.#bytes;
    const start = at;
    let hash = SEED;
    if ((kinds[bytes[at]] & (NAME_START | COLON)) === 0) return false;
    while (kinds[bytes[at]] > 0) hash = Math.imul(hash ^ bytes[at++], PRIME);
    this.#takeName(start, at);
    let text = this.#none;
    if (bytes[at] === 0x7b) {
      const found = this.#labelsAt(at + 1);
      if (!found) return false;
      text = found;
      hash = (hash + text.hash) | 0;
      at += text.to - text.from + 2;
    }
    if (bytes[at] !== 0x20) return false;
    this.series = new ScannedSeries(this.#name, text);
    // Some bits of it are enough, and small integers make quicker keys.
    this.hash = hash >>> 1;
    this.value = at + 1;
    return true;
  }

  /** The label set whose first byte is at `from`; undefined where it is out of the ordinary. */
  #labelsAt(from: number): LabelText | undefined {
    let text = this.#before[this.#texts.length];
    if (text === undefined || !this.#repeats(text, from)) {
      const to = this.#scanLabels(from);
      if (to < 0) return undefined;
      text = new LabelText(this.#bytes, from, to, this.hash);
    }
    this.#texts.push(text);
    return text;
  }

  /** Whether the same bytes stand at `from`, the closing brace included. */
  #repeats(text: LabelText, from: number): boolean {
    const bytes = this.#bytes;
    const view = this.#view;
    const { to } = text;
    let one = text.from;
    let other = from;
    if (other + to - one >= bytes.length) return false;
    for (; one + 8 <= to; one += 8, other += 8) {
      const differ = (view.getInt32(one) ^ view.getInt32(other)) | (view.getInt32(one + 4) ^ view.getInt32(other + 4));
      if (differ !== 0) return false;
    }
    for (; one <= to; one++, other++) if (bytes[one] !== bytes[other]) return false;
    return true;
  }

  /** Index of the closing brace, or −1. Leaves the sum of the labels' hashes in `hash`: the order does not matter. */
  #scanLabels(from: number): number {
    const bytes = this.#bytes;
    let sum = 0;
    let count = 0;
    let at = from;
    if (bytes[at] === 0x7d) {
      this.hash = 0;
      return at;
    }
    for (;;) {
      if (kinds[bytes[at]] !== NAME_START) return -1;
      const name = at;
      let hash = SEED;
      while ((kinds[bytes[at]] & (NAME_START | DIGIT)) !== 0) hash = Math.imul(hash ^ bytes[at++], PRIME);
      if (bytes[at] !== 0x3d || bytes[at + 1] !== 0x22 || count === this.#maxLabels) return -1;
      // __name__ is the strict reader's to refuse.
      if (bytes[name] === 0x5f && bytes[name + 1] === 0x5f) return -1;
      for (let i = 0; i < count; i++) if (this.#names[i] === hash) return -1;
      this.#names[count++] = hash;
      at += 2;
      const value = at;
      // Escapes, control characters and everything beyond ASCII want a closer look; so does the end of the body.
      for (;;) {
        const a = bytes[at];
        const b = bytes[at + 1];
        const c = bytes[at + 2];
        const d = bytes[at + 3];
        if ((quiet[a] & quiet[b] & quiet[c] & quiet[d]) !== 1) break;
        hash = Math.imul(hash ^ (a | (b << 8) | (c << 16) | (d << 24)), PRIME);
        hash ^= hash >>> 15;
        at += 4;
      }
      while (quiet[bytes[at]] === 1) hash = Math.imul(hash ^ bytes[at++], PRIME);
      if (bytes[at] !== 0x22) return -1;
      if (at === value) return -1;
      sum = (sum + Math.imul(hash, SPREAD)) | 0;
      at++;
      if (bytes[at] === 0x7d) {
        this.hash = sum;
        return at;
      }
      if (bytes[at] !== 0x2c) return -1;
      at++;
    }
  }

  /** The name as text; made once for the lines of one family. */
  #takeName(from: number, to: number): void {
    const length = to - from;
    let same = length === this.#nameTo - this.#nameFrom;
    for (let i = 0; same && i < length; i++) same = this.#bytes[from + i] === this.#bytes[this.#nameFrom + i];
    if (!same) {
      this.#name = textOf(this.#bytes, from, to);
      this.#before = this.#texts;
      this.#texts = [];
    }
    this.#nameFrom = from;
    this.#nameTo = to;
  }
}
