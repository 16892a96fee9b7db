import type { SignalId } from '../signals/catalogue.ts';
import { type Signal, type SignalUnit, signalOf } from '../signals/catalogue.ts';

/**
 * How exactly a signal is remembered. A value is kept as a whole number, its code, from 0.
 * linear: value = code × step + least. log: within ±0.1 % of the value, from 0.001 up; less is 0.
 * whole: as it is up to 2²⁰, beyond within ±0.1 %.
 */
export interface Resolution {
  readonly kind: 'linear' | 'log' | 'whole';
  readonly step: number;
  readonly least: number;
  /** Codes need 32 bits. */
  readonly wide: boolean;
}

/** Physical resolution of each unit; null: a quantity of many decades, kept by its logarithm. */
const STEPS: Readonly<Record<SignalUnit, number | 'log' | 'whole'>> = {
  ...{ W: 0.5, VA: 1, A: 0.1, V: 0.1, C: 0.5, ratio: 0.002, MHz: 1, 'GT/s': 0.5, lanes: 1, rpm: 10, bits: 1 },
  ...{ code: 'whole', count: 'whole', J: 'log', B: 'log', 'B/s': 'log', '1/s': 'log', s: 'log', 'ticks/s': 'log' },
};

/** Each code of a logarithm is 0.2 % above the one before. */
const LOG_STEP = Math.log(1.002);
const LOG_LEAST = 0.001;
const WHOLE_MOST = 2 ** 20;
const NARROW_MOST = 0xfffe;
/** No signal's largest code is above this, so that the difference of two has a sign in 32 bits. */
const WIDE_MOST = 2 ** 30 - 1;

const known = new Map<SignalId, Resolution>();

/** The resolution that a signal is remembered with. */
export function resolutionOf(id: SignalId): Resolution {
  let found = known.get(id);
  if (!found) {
    found = make(signalOf(id));
    known.set(id, found);
  }
  return found;
}

function make({ unit, min, max }: Signal): Resolution {
  const step = STEPS[unit];
  if (step === 'log') return { kind: 'log', step: LOG_STEP, least: LOG_LEAST, wide: false };
  if (step === 'whole') return { kind: 'whole', step: 1, least: 0, wide: max > NARROW_MOST };
  const least = Math.min(0, min);
  return { kind: 'linear', step, least, wide: (max - least) / step > NARROW_MOST };
}

/** The code of a value; −1 for NaN. */
export function codeOf(value: number, { kind, step, least }: Resolution): number {
  if (Number.isNaN(value)) return -1;
  if (kind === 'linear') return Math.min(WIDE_MOST, Math.max(0, Math.round((value - least) / step)));
  if (kind === 'log') return value < least ? 0 : 1 + Math.round(Math.log(value / least) / step);
  if (value <= WHOLE_MOST) return Math.max(0, Math.round(value));
  return WHOLE_MOST + Math.round(Math.log(value / WHOLE_MOST) / LOG_STEP);
}

/** The value of a code; NaN for −1. */
export function valueOfCode(code: number, { kind, step, least }: Resolution): number {
  if (code < 0) return Number.NaN;
  if (kind === 'linear') return code * step + least;
  if (kind === 'log') return code === 0 ? 0 : least * Math.exp((code - 1) * step);
  return code <= WHOLE_MOST ? code : WHOLE_MOST * Math.exp((code - WHOLE_MOST) * LOG_STEP);
}
