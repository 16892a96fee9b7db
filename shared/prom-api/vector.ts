import type { Decoded, Layout } from '../decoded.ts';
import { outcome, parseNumber } from '../exposition/number.ts';
import { plainScan, type Scan, sameSeries, type Template } from '../exposition/reader.ts';
import type { Series } from '../labels.ts';
import { defaultReplyLimits, type ReplyLimits, readElement, readPair, readReply, readSeries } from './reply.ts';

/** An instant vector: one value and one evaluation time a series. */
export interface Vector extends Decoded {
  readonly times: Float64Array;
  readonly serverWarnings: readonly string[];
}

/** Numbers of a vector's JSON end before a comma or a quote. */
export const scanVector = plainScan([0x2c, 0x22, 0x5d]);

const VALUE = [...'"value":['].map((char) => char.charCodeAt(0));

/**
 * Where the times and values of a reply stand: `"value":[TIME,"VALUE"]`. A label can't hold that text, since its
 * quotes are escaped. Undefined where the reply is not written that way, so that it can't be remembered.
 */
function locate(bytes: Uint8Array, series: number): Template | undefined {
  const keyFrom = new Int32Array(series * 2 + 1);
  const keyTo = new Int32Array(series * 2 + 1);
  let slot = 0;
  let key = 0;
  for (let at = bytes.indexOf(VALUE[0]); at >= 0; at = bytes.indexOf(VALUE[0], at + 1)) {
    if (!VALUE.every((byte, i) => bytes[at + i] === byte)) continue;
    if (slot >= series * 2) return undefined;
    const time = at + VALUE.length;
    const comma = bytes.indexOf(0x2c, time);
    if (bytes[comma + 1] !== 0x22) return undefined;
    const close = bytes.indexOf(0x22, comma + 2);
    keyFrom[slot] = key;
    keyTo[slot++] = time;
    keyFrom[slot] = comma;
    keyTo[slot++] = comma + 2;
    key = close;
  }
  if (slot !== series * 2) return undefined;
  keyFrom[slot] = key;
  keyTo[slot] = bytes.length;
  return { bytes: bytes.slice(), keyFrom, keyTo };
}

/** Reads the replies to one query, refresh after refresh; steady replies cost little more than their numbers. */
export class VectorReader {
  readonly #scan: Scan;
  readonly #limits: ReplyLimits;
  #template: Template | undefined;
  #layout: Layout = { series: [] };
  #values: Float64Array = new Float64Array(0);
  #times: Float64Array = new Float64Array(0);
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  #warnings: readonly string[] = [];
  #serverWarnings: readonly string[] = [];
  /** How many replies went through the full parser. */
  fullParses = 0;

  constructor(options: { readonly scan?: Scan; readonly limits?: ReplyLimits } = {}) {
    this.#scan = options.scan ?? scanVector;
    this.#limits = options.limits ?? defaultReplyLimits;
  }

  /** @throws DecodeError, ApiError */
  read(bytes: Uint8Array): Vector {
    const template = this.#template;
    const steady =
      template !== undefined &&
      bytes.length <= this.#limits.maxBytes &&
      this.#scan(bytes, template, this.#starts, this.#ends) &&
      this.#readNumbers(bytes);
    if (!steady) this.#readAll(bytes);
    return {
      layout: this.#layout,
      values: this.#values,
      times: this.#times,
      duplicates: 0,
      warnings: this.#warnings,
      serverWarnings: this.#serverWarnings,
    };
  }

  #readNumbers(bytes: Uint8Array): boolean {
    let timeFrom = -1;
    let timeTo = -1;
    let time = 0;
    for (let i = 0; i < this.#values.length; i++) {
      const from = this.#starts[2 * i];
      const to = this.#ends[2 * i];
      // All series of an instant vector carry the query's time: it is parsed once while the bytes repeat.
      if (!(to - from === timeTo - timeFrom && sameBytes(bytes, from, timeFrom, to - from))) {
        time = parseNumber(bytes, from, to) * 1000;
        if (!outcome.ok) return false;
        timeFrom = from;
        timeTo = to;
      }
      this.#times[i] = time;
      const value = parseNumber(bytes, this.#starts[2 * i + 1], this.#ends[2 * i + 1]);
      if (!outcome.ok) return false;
      this.#values[i] = value;
    }
    return true;
  }

  #readAll(bytes: Uint8Array): void {
    this.#template = undefined;
    this.fullParses++;
    const { resultType, result, serverWarnings } = readReply(bytes, this.#limits);
    if (resultType !== 'vector')
      throw new TypeError(`The server answered with a ${resultType.slice(0, 40)}; a vector was asked for`);
    const series: Series[] = [];
    const pairs: (readonly [number, number])[] = [];
    let histograms = 0;
    for (const item of result) {
      const element = readElement(item);
      if (element.value === undefined && element.histogram !== undefined) {
        histograms++;
        continue;
      }
      series.push(readSeries(element.metric));
      pairs.push(readPair(element.value));
    }
    const before = this.#layout.series;
    if (!(before.length === series.length && series.every((one, i) => sameSeries(one, before[i] as Series))))
      this.#layout = { series };
    this.#values = Float64Array.from(pairs, (pair) => pair[1]);
    this.#times = Float64Array.from(pairs, (pair) => pair[0]);
    this.#serverWarnings = serverWarnings;
    this.#warnings = histograms > 0 ? [`${histograms} native histograms are not supported and were left out`] : [];
    // Warnings may change from reply to reply, so such a reply is not remembered.
    this.#template = histograms === 0 && serverWarnings.length === 0 ? locate(bytes, series.length) : undefined;
    this.#starts = new Int32Array(series.length * 2);
    this.#ends = new Int32Array(series.length * 2);
  }
}

function sameBytes(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
