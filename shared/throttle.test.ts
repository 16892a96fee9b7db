import { describe, expect, it } from 'vitest';
import { THROTTLE_CLASSES } from './cells.ts';
import { reasonsOf, throttleClass } from './throttle.ts';

describe('clock event reasons', () => {
  // Bits as nvml.h names them; classes as the table of the design.
  it.each([
    [0x0, 'none'],
    [0x1, 'idle'],
    [0x2, 'user'],
    [0x10, 'user'],
    [0x4, 'powerCap'],
    [0x20, 'swThermal'],
    [0x8, 'hwThermal'],
    [0x40, 'hwThermal'],
    [0x48, 'hwThermal'],
    [0x80, 'powerBrake'],
    [0x1 | 0x4, 'powerCap'],
    [0x4 | 0x20, 'swThermal'],
    [0x4 | 0x8 | 0x80, 'powerBrake'],
    [0x100, 'none'],
    [0x1004, 'powerCap'],
  ])('0x%s is %s', (mask, name) => {
    expect(THROTTLE_CLASSES[throttleClass(mask)]).toBe(name);
  });

  it('are all listed, the worst first', () => {
    expect(reasonsOf(0x4 | 0x40 | 0x1)).toEqual(['HW thermal', 'SW power cap', 'Idle']);
    expect(reasonsOf(0)).toEqual([]);
    expect(reasonsOf(0x100)).toEqual([]);
  });
});
