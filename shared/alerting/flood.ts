import type { EpochMs } from '../units.ts';
import type { AlertRecord } from './book.ts';

/** More new alerts than this in a minute are a flood (ui.md (d)). */
export const FLOOD_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Alerts that began to fire within the last minute and are neither silenced nor inhibited. */
export function newWithinMinute(
  records: Iterable<Pick<AlertRecord, 'instance' | 'inhibitedBy' | 'silencedBy'>>,
  now: EpochMs,
): number {
  let count = 0;
  for (const { instance, inhibitedBy, silencedBy } of records) {
    if (instance.state !== 'firing' || !(now - instance.firedAt < MINUTE_MS)) continue;
    if (inhibitedBy.length === 0 && silencedBy.length === 0) count++;
  }
  return count;
}
