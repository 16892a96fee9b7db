import type { Frame } from '../frame.ts';
import type { EpochMs } from '../units.ts';
import type { LinkMemory } from './flaps.ts';
import { type AnyLinkKind, linkWords } from './reading.ts';
import { type Trouble, watchList } from './watch-list.ts';

/** One row of the watch list. Rates in bytes per second and direction; null is "not known". */
export interface LinkRow {
  readonly kind: AnyLinkKind;
  /** Place of the GPU or node that it belongs to. */
  readonly place: number;
  /** "A2-05-n03 mlx5_0", "A2-05-n03 g2 NVLink", "A2-05-n03 g2 NVLink 5". */
  readonly label: string;
  /** The same where its GPU or node is known: "mlx5_0", "NVLink 5". */
  readonly name: string;
  readonly rateBps: number | null;
  /** The rate is a nameplate's. */
  readonly rateAssumed: boolean;
  readonly txBps: number | null;
  readonly rxBps: number | null;
  /** Busier direction ÷ rate. */
  readonly use: number | null;
  /** Share of time that it waited; null where the tick of its counter is not known: then only `waitTicks` is. */
  readonly wait: number | null;
  readonly waitTicks: number | null;
  /** Per second. */
  readonly ecn: number | null;
  readonly cnp: number | null;
  readonly pfc: number | null;
  readonly retries: number | null;
  readonly errors: number | null;
  readonly discards: number | null;
  readonly up: boolean | null;
  /** Times it went down in the last 10 min. */
  readonly recentDowns: number | null;
  /** Worst first; empty where nothing is wrong. */
  readonly troubles: readonly Trouble[];
  /** Why it is degraded, in words; '' where it is not. */
  readonly degraded: string;
  /** Oldest sample used, epoch ms. */
  readonly sampled: number | null;
}

/** What is asked of the list: no kind is every kind, −1 is every place. */
export interface LinksAsked {
  readonly under: number;
  readonly kinds: readonly AnyLinkKind[];
  readonly most: number;
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** The watch list as a viewer gets it: JSON has no NaN. */
export function linkRows(
  frame: Frame,
  memory: LinkMemory,
  now: EpochMs,
  { under, kinds, most }: LinksAsked,
): readonly LinkRow[] {
  return watchList(frame, memory, now, { under, most, ...(kinds.length > 0 ? { kinds } : {}) }).map((one) => ({
    ...{ kind: one.kind, place: one.place, label: linkWords(frame, one), name: one.name, up: one.up },
    rateAssumed: one.rateAssumed,
    ...{ rateBps: orNull(one.rateBps), txBps: orNull(one.txBps), rxBps: orNull(one.rxBps), use: orNull(one.use) },
    ...{ wait: orNull(one.wait), waitTicks: orNull(one.waitTicks), ecn: orNull(one.ecn), pfc: orNull(one.pfc) },
    ...{ cnp: orNull(one.cnp), retries: orNull(one.retries) },
    ...{ errors: orNull(one.errors), discards: orNull(one.discards), recentDowns: orNull(one.recentDowns) },
    ...{ troubles: one.troubles, degraded: one.degraded, sampled: orNull(one.time) },
  }));
}
