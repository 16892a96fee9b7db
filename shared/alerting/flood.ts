import type { EpochMs } from '../units.ts';
import type { AlertRecord } from './book.ts';

/** More new lines than this in a minute are a flood (ui.md (d)). */
export const FLOOD_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/**
 * Alerts that began to fire within the last minute and are neither silenced nor inhibited, and how many lines of the rail
 * they are: 40 GPUs of one rack in power brake are one thing to read.
 */
export function newWithinMinute(
  records: Iterable<Pick<AlertRecord, 'rule' | 'group' | 'instance' | 'inhibitedBy' | 'silencedBy'>>,
  now: EpochMs,
): { readonly alerts: number; readonly lines: number } {
  let alerts = 0;
  const lines = new Set<string>();
  for (const { rule, group, instance, inhibitedBy, silencedBy } of records) {
    if (instance.state !== 'firing' || !(now - instance.firedAt < MINUTE_MS)) continue;
    if (inhibitedBy.length > 0 || silencedBy.length > 0) continue;
    alerts++;
    lines.add(`${rule.name} ${group?.id ?? ''}`);
  }
  return { alerts, lines: lines.size };
}
