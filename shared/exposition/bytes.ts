/** Bytes as text and back, for a layer that has neither TextDecoder nor Node. */

/** Index of the first byte that is not valid UTF-8 (RFC 3629: no overlong forms, no surrogates), or −1. */
export function invalidUtf8At(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const first = bytes[at];
    if (first < 0x80) {
      at++;
      continue;
    }
    const length =
      first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    if (length === 0 || at + length > to) return at;
    const second = bytes[at + 1];
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return at;
    for (let next = at + 2; next < at + length; next++) if ((bytes[next] & 0xc0) !== 0x80) return at;
    at += length;
  }
  return -1;
}

/** The bytes that a text has as UTF-8; a lone surrogate is written as U+FFFD, as everywhere. */
export function utf8Of(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    const code = point >= 0xd800 && point < 0xe000 ? 0xfffd : point;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

/** Text of bytes that are known to be valid UTF-8. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  let at = from;
  while (at < to) {
    const first = bytes[at];
    if (first < 0x80) {
      let end = at + 1;
      while (end < to && bytes[end] < 0x80 && end - at < 4096) end++;
      text += String.fromCharCode.apply(null, bytes.subarray(at, end) as unknown as number[]);
      at = end;
    } else if (first < 0xe0) {
      text += String.fromCharCode(((first & 0x1f) << 6) | (bytes[at + 1] & 0x3f));
      at += 2;
    } else if (first < 0xf0) {
      text += String.fromCharCode(((first & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f));
      at += 3;
    } else {
      const code =
        ((first & 0x07) << 18) |
        ((bytes[at + 1] & 0x3f) << 12) |
        ((bytes[at + 2] & 0x3f) << 6) |
        (bytes[at + 3] & 0x3f);
      text += String.fromCodePoint(code);
      at += 4;
    }
  }
  return text;
}
