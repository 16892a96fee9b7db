import type { EpochMs } from './units.ts';

/** What one body says of where a board is. */
interface Claim {
  readonly body: string;
  readonly machine: number;
  /** Its number in the machine; −1 where it is not told. */
  readonly index: number;
}

/** A body that was not read for longer than this has no say: a board may have been moved since. */
const SILENT_MS = 300_000;

/**
 * In which machines exporters say that each board is. A board is its id, so that two names told of at once are names of one
 * machine, or one of the two is wrong. Boards and machines are the fleet's own numbers.
 */
export class BoardClaims {
  readonly #of = new Map<number, readonly Claim[]>();
  /** Machine → boards that any body ever told of in it. */
  readonly #in = new Map<number, Set<number>>();
  /** Boards that each body told of last. */
  readonly #boards = new Map<string, readonly number[]>();
  readonly #heardAt = new Map<string, EpochMs>();
  /** What the body that is read tells: board → machine → index. */
  readonly #now = new Map<number, Map<number, number>>();
  #newest: EpochMs = Number.NEGATIVE_INFINITY;

  /** A body was read. */
  heard(body: string, time: EpochMs): void {
    this.#heardAt.set(body, time);
    if (time > this.#newest) this.#newest = time;
  }

  begin(): void {
    this.#now.clear();
  }

  /** A row of the body says that a board is in a machine, and maybe (−1) which of it. */
  learn(board: number, machine: number, index: number): void {
    const machines = this.#now.get(board);
    if (!machines) this.#now.set(board, new Map([[machine, index]]));
    else if (index >= 0 || !machines.has(machine)) machines.set(machine, index);
    this.#put(board, machine);
  }

  #put(board: number, machine: number): void {
    const boards = this.#in.get(machine);
    if (boards) boards.add(board);
    else this.#in.set(machine, new Set([board]));
  }

  /** What the body told takes the place of what it told before. @returns its boards, and those that it had before */
  end(body: string): readonly number[] {
    const boards = [...this.#now.keys()];
    const gone = (this.#boards.get(body) ?? []).filter((board) => !this.#now.has(board));
    for (const board of gone) this.#of.set(board, this.#others(board, body));
    for (const [board, machines] of this.#now)
      this.#of.set(board, [
        ...this.#others(board, body),
        ...[...machines].map(([machine, index]) => ({ body, machine, index })),
      ]);
    this.#boards.set(body, boards);
    return [...boards, ...gone];
  }

  #others(board: number, body: string): readonly Claim[] {
    const claims = this.#of.get(board);
    return claims?.filter((claim) => claim.body !== body) ?? [];
  }

  /** Machines that a board is told of in by bodies that are still read, each once. */
  machinesOf(board: number): readonly number[] {
    const claims = this.#of.get(board) ?? [];
    if (claims.length === 1) return [claims[0].machine];
    const isRead = ({ body }: Claim) => this.#newest - (this.#heardAt.get(body) ?? this.#newest) <= SILENT_MS;
    return [...new Set(claims.filter(isRead).map(({ machine }) => machine))];
  }

  /** A board's number in a machine; −1 where nobody tells it. Of several the lowest counts, whoever came first. */
  indexIn(board: number, machine: number): number {
    const told = (this.#of.get(board) ?? []).filter((claim) => claim.machine === machine && claim.index >= 0);
    return told.length === 0 ? -1 : Math.min(...told.map(({ index }) => index));
  }

  /** Whether two machines are told of with the same boards. */
  areAlike(a: number, b: number): boolean {
    const boards = [...(this.#in.get(a) ?? []), ...(this.#in.get(b) ?? [])];
    return boards.every((board) => {
      const machines = this.machinesOf(board);
      return machines.includes(a) === machines.includes(b);
    });
  }

  /** Boards that are told of in several machines. */
  disputed(): readonly number[] {
    return [...this.#of]
      .filter(([board, { length }]) => length > 1 && this.machinesOf(board).length > 1)
      .map(([of]) => of);
  }

  /** Two machines are one; −1: what is in it waits for its bodies. */
  moved(from: number, into: number): void {
    for (const board of this.#in.get(from) ?? []) {
      const claims = this.#of.get(board) ?? [];
      const next = claims.map((claim) => (claim.machine === from ? { ...claim, machine: into } : claim));
      if (into >= 0) this.#put(board, into);
      this.#of.set(
        board,
        next.filter(({ machine }) => machine >= 0),
      );
    }
    this.#in.delete(from);
  }

  /** Boards of a source are gone, and all bodies are read anew. */
  clear(): void {
    for (const known of [this.#of, this.#in, this.#boards, this.#heardAt, this.#now]) known.clear();
  }
}
