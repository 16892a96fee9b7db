import type { Column } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';

/** The most GPUs that each rack ever counted: one that is not counted any more is silent, not gone. */
export class MostGpus {
  readonly #most = new Map<string, number>();

  /** Puts `place.gpusKnown` beside `place.gpus`; does nothing where no rules are recorded. */
  update(columns: Map<SignalId, Column>, path: readonly string[]): void {
    const counted = columns.get('place.gpus');
    if (!counted) return;
    const value = counted.value.map((count, place) => {
      const most = Math.max(this.#most.get(path[place]) ?? 0, count || 0);
      if (count > 0) this.#most.set(path[place], most);
      return most === 0 ? Number.NaN : most;
    });
    columns.set('place.gpusKnown', { ...counted, value });
  }
}
