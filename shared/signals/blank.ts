import type { SignalUnit } from './catalogue.ts';

const INT64_BLANK = 9.2e18;
const INT32_BLANK = 2_147_483_632;
const FP64_BLANK = 2 ** 47;

/**
 * Whether a raw value is one of DCGM's "no reading" marks (dcgm_structs.h: 0x7ffffff0…5, 0x7ffffffffffffff0…5,
 * 2^47…2^47+3), which old exporters print as numbers. Byte quantities may honestly reach the 32-bit marks.
 */
export function isBlank(raw: number, unit: SignalUnit): boolean {
  if (raw >= INT64_BLANK || isFloatMark(raw)) return true;
  const large = unit === 'B' || unit === 'B/s' || unit === 'J' || unit === 'ticks/s';
  return !large && raw >= INT32_BLANK && unit !== 'ratio';
}

/** The same of a field whose unit is not known here: only the marks themselves. */
export function isMark(raw: number): boolean {
  return raw >= INT64_BLANK || isFloatMark(raw) || (raw >= INT32_BLANK && raw <= INT32_BLANK + 5);
}

const isFloatMark = (raw: number) => raw >= FP64_BLANK && raw <= FP64_BLANK + 3;
