import { formatCap, formatSlope } from '../../../shared/format.ts';

/** A draw that would change by less than this share over the 15 min of the fit is steady. */
const STEADY_SHARE = 0.005;
const FIT_MINUTES = 15;

/**
 * The outlook of a draw in words (ui.md 4): "Cap in ~7 min", "+3.1 kW/min, over 2 h", "Steady", "Rising", "Falling";
 * '' where no trend can be told.
 *
 * @param drawW watts now
 * @param slope watts per minute; NaN: none
 * @param capMin minutes until draw meets budget; NaN: no forecast, Infinity: over 2 h
 */
export function outlookOf(drawW: number, slope: number, capMin: number): string {
  if (Number.isNaN(slope)) return '';
  if (Math.abs(slope) * FIT_MINUTES < STEADY_SHARE * drawW) return 'Steady';
  if (slope < 0) return 'Falling';
  if (Number.isNaN(capMin)) return 'Rising';
  return capMin === Number.POSITIVE_INFINITY ? `${formatSlope(slope)}, over 2 h` : formatCap(capMin);
}
