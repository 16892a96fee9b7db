import type { CallArg, CallName, CallResult, EventName, Events, Fault } from '../../shared/contract.ts';
import { CallFault, type Link, type LinkState, Listeners } from './link.ts';

/** The parts of a browser that the link needs; a test gives its own. */
export interface WebDoors {
  /** Exchanges the key for a session cookie: the HTTP status, 0 when nobody answered. */
  session(key: string): Promise<number>;
  /** What the host answers to a plain request for the socket's address: the HTTP status, 0 when nobody answered. */
  knock(): Promise<number>;
  socket(): WebSocket;
  later(run: () => void, ms: number): void;
}

const FIRST_WAIT = 250;
const LAST_WAIT = 5000;
/** A key that was refused is offered again this seldom: a host counts wrong ones, ten a minute (electron/serve/keys.ts). */
const REFUSED_WAIT = 15_000;
const OTHER_ADDRESS = 'Open the address that Fleetwatt printed when it started.';
const LOST: Fault = {
  code: 'link-lost',
  message: 'The connection to Fleetwatt was lost before the answer came.',
  hint: 'It is being opened again. Try once more when the page is live.',
};

interface Pending {
  resolve(value: unknown): void;
  reject(error: CallFault): void;
}

/** Why the host refuses a socket (electron/serve/server.ts), by the status of its answer to a plain request. */
function reasonOf(status: number): string {
  if (status === 401) return `This page has no key. ${OTHER_ADDRESS}`;
  if (status === 503) return 'Too many pages of Fleetwatt are open. Close one that nobody looks at.';
  return `No WebSocket to Fleetwatt opens. Let the proxy between pass it on, or: ${OTHER_ADDRESS}`;
}

/** The link of the `serve` host: one WebSocket, opened again for ever with a wait of 0.25 s growing to 5 s. */
export class WebLink implements Link {
  readonly #doors: WebDoors;
  readonly #listeners = new Listeners();
  readonly #pending = new Map<number, Pending>();
  #key: string | null;
  #state: LinkState = { kind: 'connecting' };
  #socket: WebSocket | null = null;
  #id = 0;
  #wait = FIRST_WAIT;
  /** The key has let this page in before. */
  #wasLetIn = false;

  constructor(doors: WebDoors, key: string | null) {
    this.#doors = doors;
    this.#key = key;
    void this.#open();
  }

  call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>> {
    const socket = this.#socket;
    if (socket === null || this.#state.kind !== 'open') return Promise.reject(new CallFault(LOST));
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      socket.send(JSON.stringify({ id, call: name, arg }));
    });
  }

  on<Name extends EventName>(name: Name, listener: (value: Events[Name]) => void): () => void {
    return this.#listeners.add(name, listener as (value: unknown) => void);
  }

  state(): LinkState {
    return this.#state;
  }

  onState(listener: () => void): () => void {
    return this.#listeners.add('state', listener);
  }

  async #open(): Promise<void> {
    if (this.#key !== null) {
      const status = await this.#doors.session(this.#key);
      if (status === 0) return this.#again({ kind: 'lost', reason: 'Fleetwatt does not answer' });
      const { kind } = this.#state;
      if (status === 429)
        return kind === 'refused'
          ? this.#again(this.#state, REFUSED_WAIT)
          : this.#again({ kind: 'lost', reason: 'Too many wrong keys; waiting' });
      if (status >= 400) return this.#again({ kind: 'refused', reason: this.#refusal() }, REFUSED_WAIT);
      this.#wasLetIn = true;
    }
    const socket = this.#doors.socket();
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#wait = FIRST_WAIT;
      this.#become({ kind: 'open' });
    };
    socket.onmessage = (event) => this.#receive(event.data);
    // An error is always followed by close, and says nothing more than close does.
    socket.onclose = () => void this.#closed();
  }

  #refusal(): string {
    return this.#wasLetIn
      ? 'This key was revoked. Ask who runs Fleetwatt for another.'
      : `This key is not valid. ${OTHER_ADDRESS}`;
  }

  async #closed(): Promise<void> {
    const wasOpen = this.#state.kind === 'open';
    this.#socket = null;
    for (const pending of this.#pending.values()) pending.reject(new CallFault(LOST));
    this.#pending.clear();
    if (wasOpen) return this.#again({ kind: 'lost', reason: 'The connection was closed' });
    // A browser does not tell why a socket was refused; a plain request is refused for the same reason.
    const status = await this.#doors.knock();
    this.#again(
      status === 0
        ? { kind: 'lost', reason: 'Fleetwatt does not answer' }
        : { kind: 'refused', reason: reasonOf(status) },
    );
  }

  /** @param least wait at least so long, ms */
  #again(state: LinkState, least = 0): void {
    this.#become(state);
    const wait = Math.max(least, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LAST_WAIT);
    this.#doors.later(() => void this.#open(), wait);
  }

  #become(state: LinkState): void {
    const before = this.#state;
    if (before.kind === state.kind && JSON.stringify(before) === JSON.stringify(state)) return;
    this.#state = state;
    this.#listeners.tell('state', state);
  }

  #receive(data: unknown): void {
    if (data instanceof ArrayBuffer) this.#listeners.tell('frame', new Uint8Array(data));
    else if (typeof data === 'string') this.#receiveText(data);
  }

  #receiveText(data: string): void {
    const message = JSON.parse(data) as { id?: number; ok?: boolean; value?: unknown; fault?: Fault; event?: string };
    if (typeof message.event === 'string') {
      this.#listeners.tell(message.event, message.value);
      return;
    }
    const pending = this.#pending.get(message.id ?? -1);
    if (pending === undefined) return;
    this.#pending.delete(message.id as number);
    if (message.ok === true) pending.resolve(message.value);
    else pending.reject(new CallFault(message.fault ?? LOST));
  }
}

/** The key in an address's fragment (`#key=…`), or null. */
export function keyOf(hash: string): string | null {
  const key = new URLSearchParams(hash.replace(/^#\/?/, '')).get('key');
  return key === null || key === '' ? null : key;
}

/** Where in the console an address with a key leads (`#key=…&go=/snapshots/a`); the overview where it does not say. */
export function placeOf(hash: string): string {
  const go = new URLSearchParams(hash.replace(/^#\/?/, '')).get('go');
  return go?.startsWith('/') ? go : '/';
}

const KEPT = 'fleetwatt.wall-key';

/** Keeps or forgets the key that let a page in: only one that may look and was made to last, and only for a wall. */
export function keepKey(kept: Pick<Storage, 'setItem' | 'removeItem'>, key: string, place: string, role: string): void {
  if (place.startsWith('/wall') && role === 'read') kept.setItem(KEPT, key);
  else kept.removeItem(KEPT);
}

/** Runs something with the tab's storage; null in a browser with storage switched off, where a page has its key once. */
function withStorage<Result>(run: (storage: Storage) => Result): Result | null {
  try {
    return run(sessionStorage);
  } catch {
    return null;
  }
}

/**
 * The doors of this browser page. The key leaves the address bar before anything else happens; a wall's is kept as long as
 * its tab, since nobody is there to open the address again when the page is loaded again and the host has started anew
 * meanwhile.
 */
export function openWebLink(): WebLink {
  const given = keyOf(location.hash);
  const place = placeOf(location.hash);
  if (given !== null) history.replaceState(null, '', `${location.pathname}${location.search}#${place}`);
  const key = given ?? withStorage((storage) => storage.getItem(KEPT));
  const socketUrl = new URL('link', document.baseURI);
  socketUrl.protocol = socketUrl.protocol === 'https:' ? 'wss:' : 'ws:';
  socketUrl.hash = '';
  const status = (request: Promise<Response>) =>
    request.then(
      (response) => response.status,
      () => 0,
    );
  return new WebLink(
    {
      session: (value) =>
        status(
          fetch(new URL('session', document.baseURI), {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ key: value }),
          }).then((response) => {
            const role = response.headers.get('fleetwatt-role') ?? '';
            if (given !== null && response.ok) withStorage((storage) => keepKey(storage, given, place, role));
            return response;
          }),
        ),
      knock: () => status(fetch(new URL('link', document.baseURI), { cache: 'no-store' })),
      socket: () => new WebSocket(socketUrl),
      later: (run, ms) => setTimeout(run, ms),
    },
    key,
  );
}
