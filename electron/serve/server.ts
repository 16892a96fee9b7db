import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { securityHeaders } from '../../shared/csp.ts';
import type { Hub } from '../../shared/hub.ts';
import { allowedHosts, cookieOf, hostOf, isSameOrigin, plainPath } from './doors.ts';
import type { Keys } from './keys.ts';
import type { Page } from './pages.ts';
import { Viewers } from './viewers.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly hub: Pick<Hub, 'connect' | 'engine'>;
  readonly keys: Keys;
  readonly pages: ReadonlyMap<string, Page>;
  /** Time for a request's headers and body; default 10 s. */
  readonly requestMs?: number;
  readonly pingMs?: number;
  /** Connections at once; default 100. */
  readonly mostConnections?: number;
  readonly mostWaiting?: number;
  readonly mostAnswers?: number;
}

/** A listening server. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

const MOST_BODY_BYTES = 4096;
const noStore = { 'cache-control': 'no-store' };

/** Serves the page, sessions and viewers. @throws the socket's error (EADDRINUSE …) when the port cannot be had */
export async function listen(options: ServerOptions): Promise<Listening> {
  const { requestMs = 10_000, mostConnections = 100, keys, hub } = options;
  const http = createServer({
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.max(20, requestMs / 10),
    keepAliveTimeout: 5000,
    // A missing Host is answered by us, like a wrong one.
    requireHostHeader: false,
  });
  const viewers = new Viewers({ ...options, hub, roleOf: (session) => keys.roleOf(session) });
  const upgraded = capConnections(http, mostConnections);
  http.listen(options.port, options.host);
  try {
    await once(http, 'listening');
  } catch (error) {
    viewers.close();
    throw error;
  }
  const { port } = http.address() as AddressInfo;
  const routes = new Routes(options, port, viewers, upgraded);
  http.on('request', (request, response) => void routes.answer(request, response));
  http.on('upgrade', (request, stream, head) => routes.upgrade(request, stream, head));
  return {
    port,
    async close() {
      const closed = once(http, 'close');
      http.close();
      viewers.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Caps connections by dropping the oldest that is no viewer: somebody who holds many open and says nothing loses them,
 * and a person who comes now gets in. The returned function takes a viewer's socket out of that queue.
 */
function capConnections(http: Server, most: number): (socket: Duplex) => void {
  const waiting = new Set<Duplex>();
  let open = 0;
  http.on('connection', (socket: Socket) => {
    open += 1;
    waiting.add(socket);
    socket.once('close', () => {
      open -= 1;
      waiting.delete(socket);
    });
    if (open <= most) return;
    const oldest = waiting.values().next().value;
    if (oldest) {
      waiting.delete(oldest);
      oldest.destroy();
    }
  });
  return (socket) => waiting.delete(socket);
}

class Routes {
  readonly #options: ServerOptions;
  readonly #hosts: ReadonlySet<string>;
  readonly #cookie: string;
  readonly #viewers: Viewers;
  readonly #upgraded: (socket: Duplex) => void;

  constructor(options: ServerOptions, port: number, viewers: Viewers, upgraded: (socket: Duplex) => void) {
    this.#options = options;
    this.#hosts = allowedHosts(options.host, port);
    // Cookies do not know ports: two consoles on one machine must not overwrite each other's.
    this.#cookie = `fw_${port}`;
    this.#viewers = viewers;
    this.#upgraded = upgraded;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = hostOf(request, this.#hosts);
    const path = plainPath(request.url);
    const method = request.method ?? '';
    if (host === undefined) say(response, 421, 'This address is not one of ours\n');
    else if (path === undefined) say(response, 400, 'Bad path\n');
    else if (path === '/session') await this.#session(request, response, host);
    else if (method !== 'GET' && method !== 'HEAD') say(response, 405, 'Method not allowed\n', { allow: 'GET, HEAD' });
    else if (path === '/link') this.#knocked(request, response);
    else if (path === '/healthz') say(response, 200, `ok, engine ${this.#options.hub.engine().state}\n`);
    else this.#page(request, response, path);
  }

  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy());
    const host = hostOf(request, this.#hosts);
    const { session, role } = this.#seated(request);
    if (host === undefined) refuse(stream, '421 Misdirected Request');
    else if (plainPath(request.url) !== '/link') refuse(stream, '404 Not Found');
    else if (!isSameOrigin(request, host)) refuse(stream, '403 Forbidden');
    else if (session === undefined || role === undefined) refuse(stream, '401 Unauthorized');
    else if (this.#viewers.isFull()) refuse(stream, '503 Service Unavailable');
    else {
      this.#upgraded(stream);
      this.#viewers.accept(request, stream, head, session, role);
    }
  }

  #seated(request: IncomingMessage) {
    const session = cookieOf(request, this.#cookie);
    return { session, role: this.#options.keys.roleOf(session) };
  }

  /** Tells a page why its socket was refused, which a browser does not: the same status to a plain request. */
  #knocked(request: IncomingMessage, response: ServerResponse): void {
    if (this.#seated(request).role === undefined) say(response, 401, 'No key\n');
    else if (this.#viewers.isFull()) say(response, 503, 'Too many viewers\n');
    else say(response, 426, 'This is a WebSocket\n', { upgrade: 'websocket' });
  }

  #page(request: IncomingMessage, response: ServerResponse, path: string): void {
    const page = this.#options.pages.get(path);
    if (!page) {
      say(response, 404, 'Not found\n');
      return;
    }
    // Asked anew each time and answered by 304: a new build is seen at once.
    const headers = { ...securityHeaders, etag: page.etag, 'cache-control': 'no-cache' };
    if (request.headers['if-none-match'] === page.etag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, 'content-type': page.type, 'content-length': page.body.length });
    response.end(request.method === 'HEAD' ? undefined : page.body);
  }

  /** Exchanges a key for a session cookie. Only a page of ours may ask: a form or a foreign script cannot. */
  async #session(request: IncomingMessage, response: ServerResponse, host: string): Promise<void> {
    if (request.method !== 'POST') return say(response, 405, 'Method not allowed\n', { allow: 'POST' });
    if (!isSameOrigin(request, host)) return say(response, 403, 'Wrong origin\n');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      return say(response, 403, 'Expected application/json\n');
    if (Number(request.headers['content-length'] ?? 0) > MOST_BODY_BYTES)
      return say(response, 413, 'Too large\n', { connection: 'close' });
    const body = await bodyOf(request);
    if (body === undefined) return;
    const key = keyIn(body);
    if (key === undefined) return say(response, 400, 'Expected {"key": "…"}\n');
    const exchange = this.#options.keys.exchange(key, request.socket.remoteAddress ?? '');
    if (exchange === 'too-many') return say(response, 429, 'Too many wrong keys\n', { 'retry-after': '60' });
    if (exchange === 'wrong') return say(response, 401, 'Wrong key\n');
    const cookie = `${this.#cookie}=${exchange.session}; HttpOnly; SameSite=Strict; Path=/`;
    const headers = { ...securityHeaders, ...noStore, 'set-cookie': cookie, 'fleetwatt-role': exchange.role };
    response.writeHead(204, headers).end();
  }
}

function say(response: ServerResponse, status: number, text: string, more: Record<string, string> = {}): void {
  response.writeHead(status, {
    ...securityHeaders,
    ...noStore,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...more,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

function refuse(stream: Duplex, status: string): void {
  const headers = Object.entries({ ...securityHeaders, ...noStore, connection: 'close', 'content-length': '0' });
  stream.end(`HTTP/1.1 ${status}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
}

/** A small body; undefined where it was cut off, or grew too large and its connection was dropped. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Leaving the loop destroys the request and its connection.
      if (size > MOST_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function keyIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const key = typeof value === 'object' && value !== null ? (value as { key?: unknown }).key : undefined;
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}
