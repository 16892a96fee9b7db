import { formatAge, formatCount } from '../../shared/format.ts';
import type { Freshness } from '../live/freshness.ts';

/** Why numbers are not shown: never read yet, or too old. */
export interface Gone {
  /** What stands in their place. */
  readonly text: string;
  /** They were there and were removed: hatched. Otherwise only outlined. */
  readonly lost: boolean;
}

/** What stands in the place of numbers that were not shown; null while they may be shown (ui.md 5). */
export function goneOf(freshness: Freshness, paused: boolean, racks: number): Gone | null {
  // A pause is asked for and told across the top: what is held then does not pretend to be live.
  if (paused || freshness.state === 'live' || freshness.state === 'late') return null;
  if (freshness.missing) return { text: freshness.missing, lost: true };
  if (freshness.ageMs === null)
    return { text: racks === 0 ? 'Loading' : `Loading ${formatCount(racks)} racks`, lost: false };
  return { text: `No data for ${formatAge(freshness.ageMs)}`, lost: true };
}
