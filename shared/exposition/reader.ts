import type { Decoded, Layout } from '../decoded.ts';
import type { Series } from '../labels.ts';
import { defaultLimits, type Limits, type ParsedExposition } from './collector.ts';
import { outcome, parseNumber } from './number.ts';
import { type Format, parseExposition } from './parser.ts';

/**
 * Compares the text between the numbers of two bodies and finds the numbers: the inner loop of a steady read.
 * `starts`/`ends` receive the byte ranges of the values in the new body. False at the first byte that differs.
 */
export type Scan = (body: Uint8Array, template: Template, starts: Int32Array, ends: Int32Array) => boolean;

/** What stays the same from body to body: the bytes before each value, and those after the last. */
export interface Template {
  readonly bytes: Uint8Array;
  /** keyFrom[i]…keyTo[i] of `bytes` stand before value i; the last entry is what follows the last value. */
  readonly keyFrom: Int32Array;
  readonly keyTo: Int32Array;
}

/**
 * The comparison in plain JavaScript: every byte of every key, no spot checks and no hashes. A value ends before
 * one of the bytes `ends` (three of them).
 */
export function plainScan([endA, endB, endC]: readonly [number, number, number]): Scan {
  return (body, { bytes, keyFrom, keyTo }, starts, ends) => {
    const last = keyFrom.length - 1;
    let at = 0;
    for (let i = 0; ; i++) {
      const to = keyTo[i];
      const from = keyFrom[i];
      if (at + to - from > body.length) return false;
      for (let key = from; key < to; key++, at++) if (body[at] !== bytes[key]) return false;
      if (i === last) return at === body.length;
      starts[i] = at;
      while (at < body.length && body[at] !== endA && body[at] !== endB && body[at] !== endC) at++;
      ends[i] = at;
    }
  };
}

/** Values of an exposition end before a line feed, a blank or a tab. */
export const scanExposition = plainScan([0x0a, 0x20, 0x09]);

/** Whether two series are the same, whatever the order of their labels. */
export const sameSeries = (a: Series, b: Series): boolean => {
  if (a.name !== b.name || a.labels.size !== b.labels.size) return false;
  for (const [name, value] of a.labels) if (b.labels.get(name) !== value) return false;
  return true;
};

/**
 * Reads one target's bodies, scrape after scrape. A body whose series, order and comments are those of the last
 * one costs little more than reading its numbers; any other goes through the full parser at once. Bodies with
 * timestamps or exemplars always do, since there more than the values changes.
 */
export class ExpositionReader {
  readonly #scan: Scan;
  readonly #limits: Limits;
  #format: Format | undefined;
  #template: Template | undefined;
  #parsed: ParsedExposition | undefined;
  #layout: Layout = { series: [] };
  #values: Float64Array = new Float64Array(0);
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  /** How many bodies went through the full parser. */
  fullParses = 0;

  constructor(options: { readonly scan?: Scan; readonly limits?: Limits } = {}) {
    this.#scan = options.scan ?? scanExposition;
    this.#limits = options.limits ?? defaultLimits;
  }

  /** @throws DecodeError; the reader then starts afresh with the next body */
  read(bytes: Uint8Array, format: Format): Decoded {
    const template = this.#template;
    if (
      template !== undefined &&
      format === this.#format &&
      bytes.length <= this.#limits.maxBytes &&
      this.#scan(bytes, template, this.#starts, this.#ends) &&
      this.#readValues(bytes)
    ) {
      return this.#decoded();
    }
    return this.#readAll(bytes, format);
  }

  #readValues(bytes: Uint8Array): boolean {
    const { slot } = this.#parsed as ParsedExposition;
    for (let i = 0; i < slot.length; i++) {
      const value = parseNumber(bytes, this.#starts[i], this.#ends[i]);
      if (!outcome.ok) return false;
      if (slot[i] >= 0) this.#values[slot[i]] = value;
    }
    return true;
  }

  #readAll(bytes: Uint8Array, format: Format): Decoded {
    this.#template = undefined;
    this.fullParses++;
    const parsed = parseExposition(bytes, format, this.#limits);
    const { series } = this.#layout;
    const same =
      series.length === parsed.series.length && series.every((one, i) => sameSeries(one, parsed.series[i] as Series));
    if (!same) this.#layout = { series: parsed.series };
    this.#parsed = parsed;
    this.#values = parsed.values;
    this.#format = format;
    if (parsed.times === null && parsed.exemplars === 0) this.#remember(bytes, parsed);
    return this.#decoded();
  }

  #remember(bytes: Uint8Array, { valueFrom, valueTo }: ParsedExposition): void {
    const count = valueFrom.length;
    const keyFrom = new Int32Array(count + 1);
    const keyTo = new Int32Array(count + 1);
    for (let i = 0; i <= count; i++) {
      keyFrom[i] = i === 0 ? 0 : valueTo[i - 1];
      keyTo[i] = i === count ? bytes.length : valueFrom[i];
    }
    this.#template = { bytes: bytes.slice(), keyFrom, keyTo };
    this.#starts = new Int32Array(count);
    this.#ends = new Int32Array(count);
  }

  #decoded(): Decoded {
    const { times, duplicates, warnings } = this.#parsed as ParsedExposition;
    return { layout: this.#layout, values: this.#values, times, duplicates, warnings };
  }
}
