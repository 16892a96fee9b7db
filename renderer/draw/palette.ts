import { interpolateCividis, interpolateLab, rgb } from 'd3';
import { CELL_MAX, CELL_NODATA, CELL_ONE, CELL_UNSUPPORTED } from '../../shared/cells.ts';
import type { ViewSignal, WatchSignal } from '../../shared/contract.ts';
import { LIMIT, WARN_EDGE, withEdge } from '../../shared/limit-stops.ts';
import type { Theme } from '../theme/theme.ts';

/** How a signal's value becomes colour (ui.md 3): distance to a limit, a level without a bad end, or a state. */
export type Family = 'limit' | 'level' | 'state';

const FAMILY: Readonly<Record<ViewSignal, Family>> = {
  power: 'limit',
  util: 'level',
  temp: 'limit',
  throttle: 'state',
  nvlink: 'level',
  nic: 'limit',
};

/** The family of a signal; one of the catalogue has no limit that we know of. */
export const familyOf = (signal: WatchSignal): Family => FAMILY[signal as ViewSignal] ?? 'level';

type Shade = 'dark' | 'light';

/** `state` by THROTTLE_CLASSES: colour and pattern; shape tells what colour may not (ui.md 3.3). */
export const STATES: readonly {
  readonly label: string;
  readonly dark: string;
  readonly light: string;
  readonly pattern: Pattern;
}[] = [
  { label: 'None', dark: '#2c3843', light: '#d0d8df', pattern: 'solid' },
  { label: 'Idle', dark: '#171c21', light: '#f0f2f4', pattern: 'outline' },
  { label: 'User', dark: '#3d4d5b', light: '#bcc7d0', pattern: 'dots' },
  { label: 'Power cap', dark: '#d9a03f', light: '#b47a12', pattern: 'solid' },
  { label: 'SW thermal', dark: '#b98be0', light: '#7d4fb0', pattern: 'back' },
  { label: 'HW thermal', dark: '#ff7d5c', light: '#b3201a', pattern: 'cross' },
  { label: 'Power brake', dark: '#ffd9cf', light: '#5c0d10', pattern: 'grid' },
];

/** What is drawn over a cell's fill. */
export type Pattern = 'solid' | 'outline' | 'dots' | 'back' | 'cross' | 'grid' | 'hatch' | 'corner';

const shadeOf = (theme: Theme): Shade => (theme === 'light' ? 'light' : 'dark');

/** Colour of a share of a limit, clamped to 0–1.1, interpolated in Lab between the stops. */
export function limitColor(ratio: number, theme: Theme): string {
  const stops = LIMIT[shadeOf(theme)];
  const last = stops.length - 1;
  if (ratio <= 0) return stops[0][1];
  for (let i = 1; i <= last; i++) {
    const [at, color] = stops[i];
    if (ratio > at) continue;
    const [before, from] = stops[i - 1];
    return rgb(interpolateLab(from, color)((ratio - before) / (at - before))).formatHex();
  }
  return stops[last][1];
}

/** Colour of a level 0–1: cividis without its ends, reversed in the light theme so that more is always stronger. */
export function levelColor(level: number, theme: Theme): string {
  const t = 0.05 + 0.9 * Math.min(1, Math.max(0, level));
  return rgb(interpolateCividis(shadeOf(theme) === 'light' ? 1 - t : t)).formatHex();
}

const NODATA = {
  dark: ['#211d2e', '#a597c9'],
  light: ['#ece8f5', '#5d4b8c'],
  contrast: ['#000000', '#d3c4ff'],
} as const;
const EMPTY = { dark: '#101418', light: '#f4f6f7', contrast: '#000000' } as const;
/** `line-1` of high contrast (ui.md 2.1). */
const BORDER = { dark: '', light: '', contrast: '#808080' } as const;
const OUTLINE = { dark: '#657381', light: '#74818e', contrast: '#ffffff' } as const;

/** Fill of a cell's byte as a colour; the budget's warning ratio moves the edge of power only. */
export function cellColor(signal: WatchSignal, cell: number, theme: Theme, warn = WARN_EDGE): string {
  if (cell === CELL_NODATA) return NODATA[theme][0];
  if (cell === CELL_UNSUPPORTED) return EMPTY[theme];
  const family = familyOf(signal);
  if (family === 'state') return STATES[Math.min(cell, STATES.length - 1)][shadeOf(theme)];
  const ratio = Math.min(cell, CELL_MAX) / CELL_ONE;
  if (family === 'level') return levelColor(ratio, theme);
  return limitColor(signal === 'power' ? withEdge(ratio, warn) : ratio, theme);
}

/** Colour of a share in a family of values. */
export function colorOf(family: 'limit' | 'level', theme: Theme, ratio: number): string {
  return family === 'level' ? levelColor(ratio, theme) : limitColor(ratio, theme);
}

/** Black or white, whichever contrasts more with a fill: one of the two always reaches 4.5:1. */
export function inkOn(color: string): '#000000' | '#ffffff' {
  const { r, g, b } = rgb(color);
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

const PLAIN = 0;
/** Has a cut corner where the cell is large enough for one. */
export const CORNERED = 1;
export const PATTERNED = 2;

/** Everything that painting a cell's byte needs, for one signal and theme. */
export interface CellPalette {
  /** Fill by byte, as ImageData's little-endian ABGR. */
  readonly fill: Uint32Array;
  /** Colour of the pattern over it. */
  readonly ink: Uint32Array;
  readonly pattern: readonly Pattern[];
  /** PLAIN, CORNERED or PATTERNED: what the inner loop asks. */
  readonly kinds: Uint8Array;
  /** The fill as CSS text, and black or white for letters on it. */
  readonly color: readonly string[];
  readonly inkColor: readonly string[];
  /** A line of this colour around every cell in high contrast; 0 where cells have none. */
  readonly border: number;
}

/** A colour as the 32-bit number that ImageData holds on little-endian machines. */
export function abgr(color: string): number {
  const { r, g, b } = rgb(color);
  return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

const made = new Map<string, CellPalette>();

/** The lookup table of a signal in a theme with a warning ratio; made once. */
export function paletteOf(signal: WatchSignal, theme: Theme, warn = WARN_EDGE): CellPalette {
  const key = `${signal} ${theme} ${warn}`;
  const known = made.get(key);
  if (known) return known;
  const fill = new Uint32Array(256);
  const ink = new Uint32Array(256);
  const pattern: Pattern[] = [];
  const [colors, inkColors]: [string[], string[]] = [[], []];
  for (let cell = 0; cell < 256; cell++) {
    const color = cellColor(signal, cell, theme, warn);
    fill[cell] = abgr(color);
    ink[cell] = abgr(inkOn(color));
    pattern[cell] = patternOf(signal, cell);
    colors[cell] = color;
    inkColors[cell] = inkOn(color);
  }
  fill[CELL_NODATA] = abgr(NODATA[theme][0]);
  ink[CELL_NODATA] = abgr(NODATA[theme][1]);
  ink[CELL_UNSUPPORTED] = abgr(OUTLINE[theme]);
  if (familyOf(signal) === 'state') {
    const panel = abgr(EMPTY[theme]);
    STATES.forEach((_, cell) => {
      ink[cell] = cell === 1 ? abgr(OUTLINE[theme]) : panel;
    });
  }
  const kinds = Uint8Array.from(pattern, (kind) =>
    kind === 'solid' ? PLAIN : kind === 'corner' ? CORNERED : PATTERNED,
  );
  const border = BORDER[theme] === '' ? 0 : abgr(BORDER[theme]);
  const palette = { fill, ink, pattern, kinds, color: colors, inkColor: inkColors, border };
  made.set(key, palette);
  return palette;
}

/** The system's own colours for what has no value: ground, hatching of what is lost, and lines. */
export interface ForcedColors {
  readonly ground: string;
  readonly lost: string;
  readonly line: string;
}

/** A palette under forced colours (ui.md 2.1): values keep theirs, cells get borders, the rest is the system's. */
export function forcedPalette(palette: CellPalette, { ground, lost, line }: ForcedColors): CellPalette {
  const fill = palette.fill.with(CELL_NODATA, abgr(ground)).with(CELL_UNSUPPORTED, abgr(ground));
  const ink = palette.ink.with(CELL_NODATA, abgr(lost)).with(CELL_UNSUPPORTED, abgr(line));
  const color = palette.color.with(CELL_NODATA, ground).with(CELL_UNSUPPORTED, ground);
  const inkColor = palette.inkColor.with(CELL_NODATA, line).with(CELL_UNSUPPORTED, line);
  return { ...palette, fill, ink, color, inkColor, border: abgr(line) };
}

/** How far what the filter does not keep steps back towards the ground. */
const DIMMED = 0.78;

/**
 * A palette with a second half: byte + 256 is the same cell stepped back, for what a filter does not keep. It keeps its
 * pattern: no data stays no data.
 */
export function withDimmed(palette: CellPalette, ground: string): CellPalette {
  const back = (color: number) => {
    const { r, g, b } = rgb(ground);
    const mix = (channel: number, of: number) => Math.round(channel * (1 - DIMMED) + of * DIMMED);
    return (
      ((255 << 24) | (mix((color >> 16) & 255, b) << 16) | (mix((color >> 8) & 255, g) << 8) | mix(color & 255, r)) >>>
      0
    );
  };
  return {
    ...palette,
    fill: Uint32Array.of(...palette.fill, ...palette.fill.map(back)),
    ink: Uint32Array.of(...palette.ink, ...palette.ink.map(back)),
    pattern: [...palette.pattern, ...palette.pattern],
    kinds: Uint8Array.of(...palette.kinds, ...palette.kinds),
  };
}

function patternOf(signal: WatchSignal, cell: number): Pattern {
  if (cell === CELL_NODATA) return 'hatch';
  if (cell === CELL_UNSUPPORTED) return 'outline';
  if (familyOf(signal) === 'state') return STATES[Math.min(cell, STATES.length - 1)].pattern;
  return familyOf(signal) === 'limit' && cell >= CELL_ONE ? 'corner' : 'solid';
}
