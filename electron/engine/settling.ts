import type { Clock } from './schedule.ts';
import type { Source } from './sources/source.ts';

/** The longest that a first, partial reading is held back: a read's own time limit. */
const MOST_MS = 10_000;
/** Some dead hosts, whose time-out is still to come, hold nobody up for longer than this. */
const NEARLY_MS = 2000;
const NEARLY = 0.98;
const LOOK_MS = 100;
/** How long a sum of those who answered so far is kept out of what is remembered. */
const PARTIAL_MS = 60_000;

/**
 * While a source is read for the first time its totals are those of whoever answered first: they are neither shown nor
 * remembered. A target that does not answer holds this up for some seconds only.
 */
export class Settling {
  readonly #clock: Clock;
  readonly #sources: () => Iterable<Source>;
  readonly #whole: () => void;
  #by = 0;
  #looking = false;
  #stopped = false;

  /** `whole` is called as soon as a first reading is whole, or has been waited for long enough. */
  constructor(clock: Clock, sources: () => Iterable<Source>, whole: () => void) {
    this.#clock = clock;
    this.#sources = sources;
    this.#whole = whole;
  }

  /** A source begins to be read. */
  begin(): void {
    this.#by = this.#clock.now() + MOST_MS;
    if (this.#looking) return;
    this.#looking = true;
    this.#clock.later(() => this.#look(), LOOK_MS);
  }

  isUnderWay(now: number): boolean {
    if (now >= this.#by) return false;
    const share = now < this.#by - MOST_MS + NEARLY_MS ? 1 : NEARLY;
    return [...this.#sources()].some((source) => !source.settled(share));
  }

  /**
   * True while much of a source was not heard of yet though its first reading is shown: then the screen says that a sum is
   * only a lower bound, and a line, which cannot say it, has a gap instead of a dip.
   */
  isPartial(now: number): boolean {
    return now < this.#by - MOST_MS + PARTIAL_MS && [...this.#sources()].some((source) => !source.settled(NEARLY));
  }

  stop(): void {
    this.#stopped = true;
  }

  #look(): void {
    if (this.#stopped) return;
    if (this.isUnderWay(this.#clock.now())) {
      this.#clock.later(() => this.#look(), LOOK_MS);
      return;
    }
    this.#looking = false;
    this.#whole();
  }
}
