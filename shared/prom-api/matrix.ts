import { DecodeError } from '../decoded.ts';
import type { Series } from '../labels.ts';
import { defaultReplyLimits, type ReplyLimits, readElement, readPair, readReply, readSeries } from './reply.ts';

/** A range of one series: times in epoch ms, ascending, and a value for each. */
export interface MatrixSeries {
  readonly series: Series;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface Matrix {
  readonly series: readonly MatrixSeries[];
  readonly serverWarnings: readonly string[];
}

/**
 * Reads a range query's reply.
 * @throws DecodeError (where the reply is another type than a matrix, too), ApiError
 */
export function parseMatrix(bytes: Uint8Array, limits: ReplyLimits = defaultReplyLimits): Matrix {
  const { resultType, result, serverWarnings } = readReply(bytes, limits);
  if (resultType !== 'matrix')
    throw new DecodeError(1, 1, `The server answered with a ${resultType.slice(0, 40)}; a matrix was asked for`);
  const series = result.map((item) => {
    const element = readElement(item);
    const pairs = Array.isArray(element.values) ? element.values.map(readPair) : [];
    return {
      series: readSeries(element.metric),
      times: Float64Array.from(pairs, (pair) => pair[0]),
      values: Float64Array.from(pairs, (pair) => pair[1]),
    };
  });
  return { series, serverWarnings };
}
