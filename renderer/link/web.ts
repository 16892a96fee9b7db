import type { CallArg, CallName, CallResult, EventName, Events, Fault } from '../../shared/contract.ts';
import { CallFault, type Link, type LinkState, Listeners } from './link.ts';

/** The parts of a browser that the link needs; a test gives its own. */
export interface WebDoors {
  /** Exchanges the key for a session cookie: the HTTP status, 0 when nobody answered. */
  session(key: string): Promise<number>;
  /** Whether the host answers at all. */
  alive(): Promise<boolean>;
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
        return this.#again(kind === 'refused' ? this.#state : { kind: 'lost', reason: 'Too many wrong keys; waiting' });
      if (status >= 400) return this.#again({ kind: 'refused', reason: this.#refusal() });
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
    // A browser does not tell why a socket was refused: whoever answers and refuses wants a key.
    const alive = await this.#doors.alive();
    this.#again(
      alive
        ? { kind: 'refused', reason: `This page has no key. ${OTHER_ADDRESS}` }
        : { kind: 'lost', reason: 'Fleetwatt does not answer' },
    );
  }

  #again(state: LinkState): void {
    this.#become(state);
    const wait = this.#wait;
    this.#wait = Math.min(wait * 2, LAST_WAIT);
    const isRefusedKey = state.kind === 'refused' && this.#key !== null;
    this.#doors.later(() => void this.#open(), isRefusedKey ? REFUSED_WAIT : wait);
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

/**
 * The key of this page. It leaves the address bar before anything else happens; a wall's is kept as long as its tab, since
 * nobody is there to open the address again when the page is loaded again and the host has started anew meanwhile.
 */
function takeKey(): string | null {
  const key = keyOf(location.hash);
  const place = placeOf(location.hash);
  if (key !== null) history.replaceState(null, '', `${location.pathname}${location.search}#${place}`);
  try {
    if (key === null) return sessionStorage.getItem(KEPT);
    if (place.startsWith('/wall')) sessionStorage.setItem(KEPT, key);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // A browser with storage switched off has its key once.
  }
  return key;
}

/** The doors of this browser page. */
export function openWebLink(): WebLink {
  const key = takeKey();
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
          }),
        ),
      alive: async () => (await status(fetch(new URL('healthz', document.baseURI), { cache: 'no-store' }))) > 0,
      socket: () => new WebSocket(socketUrl),
      later: (run, ms) => setTimeout(run, ms),
    },
    key,
  );
}
