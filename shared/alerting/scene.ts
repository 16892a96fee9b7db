import type { LinkMemory } from '../fabric/flaps.ts';
import type { Frame } from '../frame.ts';
import type { PowerColumns } from '../power.ts';
import type { EpochMs } from '../units.ts';
import type { AlertLevel, QuantityInfo } from './alert.ts';
import type { Constants } from './condition.ts';
import type { AlertLeaf } from './leaves.ts';
import type { AlertMemory } from './memory.ts';
import type { AlertObjects, AlertSource } from './objects.ts';

/** The fleet at one instant as rules see it; one for all rules of a pass. */
export interface AlertScene {
  readonly now: EpochMs;
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  /** When each GPU was last heard, epoch ms (index: place − start[GPU]); NaN never. */
  readonly heardAt: Float64Array;
  readonly sources: readonly AlertSource[];
  /** Every object that there is, is known: one that is missing is gone, and not merely not heard of yet. */
  readonly complete: boolean;
  readonly links: LinkMemory;
  /** Leaves whose uplinks are known, in the order of the objects' leaves. */
  readonly leaves: readonly AlertLeaf[];
  readonly memory: AlertMemory;
  readonly objects: AlertObjects;
  readonly constants: Constants;
  /** Passes in a row that each rule has failed, in the order of the objects' rules. */
  readonly failedPasses: readonly number[];
  /** What was worked out for this scene already. */
  readonly cache: Map<string, unknown>;
}

/** Something is worked out once a scene. */
export function once<Value>({ cache }: AlertScene, key: string, make: () => Value): Value {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key) as Value;
}

/** Something that rules compare, as a column of a level's objects. */
export interface Quantity extends QuantityInfo {
  /** Values of the objects of a level by their index; NaN: not known. */
  readonly column: (scene: AlertScene, level: AlertLevel) => ArrayLike<number>;
}

/** Levels of places that a budget may stand at. */
export const PLACES: readonly AlertLevel[] = ['site', 'hall', 'row', 'rack'];

export const flag = (is: boolean) => (is ? 1 : 0);
export const valueAt = (column: ArrayLike<number> | undefined, place: number) => column?.[place] ?? Number.NaN;
