import WebSocket from 'ws';

type Listener = (params: Record<string, unknown>, session: string | undefined) => void;

/** A connection to a browser over the DevTools protocol, with flat sessions. */
export class Cdp {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #outgoing: string[] = [];
  #leaves = false;
  #next = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('The browser is gone'));
      this.#pending.clear();
    });
  }

  /** Connects; rejects when the browser does not answer. */
  static connect(url: string): Promise<Cdp> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.once('open', () => resolve(new Cdp(socket)));
      socket.once('error', reject);
    });
  }

  /** Sends one command to the browser or, with a session, to a target. */
  send<Result = unknown>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    // A browser that is gone answers nothing: whoever asks must not wait for ever.
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error('The browser is gone'));
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#outgoing.push(JSON.stringify({ id, method, params, sessionId }));
      if (this.#leaves) return;
      this.#leaves = true;
      setImmediate(() => this.#flush());
    });
  }

  /**
   * Writes what is to be sent. Never from `send` itself: Node's inspector runs what a spec evaluates as an interrupt, in the
   * midst of whatever runs, be it a write of this socket; a write within that write is lost.
   */
  #flush(): void {
    // First, so that what comes while these are written leaves by a turn of its own.
    this.#leaves = false;
    for (const text of this.#outgoing.splice(0)) this.#socket.send(text);
  }

  /** Listens to an event of one session (or of the browser). */
  on(event: string, session: string | undefined, listener: (params: never) => void): void {
    const key = `${session ?? ''} ${event}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    listeners.add(listener as unknown as Listener);
    this.#listeners.set(key, listeners);
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.close();
  }

  #receive(message: {
    id?: number;
    error?: { message: string };
    result?: unknown;
    method?: string;
    params?: Record<string, unknown>;
    sessionId?: string;
  }): void {
    if (message.id !== undefined) {
      const waiting = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error) waiting?.reject(new Error(message.error.message));
      else waiting?.resolve(message.result as never);
    } else if (message.method) {
      for (const listener of this.#listeners.get(`${message.sessionId ?? ''} ${message.method}`) ?? []) {
        listener(message.params ?? {}, message.sessionId);
      }
    }
  }
}
