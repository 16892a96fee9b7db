import type { ViewSignal } from '../../../shared/contract.ts';

/** What a wall can show, one after the other. */
export const SLIDE_VIEWS = ['power', 'thermal', 'fabric', 'alerts'] as const;
export type SlideView = (typeof SLIDE_VIEWS)[number];

export interface Slide {
  readonly view: SlideView;
  readonly seconds: number;
  /** How far its line looks back, ms. */
  readonly rangeMs: number;
}

/** Power 40 s, the others 20 s, each with the last hour (ui.md (e)). */
export const PLAYLIST: readonly Slide[] = [
  { view: 'power', seconds: 40, rangeMs: 3_600_000 },
  { view: 'thermal', seconds: 20, rangeMs: 3_600_000 },
  { view: 'fabric', seconds: 20, rangeMs: 3_600_000 },
  { view: 'alerts', seconds: 20, rangeMs: 3_600_000 },
];

export const SLIDE_SIGNALS: Readonly<Record<SlideView, ViewSignal>> = {
  power: 'power',
  thermal: 'temp',
  fabric: 'nic',
  alerts: 'power',
};
export const SLIDE_WORDS: Readonly<Record<SlideView, string>> = {
  power: 'Power, % of budget',
  thermal: 'Heat, % of slowdown °C',
  fabric: 'Busiest port, % of rate',
  alerts: 'Alerts',
};

const RANGE = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A playlist as the address has it: `power:40:6h,alerts:20` is power for 40 s with its last 6 h, then alerts for 20 s.
 * What cannot be read is left out; nothing readable is the playlist that ships.
 */
export function playlistOf(text: string | undefined): readonly Slide[] {
  const slides = (text ?? '').split(',').flatMap((part): Slide[] => {
    const [, view, seconds, , count, unit] = /^([a-z]+)(?::(\d{1,4}))?(:(\d{1,3})([mhd]))?$/.exec(part.trim()) ?? [];
    const known = SLIDE_VIEWS.find((one) => one === view);
    if (!known) return [];
    const ships = PLAYLIST.find((slide) => slide.view === known) as Slide;
    return [
      {
        view: known,
        seconds: seconds === undefined ? ships.seconds : Math.max(5, Number(seconds)),
        rangeMs: unit === undefined ? ships.rangeMs : Number(count) * RANGE[unit as keyof typeof RANGE],
      },
    ];
  });
  return slides.length > 0 ? slides : PLAYLIST;
}

/** How long a new critical alert holds its view. */
const HOLD_MS = 60_000;

/** A critical alert that began while the wall was looked at: it takes the wall to its view. */
export interface Interrupt {
  readonly view: SlideView;
  /** When the wall first saw it, epoch ms. */
  readonly at: number;
}

export interface Showing {
  /** Which slide of the playlist; −1 where an interrupt shows a view that is not in it. */
  readonly index: number;
  readonly slide: Slide;
  /** Share of the slide's time that has passed, 0–1. */
  readonly passed: number;
  readonly interrupted: boolean;
}

/**
 * What a wall shows at a time. The rotation runs by the clock alone, so that several walls turn together; an interrupt
 * holds for a minute and then gives the rotation back.
 */
export function showingAt(playlist: readonly Slide[], now: number, interrupt: Interrupt | null): Showing {
  if (interrupt !== null && now >= interrupt.at && now - interrupt.at < HOLD_MS) {
    const index = playlist.findIndex(({ view }) => view === interrupt.view);
    const slide = playlist[index] ?? (PLAYLIST.find(({ view }) => view === interrupt.view) as Slide);
    return { index, slide, passed: (now - interrupt.at) / HOLD_MS, interrupted: true };
  }
  const whole = playlist.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
  let left = ((now % whole) + whole) % whole;
  for (const [index, slide] of playlist.entries()) {
    if (left < slide.seconds * 1000) return { index, slide, passed: left / (slide.seconds * 1000), interrupted: false };
    left -= slide.seconds * 1000;
  }
  return { index: 0, slide: playlist[0], passed: 0, interrupted: false };
}
