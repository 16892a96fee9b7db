import type { Clock } from './schedule.ts';

/** Something that has work which may wait. */
export interface Worker {
  /** Does some milliseconds of it. @returns whether more waits */
  work?(): boolean;
}

/** Does what may wait, some milliseconds at a time: reads and calls come in between. */
export class Chores {
  readonly #clock: Clock;
  readonly #workers: () => Iterable<Worker>;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, workers: () => Iterable<Worker>) {
    this.#clock = clock;
    this.#workers = workers;
  }

  /** Something may wait now. */
  begin(): void {
    if (!this.#cancel) this.#next();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #next(): void {
    this.#cancel = undefined;
    for (const worker of this.#workers()) {
      if (!worker.work?.()) continue;
      this.#cancel = this.#clock.later(() => this.#next(), 0);
      return;
    }
  }
}
