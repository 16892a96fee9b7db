import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Role } from '../../shared/contract.ts';
import type { Hub, ToViewer } from '../../shared/hub.ts';

export interface ViewersOptions {
  readonly hub: Pick<Hub, 'connect'>;
  /** The role a session has now; undefined once its key was revoked. */
  roleOf(session: string): Role | undefined;
  /** Default 15 s; a viewer that misses two in a row is dropped. */
  readonly pingMs?: number;
  /** Bytes of events that may wait for a slow viewer, default 16 MB. Newest-wins is the engine's; this only guards memory. */
  readonly mostWaiting?: number;
  /** Bytes of answers that may wait for one viewer, default 192 MB: two of the largest, a file of 64 MB in base64. */
  readonly mostAnswers?: number;
}

/** Largest message from a viewer. A wall only says what it looks at; an operator may save a long list of targets. */
const MOST_BYTES = { read: 64 * 1024, operate: 1024 * 1024 } as const;
/** Sockets at once; below the server's cap on connections, so that the page itself can still be fetched. */
export const MOST_VIEWERS = 64;

/** Close codes of RFC 6455 section 7.4, and one of our own. */
const UNSUPPORTED_DATA = 1003;
const BAD_PAYLOAD = 1007;
const REVOKED = 4401;

interface Connected {
  readonly socket: WebSocket;
  readonly session: string;
  readonly role: Role;
  missed: number;
}

/** The WebSockets of all viewers. Who may connect was decided before: see server.ts. */
export class Viewers {
  readonly #options: ViewersOptions;
  readonly #servers: Record<Role, WebSocketServer>;
  readonly #connected = new Set<Connected>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: ViewersOptions) {
    this.#options = options;
    const server = (role: Role) =>
      new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MOST_BYTES[role] });
    this.#servers = { read: server('read'), operate: server('operate') };
    this.#timer = setInterval(() => this.#ping(), options.pingMs ?? 15_000);
  }

  isFull(): boolean {
    return this.#connected.size >= MOST_VIEWERS;
  }

  /** Completes an upgrade for a session of that role. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer, session: string, role: Role): void {
    this.#servers[role].handleUpgrade(request, stream, head, (socket) =>
      this.#open({ socket, session, role, missed: 0 }),
    );
  }

  /** Drops every viewer at once. */
  close(): void {
    clearInterval(this.#timer);
    for (const { socket } of this.#connected) socket.terminate();
    for (const server of Object.values(this.#servers)) server.close();
  }

  #open(viewer: Connected): void {
    const { socket, role } = viewer;
    const { hub, mostWaiting = 16 * 1024 * 1024, mostAnswers = 192 * 1024 * 1024 } = this.#options;
    this.#connected.add(viewer);
    // A file that was asked for may be larger than a slow viewer's share: its bytes are counted apart until they are out.
    let answers = 0;
    const link = hub.connect({
      role,
      post(message) {
        if (socket.readyState !== socket.OPEN) return;
        const bytes = bytesOf(message);
        const answer = 'id' in message ? bytes.length : 0;
        answers += answer;
        socket.send(bytes, { binary: isFrame(message) }, () => {
          answers -= answer;
        });
        if (answers > mostAnswers || socket.bufferedAmount - answers > mostWaiting) socket.terminate();
      },
    });
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(UNSUPPORTED_DATA, 'calls are text');
      else receive(socket, String(data), (message) => link.receive(message));
    });
    socket.on('pong', () => {
      viewer.missed = 0;
    });
    // A protocol error closes the socket with its code; there is nothing more to do about it.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#connected.delete(viewer);
      link.close();
    });
  }

  #ping(): void {
    for (const viewer of this.#connected) {
      const { socket, session, role } = viewer;
      if (this.#options.roleOf(session) !== role) socket.close(REVOKED, 'the key was revoked');
      // A socket that is closing and gets no answer is dropped by the same count.
      if (viewer.missed >= 2) socket.terminate();
      viewer.missed += 1;
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }
}

const isFrame = (message: ToViewer) => 'event' in message && message.event === 'frame';

function bytesOf(message: ToViewer): Uint8Array {
  return 'event' in message && message.event === 'frame'
    ? (message.value as Uint8Array)
    : Buffer.from(JSON.stringify(message));
}

function receive(socket: WebSocket, text: string, take: (message: unknown) => void): void {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    socket.close(BAD_PAYLOAD, 'not JSON');
    return;
  }
  take(message);
}
