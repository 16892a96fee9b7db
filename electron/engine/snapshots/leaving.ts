import { FaultError } from '../fault.ts';
import type { Clock } from '../schedule.ts';
import { turn } from './assemble.ts';

/** Bytes of a piece: some, so that a message stays small. */
const PIECE = 384 * 1024;
const MOST_OPEN = 4;
/** Texts that are made between two turns of others. */
const AT_ONCE = 64;
/** A form that nobody asks for any more is let go. */
const IDLE_MS = 60_000;

interface Form {
  readonly texts: Iterator<string | Buffer>;
  /** Made, but not asked for yet. */
  rest: Buffer;
  /** A piece is being made. */
  making: boolean;
  forget(): void;
}

/** Forms of snapshots on their way out: each is made while it is read, piece after piece, whatever its size. */
export class Leaving {
  readonly #clock: Clock;
  readonly #forms = new Map<number, Form>();
  #next = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns what `piece` is asked with. @throws FaultError where too many are being read */
  begin(texts: Iterable<string | Buffer>): number {
    if (this.#forms.size >= MOST_OPEN)
      throw new FaultError('busy', `${MOST_OPEN} forms are being read already`, 'Wait until one of them has come.');
    const id = this.#next++;
    const rest = Buffer.alloc(0);
    this.#forms.set(id, { texts: texts[Symbol.iterator](), rest, making: false, forget: this.#soon(id) });
    return id;
  }

  /** The next piece; the last one says so. @throws FaultError where there is no such form, or a piece is being made */
  async piece(id: number): Promise<{ readonly base64: string; readonly last: boolean }> {
    const form = this.#forms.get(id);
    if (!form) throw new FaultError('form-gone', 'This form is not being read any more', 'Ask for it again.');
    if (form.making) throw new FaultError('busy', 'A piece of this form is being made already', 'Wait for it.');
    form.forget();
    form.making = true;
    try {
      const ended = await this.#fill(form);
      const piece = form.rest.subarray(0, PIECE);
      form.rest = form.rest.subarray(PIECE);
      const last = ended && form.rest.length === 0;
      if (last) this.#end(id);
      else if (this.#forms.has(id)) form.forget = this.#soon(id);
      return { base64: piece.toString('base64'), last };
    } catch (error) {
      // What it has made so far is not whole: its end would look like the end of the form.
      this.#end(id);
      throw error;
    } finally {
      form.making = false;
    }
  }

  /** Makes the rest as large as a piece, with turns for others. @returns whether nothing comes after it */
  async #fill(form: Form): Promise<boolean> {
    const pieces = [form.rest];
    let size = form.rest.length;
    let ended = false;
    for (let n = 1; size < PIECE && !ended; n++) {
      const { value, done } = form.texts.next();
      ended = done === true;
      if (ended) break;
      pieces.push(Buffer.from(value as string));
      size += pieces[pieces.length - 1].length;
      // An empty text says that something was worked out which took its time.
      if (value === '' || n % AT_ONCE === 0) await turn();
    }
    if (pieces.length > 1) form.rest = Buffer.concat(pieces);
    return ended;
  }

  #soon(id: number): () => void {
    return this.#clock.later(() => this.#end(id), IDLE_MS);
  }

  #end(id: number): void {
    this.#forms.get(id)?.forget();
    this.#forms.delete(id);
  }

  close(): void {
    for (const id of [...this.#forms.keys()]) this.#end(id);
  }
}
