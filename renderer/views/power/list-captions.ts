import type { LayoutDocument } from '../../../shared/contract.ts';
import { SITE } from '../../../shared/topology.ts';
import { ancestorAt, labelOf } from '../places.ts';
import type { ListId } from './power-state.ts';

/** A time that is over, or null while the live fleet is shown. */
export type Over = 'past' | 'replay' | null;

export const LIST_TITLES: Readonly<Record<ListId, string>> = {
  feeds: 'PDU feeds',
  jobs: 'Jobs',
  tokens: 'Tokens and joules',
  servers: 'Inference servers',
  lost: 'GPU-hours lost to throttling',
  energy: 'Energy and cost',
};

const CAPTIONS: Readonly<Record<ListId, string>> = {
  feeds: 'Share of rating × derate',
  jobs: 'What holds them back',
  tokens: 'By model and rack',
  servers: 'Times are means of the last while',
  lost: 'Estimated, since the engine started',
  energy: 'Since the engine started',
};

/** What else is said of lists that look back, at a time that is over. */
const CAPTIONS_OVER: Readonly<Record<'past' | 'replay', Partial<Record<ListId, string>>>> = {
  past: { lost: 'Counted live only', energy: 'In the 24 h before, at the prices of today' },
  replay: {
    lost: 'Estimated, of the whole snapshot, at its last instant',
    energy: 'Since the first instant of the snapshot',
  },
};

/** How a list's numbers came about and what they are of: energy is metered by site, all else is of the chosen place. */
export function captionOf(list: ListId, over: Over, layout: LayoutDocument, place: number): string {
  const caption = (over && CAPTIONS_OVER[over][list]) ?? CAPTIONS[list];
  return `${caption}, ${labelOf(layout, list === 'energy' ? ancestorAt(layout, place, SITE) : place)}`;
}
