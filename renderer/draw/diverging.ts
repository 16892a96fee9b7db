import { interpolateLab, rgb } from 'd3';
import type { Theme } from '../theme/theme.ts';

/**
 * Colours of a change (ui.md 3.4): PuOr of ColorBrewer, less in purple, more in orange, and no change as quiet as a
 * healthy fleet. Lightness tells how much, on both arms alike; the sign is always printed as well.
 */
const STOPS: Readonly<Record<'dark' | 'light', readonly [number, string][]>> = {
  dark: [
    [-1, '#d8daeb'],
    [-0.5, '#8073ac'],
    [-0.02, '#2b2a36'],
    [0, '#232d36'],
    [0.02, '#34291f'],
    [0.5, '#b35806'],
    [1, '#fee0b6'],
  ],
  light: [
    [-1, '#2d004b'],
    [-0.5, '#8073ac'],
    [-0.02, '#e6e5ee'],
    [0, '#e9edf0'],
    [0.02, '#f3ebe0'],
    [0.5, '#e08214'],
    [1, '#7f3b08'],
  ],
};

/** The colour of a change as a share of the largest, −1 to 1, clamped. */
export function changeColor(share: number, theme: Theme): string {
  const stops = STOPS[theme === 'light' ? 'light' : 'dark'];
  const t = Math.min(1, Math.max(-1, share));
  const next = Math.max(
    1,
    stops.findIndex(([at]) => at >= t),
  );
  const [[before, from], [at, to]] = [stops[next - 1], stops[next]];
  return rgb(interpolateLab(from, to)((t - before) / (at - before))).formatHex();
}

/** The end of a scale that holds these changes: 1, 2 or 5 times a power of ten, at least 1 kW. */
export function changeScale(changes: Iterable<number>): number {
  let most = 0;
  for (const change of changes) if (Math.abs(change) > most) most = Math.abs(change);
  let end = 1000;
  for (let i = 0; end < most && i < 30; i++) end *= [2, 2.5, 2][i % 3];
  return end;
}
