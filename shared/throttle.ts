import { THROTTLE_CLASSES, type ThrottleClass } from './cells.ts';

/** Clock event reasons of NVML and DCGM (nvml.h, `nvmlClocksEventReason…`), worst last (ui.md 3.3). */
const REASONS = [
  [0x1, 'idle', 'Idle'],
  [0x2, 'user', 'Clocks set by user'],
  [0x10, 'user', 'Sync boost'],
  [0x4, 'powerCap', 'SW power cap'],
  [0x20, 'swThermal', 'SW thermal'],
  [0x8, 'hwThermal', 'HW slowdown'],
  [0x40, 'hwThermal', 'HW thermal'],
  [0x80, 'powerBrake', 'HW power brake'],
] as const satisfies readonly (readonly [number, ThrottleClass, string])[];

/** Bits that are documented; the others say nothing. */
const KNOWN_BITS = 0xff;

export const SW_POWER_CAP = 0x4;
/** Reasons by which power, not heat or a user, holds the clocks. */
export const POWER_REASONS = SW_POWER_CAP | 0x80;

const classOfByte = Uint8Array.from({ length: KNOWN_BITS + 1 }, (_, bits) =>
  REASONS.reduce((worst, [bit, name]) => Math.max(worst, bits & bit ? THROTTLE_CLASSES.indexOf(name) : 0), 0),
);

/** From this class on a GPU's clocks are held against its will. */
export const HELD = THROTTLE_CLASSES.indexOf('powerCap');
export const SW_THERMAL = THROTTLE_CLASSES.indexOf('swThermal');
export const HW_THERMAL = THROTTLE_CLASSES.indexOf('hwThermal');
export const POWER_BRAKE = THROTTLE_CLASSES.indexOf('powerBrake');

/** Index in THROTTLE_CLASSES of the worst reason in a bitmask. */
export function throttleClass(mask: number): number {
  return classOfByte[mask & KNOWN_BITS];
}

/** The reasons of a bitmask in words, the worst first; empty where there is none. */
export function reasonsOf(mask: number): readonly string[] {
  return REASONS.filter(([bit]) => (mask & bit) !== 0)
    .map(([, , name]) => name)
    .reverse();
}
