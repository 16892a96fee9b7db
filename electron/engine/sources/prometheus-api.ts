import { DecodeError } from '../../../shared/decoded.ts';
import { ApiError } from '../../../shared/prom-api/reply.ts';
import type { Vector, VectorReader } from '../../../shared/prom-api/vector.ts';
import { FaultError, printable } from '../fault.ts';
import type { Fetcher } from '../fetch.ts';

/** The address of a path of the API below the source's URL, which may itself have a path (Mimir, a proxy). */
export function apiUrl(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/api/v1/${path}`;
}

/** One query at one time, epoch ms, and what the server wants to be told beside it. */
export interface VectorQuestion {
  readonly promql: string;
  readonly time: number;
  readonly beside: Beside;
}

/** @throws FaultError */
export async function askVector(
  fetcher: Fetcher,
  url: string,
  { promql, time, beside }: VectorQuestion,
  reader: VectorReader,
  signal?: AbortSignal,
) {
  const form = { query: promql, time: String(time / 1000), ...beside };
  const answer = await fetcher.ask({ url: apiUrl(url, 'query'), accept: 'application/json', form }, signal);
  let vector: Vector;
  try {
    vector = reader.read(answer.body);
  } catch (error) {
    throw apiFault(new URL(url).host, error);
  }
  return { vector, bytes: answer.body.length, serverTime: answer.serverTime };
}

/** What Prometheus says of the expression (a rate of what is not named _total), not of the data. */
export const ABOUT_THE_QUERY = /^PromQL (info|warning):/;

/** What a reply that could not be read means to a person; any other error is given back as it is. */
export function apiFault(host: string, error: unknown): unknown {
  if (error instanceof ApiError) {
    const hint =
      error.errorType === 'execution' || error.errorType === 'timeout'
        ? 'Check the load of the server, or its query limits.'
        : 'Check that it is a Prometheus-compatible server of a current version.';
    return new FaultError(
      `api-${printable(error.errorType, 20)}`,
      `${host} refused the query: ${printable(error.message, 200)}`,
      hint,
    );
  }
  if (error instanceof DecodeError) {
    return new FaultError(
      'not-prometheus',
      `${host}: ${printable(error.message, 200)}`,
      'Check that the address is a Prometheus-compatible server.',
    );
  }
  return error;
}

/** What a proxy answers that lets queries through and nothing else. */
const NO_SUCH_QUESTION = /^http-(400|404|405|422|501)$/;
/** Flags tell more than some want told: who may not see them may query all the same. */
const NOT_FOR_US = /^http-(4(?!29)\d\d|50[01])$|^(redirect|too-large|encoding)$/;

/**
 * Names of the metrics that a server had within the last ten minutes. Undefined where it does not say, as some proxies
 * in front of it do not: then everything is asked for. @throws FaultError where it cannot be reached
 */
export async function askNames(
  fetcher: Fetcher,
  url: string,
  time: number,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const path = `label/__name__/values?start=${time / 1000 - 600}&end=${time / 1000}`;
  const data = await askData(fetcher, apiUrl(url, path), NO_SUCH_QUESTION, signal);
  return Array.isArray(data) ? new Set(data.filter((name) => typeof name === 'string')) : undefined;
}

/** Form fields that go with every query. */
export type Beside = Readonly<Record<string, string>>;

/**
 * What a querier of Thanos is asked to do (its documentation, Query API): series that differ by its replica labels only
 * are one, and a store that is away is a warning and not a failure.
 */
const THANOS: Beside = { dedup: 'true', partial_response: 'true' };

/** A flag that only a querier of Thanos has; version and build of one look like those of Prometheus. */
const THANOS_FLAG = 'query.replica-label';

/** What a server wants to be told with each query, by what it is: asked once. */
export class Dialect {
  readonly #fetcher: Fetcher;
  readonly #url: string;
  #asked: Promise<Beside> | undefined;

  constructor(fetcher: Fetcher, url: string) {
    this.#fetcher = fetcher;
    this.#url = url;
  }

  /** Nothing of a server that does not tell its flags, as those that are none of Prometheus or Thanos. @throws FaultError */
  beside(signal?: AbortSignal): Promise<Beside> {
    this.#asked ??= this.#ask(signal).catch((error) => {
      this.#asked = undefined;
      throw error;
    });
    return this.#asked;
  }

  async #ask(signal?: AbortSignal): Promise<Beside> {
    const flags = await askData(this.#fetcher, apiUrl(this.#url, 'status/flags'), NOT_FOR_US, signal);
    const isThanos = typeof flags === 'object' && flags !== null && Object.hasOwn(flags, THANOS_FLAG);
    return isThanos ? THANOS : {};
  }
}

/** The data of an answer; undefined where it is none, or a fault of these codes. @throws FaultError of any other */
async function askData(fetcher: Fetcher, url: string, none: RegExp, signal?: AbortSignal): Promise<unknown> {
  try {
    const { body } = await fetcher.ask({ url, accept: 'application/json' }, signal);
    return (JSON.parse(new TextDecoder().decode(body)) as { data?: unknown } | null)?.data;
  } catch (error) {
    if (error instanceof FaultError && !none.test(error.fault.code)) throw error;
    return undefined;
  }
}
