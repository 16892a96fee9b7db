import type { Signal, SignalUnit } from '../signals/catalogue.ts';

/**
 * How finely a quantity is kept. `step`: multiples of 1 ÷ perUnit of its unit, so an error is at most half of that.
 * `share`: so many binary digits of the number itself, an error is at most value ÷ 2^(digits + 1). 23 digits are all
 * that a column has: nothing is lost.
 */
export type Quantum =
  | { readonly kind: 'step'; readonly perUnit: number }
  | { readonly kind: 'share'; readonly digits: number };

const step = (perUnit: number): Quantum => ({ kind: 'step', perUnit });
const share = (digits: number): Quantum => ({ kind: 'share', digits });

/** Codes are signed integers of 32 bits. */
const MOST_STEPS = 2 ** 31 - 1;

/** By unit: what the instruments tell apart. Rates are told from counters and have no finer truth than a few digits. */
const quanta: Readonly<Record<SignalUnit, Quantum>> = {
  W: step(10),
  VA: step(10),
  A: step(100),
  V: step(10),
  C: step(10),
  ratio: step(10_000),
  MHz: step(1),
  'GT/s': step(10),
  rpm: step(1),
  lanes: step(1),
  'B/s': share(12),
  '1/s': share(12),
  s: share(12),
  'ticks/s': share(12),
  B: share(16),
  J: share(23),
  bits: share(23),
  code: share(23),
  count: share(23),
};

/** The quantum of a signal; where its highest value in steps has no room in 32 bits, so many digits instead. */
export function quantumOf({ unit, max }: Pick<Signal, 'unit' | 'max'>): Quantum {
  const quantum = quanta[unit];
  return quantum.kind === 'step' && max * quantum.perUnit > MOST_STEPS ? share(20) : quantum;
}

/** The largest error of a value that was kept. */
export function errorOf(quantum: Quantum, value: number): number {
  // The column itself is 32-bit floating point, whose least number is 2^-149.
  const float = Math.abs(value) * 2 ** -24 + 2 ** -126;
  if (quantum.kind === 'step') return 0.5 / quantum.perUnit + float;
  return quantum.digits === 23 ? float : Math.abs(value) * 2 ** -(quantum.digits + 1) + float;
}

/** For a person and for the file: "0.1 W", "1 part in 8,192". */
export function quantumText(quantum: Quantum, unit: SignalUnit): string {
  if (quantum.kind === 'step') return `${1 / quantum.perUnit} ${unit}`;
  return quantum.digits === 23 ? 'exact' : `1 part in ${2 ** (quantum.digits + 1)}`;
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** A value as an integer of 32 bits; greater values have greater integers. */
export function codeOf(quantum: Quantum, value: number): number {
  if (quantum.kind === 'step') return Math.round(value * quantum.perUnit) | 0;
  float[0] = value;
  const lost = 23 - quantum.digits;
  const magnitude = word[0] & 0x7fffffff;
  const kept = lost === 0 ? magnitude : (magnitude + 2 ** (lost - 1)) >>> lost;
  return value < 0 ? -kept - 1 : kept;
}

/** The value that an integer stands for. */
export function valueOfCode(quantum: Quantum, code: number): number {
  if (quantum.kind === 'step') return code / quantum.perUnit;
  const magnitude = code < 0 ? -code - 1 : code;
  word[0] = (magnitude << (23 - quantum.digits)) & 0x7fffffff;
  return code < 0 ? -float[0] : float[0];
}
