import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Role } from '../../shared/contract.ts';
import type { ToViewer, Viewer } from '../../shared/hub.ts';
import { Keys, newKey, type TokenFile } from './keys.ts';
import type { Page } from './pages.ts';
import { type Listening, listen, type ServerOptions } from './server.ts';

/** A hub that remembers its viewers and answers every call with its argument. */
export class EchoHub {
  readonly viewers: { role: Role; viewer: Viewer; gone: Promise<void> }[] = [];
  readonly received: unknown[] = [];

  engine() {
    return { state: 'up' as const, since: 0, starts: 1, reason: '' };
  }

  connect(viewer: Viewer) {
    let leave = () => {};
    const gone = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.viewers.push({ role: viewer.role, viewer, gone });
    return {
      receive: (message: unknown) => {
        this.received.push(message);
        const { id, arg } = message as { id: number; arg: unknown };
        viewer.post({ id, ok: true, value: arg });
      },
      close: leave,
    };
  }
}

export interface PlayedServer extends Listening {
  readonly hub: EchoHub;
  readonly runKey: string;
  readonly host: string;
  /** Sends bytes as they are and resolves with all that comes back until the connection ends. */
  raw(text: string): Promise<string>;
  /** One request with Host, Connection: close and the given lines. */
  ask(line: string, headers?: readonly string[], body?: string): Promise<Answer>;
  /** Exchanges a key from our own page. */
  session(key: string): Promise<Answer>;
  /** The cookie of a session for the run's key, `name=value`. */
  cookie(key?: string): Promise<string>;
  socket(headers: Record<string, string>, path?: string): WebSocket;
}

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const index: Page = { body: Buffer.from('<!doctype html>console'), type: 'text/html; charset=utf-8', etag: '"e"' };

function parse(text: string): Answer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const [name = '', ...value] = line.split(': ');
    return [name.toLowerCase(), value.join(': ')] as const;
  });
  return { status: Number(status.split(' ')[1]), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}

async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.on('error', () => {});
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return heard;
}

export async function playedServer(
  extra: Partial<ServerOptions> & { tokens?: TokenFile; now?: () => number } = {},
): Promise<PlayedServer> {
  const hub = new EchoHub();
  const runKey = newKey();
  const keys = new Keys(runKey, extra.tokens, extra.now ?? (() => 0));
  const pages = new Map([
    ['/', index],
    ['/index.html', index],
  ]);
  const server = await listen({ host: '127.0.0.1', port: 0, hub, keys, pages, ...extra });
  const host = `127.0.0.1:${server.port}`;
  const ask = async (line: string, headers: readonly string[] = [`Host: ${host}`], body = '') =>
    parse(
      await raw(server.port, `${[`${line} HTTP/1.1`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`),
    );
  const session = (key: string) => {
    const body = JSON.stringify({ key });
    return ask(
      'POST /session',
      [
        `Host: ${host}`,
        `Origin: http://${host}`,
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      body,
    );
  };
  return {
    ...server,
    hub,
    runKey,
    host,
    raw: (text) => raw(server.port, text),
    ask,
    session,
    async cookie(key = runKey) {
      const set = (await session(key)).headers.get('set-cookie') ?? '';
      return set.split(';')[0] as string;
    },
    socket: (headers, path = '/link') => new WebSocket(`ws://${host}${path}`, { headers }),
  };
}

/** How an upgrade ended: 101, or the status of the refusal. */
export async function statusOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('error', () => {});
  });
}

/** The next message of a viewer: text as JSON, binary as bytes. */
export async function heard(socket: WebSocket): Promise<ToViewer | Uint8Array> {
  const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
  return isBinary ? new Uint8Array(data) : (JSON.parse(String(data)) as ToViewer);
}

/** Code with which a socket was closed. */
export async function closed(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}
