import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Clock } from '../../electron/engine/schedule.ts';

/** Requests of this process that are not over. */
let asked = 0;
subscribe('http.client.request.start', (message) => {
  asked++;
  (message as { readonly request: ClientRequest }).request.once('close', () => asked--);
});

/** How many turns of the event loop may pass between an answer and what is asked next. */
const TURNS = 12;

/** Files that are read or written. */
const isUnderWay = (resource: string) => resource.includes('Req');

/** Until nothing is asked and answered any more. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < TURNS; turns++) {
    await new Promise((resume) => setImmediate(resume));
    if (asked > 0 || process.getActiveResourcesInfo().some(isUnderWay)) turns = 0;
  }
}

/** A clock that stands until it is told to go on: what an engine does in an hour takes as long as its work. */
export class SteppedClock implements Clock {
  readonly #tasks = new Map<number, { readonly at: number; readonly run: () => void }>();
  #now: number;
  #last = 0;

  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  later(run: () => void, ms: number): () => void {
    const id = ++this.#last;
    this.#tasks.set(id, { at: this.#now + ms, run });
    return () => this.#tasks.delete(id);
  }

  /** Goes on to a time, epoch ms: every task runs at its own, once all that was asked before it is answered. */
  async goTo(time: number): Promise<void> {
    for (;;) {
      await quiet();
      const due = [...this.#tasks].filter(([, { at }]) => at <= time).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, run }] = due;
      this.#tasks.delete(id);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = time;
  }
}
