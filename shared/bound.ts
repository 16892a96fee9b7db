import type { Binding } from './binding.ts';
import type { SeriesList } from './decoded.ts';
import type { Series } from './labels.ts';
import type { ObjectKind, SignalId } from './signals/catalogue.ts';
import type { Slot } from './slots.ts';

/** Series of one metric of a source that lead to objects that were asked for. */
export interface BoundSeries {
  readonly sourceId: string;
  readonly metric: string;
  readonly slot: Slot;
  /** How many they are. */
  readonly count: number;
  /** Reads them, one after another. */
  series(): Iterable<Series>;
}

/** Which series are meant. */
interface Wanted {
  readonly signals: ReadonlySet<SignalId>;
  /** By kind 1 for each object that is meant: a place for GPUs, nodes and places, an index for all others. */
  readonly objects: ReadonlyMap<ObjectKind, Uint8Array>;
  /** Place of each GPU, node and place of the fleet; −1: not placed. */
  readonly places: Readonly<Partial<Record<ObjectKind, Int32Array>>>;
}

/**
 * Finds series by what they lead to, those of one metric together. It goes through every series of the fleet, a million
 * of a large one, so nothing is made but for those that are meant.
 *
 * @param bindings by the source's id, a line end, and what was asked of it
 */
export function boundSeries(
  bindings: ReadonlyMap<string, Binding>,
  { signals, objects, places }: Wanted,
): readonly BoundSeries[] {
  const found = new Map<string, Group>();
  for (const [key, { layout, series, slots, metrics, objects: own }] of bindings) {
    const sourceId = key.slice(0, key.indexOf('\n'));
    const groupOf = (slot: Slot, metric: string) => {
      const text = `${sourceId}\n${slot.profile.id}\n${slot.mapping.kind}\n${slot.object}\n${metric}`;
      const group = found.get(text) ?? new Group(sourceId, metric, slot);
      found.set(text, group);
      return group.of(layout.series);
    };
    let [slot, metric, meant, placed, group]: Run = [];
    for (let i = 0; i < slots.length; i++) {
      // Series of one metric stand together.
      if (slots[i] !== slot || metrics[i] !== metric) {
        [slot, metric, group] = [slots[i], metrics[i], undefined];
        meant = signals.has(slot.mapping.signal) ? objects.get(slot.object) : undefined;
        placed = places[slot.object];
      }
      if (meant?.[placed ? placed[own[i]] : own[i]] !== 1) continue;
      group ??= groupOf(slot, metric);
      group.push(series[i]);
    }
  }
  return [...found.values()];
}

/** What is the same for series of one metric. */
type Run = [slot?: Slot, metric?: string, meant?: Uint8Array, placed?: Int32Array, group?: number[]];

class Group implements BoundSeries {
  readonly sourceId: string;
  readonly metric: string;
  readonly slot: Slot;
  /** Their indexes in each list that has some. */
  readonly #indexes = new Map<SeriesList, number[]>();

  constructor(sourceId: string, metric: string, slot: Slot) {
    this.sourceId = sourceId;
    this.metric = metric;
    this.slot = slot;
  }

  of(list: SeriesList): number[] {
    const indexes = this.#indexes.get(list) ?? [];
    this.#indexes.set(list, indexes);
    return indexes;
  }

  get count(): number {
    let count = 0;
    for (const indexes of this.#indexes.values()) count += indexes.length;
    return count;
  }

  *series(): Generator<Series> {
    for (const [list, indexes] of this.#indexes) for (const index of indexes) yield list.at(index) as Series;
  }
}
