import { Deflate, inflateSync } from 'fflate';

/**
 * Bytes as text that may stand in a page: deflated, then five characters for four bytes. A tenth and a sixteenth less
 * than the same bytes in base64. No character of it means anything in HTML.
 */

/** 85 printable characters of ASCII; none that begins or ends a tag, a reference, an escape or a quoted text. */
const ALPHABET = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i))
  .filter((one) => !'"&\'<>\\`'.includes(one))
  .slice(0, 85);
const codes = Uint8Array.from(ALPHABET, (one) => one.charCodeAt(0));
const digitOf = new Uint8Array(128).fill(255);
codes.forEach((code, digit) => {
  digitOf[code] = digit;
});

/** Bytes that are deflated between two rests, some 10 ms. */
const PIECE = 1 << 18;
/** Characters that are made into text at once: an argument list may not be longer. */
const AT_ONCE = 8000;

/** The text of some bytes, in pieces. */
export function* denseText(bytes: Uint8Array): Generator<string> {
  let waiting = new Uint8Array(0);
  const deflate = new Deflate({ level: 6 }, (chunk) => {
    const all = new Uint8Array(waiting.length + chunk.length);
    all.set(waiting);
    all.set(chunk, waiting.length);
    waiting = all;
  });
  for (let at = 0; at === 0 || at < bytes.length; at += PIECE) {
    const last = at + PIECE >= bytes.length;
    deflate.push(bytes.subarray(at, at + PIECE), last);
    const whole = last ? Math.ceil(waiting.length / 4) * 4 : Math.floor(waiting.length / 4) * 4;
    // What is missing of the last four bytes is zero: a deflated text tells its own end.
    const ready = new Uint8Array(whole);
    ready.set(waiting.subarray(0, whole));
    waiting = waiting.slice(whole);
    yield textOf(ready);
  }
}

function textOf(bytes: Uint8Array): string {
  const out = new Uint8Array((bytes.length / 4) * 5);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, to = 0; at < bytes.length; at += 4, to += 5) {
    let rest = view.getUint32(at);
    for (let digit = 4; digit >= 0; digit--) {
      out[to + digit] = codes[rest % 85];
      rest = Math.floor(rest / 85);
    }
  }
  let text = '';
  for (let at = 0; at < out.length; at += AT_ONCE) text += String.fromCharCode(...out.subarray(at, at + AT_ONCE));
  return text;
}

/** The bytes of such a text. @param size how many there are. @throws Error where it is no such text */
export function bytesOfDense(text: string, size: number): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(Math.floor(text.length / 5) * 4);
  const view = new DataView(packed.buffer);
  for (let at = 0, to = 0; to < packed.length; at += 5, to += 4) {
    let four = 0;
    for (let i = at; i < at + 5; i++) four = four * 85 + digitOf[text.charCodeAt(i) & 127];
    if (four > 0xffffffff) throw new Error('The data of this file are not as they were written');
    view.setUint32(to, four);
  }
  const bytes = inflateSync(packed, { out: new Uint8Array(size) });
  if (bytes.length !== size) throw new Error('The data of this file are not as they were written');
  return bytes as Uint8Array<ArrayBuffer>;
}
