import type { Series } from '../labels.ts';
import {
  checkBytes,
  defaultReplyLimits,
  type Reply,
  type ReplyLimits,
  readAround,
  readElement,
  readPair,
  readReply,
  readSeries,
  refuse,
} from './reply.ts';
import { alike, resultAt, Scan, WrittenSeries } from './scan.ts';

/** A range of one series: times in epoch ms, ascending, and a value for each. */
export interface MatrixSeries {
  readonly series: Series;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface Matrix {
  readonly series: readonly MatrixSeries[];
  /** Series whose samples are native histograms: not supported, left out. */
  readonly histograms: number;
  readonly serverWarnings: readonly string[];
}

/** Reads the elements of a reply as servers print them; undefined where it is written in another way. */
function readWritten(bytes: Uint8Array, limits: ReplyLimits): Matrix | undefined {
  const from = resultAt(bytes);
  if (from < 0) return undefined;
  const scan = new Scan(bytes, from);
  const series: MatrixSeries[] = [];
  do {
    if (!scan.metric(true) || series.length >= limits.maxSeries) return undefined;
    const one = new WrittenSeries(bytes, scan.metricFrom, scan.metricTo);
    const times: number[] = [];
    const values: number[] = [];
    do {
      if (!scan.over(0x5b) || !scan.pair()) return undefined;
      times.push(scan.time);
      values.push(scan.value);
    } while (scan.over(0x2c));
    if (!scan.over(0x5d) || !scan.over(0x7d)) return undefined;
    series.push({ series: one, times: new Float64Array(times), values: new Float64Array(values) });
  } while (scan.over(0x2c));
  if (!scan.over(0x5d)) return undefined;
  const reply = readAround(bytes.subarray(0, from), bytes.subarray(scan.at));
  if (!reply) return undefined;
  checkType(reply);
  return { series, histograms: 0, serverWarnings: reply.serverWarnings };
}

function readAny(bytes: Uint8Array, limits: ReplyLimits): Matrix {
  const reply = readReply(bytes, limits);
  checkType(reply);
  const series: MatrixSeries[] = [];
  let histograms = 0;
  for (const item of reply.result) {
    const element = readElement(item);
    if (element.values === undefined && element.histograms !== undefined) {
      histograms++;
      continue;
    }
    if (!Array.isArray(element.values)) return refuse('An element of the result has no values');
    const pairs = element.values.map(readPair);
    series.push({
      series: readSeries(element.metric),
      times: Float64Array.from(pairs, (pair) => pair[0]),
      values: Float64Array.from(pairs, (pair) => pair[1]),
    });
  }
  return { series, histograms, serverWarnings: reply.serverWarnings };
}

function checkType({ resultType }: Pick<Reply, 'resultType'>): void {
  if (resultType !== 'matrix') refuse(`The server answered with a ${resultType.slice(0, 40)}; a matrix was asked for`);
}

/**
 * Reads a range query's reply.
 * @throws DecodeError (where the reply is another type than a matrix, too), ApiError
 */
export function parseMatrix(bytes: Uint8Array, limits: ReplyLimits = defaultReplyLimits): Matrix {
  checkBytes(bytes, limits);
  // A copy of our own: series read their labels from it later, and the caller may reuse its buffer.
  return readWritten(bytes.slice(), limits) ?? readAny(bytes, limits);
}

/** Reads the replies to one range query: a series that is written as before is the same object as before. */
export class MatrixReader {
  readonly #limits: ReplyLimits;
  #series: readonly Series[] = [];

  constructor(limits: ReplyLimits = defaultReplyLimits) {
    this.#limits = limits;
  }

  /** @throws DecodeError, ApiError */
  read(bytes: Uint8Array): Matrix {
    const matrix = parseMatrix(bytes, this.#limits);
    const before = this.#series;
    const series = matrix.series.map((one, i) => {
      const last = before[i];
      const same = last !== undefined && alike(one.series, last);
      return same ? { ...one, series: last } : one;
    });
    this.#series = series.map((one) => one.series);
    return { ...matrix, series };
  }
}
