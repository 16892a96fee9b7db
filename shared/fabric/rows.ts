import type { CallArg, LinkRow } from '../contract.ts';
import type { Frame } from '../frame.ts';
import type { EpochMs } from '../units.ts';
import type { LinkMemory } from './flaps.ts';
import { linkWords } from './reading.ts';
import { watchList } from './watch-list.ts';

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** The watch list as a viewer gets it: JSON has no NaN. */
export function linkRows(
  frame: Frame,
  memory: LinkMemory,
  now: EpochMs,
  { under, kinds, most }: CallArg<'links'>,
): readonly LinkRow[] {
  return watchList(frame, memory, now, { under, most, ...(kinds.length > 0 ? { kinds } : {}) }).map((one) => ({
    ...{ kind: one.kind, place: one.place, label: linkWords(frame, one), rateAssumed: one.rateAssumed, up: one.up },
    ...{ rateBps: orNull(one.rateBps), txBps: orNull(one.txBps), rxBps: orNull(one.rxBps), use: orNull(one.use) },
    ...{ wait: orNull(one.wait), waitTicks: orNull(one.waitTicks), ecn: orNull(one.ecn), pfc: orNull(one.pfc) },
    ...{ errors: orNull(one.errors), discards: orNull(one.discards), recentDowns: orNull(one.recentDowns) },
    ...{ troubles: one.troubles, degraded: one.degraded, sampled: orNull(one.time) },
  }));
}
