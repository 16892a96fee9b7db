/** One thing that is asked, and how many wait for it. */
interface Shared<Value> {
  readonly value: Promise<Value>;
  readonly stop: AbortController;
  waiting: number;
  done: boolean;
}

/**
 * What is asked by a key, once for all who want it, and remembered for a while. Who no longer wants it leaves by his
 * signal; when everyone has left before it is there, it is called off.
 */
export class SharedAsks<Value, Key = number> {
  readonly #most: number;
  readonly #kept = new Map<Key, Shared<Value>>();

  /** @param most answers that are remembered */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param signal of who asks; left out: he waits whatever comes
   * @param run asks; its signal tells that nobody waits any more
   * @param keep whether an answer is worth remembering; what fails never is
   */
  ask(
    key: Key,
    signal: AbortSignal | undefined,
    run: (stopped: AbortSignal) => Promise<Value>,
    keep: (value: Value) => boolean,
  ): Promise<Value> {
    let shared = this.#kept.get(key);
    if (!shared) {
      shared = this.#begin(key, run, keep);
      this.#kept.set(key, shared);
      for (const oldest of this.#kept.keys()) if (this.#kept.size > this.#most) this.#kept.delete(oldest);
    }
    const one = shared;
    one.waiting++;
    if (!signal) return one.value;
    return new Promise((resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          reject(signal.reason);
          this.#leave(key, one, signal.reason);
        },
        { once: true },
      );
      one.value.then(resolve, reject);
    });
  }

  #begin(key: Key, run: (stopped: AbortSignal) => Promise<Value>, keep: (value: Value) => boolean): Shared<Value> {
    const stop = new AbortController();
    const shared: Shared<Value> = { value: run(stop.signal), stop, waiting: 0, done: false };
    const over = (kept: boolean) => {
      shared.done = true;
      if (!kept) this.#forget(key, shared);
    };
    shared.value.then(
      (value) => over(keep(value)),
      () => over(false),
    );
    return shared;
  }

  #leave(key: Key, shared: Shared<Value>, reason: unknown): void {
    shared.waiting--;
    if (shared.waiting > 0 || shared.done) return;
    shared.stop.abort(reason);
    // Whoever asks from here on does not want what was called off.
    this.#forget(key, shared);
  }

  #forget(key: Key, shared: Shared<Value>): void {
    if (this.#kept.get(key) === shared) this.#kept.delete(key);
  }
}
