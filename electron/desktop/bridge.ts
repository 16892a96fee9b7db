import { ipcMain, type WebContents } from 'electron';
import { calls, type Fault } from '../../shared/contract.ts';
import type { Hub, ToViewer, ViewerLink } from '../../shared/hub.ts';
import type { OpenedFiles } from './opened-files.ts';
import { isOurs } from './origin.ts';

type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: Fault };

/** A page's side of the hub, and the calls that it waits for. */
interface Seat {
  /**
   * Joined by the page's first question, when it listens: what is sent to a page that is still loading is lost, and a lost
   * frame is waited for in vain.
   */
  link: ViewerLink | null;
  readonly join: () => ViewerLink;
  readonly waiting: Map<number, (reply: Reply) => void>;
  calls: number;
}

const CHANNEL = { call: 'fleetwatt:call', event: 'fleetwatt:event' } as const;
/** A message larger than this is no question of our pages. */
const MOST_BYTES = 1 << 20;
const REFUSED: Reply = {
  ok: false,
  fault: { code: 'forbidden', message: 'This page may not ask Fleetwatt.', hint: 'Only the console itself may.' },
};

/** The only place with IPC: two channels, open to the main frame of our own pages alone. Arguments are parsed by the engine. */
export class Bridge {
  readonly #hub: Hub;
  readonly #onPainted: (contents: WebContents) => void;
  readonly #opened: OpenedFiles;
  readonly #seats = new Map<WebContents, Seat>();

  /** @param onPainted hears of every frame that a page has painted */
  constructor(hub: Hub, opened: OpenedFiles, onPainted: (contents: WebContents) => void) {
    this.#hub = hub;
    this.#opened = opened;
    this.#onPainted = onPainted;
    ipcMain.handle(CHANNEL.call, (event, name: unknown, arg: unknown) => {
      const frame = event.senderFrame;
      const seat = this.#seats.get(event.sender);
      if (!seat || !frame || frame.parent !== null || !isOurs(frame.url)) return REFUSED;
      if (name === 'ack') this.#onPainted(event.sender);
      if (name === 'readSnapshot') {
        const piece = this.#ofOpened(arg);
        if (piece) return piece;
      }
      return this.#call(seat, name, arg);
    });
  }

  /** Gives a page its seat, anew after each load: what an earlier page watched ends with it. */
  seat(contents: WebContents): void {
    this.leave(contents);
    const waiting = new Map<number, (reply: Reply) => void>();
    const post = (message: ToViewer) => {
      if ('event' in message) {
        if (!contents.isDestroyed()) contents.send(CHANNEL.event, message.event, message.value);
        return;
      }
      const answer = waiting.get(message.id);
      waiting.delete(message.id);
      answer?.(message.ok ? { ok: true, value: message.value } : { ok: false, fault: message.fault });
    };
    const join = () => this.#hub.connect({ role: 'operate', post });
    this.#seats.set(contents, { link: null, join, waiting, calls: 0 });
  }

  /** Ends a page's seat. */
  leave(contents: WebContents): void {
    this.#seats.get(contents)?.link?.close();
    this.#seats.delete(contents);
  }

  /** A piece of a file from outside; null where it is none, and the engine's library is asked. */
  #ofOpened(arg: unknown): Reply | null {
    const parsed = calls.readSnapshot.arg.safeParse(arg);
    if (!parsed.success) return null;
    try {
      const value = this.#opened.read(parsed.data);
      return value && { ok: true, value };
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      const message = `The file cannot be read any more (${code})`;
      return { ok: false, fault: { code: 'not-read', message, hint: 'Check where it lies, and open it again.' } };
    }
  }

  #call(seat: Seat, name: unknown, arg: unknown): Promise<Reply> | Reply {
    if (typeof name !== 'string' || (JSON.stringify(arg) ?? '').length > MOST_BYTES) return REFUSED;
    return new Promise((resolve) => {
      const id = ++seat.calls;
      seat.waiting.set(id, resolve);
      seat.link ??= seat.join();
      seat.link.receive({ id, call: name, arg });
    });
  }
}
