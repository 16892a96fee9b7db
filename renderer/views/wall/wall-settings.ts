import { PLAYLIST, playlistOf, type SLIDE_VIEWS, type SlideView } from './rotation.ts';
import { dimTimesOf, PANEL } from './wall-care.ts';

/** What can be set of a wall, as it is typed. An address holds the same (`views`, `panel`, `metres`, `dim`, `orbit`). */
export interface WallForm {
  /** Every view: those that are shown in their order, then the others. */
  readonly slides: readonly SlideForm[];
  /** Diagonal of the panel, inches. */
  readonly panel: string;
  /** Distance of who reads it. */
  readonly metres: string;
  /** Times of day in UTC, as 22:00; both '' where it is dimmed by quiet alone. */
  readonly dimFrom: string;
  readonly dimTo: string;
  /** The picture moves, and header and foot change ends. */
  readonly orbit: boolean;
}

export interface SlideForm {
  readonly view: SlideView;
  readonly on: boolean;
  readonly seconds: string;
  /** How far its line looks back, as the address says it: 6h. */
  readonly range: string;
}

/** How far back lines can look; others come by the address only. */
export const RANGES: readonly (readonly [range: string, words: string])[] = [
  ['15m', 'Last 15 min'],
  ['1h', 'Last hour'],
  ['6h', 'Last 6 h'],
  ['1d', 'Last 24 h'],
  ['7d', 'Last 7 days'],
];

type Params = Readonly<Record<string, string>>;

/** The settings of an address. */
export function formOf(params: Params): WallForm {
  const shown = playlistOf(params.views).map((slide) => ({ ...slide, on: true }));
  const others = PLAYLIST.filter(({ view }) => !shown.some((slide) => slide.view === view));
  const dim = dimTimesOf(params.dim) === null ? ['', ''] : (params.dim ?? '').split('-');
  return {
    slides: [...shown, ...others.map((slide) => ({ ...slide, on: false }))].map(({ view, on, seconds, rangeMs }) => ({
      ...{ view, on, seconds: String(seconds), range: rangeOf(rangeMs) },
    })),
    panel: params.panel ?? String(PANEL.inches),
    metres: params.metres ?? String(PANEL.metres),
    ...{ dimFrom: dim[0] ?? '', dimTo: dim[1] ?? '', orbit: params.orbit !== 'off' },
  };
}

/** The parameters of an address that say the same; what is as it ships is left out. */
export function paramsOf(form: WallForm): Record<string, string> {
  const views = viewsOf(form.slides);
  const dim = form.dimFrom === '' ? '' : `${form.dimFrom}-${form.dimTo}`;
  const all = {
    ...{ views, panel: form.panel.trim(), metres: form.metres.trim(), dim, orbit: form.orbit ? '' : 'off' },
  };
  const ships = { views: viewsOf(formOf({}).slides), panel: `${PANEL.inches}`, metres: `${PANEL.metres}` } as Params;
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== '' && value !== ships[name]));
}

/** Why a form cannot be used; '' where it can. */
export function problemOf({ slides, panel, metres, dimFrom, dimTo }: WallForm): string {
  const shown = slides.filter(({ on }) => on);
  if (shown.length === 0) return 'Choose at least one view';
  if (!shown.every(({ seconds }) => /^\d{1,4}$/.test(seconds) && Number(seconds) >= 5))
    return 'A view is shown for 5 to 9,999 s';
  if (!within(panel, 10, 600)) return 'The panel is 10 to 600 inches from corner to corner';
  if (!within(metres, 0.5, 100)) return 'The distance is 0.5 to 100 m';
  const isDimmed = dimFrom !== '' || dimTo !== '';
  return isDimmed && dimTimesOf(`${dimFrom}-${dimTo}`) === null ? 'Times are written as 22:00, both or none' : '';
}

const viewsOf = (slides: readonly SlideForm[]) =>
  slides
    .filter(({ on }) => on)
    .map(({ view, seconds, range }) => `${view}:${seconds}:${range}`)
    .join(',');

const within = (text: string, least: number, most: number) =>
  /^\d{1,3}(\.\d{1,2})?$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;

function rangeOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes % 1440 === 0) return `${minutes / 1440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

export const SLIDE_NAMES: Readonly<Record<SlideView, string>> = {
  power: 'Power',
  thermal: 'Heat',
  fabric: 'Ports',
  alerts: 'Alerts',
} satisfies Record<(typeof SLIDE_VIEWS)[number], string>;

const KEY = 'fleetwatt.wall';

/** What was last saved in this browser: a wall whose address says nothing is opened so. */
export function storedWall(): Params {
  try {
    return Object.fromEntries(new URLSearchParams(localStorage.getItem(KEY) ?? ''));
  } catch {
    return {};
  }
}

/** Remembers the parameters of a wall where the browser allows that. */
export function storeWall(params: Params): void {
  try {
    localStorage.setItem(KEY, new URLSearchParams(params).toString());
  } catch {
    // A browser with storage switched off still has them in the address.
  }
}
