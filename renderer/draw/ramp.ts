import { interpolateTurbo, interpolateViridis, rgb } from 'd3';
import { CELL_MAX, CELL_NODATA, CELL_ONE, CELL_UNSUPPORTED } from '../../shared/cells.ts';
import type { Theme } from '../theme/theme.ts';
import { abgr, cellColor, levelColor, limitColor } from './palette.ts';

/** Colours of a time heatmap (ui.md 3): distance to a limit, a level, and two that a viewer may choose instead. */
export const RAMPS = ['limit', 'level', 'viridis', 'turbo'] as const;
export type Ramp = (typeof RAMPS)[number];

/** A share 0–1.1 as a colour. Viridis turns round in the light theme, so that more is always stronger. */
export function rampColor(ramp: Ramp, theme: Theme, share: number): string {
  const level = Math.min(1, Math.max(0, share));
  if (ramp === 'limit') return limitColor(share, theme);
  if (ramp === 'level') return levelColor(level, theme);
  if (ramp === 'viridis') return rgb(interpolateViridis(theme === 'light' ? 1 - level : level)).formatHex();
  return rgb(interpolateTurbo(level)).formatHex();
}

/** Fill and hatch of every palette byte (cells.ts), as ImageData's little-endian ABGR. */
export interface RampTable {
  readonly fill: Uint32Array;
  /** Lines over what was lost. */
  readonly ink: number;
}

const made = new Map<string, RampTable>();

/** The lookup table of a ramp in a theme; made once. What was never recorded has the colour of the panel. */
export function rampTable(ramp: Ramp, theme: Theme): RampTable {
  const key = `${ramp} ${theme}`;
  const known = made.get(key);
  if (known) return known;
  const fill = new Uint32Array(256);
  for (let cell = 0; cell < 256; cell++) fill[cell] = abgr(rampColor(ramp, theme, Math.min(cell, CELL_MAX) / CELL_ONE));
  fill[CELL_NODATA] = abgr(cellColor('power', CELL_NODATA, theme));
  fill[CELL_UNSUPPORTED] = abgr(cellColor('power', CELL_UNSUPPORTED, theme));
  const table = { fill, ink: abgr(INK[theme]) };
  made.set(key, table);
  return table;
}

/** A table under forced colours: values keep theirs, what has none is the system's. */
export const forcedTable = ({ fill }: RampTable, ground: string, lost: string): RampTable => ({
  fill: fill.with(CELL_NODATA, abgr(ground)).with(CELL_UNSUPPORTED, abgr(ground)),
  ink: abgr(lost),
});

/** `nodata` of the tokens. */
const INK: Readonly<Record<Theme, string>> = { dark: '#a597c9', light: '#5d4b8c', contrast: '#d3c4ff' };
