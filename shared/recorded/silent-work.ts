import type { Column } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology, Work } from '../topology.ts';

/** How far apart the counts of a rack and of its work may be seen to fall: they are recorded one after another. */
const TOGETHER_MS = 120_000;

/**
 * Which pods and jobs the silent boards of recorded racks belong to. A server records only what it hears: where a job
 * has fewer boards than before, either it has ended there or they are silent. They are silent as far as the rack lost
 * as many at the same time, and as long as it lacks them.
 */
export class SilentWork {
  /** By rack: boards that are silent, and when more of them fell silent last. */
  readonly #racks = new Map<string, { readonly silent: number; readonly fellAt: number }>();
  /** By rack and work: its boards, silent ones among them. */
  #works: ReadonlyMap<string, { readonly gpus: number; readonly silent: number }> = new Map();

  /**
   * Puts `work.silent` beside `work.gpus`, and takes out what was not recorded any more when its rack was recorded
   * last; does nothing where no work is recorded. `now`: epoch ms.
   */
  update(columns: Map<SignalId, Column>, topology: Topology, now: number): void {
    const recorded = columns.get('work.gpus');
    if (!recorded) return;
    const counted = { ...recorded, value: lately(recorded, columns.get('place.gpus'), topology.workRack) };
    columns.set('work.gpus', counted);
    const value = new Float32Array(counted.value.length).fill(Number.NaN);
    const kept = new Map<string, { gpus: number; silent: number }>();
    for (const [rack, works] of byRack(topology.workRack)) {
      const keys = works.map((work) => keyOf(topology.path[rack], topology.workOn[work]));
      let { silent: allowed, unexplained } = this.#silentIn(columns, topology.path[rack], rack, keys, now);
      works.forEach((work, i) => {
        const before = this.#works.get(keys[i]) ?? { gpus: 0, silent: 0 };
        const heard = counted.value[work] || 0;
        const silent = Math.min(Math.max(0, before.gpus - heard), before.silent + unexplained, allowed);
        allowed -= silent;
        unexplained -= Math.max(0, silent - before.silent);
        value[work] = silent;
        if (heard + silent > 0) kept.set(keys[i], { gpus: heard + silent, silent });
      });
    }
    this.#works = kept;
    columns.set('work.silent', { ...counted, value });
  }

  /** Boards of a rack that are silent, and those of them that fell silent lately and belong to no work yet. */
  #silentIn(columns: ReadonlyMap<SignalId, Column>, path: string, rack: number, keys: readonly string[], now: number) {
    const at = (id: SignalId) => columns.get(id)?.value[rack] || 0;
    const silent = Math.max(0, at('place.gpusKnown') - at('place.gpus'));
    const before = this.#racks.get(path) ?? { silent: 0, fellAt: Number.NEGATIVE_INFINITY };
    const fellAt = silent > before.silent ? now : before.fellAt;
    this.#racks.set(path, { silent, fellAt });
    const explained = keys.reduce((sum, key) => sum + (this.#works.get(key)?.silent ?? 0), 0);
    return { silent, unexplained: now - fellAt > TOGETHER_MS ? 0 : Math.max(0, silent - explained) };
  }
}

/** Values that are as new as what is recorded of their rack: both are told at once. */
const lately = ({ value, time }: Column, racks: Column | undefined, workRack: Int32Array) =>
  value.map((gpus, work) => (time[work] < (racks?.time[workRack[work]] ?? Number.NaN) ? Number.NaN : gpus));

const keyOf = (rack: string, { namespace, pod, job }: Work) => `${rack}\n${namespace}\n${pod}\n${job}`;

function byRack(workRack: Int32Array): ReadonlyMap<number, number[]> {
  const racks = new Map<number, number[]>();
  workRack.forEach((rack, work) => {
    const works = racks.get(rack);
    if (works) works.push(work);
    else if (rack >= 0) racks.set(rack, [work]);
  });
  return racks;
}
