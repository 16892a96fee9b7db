import { describe, expect, it } from 'vitest';
import { type Packed, Packer, unpack } from './pack.ts';
import { codeOf, resolutionOf, valueOfCode } from './resolution.ts';

/** Packs some objects at a time, as a page does. */
function pack(codes: Int32Array | Uint16Array, objects: number, rows: number, most = 70): Packed {
  const packer = new Packer(codes, objects, rows);
  for (;;) {
    const packed = packer.some(most);
    if (packed) return packed;
  }
}

/** The rows of one object after packing. */
function through(columns: readonly (readonly number[])[], rows: number, wide: boolean): number[][] {
  const codes = wide ? new Int32Array(columns.length * rows) : new Uint16Array(columns.length * rows);
  columns.forEach((column, object) => {
    column.forEach((code, row) => {
      codes[row * columns.length + object] = code;
    });
  });
  const packed = pack(codes, columns.length, rows);
  const out = new Int32Array(16);
  return columns.map((_, object) => {
    unpack(packed, object, out);
    return [...out.subarray(0, rows)];
  });
}

describe('packing', () => {
  it('gives back every code, gaps and extremes among them', () => {
    const most = 2 ** 30 - 1;
    const columns = [
      [0, 0, 0, 0],
      [-1, -1, -1, -1],
      [-1, 7, -1, 9],
      [most, 0, most, 0],
      [5, 4, 3, 2],
      [0, most, -1, -1],
    ];
    expect(through(columns, 4, true)).toEqual(columns);
    expect(through([[0xfffe, 0, 0xfffe, -1]], 4, false)).toEqual([[0xfffe, 0, 0xfffe, -1]]);
  });

  it('gives back whatever 300 objects have, for every number of rows', () => {
    for (let rows = 1; rows <= 16; rows++) {
      const columns = Array.from({ length: 300 }, (_, object) =>
        Array.from({ length: rows }, (_, row) => {
          const random = Math.imul(object * 1009 + row * 31 + rows, 0x9e3779b1) >>> 8;
          if (random % 11 === 0) return -1;
          return random % (2 ** ((object % 16) + 1) - 1);
        }),
      );
      expect(through(columns, rows, false)).toEqual(columns);
      expect(through(columns, rows, true)).toEqual(columns);
    }
  });

  it('comes to the same however many objects are packed at a time', () => {
    const codes = Uint16Array.from({ length: 16 * 300 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 18);
    const [whole, ...parts] = [300, 1, 64, 299].map((most) => pack(codes, 300, 16, most));
    for (const part of parts) expect(part).toEqual(whole);
  });

  it('takes a byte for what is missing and four for what does not change', () => {
    const still = pack(new Uint16Array(16 * 64).fill(700), 64, 16);
    expect(still.bytes.length).toBe(64 * 3);
    expect(pack(new Uint16Array(16 * 64).fill(0xffff), 64, 16).bytes.length).toBe(64);
  });
});

describe('resolution', () => {
  it.each([
    ['gpu.power', 701.26, 701.5],
    ['gpu.temp', 60.3, 60.5],
    ['gpu.temp', -12, -12],
    ['gpu.util', 0.8771, 0.878],
    ['gpu.throttle', 0xffff, 0xffff],
    ['gpu.xid', 94, 94],
    ['gpu.eccUncorrected', 1_048_575, 1_048_575],
    ['node.power', 10_240.3, 10_240.5],
    ['feed.power', 1_999_999.5, 1_999_999.5],
  ] as const)('keeps %s %d as %d', (signal, value, kept) => {
    const resolution = resolutionOf(signal);
    expect(valueOfCode(codeOf(value, resolution), resolution)).toBeCloseTo(kept, 9);
  });

  it('keeps rates within a thousandth, over all their decades, and zero as zero', () => {
    const resolution = resolutionOf('link.rx');
    for (let value = 0.001; value < 1e12; value *= 1.37) {
      expect(Math.abs(valueOfCode(codeOf(value, resolution), resolution) / value - 1)).toBeLessThanOrEqual(0.001_001);
    }
    expect(valueOfCode(codeOf(0, resolution), resolution)).toBe(0);
    expect(valueOfCode(codeOf(Number.NaN, resolution), resolution)).toBeNaN();
  });
});
