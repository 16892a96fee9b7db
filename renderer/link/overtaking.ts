/**
 * Waits for something until it is there. Once it has taken long it is given up as soon as something else is wanted:
 * before that it is shown on the way, so that who moves on and on sees something meanwhile.
 */
export class Overtaking {
  #isLate = false;
  #isUnwanted = false;
  #giveUp = () => {};

  /** @returns null where it was given up */
  async wait<Value>(
    value: Promise<Value>,
    later: (run: () => void, ms: number) => () => void,
    patienceMs: number,
  ): Promise<Value | null> {
    [this.#isLate, this.#isUnwanted] = [false, false];
    const given = new Promise<null>((resolve) => {
      this.#giveUp = () => resolve(null);
    });
    const cancel = later(() => {
      this.#isLate = true;
      this.#decide();
    }, patienceMs);
    try {
      return await Promise.race([value, given]);
    } finally {
      cancel();
    }
  }

  /** Something else is wanted now than what is waited for. */
  unwanted(): void {
    this.#isUnwanted = true;
    this.#decide();
  }

  #decide(): void {
    if (this.#isLate && this.#isUnwanted) this.#giveUp();
  }
}
