import { describe, expect, it } from 'vitest';
import { bytesOfDense, denseText } from './dense.ts';

const textOf = (bytes: Uint8Array) => [...denseText(bytes)].join('');
/** Bytes that no method makes smaller. */
function noise(length: number): Uint8Array {
  let seed = 1;
  return Uint8Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 24;
  });
}

describe('dense text', () => {
  it('gives back any bytes, of any length, in pieces', () => {
    for (const length of [0, 1, 2, 3, 4, 5, 1000, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 700_001]) {
      const bytes = noise(length);
      const again = bytesOfDense(textOf(bytes), length);
      expect(again.length === length && again.every((one, i) => one === bytes[i]), `${length} bytes`).toBe(true);
    }
    expect([...denseText(noise(700_001))].length).toBe(3);
  });

  it('takes five characters for four bytes, none of which means anything in HTML', () => {
    const text = textOf(noise(700_000));
    expect(text.length / 700_000).toBeLessThan(1.251);
    expect(text).toMatch(/^[!-~]*$/);
    expect(text).not.toMatch(/["&'<>\\`]/);
    expect(textOf(new Uint8Array(700_000)).length).toBeLessThan(2000);
  });

  it('is refused where it was changed to what cannot be, or is cut', () => {
    const text = textOf(noise(1000));
    expect(() => bytesOfDense('~~~~~', 1)).toThrow();
    expect(() => bytesOfDense(`${text.slice(0, 500)}}}}}}${text.slice(505)}`, 1000)).toThrow();
    expect(() => bytesOfDense(text.slice(0, 600), 1000)).toThrow();
  });
});
