import { formatCap, formatSlope } from '../../../shared/format.ts';

/** A slope under this share of a kilowatt a minute is not a trend that anyone acts on. */
const STEADY_W_PER_MIN = 50;

/**
 * The outlook of a draw in words (ui.md 4): "Cap in ~7 min", "+3.1 kW/min, over 2 h", "Steady", "Falling";
 * '' where no trend can be told.
 *
 * @param slope watts per minute; NaN: none
 * @param capMin minutes until draw meets budget; NaN: no forecast, Infinity: over 2 h
 */
export function outlookOf(slope: number, capMin: number): string {
  if (Number.isNaN(slope)) return '';
  if (Number.isFinite(capMin)) return capMin < 60 ? formatCap(capMin) : `${formatSlope(slope)}, ${capHours(capMin)}`;
  if (Math.abs(slope) < STEADY_W_PER_MIN) return 'Steady';
  if (slope < 0) return 'Falling';
  return capMin === Number.POSITIVE_INFINITY ? `${formatSlope(slope)}, over 2 h` : 'Rising';
}

function capHours(minutes: number): string {
  return `~${Math.round(minutes / 60)} h`;
}
