import type { Frame } from '../frame.ts';
import { NVLINKS } from '../nvlinks.ts';
import { GPU, type Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import { FLAP_WINDOW_MS } from './flap-window.ts';

/** Instants that are kept a window: one a minute and the one before it. */
const KEPT = 11;
const EACH_MS = FLAP_WINDOW_MS / (KEPT - 1);

/** What instants alone do not tell of NVLinks: which were ever active, and how often each recovered of late. */
export class NvlinkMemory {
  /** UUIDs of the boards that the lists are of, in their order. */
  #boards: readonly string[] = [];
  /** A bit for each link of a board that was ever active. */
  #active = new Uint32Array(0);
  /** Recoveries as they were counted, newest last. */
  #counts: { readonly time: EpochMs; readonly value: Float32Array }[] = [];
  #topology: Topology | undefined;

  /** Takes one instant; nothing is kept where no single link is told of. A clock that was set back begins anew. */
  update({ topology, columns }: Frame, now: EpochMs): void {
    const state = columns.get('nvlink.state')?.value;
    const recoveries = columns.get('nvlink.recoveries')?.value;
    if (!state && !recoveries) return;
    this.#follow(topology);
    for (let index = 0; state && index < state.length; index++)
      if (state[index] > 0) this.#active[Math.floor(index / NVLINKS)] |= 1 << (index % NVLINKS);
    const last = this.#counts.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
    if (now < last) this.#counts = [];
    else if (!recoveries || now - last < EACH_MS) return;
    if (recoveries) this.#counts.push({ time: now, value: recoveries });
    if (this.#counts.length > KEPT) this.#counts.shift();
  }

  /** Boards may come, go and move: what is known goes with them. */
  #follow(topology: Topology): void {
    if (topology === this.#topology) return;
    this.#topology = topology;
    const boards = topology.path.slice(topology.start[GPU]);
    const before = this.#boards;
    this.#boards = boards;
    if (boards.length === before.length && boards.every((board, i) => board === before[i])) return;
    const known = new Map(before.map((board, i) => [board, i]));
    const from = Int32Array.from(boards, (board) => known.get(board) ?? -1);
    const active = this.#active;
    this.#active = Uint32Array.from(from, (at) => (at < 0 ? 0 : active[at]));
    this.#counts = this.#counts.map(({ time, value }) => {
      const moved = new Float32Array(boards.length * NVLINKS).fill(Number.NaN);
      from.forEach((at, i) => {
        if (at >= 0) moved.set(value.subarray(at * NVLINKS, (at + 1) * NVLINKS), i * NVLINKS);
      });
      return { time, value: moved };
    });
  }

  /** The link was active and is not any more. @param index in columns */
  wentDown(index: number, state: number): boolean {
    return state === 0 && ((this.#active[Math.floor(index / NVLINKS)] >> (index % NVLINKS)) & 1) === 1;
  }

  /** How many links of a board were active and are not any more; NaN where no state of them is told. @param gpu among boards */
  down(gpu: number, states: ArrayLike<number>): number {
    let count = Number.NaN;
    for (let index = gpu * NVLINKS; index < (gpu + 1) * NVLINKS; index++)
      if (!Number.isNaN(states[index] ?? Number.NaN))
        count = (Number.isNaN(count) ? 0 : count) + (this.wentDown(index, states[index]) ? 1 : 0);
    return count;
  }

  /** Whether its counter stands otherwise than at any time that is kept: most never do. */
  hasMoved(index: number, count: number): boolean {
    for (const { value } of this.#counts) if (value[index] !== count && !Number.isNaN(value[index])) return true;
    return false;
  }

  /** Times the link recovered within the last 10 min, given its counter now; NaN until it was read twice. */
  recoveries(index: number, count: number, now: EpochMs): number {
    let [sum, before] = [Number.NaN, Number.NaN];
    for (const { time, value } of [...this.#counts, { time: now, value: undefined }]) {
      const told = value ? value[index] : count;
      // A counter that was reset begins at 0 (alert-semantics.md 4.2).
      if (value === undefined || time >= now - FLAP_WINDOW_MS)
        if (!Number.isNaN(before) && !Number.isNaN(told))
          sum = (Number.isNaN(sum) ? 0 : sum) + (told >= before ? told - before : told);
      if (!Number.isNaN(told)) before = told;
    }
    return sum;
  }
}
