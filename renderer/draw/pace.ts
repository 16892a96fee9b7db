/** Runs something at most once in `ms`: at once where it was quiet, else when the time is up and it is still owed. */
export class Pace {
  readonly #ms: number;
  readonly #run: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #owed = false;

  constructor(ms: number, run: () => void) {
    this.#ms = ms;
    this.#run = run;
  }

  /** Asks for a run: now, or with others that ask meanwhile at the end of the time. */
  ask(): void {
    if (this.#timer === undefined) this.now();
    else this.#owed = true;
  }

  /** Runs without waiting; the time begins anew. */
  now(): void {
    clearTimeout(this.#timer);
    this.#owed = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#owed) this.now();
    }, this.#ms);
    this.#run();
  }

  /** Nothing that is owed runs any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#owed = false;
  }
}
