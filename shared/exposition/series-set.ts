import { type Series, sameSeries } from '../labels.ts';

/** A set of series by their hash, with open addressing: some hundred thousand of them in a few milliseconds. */
export class SeriesSet {
  readonly series: Series[] = [];
  #hashes = new Int32Array(1024);
  /** Index + 1 of a series, by its hash; 0 is free. Twice as many places as hashes at least. */
  #places = new Int32Array(2048);

  /** True where the very same series is in the set already; adds it otherwise. Equal hashes are looked at label by label. */
  has(series: Series, hash: number): boolean {
    const mask = this.#places.length - 1;
    let place = Math.imul(hash, 0x9e3779b1) & mask;
    for (let at = this.#places[place]; at !== 0; at = this.#places[place]) {
      if (this.#hashes[at - 1] === hash && sameSeries(series, this.series[at - 1])) return true;
      place = (place + 1) & mask;
    }
    this.#hashes[this.series.length] = hash;
    this.#places[place] = this.series.push(series);
    if (this.series.length === this.#hashes.length) this.#grow();
    return false;
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    const places = new Int32Array(hashes.length * 2);
    const mask = places.length - 1;
    for (let i = 0; i < this.series.length; i++) {
      let place = Math.imul(hashes[i], 0x9e3779b1) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = i + 1;
    }
    this.#hashes = hashes;
    this.#places = places;
  }
}
