import type { ViewFrame } from '../../shared/contract.ts';
import { formatAge, formatDate, formatTime } from '../../shared/format.ts';
import type { Freshness } from '../live/freshness.ts';
import type { Route } from '../views/route.ts';
import { PAGES } from '../views/views.ts';
import type { Caption } from './picture.ts';

/** What stands around a picture of a view: what it is of, of when, how live, and from where. */
export function captionOf(
  { view, object }: Route,
  frame: ViewFrame | null,
  freshness: Freshness,
  replay: string | null,
  /** A time of the past is shown. */
  past = false,
): Caption {
  const label = PAGES.find(({ id }) => id === view)?.label ?? '';
  const title = object === '' ? label : `${label}: ${object}`;
  if (frame === null) return { title, time: 'No data', source: 'Fleetwatt' };
  const when = `${formatDate(frame.time)} ${formatTime(frame.time)}`;
  const names = frame.sources.map(({ name }) => name).join(', ');
  return {
    title,
    time: `${when}, ${replay !== null ? `replay of “${replay}”` : past ? 'looked back on, not live' : liveText(freshness)}`,
    source: `Fleetwatt${names === '' ? '' : `, ${names}`}`,
  };
}

function liveText({ state, trouble, ageMs }: Freshness): string {
  if (trouble !== '') return `not live: ${trouble}`;
  const old = ageMs === null ? '' : `, ${formatAge(ageMs)} old`;
  return state === 'stale' ? `no data${old}` : `${state}${old}`;
}
