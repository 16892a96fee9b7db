import { formatAge } from '../../shared/format.ts';
import type { Freshness } from '../live/freshness.ts';

/** What stands in the place of numbers that were removed; '' while they may be shown (ui.md 5). */
export function goneText(freshness: Freshness, paused: boolean): string {
  // A pause is asked for and told across the top: what is held then does not pretend to be live.
  if (paused || freshness.state === 'live' || freshness.state === 'late') return '';
  if (freshness.state === 'waiting' || freshness.ageMs === null) return 'No data yet';
  return `No data for ${formatAge(freshness.ageMs)}`;
}
