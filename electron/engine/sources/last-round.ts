import type { Vector, VectorReader } from '../../../shared/prom-api/vector.ts';
import type { PlannedQuery } from '../../../shared/promql.ts';
import { SAMPLE_TIME } from '../../../shared/recorded/names.ts';
import { vectorReader } from '../decode.ts';

/** One number that changes with every evaluation of the rules, of whichever rack and on whichever server. */
const EVALUATED = `sum(timestamp(${SAMPLE_TIME}))`;

const isRecorded = ({ kind }: PlannedQuery) => kind === 'place';

/** Tells whether there is anything new of what a server records: rules are evaluated less often than it is asked. */
export class LastRound {
  readonly #reader = vectorReader();
  /** Of what was read last, and of what is being read; NaN: nothing is held. */
  #read = Number.NaN;
  #asked = Number.NaN;
  /** Series of the last whole answer, which still hold where it was left out. */
  #series = 0;

  /** What was read does not hold any more. */
  forget(): void {
    this.#read = Number.NaN;
  }

  /**
   * The plan, without what is recorded where that was not evaluated since it was read; and what it cost to know.
   *
   * @param isHeld whether what a query gave is still there
   */
  async newIn(
    plan: readonly PlannedQuery[],
    isHeld: (query: PlannedQuery) => boolean,
    ask: (promql: string, reader: VectorReader) => Promise<{ vector: Vector; bytes: number }>,
  ): Promise<{ plan: readonly PlannedQuery[]; bytes: number; questions: number }> {
    if (!plan.some(isRecorded)) {
      [this.#asked, this.#series] = [Number.NaN, 0];
      return { plan, bytes: 0, questions: 0 };
    }
    const before = this.#read;
    // Until all of it was read nothing holds.
    this.#read = Number.NaN;
    const { vector, bytes } = await ask(EVALUATED, this.#reader);
    this.#asked = vector.values[0] ?? Number.NaN;
    const held = plan.every((one) => !isRecorded(one) || isHeld(one));
    const same = held && this.#asked === before && vector.serverWarnings.length === 0;
    return { plan: same ? plan.filter((one) => !isRecorded(one)) : plan, bytes, questions: 1 };
  }

  /** All of that plan was read. @returns series of what was left out */
  done(answers: readonly { readonly query: PlannedQuery; readonly vector: Vector }[]): number {
    const recorded = answers.filter(({ query }) => isRecorded(query));
    if (recorded.length === 0) {
      this.#read = this.#asked;
      return this.#series;
    }
    this.#series = recorded.reduce((sum, { vector }) => sum + vector.values.length, 0);
    // Of what a part of a server said only, the rest may come without an evaluation.
    this.#read = recorded.some(({ vector }) => vector.serverWarnings.length > 0) ? Number.NaN : this.#asked;
    return 0;
  }
}
