/** A share of a limit, and its colour. */
export type Stop = readonly [number, string];

/** `limit`: lightness carries the value, hue appears only past 0.90 (ui.md 3.1). */
export const LIMIT: Readonly<Record<'dark' | 'light', readonly Stop[]>> = {
  dark: [
    [0, '#151a1f'],
    [0.4, '#232d36'],
    [0.6, '#2f3c48'],
    [0.75, '#3d4d5b'],
    [0.8999, '#536676'],
    [0.9, '#a3732a'],
    [0.95, '#cf892f'],
    [0.9999, '#df953a'],
    [1, '#ff8466'],
    [1.1, '#ffd0c2'],
  ],
  light: [
    [0, '#f4f6f7'],
    [0.4, '#e2e7eb'],
    [0.6, '#d0d8df'],
    [0.75, '#bcc7d0'],
    [0.8999, '#a2b0bc'],
    [0.9, '#cf9530'],
    [0.95, '#b9701a'],
    [0.9999, '#a65a10'],
    [1, '#a3211b'],
    [1.1, '#5c0d10'],
  ],
};

/** The share of a limit at which the palette turns to its warning colours. */
export const WARN_EDGE = 0.9;

/** Moves a share so that a configured warning ratio falls on the palette's edge: [0, warn, 1] to [0, 0.9, 1]. */
export function withEdge(ratio: number, warn: number): number {
  if (ratio >= 1 || warn === WARN_EDGE) return ratio;
  return ratio < warn ? (ratio / warn) * WARN_EDGE : WARN_EDGE + ((ratio - warn) / (1 - warn)) * (1 - WARN_EDGE);
}
