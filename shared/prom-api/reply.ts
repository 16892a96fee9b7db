import { DecodeError } from '../decoded.ts';
import { invalidUtf8At, textOf } from '../exposition/bytes.ts';
import { numberOf, outcome } from '../exposition/number.ts';
import type { Series } from '../labels.ts';
import { milliseconds, seriesOf } from './scan.ts';

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
const MOST_DEPTH = 64;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws DecodeError */
export function refuse(message: string): never {
  throw new DecodeError(1, 1, message);
}

/** @throws DecodeError where the reply is beyond the limits or no UTF-8 */
export function checkBytes(bytes: Uint8Array, limits: ReplyLimits): void {
  if (bytes.length > limits.maxBytes)
    refuse(`The reply has ${bytes.length} bytes; at most ${limits.maxBytes} are read`);
  const bad = invalidUtf8At(bytes, 0, bytes.length);
  if (bad >= 0) throw new DecodeError(1, bad + 1, 'The reply is not valid UTF-8');
}

/** Refuses what JSON.parse would make more of than memory holds: nesting, and brackets without end. */
function checkShape(bytes: Uint8Array): void {
  let depth = 0;
  let brackets = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) {
      for (at++; at < bytes.length && bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MOST_DEPTH) throw new DecodeError(1, at + 1, `The reply is nested more than ${MOST_DEPTH} deep`);
      brackets++;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  // An honest pair has 8 bytes at least, and three brackets come with the 30 bytes of an element.
  if (brackets > 1000 + bytes.length / 8) refuse(`The reply has ${brackets} brackets in ${bytes.length} bytes`);
}

/**
 * Reads a reply of Prometheus's HTTP API whose bytes have passed `checkBytes`.
 * @throws DecodeError where it is not that API's JSON, ApiError where the server reports an error
 */
export function readReply(bytes: Uint8Array, limits: ReplyLimits): Reply {
  checkShape(bytes);
  const text = textOf(bytes, 0, bytes.length);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse(`The reply is no JSON; it begins ${JSON.stringify(text.slice(0, 80))}`);
  }
  const reply = readEnvelope(body);
  if (reply.result.length > limits.maxSeries)
    refuse(`The reply has ${reply.result.length} series; at most ${limits.maxSeries} are read`);
  return reply;
}

/** What stands around the elements of a reply may not be larger than this to be looked at by itself. */
export const MOST_AROUND = 64 << 10;

/**
 * Reads what stands around the elements of a result: from the begin up to the first and from behind the last's `]`.
 * Undefined where that is no JSON, or where the result that counts is another one: an object may have a key twice.
 * @throws DecodeError, ApiError
 */
export function readAround(head: Uint8Array, tail: Uint8Array): Omit<Reply, 'result'> | undefined {
  if (head.length + tail.length > MOST_AROUND) return undefined;
  // The whole reply may not have been checked yet.
  if (invalidUtf8At(head, 0, head.length) >= 0 || invalidUtf8At(tail, 0, tail.length) >= 0) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(`${textOf(head, 0, head.length)}0]${textOf(tail, 0, tail.length)}`);
  } catch {
    return undefined;
  }
  const reply = readEnvelope(body);
  return reply.result.length === 1 && reply.result[0] === 0 ? reply : undefined;
}

function readEnvelope(body: unknown): Reply {
  if (!isObject(body)) return refuse('The reply is no JSON object');
  if (body.status === 'error')
    throw new ApiError(
      String(body.errorType ?? 'unknown').slice(0, MOST_TEXT),
      String(body.error ?? 'no reason given').slice(0, MOST_TEXT),
    );
  if (body.status !== 'success') return refuse('The reply has no status of Prometheus’s API');
  const data = body.data;
  if (!isObject(data) || typeof data.resultType !== 'string' || !Array.isArray(data.result))
    return refuse('The reply has no data.result');
  const words = (value: unknown) => (Array.isArray(value) ? value.map((word) => String(word).slice(0, MOST_TEXT)) : []);
  // VictoriaMetrics' cluster says so in a field of its own.
  const partial = body.isPartial === true ? ['The server had only a part of the data'] : [];
  return {
    resultType: data.resultType,
    result: data.result,
    // Old queriers of Thanos have them beside the result.
    serverWarnings: [...partial, ...words(body.warnings), ...words(data.warnings), ...words(body.infos)].slice(0, 20),
  };
}

/** The series of one element of a result. @throws DecodeError */
export function readSeries(metric: unknown): Series {
  if (!isObject(metric)) return refuse('An element of the result has no metric');
  for (const [label, value] of Object.entries(metric)) {
    if (typeof value !== 'string') return refuse(`The value of label ${JSON.stringify(label.slice(0, 40))} is no text`);
  }
  return seriesOf(metric as Record<string, string>);
}

/** A pair [seconds, "value"] as epoch ms and number. @throws DecodeError */
export function readPair(pair: unknown): readonly [number, number] {
  if (!Array.isArray(pair) || typeof pair[0] !== 'number' || typeof pair[1] !== 'string')
    return refuse('A sample is not [time, "value"]');
  const value = numberOf(pair[1]);
  if (!outcome.ok) return refuse(`${JSON.stringify(pair[1].slice(0, 40))} is no sample value`);
  return [milliseconds(pair[0]), value];
}

/** The element of a result as an object. @throws DecodeError */
export function readElement(element: unknown): Record<string, unknown> {
  return isObject(element) ? element : refuse('An element of the result is no object');
}
