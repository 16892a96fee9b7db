import { textOf } from './bytes.ts';

const POWERS = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
];
const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const SPECIAL = /^([+-]?)(nan|inf|infinity)$/i;

/** What `parseNumber` gives where there is no number: told from a real NaN by `isNumber`. */
export const outcome = { ok: true };

/**
 * The number written in bytes, exactly rounded, by the grammar of Go's ParseFloat without hexadecimal and
 * underscores, as Prometheus's scrape has it. Sets `outcome.ok` to false (and gives NaN) where it is none,
 * a finite text too large for a double included.
 */
export function parseNumber(bytes: Uint8Array, from: number, to: number): number {
  outcome.ok = true;
  let at = from;
  let negative = false;
  if (bytes[at] === 0x2d) {
    negative = true;
    at++;
  }
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < to; at++) {
    const digit = bytes[at] - 0x30;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (bytes[at] === 0x2e && decimals < 0) decimals = 0;
    else break;
  }
  // Up to 15 digits the mantissa is exact, and so is the power of ten: one division rounds once.
  if (at === to && digits > 0 && digits <= 15) {
    const value = decimals > 0 ? mantissa / POWERS[decimals] : mantissa;
    return negative ? -value : value;
  }
  // Beyond ASCII there is no number, and maybe no text.
  for (; at < to; at++) {
    if (bytes[at] < 0x80) continue;
    outcome.ok = false;
    return Number.NaN;
  }
  return numberOf(textOf(bytes, from, to));
}

/** The same for a number in text. */
export function numberOf(text: string): number {
  outcome.ok = true;
  const special = SPECIAL.exec(text);
  if (special) {
    if (special[2]?.toLowerCase() !== 'nan') return special[1] === '-' ? -Infinity : Infinity;
    // Go's ParseFloat takes no sign on NaN.
    outcome.ok = special[1] === '';
    return Number.NaN;
  }
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  outcome.ok = Number.isFinite(value);
  return outcome.ok ? value : Number.NaN;
}
