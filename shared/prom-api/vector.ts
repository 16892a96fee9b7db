import type { Decoded, Layout, SeriesList } from '../decoded.ts';
import { textOf } from '../exposition/bytes.ts';
import { JSON_ENDS, type MakeSteady, makePlain, type Steady } from '../exposition/steady.ts';
import type { Series } from '../labels.ts';
import {
  checkBytes,
  defaultReplyLimits,
  MOST_AROUND,
  type ReplyLimits,
  readAround,
  readElement,
  readPair,
  readReply,
  readSeries,
  refuse,
} from './reply.ts';
import { milliseconds, resultAt, Scan, sameList, WrittenList } from './scan.ts';

/** An instant vector: one value and one evaluation time a series. */
export interface Vector extends Decoded {
  readonly times: Float64Array;
  readonly serverWarnings: readonly string[];
}

/** The end of the last element and of the result: `"]}]`. */
const END = [0x22, 0x5d, 0x7d, 0x5d] as const;

/** A reply as servers print them, located: everything that a template is made of. */
interface Located {
  readonly series: SeriesList;
  readonly values: Float64Array;
  readonly time: number;
  readonly from: number;
  readonly to: number;
  readonly keyFrom: Int32Array;
  readonly keyTo: Int32Array;
  readonly timeFrom: number;
  readonly timeLength: number;
}

/** Undefined where the reply is written in another way, or has more than one time. */
function locate(bytes: Uint8Array, maxSeries: number): Located | undefined {
  const from = resultAt(bytes);
  if (from < 0) return undefined;
  const scan = new Scan(bytes, from);
  const edges: number[] = [];
  const values: number[] = [];
  const places: number[] = [];
  let [timeFrom, timeLength, time] = [0, 0, 0];
  do {
    if (!scan.metric(false) || !scan.pair() || !scan.over(0x7d) || values.length >= maxSeries) return undefined;
    const length = scan.timeTo - scan.timeFrom;
    if (values.length === 0) [timeFrom, timeLength, time] = [scan.timeFrom, length, scan.time];
    else if (length !== timeLength) return undefined;
    for (let i = 0; i < length; i++) if (bytes[scan.timeFrom + i] !== bytes[timeFrom + i]) return undefined;
    edges.push(scan.metricFrom, scan.metricTo);
    values.push(scan.value);
    places.push(scan.valueFrom, scan.valueTo);
  } while (scan.over(0x2c));
  if (!scan.over(0x5d)) return undefined;
  const count = values.length;
  const keyFrom = new Int32Array(count + 1);
  const keyTo = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) {
    keyTo[i] = places[2 * i];
    keyFrom[i + 1] = places[2 * i + 1];
  }
  keyTo[count] = scan.at;
  const series = new WrittenList(bytes, Int32Array.from(edges));
  return { series, values: new Float64Array(values), time, from, to: scan.at, keyFrom, keyTo, timeFrom, timeLength };
}

/** Reads the replies to one query, refresh after refresh; steady replies cost little more than their numbers. */
export class VectorReader {
  readonly #make: MakeSteady;
  readonly #limits: ReplyLimits;
  #steady: Steady | undefined;
  /** The last reply, where it was one as servers print them and can be recognised. */
  #last: { readonly head: Uint8Array; readonly time: Uint8Array; readonly timeFrom: number } | undefined;
  #layout: Layout = { series: [] };
  #values: Float64Array = new Float64Array(0);
  #times: Float64Array = new Float64Array(0);
  #warnings: readonly string[] = [];
  #serverWarnings: readonly string[] = [];
  /** How many replies went through a full parser. */
  fullParses = 0;

  constructor(options: { readonly steady?: MakeSteady; readonly limits?: ReplyLimits } = {}) {
    this.#make = options.steady ?? makePlain;
    this.#limits = options.limits ?? defaultReplyLimits;
  }

  /** @throws DecodeError, ApiError; the reader then starts afresh with the next reply */
  read(bytes: Uint8Array): Vector {
    if (!this.#readSteady(bytes)) {
      this.#last = undefined;
      this.fullParses++;
      checkBytes(bytes, this.#limits);
      // A copy of our own: series read their labels from it later, and the caller may reuse its buffer.
      if (!this.#readWritten(bytes.slice())) this.#readAny(bytes);
    }
    return {
      layout: this.#layout,
      values: this.#values,
      times: this.#times,
      duplicates: 0,
      warnings: this.#warnings,
      serverWarnings: this.#serverWarnings,
    };
  }

  #readSteady(bytes: Uint8Array): boolean {
    if (!this.#last || !this.#steady || bytes.length > this.#limits.maxBytes) return false;
    const { head, time, timeFrom } = this.#last;
    let end = bytes.length - END.length;
    const least = Math.max(0, end - MOST_AROUND);
    while (end > least && !END.every((byte, i) => bytes[end + i] === byte)) end--;
    const to = end + END.length;
    // A time of the same shape as the last: digits where digits were, so that it is a number as well.
    const stamp = bytes.subarray(timeFrom, timeFrom + time.length);
    for (let i = 0; i < time.length; i++) {
      const digit = stamp[i] >= 0x30 && stamp[i] <= 0x39;
      if (i === 0 ? stamp[i] !== time[i] : digit ? time[i] < 0x30 || time[i] > 0x39 : stamp[i] !== time[i])
        return false;
    }
    if (!this.#steady.read(bytes.subarray(0, to), this.#values, stamp)) return false;
    this.#times.fill(milliseconds(Number(textOf(stamp, 0, stamp.length))));
    return this.#readAround(head, bytes.subarray(to));
  }

  /** Reads what stands around the elements, which may be other words and figures in each reply. */
  #readAround(head: Uint8Array, tail: Uint8Array): boolean {
    const reply = readAround(head, tail);
    if (!reply) return false;
    if (reply.resultType !== 'vector') refuseType(reply.resultType);
    this.#serverWarnings = reply.serverWarnings;
    return true;
  }

  #readWritten(bytes: Uint8Array): boolean {
    const located = locate(bytes, this.#limits.maxSeries);
    if (!located) return false;
    const { series, values, time, from, to, keyFrom, keyTo, timeFrom, timeLength } = located;
    const head = bytes.slice(0, from);
    if (!this.#readAround(head, bytes.subarray(to))) return false;
    this.#take(series, values, new Float64Array(values.length).fill(time), []);
    if (timeLength >= 8 && timeLength <= 16) {
      this.#steady = this.#make(JSON_ENDS, bytes.length, this.#steady);
      this.#steady.remember({ bytes, keyFrom, keyTo, stamped: timeLength });
      this.#last = { head, time: bytes.slice(timeFrom, timeFrom + timeLength), timeFrom };
    }
    return true;
  }

  #readAny(bytes: Uint8Array): void {
    const { resultType, result, serverWarnings } = readReply(bytes, this.#limits);
    if (resultType !== 'vector') refuseType(resultType);
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
    const values = Float64Array.from(pairs, (pair) => pair[1]);
    const times = Float64Array.from(pairs, (pair) => pair[0]);
    const left = histograms > 0 ? [`${histograms} native histograms are not supported and were left out`] : [];
    this.#take(series, values, times, left);
    this.#serverWarnings = serverWarnings;
  }

  #take(series: SeriesList, values: Float64Array, times: Float64Array, warnings: readonly string[]): void {
    if (!sameList(series, this.#layout.series)) this.#layout = { series };
    this.#values = values;
    this.#times = times;
    this.#warnings = warnings;
  }
}

function refuseType(resultType: string): never {
  return refuse(`The server answered with a ${resultType.slice(0, 40)}; a vector was asked for`);
}
