const MINUTE_MS = 60_000;
const MINUTES = 60;

/** What a source was asked and answered within the last hour, by the minute. */
export class HourCost {
  readonly #minutes = new Map<number, { questions: number; bytes: number }>();
  #last = Number.NEGATIVE_INFINITY;

  /** Counts questions that were sent and bytes that came, at a time in epoch ms. */
  add(now: number, questions: number, bytes: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    this.#last = minute;
    const sum = this.#minutes.get(minute) ?? { questions: 0, bytes: 0 };
    this.#minutes.set(minute, { questions: sum.questions + questions, bytes: sum.bytes + bytes });
    // A clock that was set back leaves minutes of the future behind: they go as well.
    for (const old of this.#minutes.keys()) if (old <= minute - MINUTES || old > minute) this.#minutes.delete(old);
  }

  /** Sums up to the last question; nothing before the first. */
  sum(): { readonly questions: number; readonly bytes: number } {
    const sum = { questions: 0, bytes: 0 };
    for (const [minute, one] of this.#minutes) {
      if (minute <= this.#last - MINUTES) continue;
      sum.questions += one.questions;
      sum.bytes += one.bytes;
    }
    return sum;
  }
}
