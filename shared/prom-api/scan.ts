import type { SeriesList } from '../decoded.ts';
import { textOf } from '../exposition/bytes.ts';
import { outcome, parseNumber } from '../exposition/number.ts';
import { type Labels, type Series, sameSeries } from '../labels.ts';

/**
 * The quick way over replies as servers print them: no blanks, `metric` before `value`, labels in double quotes.
 * Whatever is written otherwise, valid or not, is left to JSON.parse.
 */

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const RESULT = ascii('"result":[');
const METRIC = ascii('{"metric":{');
const VALUE = ascii(',"value":[');
const VALUES = ascii(',"values":[');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSE = 0x5d;
const BRACE = 0x7d;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
/** b f n r t " \ / */
const ESCAPES = new Set(ascii('bfnrt"\\/'));

/** 1 for what a JSON text may hold without a closer look. */
const quiet = new Uint8Array(256).fill(1, 0x20);
quiet[QUOTE] = 0;
quiet[BACKSLASH] = 0;

/** Whether `text` stands at `at`. */
function stands(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Index of the first byte of the first element of `result`, or −1. */
export function resultAt(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    if (stands(bytes, at, RESULT)) return at + RESULT.length;
  }
  return -1;
}

/** Index behind the JSON text that opens at `at`, or −1. */
function textEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  let end = at + 1;
  for (;;) {
    while (quiet[bytes[end]] === 1) end++;
    if (bytes[end] === QUOTE) return end + 1;
    if (bytes[end] !== BACKSLASH) return -1;
    const escaped = bytes[end + 1];
    if (escaped === 0x75) {
      for (let i = 2; i < 6; i++) if (!isHex(bytes[end + i])) return -1;
      end += 6;
    } else if (ESCAPES.has(escaped)) end += 2;
    else return -1;
  }
}

/** The series whose labels are the JSON object at [from, to). */
const seriesAt = (bytes: Uint8Array, from: number, to: number): Series =>
  seriesOf(JSON.parse(textOf(bytes, from, to)) as Record<string, string>);

/** A series whose labels are the JSON object at [from, to) of `bytes`; read on first use. */
export class WrittenSeries implements Series {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  #read: Series | undefined;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  get name(): string {
    this.#read ??= seriesAt(this.bytes, this.from, this.to);
    return this.#read.name;
  }

  get labels(): Labels {
    this.#read ??= seriesAt(this.bytes, this.from, this.to);
    return this.#read.labels;
  }
}

/**
 * The series of a whole answer, each read whenever it is asked for. Objects and Maps of a million series would be half a
 * gigabyte, and every collection of garbage would stand still for them.
 */
export class WrittenList implements SeriesList {
  readonly bytes: Uint8Array;
  /** Where the labels of each begin and end, in turn. */
  readonly edges: Int32Array;

  constructor(bytes: Uint8Array, edges: Int32Array) {
    this.bytes = bytes;
    this.edges = edges;
  }

  get length(): number {
    return this.edges.length / 2;
  }

  at(index: number): Series | undefined {
    if (!(index >= 0 && index < this.length)) return undefined;
    return seriesAt(this.bytes, this.edges[2 * index], this.edges[2 * index + 1]);
  }

  *[Symbol.iterator](): Generator<Series> {
    for (let i = 0; i < this.length; i++) yield this.at(i) as Series;
  }
}

/** A metric object as a series; its labels keep whatever names they have, `__proto__` too. */
export function seriesOf(metric: Readonly<Record<string, string>>): Series {
  let name = '';
  const labels = new Map<string, string>();
  for (const [label, value] of Object.entries(metric)) {
    if (label === '__name__') name = value;
    else if (value !== '') labels.set(label, value);
  }
  return { name, labels };
}

/** A text and where something stands in it. */
interface Written {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

function sameBytes(a: Written, b: Written): boolean {
  if (a.to - a.from !== b.to - b.from) return false;
  for (let i = a.from, j = b.from; i < a.to; i++, j++) if (a.bytes[i] !== b.bytes[j]) return false;
  return true;
}

/** Whether two series are the same; those that are written with the very same bytes need not be read. */
export const alike = (a: Series, b: Series): boolean =>
  (a instanceof WrittenSeries && b instanceof WrittenSeries && sameBytes(a, b)) || sameSeries(a, b);

/** Whether two lists have the same series in the same order. */
export function sameList(a: SeriesList, b: SeriesList): boolean {
  if (a.length !== b.length) return false;
  const writtenAt = ({ bytes, edges }: WrittenList, i: number) => ({ bytes, from: edges[2 * i], to: edges[2 * i + 1] });
  const written = a instanceof WrittenList && b instanceof WrittenList;
  for (let i = 0; i < a.length; i++) {
    if (written && sameBytes(writtenAt(a, i), writtenAt(b, i))) continue;
    if (!sameSeries(a.at(i) as Series, b.at(i) as Series)) return false;
  }
  return true;
}

/** Goes over the elements of a result. A read that fails gives false or −1 and leaves the reply to JSON.parse. */
export class Scan {
  readonly #bytes: Uint8Array;
  /** Where the next read begins. */
  at: number;
  /** The labels of the last element. */
  metricFrom = 0;
  metricTo = 0;
  /** Of the last pair: the bytes of its time and of its value, and both as numbers (time in epoch ms). */
  timeFrom = 0;
  timeTo = 0;
  valueFrom = 0;
  valueTo = 0;
  time = 0;
  value = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** The labels of an element, up to before its `value` or `values`. */
  metric(values: boolean): boolean {
    const bytes = this.#bytes;
    if (!stands(bytes, this.at, METRIC)) return false;
    const from = this.at + METRIC.length - 1;
    let at = from + 1;
    if (bytes[at] !== BRACE) {
      for (;;) {
        at = textEnd(bytes, at);
        if (at < 0 || bytes[at] !== 0x3a) return false;
        at = textEnd(bytes, at + 1);
        if (at < 0) return false;
        if (bytes[at] === BRACE) break;
        if (bytes[at++] !== COMMA) return false;
      }
    }
    at++;
    const key = values ? VALUES : VALUE;
    if (!stands(bytes, at, key)) return false;
    this.at = at + key.length;
    this.metricFrom = from;
    this.metricTo = at;
    return true;
  }

  /** A pair `TIME,"VALUE"]`, from behind its bracket. */
  pair(): boolean {
    const bytes = this.#bytes;
    this.timeFrom = this.at;
    let at = this.at;
    if (bytes[at] === 0x2d) at++;
    // JSON has no leading zeros and no bare points; exponents are left to JSON.parse.
    if (bytes[at] === 0x30 && isDigit(bytes[at + 1])) return false;
    if (!isDigit(bytes[at])) return false;
    while (isDigit(bytes[at])) at++;
    if (bytes[at] === 0x2e) {
      if (!isDigit(bytes[++at])) return false;
      while (isDigit(bytes[at])) at++;
    }
    this.timeTo = at;
    if (bytes[at] !== COMMA || bytes[at + 1] !== QUOTE) return false;
    this.valueFrom = at + 2;
    at = this.valueFrom;
    while (quiet[bytes[at]] === 1) at++;
    if (bytes[at] !== QUOTE || bytes[at + 1] !== CLOSE) return false;
    this.valueTo = at;
    this.at = at + 2;
    this.time = milliseconds(parseNumber(bytes, this.timeFrom, this.timeTo));
    if (!outcome.ok) return false;
    this.value = parseNumber(bytes, this.valueFrom, this.valueTo);
    return outcome.ok;
  }

  /** Passes over one byte if it is the given one. */
  over(byte: number): boolean {
    if (this.#bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }
}

/** Seconds of a reply as epoch ms: they have three decimals at most. */
export const milliseconds = (seconds: number): number => Math.round(seconds * 1000);
