const INT64_BLANK = 9.2e18;
const INT32_BLANK = 2_147_483_632;
const FP64_BLANK = 2 ** 47;

/** Any exporter: only numbers at the end of 64 bits are no reading. */
export const ANY = 0;
/** A DCGM field that may honestly be large (bytes, counters): the marks of 64 bits and of floats. */
export const MARKS = 1;
/** Any other DCGM field: those of 32 bits too. */
export const DCGM = 2;
export type Marks = typeof ANY | typeof MARKS | typeof DCGM;

/**
 * Whether a raw value is one of DCGM's "no reading" marks (dcgm_structs.h: 0x7ffffff0…5, 0x7ffffffffffffff0…5,
 * 2^47…2^47+3), which old exporters print as numbers.
 */
export function isBlank(raw: number, marks: number): boolean {
  if (raw < INT32_BLANK) return false;
  if (raw >= INT64_BLANK || marks === DCGM) return true;
  return marks === MARKS && isFloatMark(raw);
}

/** The same of a field whose unit is not known here: only the marks themselves. */
export function isMark(raw: number): boolean {
  return raw >= INT64_BLANK || isFloatMark(raw) || (raw >= INT32_BLANK && raw <= INT32_BLANK + 5);
}

const isFloatMark = (raw: number) => raw >= FP64_BLANK && raw <= FP64_BLANK + 3;
