import { DecodeError } from '../decoded.ts';
import { invalidUtf8At, textOf } from '../exposition/bytes.ts';
import type { Series } from '../labels.ts';

/** The server understood the question and refused it: Prometheus's `errorType` and its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly errorType: string;
  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** Bounds on a reply of a server (faults.md A16, B11). */
export interface ReplyLimits {
  readonly maxBytes: number;
  readonly maxSeries: number;
}

export const defaultReplyLimits: ReplyLimits = { maxBytes: 50 << 20, maxSeries: 1_000_000 };

/** A successful reply's data, still unparsed below `result`, and what the server added to it. */
export interface Reply {
  readonly resultType: string;
  readonly result: readonly unknown[];
  /** `warnings` and `infos` of the server: the answer may be partial. */
  readonly serverWarnings: readonly string[];
}

const MOST_TEXT = 400;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const refuse = (message: string): never => {
  throw new DecodeError(1, 1, message);
};

/**
 * Reads the envelope of Prometheus's HTTP API.
 * @throws DecodeError where it is not that API's JSON, ApiError where the server reports an error
 */
export function readReply(bytes: Uint8Array, limits: ReplyLimits): Reply {
  if (bytes.length > limits.maxBytes)
    refuse(`The reply has ${bytes.length} bytes; at most ${limits.maxBytes} are read`);
  const bad = invalidUtf8At(bytes, 0, bytes.length);
  if (bad >= 0) throw new DecodeError(1, bad + 1, 'The reply is not valid UTF-8');
  const text = textOf(bytes, 0, bytes.length);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse(`The reply is no JSON; it begins ${JSON.stringify(text.slice(0, 80))}`);
  }
  if (!isObject(body)) return refuse('The reply is no JSON object');
  if (body.status === 'error')
    throw new ApiError(
      String(body.errorType ?? 'unknown'),
      String(body.error ?? 'no reason given').slice(0, MOST_TEXT),
    );
  if (body.status !== 'success') return refuse('The reply has no status of Prometheus’s API');
  const data = body.data;
  if (!isObject(data) || typeof data.resultType !== 'string' || !Array.isArray(data.result))
    return refuse('The reply has no data.result');
  if (data.result.length > limits.maxSeries)
    refuse(`The reply has ${data.result.length} series; at most ${limits.maxSeries} are read`);
  const words = (value: unknown) => (Array.isArray(value) ? value.map((word) => String(word).slice(0, MOST_TEXT)) : []);
  return {
    resultType: data.resultType,
    result: data.result,
    serverWarnings: [...words(body.warnings), ...words(body.infos)].slice(0, 20),
  };
}

/** The series of one element of a result; its labels keep whatever names they have, `__proto__` too. */
export function readSeries(metric: unknown): Series {
  if (!isObject(metric)) return refuse('An element of the result has no metric');
  let name = '';
  const labels = new Map<string, string>();
  for (const [label, value] of Object.entries(metric)) {
    if (typeof value !== 'string') return refuse(`The value of label ${JSON.stringify(label.slice(0, 40))} is no text`);
    if (label === '__name__') name = value;
    else if (value !== '') labels.set(label, value);
  }
  return { name, labels };
}

/** A pair [seconds, "value"] as epoch ms and number. */
export function readPair(pair: unknown): readonly [number, number] {
  if (!Array.isArray(pair) || typeof pair[0] !== 'number' || typeof pair[1] !== 'string')
    return refuse('A sample is not [time, "value"]');
  const text = pair[1];
  const value =
    text === 'NaN'
      ? Number.NaN
      : text === '+Inf' || text === 'Inf'
        ? Infinity
        : text === '-Inf'
          ? -Infinity
          : Number(text);
  if (text === '' || (Number.isNaN(value) && text !== 'NaN'))
    return refuse(`${JSON.stringify(text.slice(0, 40))} is no sample value`);
  return [pair[0] * 1000, value];
}

/** The element of a result as an object. */
export function readElement(element: unknown): Record<string, unknown> {
  return isObject(element) ? element : refuse('An element of the result is no object');
}
