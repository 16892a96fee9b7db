import { type Decoded, DecodeError, type Layout } from '../decoded.ts';
import { JSON_ENDS, type MakeSteady, makePlain, type Steady, type Template } from '../exposition/steady.ts';
import { type Series, sameSeries } from '../labels.ts';
import { defaultReplyLimits, type ReplyLimits, readElement, readPair, readReply, readSeries } from './reply.ts';

/** An instant vector: one value and one evaluation time a series. */
export interface Vector extends Decoded {
  readonly times: Float64Array;
  readonly serverWarnings: readonly string[];
}

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
  readonly #make: MakeSteady;
  readonly #limits: ReplyLimits;
  #steady: Steady | undefined;
  #layout: Layout = { series: [] };
  /** Time and value of each series in turn, as they stand in the reply. */
  #numbers: Float64Array = new Float64Array(0);
  #values: Float64Array = new Float64Array(0);
  #times: Float64Array = new Float64Array(0);
  #warnings: readonly string[] = [];
  #serverWarnings: readonly string[] = [];
  /** How many replies went through the full parser. */
  fullParses = 0;

  constructor(options: { readonly steady?: MakeSteady; readonly limits?: ReplyLimits } = {}) {
    this.#make = options.steady ?? makePlain;
    this.#limits = options.limits ?? defaultReplyLimits;
  }

  /** @throws DecodeError, ApiError */
  read(bytes: Uint8Array): Vector {
    if (bytes.length <= this.#limits.maxBytes && this.#steady?.read(bytes, this.#numbers)) {
      const numbers = this.#numbers;
      for (let i = 0; i < this.#values.length; i++) {
        this.#times[i] = numbers[2 * i] * 1000;
        this.#values[i] = numbers[2 * i + 1];
      }
    } else this.#readAll(bytes);
    return {
      layout: this.#layout,
      values: this.#values,
      times: this.#times,
      duplicates: 0,
      warnings: this.#warnings,
      serverWarnings: this.#serverWarnings,
    };
  }

  #readAll(bytes: Uint8Array): void {
    this.#steady = undefined;
    this.fullParses++;
    const { resultType, result, serverWarnings } = readReply(bytes, this.#limits);
    if (resultType !== 'vector')
      throw new DecodeError(1, 1, `The server answered with a ${resultType.slice(0, 40)}; a vector was asked for`);
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
    const template = histograms === 0 && serverWarnings.length === 0 ? locate(bytes, series.length) : undefined;
    this.#numbers = new Float64Array(series.length * 2);
    if (!template) return;
    this.#steady = this.#make(JSON_ENDS, bytes.length);
    this.#steady.remember(template);
  }
}
