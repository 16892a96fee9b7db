import { describe, expect, it } from 'vitest';
import { base64Of, bytesOfBase64, floatsOf, textOfFloats } from './base64.ts';

describe('base64', () => {
  it('writes the examples of RFC 4648, section 10, and every byte as Node does', () => {
    const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
    expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base64Of(bytes(text)))).toEqual([
      ...['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'],
    ]);
    const all = Uint8Array.from({ length: 20_001 }, (_, i) => (i * 7) & 255);
    expect(base64Of(all)).toBe(Buffer.from(all).toString('base64'));
    for (const length of [0, 1, 2, 3, 4, 20_001])
      expect(bytesOfBase64(base64Of(all.subarray(0, length)))).toEqual(all.slice(0, length));
  });

  it('carries floats and gaps', () => {
    expect(floatsOf(textOfFloats(Float32Array.of(0.5, Number.NaN, -1e9).subarray(1)))).toEqual(
      Float32Array.of(Number.NaN, -1e9),
    );
  });
});
