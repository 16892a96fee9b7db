/** Bytes of steps that are kept. */
const MOST_BYTES = 64 << 20;

/** Steps of some series: what is over does not change, so it is asked once. */
export interface CachedSteps {
  /** Steps before this one are known. */
  readonly known: number;
  /** Series after series; a step that is not known is NaN. */
  readonly values: readonly Float64Array[];
  /** What was asked, in words of the server. */
  readonly query: string;
}

/** Answers to ranges by what was asked; the longest unused give way. */
export class RangeCache {
  readonly #entries = new Map<string, CachedSteps>();
  #bytes = 0;

  get(key: string): CachedSteps | undefined {
    const entry = this.#entries.get(key);
    if (entry) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  put(key: string, steps: CachedSteps): void {
    this.#drop(key);
    this.#entries.set(key, steps);
    this.#bytes += bytesOf(steps);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#bytes -= bytesOf(entry);
    this.#entries.delete(key);
  }
}

const bytesOf = ({ values }: CachedSteps) => values.reduce((sum, one) => sum + one.byteLength, 200);
