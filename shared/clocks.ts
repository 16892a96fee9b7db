/**
 * When queried values were sampled. A reply of an instant query carries the query's time, so a query of `timestamp()`
 * sets clocks, and a value is as old as the clock of its object and exporter says.
 */
export class Clocks {
  /** Clocks of targets by their keys, and of objects by what they are read by and their numbers. Keys begin with the source. */
  readonly #targets = new Map<string, number>();
  readonly #objects = new Map<string, number[]>();
  #count = 0;
  #times = new Float64Array(0);

  /** The number of a target's clock; the key begins with the source's id and a line feed. */
  ofTarget(key: string): number {
    let number = this.#targets.get(key);
    if (number === undefined) {
      number = this.#next();
      this.#targets.set(key, number);
    }
    return number;
  }

  /** The number of an object's clock; `by` begins with the source's id and a line feed. */
  ofObject(by: string, object: number): number {
    let numbers = this.#objects.get(by);
    if (!numbers) {
      numbers = [];
      this.#objects.set(by, numbers);
    }
    numbers[object] ??= this.#next();
    return numbers[object];
  }

  #next(): number {
    if (this.#count === this.#times.length) {
      const wider = new Float64Array(Math.max(64, this.#count * 2)).fill(Number.NaN);
      wider.set(this.#times);
      this.#times = wider;
    }
    return this.#count++;
  }

  /** Times by clock, epoch ms; NaN where none was told. Valid until there is another clock. */
  get times(): Float64Array {
    return this.#times;
  }

  /** A source is forgotten: its clocks tell nothing until it is asked again. */
  forget(sourceId: string): void {
    const isOurs = (key: string) => key.startsWith(`${sourceId}\n`);
    for (const [key, number] of this.#targets) if (isOurs(key)) this.#times[number] = Number.NaN;
    for (const [by, numbers] of this.#objects)
      if (isOurs(by)) for (const number of numbers.values()) if (number !== undefined) this.#times[number] = Number.NaN;
  }
}
