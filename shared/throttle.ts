import { THROTTLE_CLASSES, type ThrottleClass } from './cells.ts';

/** Clock event reasons, bit by bit (dcgm_fields.h, identical to NVML), and the class each belongs to. */
export const REASONS: readonly { readonly bit: number; readonly name: string; readonly class: ThrottleClass }[] = [
  { bit: 0x001, name: 'Idle', class: 'idle' },
  { bit: 0x002, name: 'Clocks set by user', class: 'user' },
  { bit: 0x004, name: 'SW power cap', class: 'powerCap' },
  { bit: 0x008, name: 'HW slowdown', class: 'hwThermal' },
  { bit: 0x010, name: 'Sync boost', class: 'user' },
  { bit: 0x020, name: 'SW thermal', class: 'swThermal' },
  { bit: 0x040, name: 'HW thermal', class: 'hwThermal' },
  { bit: 0x080, name: 'HW power brake', class: 'powerBrake' },
];

const BITS_KNOWN = 0x100;

const classOf = Uint8Array.from({ length: BITS_KNOWN }, (_, mask) =>
  REASONS.reduce(
    (worst, reason) => (mask & reason.bit ? Math.max(worst, THROTTLE_CLASSES.indexOf(reason.class)) : worst),
    0,
  ),
);

/** Index in THROTTLE_CLASSES of the worst reason in a bitmask. Bits that nobody documents say nothing. */
export function throttleClass(mask: number): number {
  return classOf[mask & (BITS_KNOWN - 1)];
}

/** From this class on a GPU's clocks are held against its will. */
export const HELD = THROTTLE_CLASSES.indexOf('powerCap');
export const SW_THERMAL = THROTTLE_CLASSES.indexOf('swThermal');
export const HW_THERMAL = THROTTLE_CLASSES.indexOf('hwThermal');
export const POWER_BRAKE = THROTTLE_CLASSES.indexOf('powerBrake');

/** All reasons of a bitmask in words; 'None' where there is none. */
export function reasonsOf(mask: number): string {
  const names = REASONS.filter((reason) => mask & reason.bit).map((reason) => reason.name);
  return names.length === 0 ? 'None' : names.join(', ');
}
