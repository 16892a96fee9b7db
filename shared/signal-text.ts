import type { WatchSignal } from './contract.ts';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatLink,
  formatNvlink,
  formatPercent,
  formatPower,
  formatTemp,
  formatWatts,
  MISSING,
} from './format.ts';
import { type SignalId, type SignalUnit, signalOf } from './signals/catalogue.ts';

/** Anything below a thousand with up to three digits, as "3.2", "0.05", "780". */
const short = (value: number) =>
  Math.abs(value) >= 999.5 ? formatCount(value) : String(Number(value.toPrecision(3))).replace('-', '\u2212');

/** "12.4 ms", "0.31 s". */
const formatSeconds = (value: number) => (value < 0.0995 ? `${short(value * 1000)} ms` : `${short(value)} s`);

const BY_UNIT: Readonly<Record<SignalUnit, (value: number) => string>> = {
  W: (value) => (value >= 10_000 ? formatPower(value, 'rack') : formatWatts(value)),
  VA: (value) => `${formatCount(value)} VA`,
  A: (value) => `${short(value)} A`,
  V: (value) => `${short(value)} V`,
  C: formatTemp,
  ratio: (value) => formatPercent(value, 0),
  MHz: formatClock,
  'B/s': formatNvlink,
  B: formatBytes,
  bits: (value) => `0x${value.toString(16)}`,
  J: (value) => `${short(value / 3.6e6)} kWh`,
  code: short,
  count: short,
  '1/s': (value) => `${short(value)} /s`,
  s: formatSeconds,
  'ticks/s': (value) => `${formatCount(value)} ticks/s`,
  'GT/s': (value) => `${short(value)} GT/s`,
  rpm: (value) => `${formatCount(value)} rpm`,
  lanes: (value) => `×${formatCount(value)}`,
};

/** A value of a signal of the catalogue with its unit, as the screen writes it; networks in bits, as they are sold. */
export function formatSignal(id: SignalId, value: number | null): string {
  if (value === null || Number.isNaN(value)) return MISSING;
  const { kind, unit } = signalOf(id);
  return kind === 'link' && unit === 'B/s' ? formatLink(value) : BY_UNIT[unit](value);
}

/**
 * What a place's value is called: a percentage for the six signals of the floor plan, the value itself for one of the
 * catalogue, whose scale ends at `full`.
 */
export function formatPlaceValue(signal: WatchSignal, full: number | null, value: number | null): string {
  if (full === null) return formatPercent(value, signal === 'power' ? 1 : 0);
  return formatSignal(signal as SignalId, value === null ? null : value * full);
}
