/**
 * When queried values were sampled. A reply of an instant query carries the query's time, so a query of `timestamp()`
 * sets clocks, and a value is as old as the clock of its object and exporter says.
 */
export class Clocks {
  readonly #numbers = new Map<string, number>();
  #times = new Float64Array(0);

  /** The number of a clock; the key begins with the source's id and a line feed. */
  numberOf(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    if (number >= this.#times.length) {
      const wider = new Float64Array(Math.max(64, number * 2)).fill(Number.NaN);
      wider.set(this.#times);
      this.#times = wider;
    }
    return number;
  }

  /** Times by clock, epoch ms; NaN where none was told. Valid until the next `numberOf`. */
  get times(): Float64Array {
    return this.#times;
  }

  /** A source is forgotten: its clocks tell nothing until it is asked again. */
  forget(sourceId: string): void {
    for (const [key, number] of this.#numbers) if (key.startsWith(`${sourceId}\n`)) this.#times[number] = Number.NaN;
  }
}
