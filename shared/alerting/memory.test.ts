import { describe, expect, it } from 'vitest';
import { frameOf, times, topologyOf } from '../frame.fixture.ts';
import { AlertMemory } from './memory.ts';

const HW_THERMAL = 0x40;
const T = 1_700_000_000_000;

/** Residency of the first GPU after `seconds` of a poll of 5 s at which its clocks were held, or not. */
function residencyAfter(seconds: number, mask: number): number {
  const memory = new AlertMemory(15_000);
  const topology = topologyOf();
  for (let at = 0; at <= seconds; at += 5)
    memory.update(frameOf(topology, { 'gpu.throttle': times(8, mask) }), T + at * 1000);
  return memory.residency(0, 'hwHeat');
}

describe('a residency over 5 min', () => {
  it('is not known to an engine that has just started: it must not end what held before', () => {
    expect(residencyAfter(10, HW_THERMAL)).toBeNaN();
    expect(residencyAfter(60, 0)).toBeNaN();
  });

  it('is known as soon as what was seen suffices: 15 s of 5 min at least half of which would have to be known', () => {
    expect(residencyAfter(15, HW_THERMAL)).toBeCloseTo(15 / 150);
  });

  it('is known once half of the window is', () => {
    expect(residencyAfter(150, 0)).toBe(0);
    expect(residencyAfter(300, HW_THERMAL)).toBeCloseTo(1);
  });

  it('forgets what has left the window', () => {
    const memory = new AlertMemory(15_000);
    const topology = topologyOf();
    const hear = (seconds: number, mask: number) =>
      memory.update(frameOf(topology, { 'gpu.throttle': times(8, mask) }), T + seconds * 1000);
    for (let at = 0; at <= 300; at += 5) hear(at, at <= 60 ? HW_THERMAL : 0);
    expect(memory.residency(0, 'hwHeat')).toBeCloseTo(60 / 300, 1);
    for (let at = 305; at <= 420; at += 5) hear(at, 0);
    expect(memory.residency(0, 'hwHeat')).toBe(0);
  });
});
