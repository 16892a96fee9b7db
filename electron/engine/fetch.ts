import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { createGunzip } from 'node:zlib';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Transport } from '../../shared/transport.ts';
import { FaultError, socketFault, statusFault } from './fault.ts';
import { Resolved } from './resolved.ts';
import { authorization, clientCertificate, ownHeaders, proxyHeaders, withoutSecrets } from './secrets.ts';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** The server's own clock (Date header), epoch ms; NaN where it does not say. */
  readonly serverTime: number;
}

/** What came of a write: any status is an answer, and who wrote judges it. */
export interface WriteAnswer {
  readonly status: number;
  /** The beginning of what the server said. */
  readonly text: string;
  /** When it wants to be asked again, where it said so. */
  readonly retryAfterMs: number | undefined;
}

/** A POST of a JSON text, or a DELETE. */
export interface Write {
  readonly url: string;
  readonly json?: string;
  /** Headers of this one request, such as a signature. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Ask {
  readonly url: string;
  /** Form fields of a POST; a GET without them. */
  readonly form?: Readonly<Record<string, string>>;
  readonly accept: string;
  /** Cuts the body off beyond this many bytes after decompression. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 64 << 20;
const MAX_SAID = 8 << 10;
/** What a server says of a write is read by a person. */
const MAX_WRITE_ANSWER = 1 << 20;
const MAX_REDIRECTS = 3;
const RETRY_LEAST_MS = 1000;
const RETRY_MOST_MS = 300_000;

/** One request as it leaves. */
interface Outgoing {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly accept: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly type?: string;
}

const FORM = { method: 'POST', type: 'application/x-www-form-urlencoded', headers: {} } as const;

/** Milliseconds that a Retry-After header means, within [1 s, 5 min]; undefined for one that says nothing. */
export function retryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,10}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  if (!Number.isFinite(ms)) return undefined;
  return Math.min(Math.max(ms, RETRY_LEAST_MS), RETRY_MOST_MS);
}

/** A tunnel forgets an address that is no name: the certificate must be for it all the same. */
function namedBy(url: URL) {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host)
    ? { checkServerIdentity: (_: string, cert: PeerCertificate) => checkServerIdentity(host, cert) }
    : {};
}

/** Whom a source trusts, and what it shows of itself. @throws FaultError when one of its files cannot be read */
export function tlsOptions({ caFile, clientCert, insecure }: Pick<Transport, 'caFile' | 'clientCert' | 'insecure'>) {
  let ca: string | undefined;
  try {
    ca = caFile ? readFileSync(caFile, 'utf8') : undefined;
  } catch {
    throw new FaultError('ca-file', `The CA file ${caFile} cannot be read`, 'Check its path.');
  }
  return {
    ...(ca ? { ca } : {}),
    ...clientCertificate(clientCert),
    rejectUnauthorized: !insecure,
    minVersion: 'TLSv1.2' as const,
  };
}

/** Asks one server: its connections are kept alive, its certificate authorities and secrets are its own. */
export class Fetcher {
  readonly #options: Transport;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpAgent };
  readonly #tunnelTls: ReturnType<typeof tlsOptions> | undefined;
  readonly #now: () => number;
  readonly #lookup: LookupFunction | undefined;

  /** `lookup` resolves names (tests give their own). @throws FaultError when a file of its TLS cannot be read */
  constructor(
    options: Transport,
    settings: { readonly now: () => number; readonly sockets: number; readonly lookup?: LookupFunction },
  ) {
    this.#options = options;
    this.#now = settings.now;
    this.#lookup = settings.lookup;
    const common = {
      keepAlive: true,
      maxSockets: settings.sockets,
      maxFreeSockets: settings.sockets,
      scheduling: 'lifo' as const,
    };
    const tls = tlsOptions(options);
    const { proxy } = options;
    if (proxy) {
      // One tunnel a connection, for plain and secure requests alike: the proxy sees neither path nor credentials.
      const tunnel = new HttpsProxyAgent(proxy.url, {
        ...{ ...common, headers: () => proxyHeaders(proxy) },
        // The name of the proxy; each request looks up its server's own.
        lookup: new Resolved(settings.lookup).lookup,
      });
      this.#agents = { http: tunnel, https: tunnel };
      // An agent of our own hands its TLS on; the tunnel takes it from each request.
      this.#tunnelTls = tls;
    } else this.#agents = { http: new HttpAgent(common), https: new HttpsAgent({ ...common, ...tls }) };
  }

  /** Closes every connection. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  /**
   * One GET or POST. Redirects are followed on the same host and port only, at most three times. The whole exchange
   * has one deadline. @throws FaultError
   */
  async ask(ask: Ask, signal?: AbortSignal): Promise<Answer> {
    const deadline = this.#now() + this.#options.timeoutMs;
    let url = parseUrl(ask.url);
    const resolved = new Resolved(this.#lookup);
    for (let hops = 0; ; hops++) {
      const answer = await this.#once(url, ask, deadline, resolved, signal);
      if (!('location' in answer)) return answer;
      const next = URL.canParse(answer.location, url.href) ? new URL(answer.location, url) : undefined;
      // Credentials go with the host: nobody else gets them, and no server may send us into its own network.
      if (hops >= MAX_REDIRECTS || next === undefined || next.host !== url.host || next.protocol !== url.protocol) {
        throw new FaultError(
          'redirect',
          `${url.host} redirects to ${next ? `${next.protocol}//${next.host}` : 'something that is no address'}`,
          'Give the address that it redirects to, if you trust it.',
        );
      }
      url = next;
    }
  }

  /**
   * One POST of JSON, or one DELETE where there is none. Never sent twice and never redirected: the server would have it
   * done elsewhere with our credentials. @throws FaultError where no answer came, or one that leads elsewhere
   */
  async write({ url: text, json, headers }: Write, signal?: AbortSignal): Promise<WriteAnswer> {
    const url = parseUrl(text);
    return this.#within(url, this.#options.timeoutMs, signal, async (ended) => {
      const request: Outgoing = {
        method: json === undefined ? 'DELETE' : 'POST',
        accept: 'application/json',
        headers: headers ?? {},
        ...(json === undefined ? {} : { body: json, type: 'application/json' }),
      };
      const response = await this.#request(url, request, new Resolved(this.#lookup), ended);
      const status = response.statusCode ?? 0;
      if (status >= 300 && status < 400) {
        response.resume();
        throw statusFault(status, '', url.host, undefined);
      }
      const body = await readBody(response, MAX_WRITE_ANSWER, url.host);
      return {
        status,
        text: this.#said(body),
        retryAfterMs: retryAfter(response.headers['retry-after'], this.#now()),
      };
    });
  }

  async #once(
    url: URL,
    ask: Ask,
    deadline: number,
    resolved: Resolved,
    signal: AbortSignal | undefined,
  ): Promise<Answer | { location: string }> {
    return this.#within(url, Math.max(1, deadline - this.#now()), signal, async (ended) => {
      const response = await this.#send(url, ask, resolved, ended);
      const location = response.headers.location;
      if (location && response.statusCode && response.statusCode >= 300 && response.statusCode < 400) {
        resolved.pin(response.socket.remoteAddress);
        response.resume();
        return { location };
      }
      const body = await readBody(response, ask.maxBytes ?? MAX_BYTES, url.host);
      return this.#answer(response, body, url);
    });
  }

  /** Runs one exchange within its time; whatever ends it early is a fault. */
  async #within<T>(
    url: URL,
    ms: number,
    signal: AbortSignal | undefined,
    exchange: (ended: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(ms);
    const ended = signal ? AbortSignal.any([timeout, signal]) : timeout;
    try {
      return await exchange(ended);
    } catch (error) {
      if (error instanceof FaultError) throw error;
      if (signal?.aborted) throw new FaultError('stopped', 'The question was withdrawn', '');
      if (timeout.aborted) {
        const seconds = this.#options.timeoutMs / 1000;
        throw new FaultError(
          'timeout',
          `${url.host} did not answer within ${seconds} s`,
          'Check its load, or raise the timeout of the source.',
        );
      }
      throw socketFault(error as NodeJS.ErrnoException, url.host);
    }
  }

  async #send(url: URL, { form, accept }: Ask, resolved: Resolved, signal: AbortSignal): Promise<IncomingMessage> {
    const request: Outgoing = form
      ? { ...FORM, accept, body: new URLSearchParams(form).toString() }
      : { method: 'GET', accept, headers: {} };
    try {
      return await this.#request(url, request, resolved, signal);
    } catch (error) {
      // A kept connection may have been closed by the server just now: that says nothing about the server.
      const reset = (error as NodeJS.ErrnoException).code === 'ECONNRESET' && (error as { reused?: boolean }).reused;
      if (!reset || signal.aborted) throw error;
      return this.#request(url, request, resolved, signal);
    }
  }

  #request(
    url: URL,
    { method, accept, headers, body, type }: Outgoing,
    { lookup }: Resolved,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const auth = authorization(this.#options.auth);
    const own = ownHeaders(this.#options);
    return new Promise((resolve, reject) => {
      const sent = (secure ? httpsRequest : httpRequest)(
        url,
        {
          agent: secure ? this.#agents.https : this.#agents.http,
          ...(secure && this.#tunnelTls ? { ...this.#tunnelTls, ...namedBy(url) } : {}),
          ...{ method, signal, lookup },
          maxHeaderSize: 32 << 10,
          headers: {
            accept,
            'accept-encoding': 'gzip',
            'user-agent': 'fleetwatt',
            ...own,
            ...headers,
            ...(auth ? { authorization: auth } : {}),
            ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
          },
        },
        resolve,
      );
      sent.once('error', (error) => reject(Object.assign(error, { reused: sent.reusedSocket })));
      sent.end(body);
    });
  }

  /** The beginning of what a server said, for a person. */
  #said(body: Uint8Array): string {
    return withoutSecrets(Buffer.from(body.subarray(0, MAX_SAID)).toString('utf8'), this.#options);
  }

  #answer(response: IncomingMessage, body: Uint8Array, url: URL): Answer {
    const status = response.statusCode ?? 0;
    const date = Date.parse(response.headers.date ?? '');
    // Prometheus explains a refused query in the body of a 4xx; who asked reads it there.
    const explained = status === 400 || status === 422 || status === 503;
    const json = response.headers['content-type']?.startsWith('application/json') ?? false;
    if (status !== 200 && !(explained && json)) {
      throw statusFault(status, this.#said(body), url.host, retryAfter(response.headers['retry-after'], this.#now()));
    }
    const told = status === 200 ? body : Buffer.from(this.#said(body));
    return { status, contentType: response.headers['content-type'], body: told, serverTime: date };
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new FaultError('bad-url', 'The address is no http or https URL', 'Write it as http://host:port/path.');
  }
  if (url.username || url.password)
    throw new FaultError('bad-url', 'The address has a user name in it', 'Set the credentials of the source instead.');
  return url;
}

const tooLarge = (host: string, maxBytes: number) =>
  new FaultError(
    'too-large',
    `${host} answered more than ${Math.round(maxBytes / (1 << 20))} MiB`,
    'Check that it is an exporter, or narrow what it exports.',
  );

/** The whole body, decompressed, or a fault: a body that ends early is no body. */
async function readBody(response: IncomingMessage, maxBytes: number, host: string): Promise<Uint8Array> {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity') {
    response.destroy();
    throw new FaultError(
      'encoding',
      `${host} answers in an encoding that was not asked for`,
      'Let it answer in gzip or plain.',
    );
  }
  // What says itself that it is too large need not be read to be refused.
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.destroy();
    throw tooLarge(host, maxBytes);
  }
  const gunzip = encoding === 'gzip' ? createGunzip() : undefined;
  const stream: Readable = gunzip ? response.pipe(gunzip) : response;
  // pipe() does not pass on that the response broke off: without this a cut gzip body would wait for ever.
  if (gunzip) response.once('error', (error) => gunzip.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(host, maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    response.destroy();
    gunzip?.destroy();
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_'))
      throw new FaultError(
        'cut-body',
        `${host}: the compressed answer is damaged or cut off`,
        'Check what lies between here and the server.',
      );
    throw error;
  }
  if (!response.complete)
    throw new FaultError('cut-body', `${host}: the answer broke off`, 'Check what lies between here and the server.');
  return Buffer.concat(chunks, size);
}
