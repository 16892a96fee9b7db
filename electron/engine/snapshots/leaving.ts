import { FaultError } from '../fault.ts';
import type { Clock } from '../schedule.ts';

/** Bytes of a piece: some, so that a message stays small. */
const PIECE = 384 * 1024;
const MOST_OPEN = 4;
/** A form that nobody asks for any more is let go. */
const IDLE_MS = 60_000;

interface Form {
  readonly texts: Iterator<string | Buffer>;
  /** Made, but not asked for yet. */
  rest: Buffer;
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
    this.#forms.set(id, { texts: texts[Symbol.iterator](), rest: Buffer.alloc(0), forget: this.#soon(id) });
    return id;
  }

  /** The next piece; the last one says so. @throws FaultError where there is no such form any more */
  piece(id: number): { readonly base64: string; readonly last: boolean } {
    const form = this.#forms.get(id);
    if (!form) throw new FaultError('form-gone', 'This form is not being read any more', 'Ask for it again.');
    form.forget();
    form.forget = this.#soon(id);
    const pieces = [form.rest];
    let [size, last] = [form.rest.length, false];
    while (size < PIECE && !last) {
      const { value, done } = form.texts.next();
      last = done === true;
      if (last) break;
      pieces.push(Buffer.from(value as string));
      size += pieces[pieces.length - 1].length;
    }
    const whole = Buffer.concat(pieces);
    form.rest = whole.subarray(PIECE);
    if (last && form.rest.length === 0) this.#end(id);
    return { base64: whole.subarray(0, PIECE).toString('base64'), last: last && form.rest.length === 0 };
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
