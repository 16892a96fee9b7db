import { type Markup, markup } from './markup.ts';
import type { Happening } from './sequence.ts';

const NAMES: Readonly<Record<Happening['kind'], string>> = {
  critical: 'critical',
  warning: 'warning',
  advisory: 'advisory',
  nodata: 'no data',
  note: 'note',
  taken: 'snapshot',
};

/** A severity's shape on 12 × 12 (ui.md 1), to stand in an SVG. */
export const SHAPES: Readonly<Record<Happening['kind'], Markup>> = {
  critical: markup`<path d="M6 0 12 6 6 12 0 6Z" class="crit"/><path d="M6 3v3.6M6 7.9v1.2" class="on-crit"/>`,
  warning: markup`<path d="M6 .6 12 11.2H0Z" class="warn"/><path d="M6 4.2v3.4M6 8.6v1.3" class="on-warn"/>`,
  advisory: markup`<circle cx="6" cy="6" r="5" class="ring"/><circle cx="6" cy="6" r="1.6" class="adv"/>`,
  nodata: markup`<rect x=".8" y=".8" width="10.4" height="10.4" class="dashed"/><path d="M3 9 9 3" class="slash"/>`,
  note: markup`<circle cx="6" cy="6" r="3" class="dot"/>`,
  taken: markup`<path d="M1.5 6.5 4.8 9.8 10.8 2.6" class="tick"/>`,
};

/** The shape by itself, with its name for those who hear the page. */
export const glyph = (kind: Happening['kind']): Markup =>
  markup`<svg class="glyph" width="12" height="12" viewBox="0 0 12 12" role="img" aria-label="${NAMES[kind]}">${SHAPES[kind]}</svg>`;
