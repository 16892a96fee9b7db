import { describe, expect, it } from 'vitest';
import { formatPlaceValue, formatSignal } from './signal-text.ts';
import type { SignalId } from './signals/catalogue.ts';

describe('a value of the catalogue with its unit', () => {
  it.each<[SignalId, number, string]>([
    ['gpu.memTemp', 88.4, '88 °C'],
    ['gpu.dram', 0.427, '43%'],
    ['gpu.dram', 0.997, '99%'],
    ['gpu.memUsed', 68.7e9, '68.7 GB'],
    ['gpu.pcieTx', 12.5e9, '12.5 GB/s'],
    ['link.tx', 50e9, '400 Gb/s'],
    ['gpu.nvlinkErrors', 0.05, '0.05 /s'],
    ['gpu.pcieWidth', 16, '×16'],
    ['node.power', 10_240, '10.2 kW'],
    ['gpu.powerLimit', 700, '700 W'],
    ['gpu.energy', 3.6e9, '1,000 kWh'],
    ['gpu.throttle', 0x84, '0x84'],
    ['gpu.eccCorrected', 12_345, '12,345'],
    ['gpu.memTemp', Number.NaN, '—'],
  ])('%s %d', (id, value, text) => {
    expect(formatSignal(id, value)).toBe(text);
  });

  it('is a percentage for the six of the floor plan', () => {
    expect(formatPlaceValue('power', null, 0.978)).toBe('97.8%');
    expect(formatPlaceValue('util', null, 0.978)).toBe('98%');
    expect(formatPlaceValue('gpu.memTemp', 100, 0.5)).toBe('50 °C');
    expect(formatPlaceValue('gpu.memTemp', 100, null)).toBe('—');
  });
});
