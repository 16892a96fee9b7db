const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const codes = Uint8Array.from({ length: 64 }, (_, i) => ALPHABET.charCodeAt(i));
const digitOf = new Uint8Array(128);
codes.forEach((code, i) => {
  digitOf[code] = i;
});
/** Characters that are made into text at once: an argument list may not be longer. */
const AT_ONCE = 8192;

/** Bytes as base64 (RFC 4648, section 4). This layer has neither the browser's nor Node's. */
export function base64Of(bytes: Uint8Array): string {
  const whole = Math.floor(bytes.length / 3) * 3;
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(0x3d);
  let at = 0;
  for (let i = 0; i < whole; i += 3) {
    const three = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    out[at++] = codes[three >> 18];
    out[at++] = codes[(three >> 12) & 63];
    out[at++] = codes[(three >> 6) & 63];
    out[at++] = codes[three & 63];
  }
  if (whole < bytes.length) {
    const two = (bytes[whole] << 16) | ((bytes[whole + 1] ?? 0) << 8);
    out[at++] = codes[two >> 18];
    out[at++] = codes[(two >> 12) & 63];
    if (whole + 1 < bytes.length) out[at] = codes[(two >> 6) & 63];
  }
  let text = '';
  for (let i = 0; i < out.length; i += AT_ONCE) text += String.fromCharCode(...out.subarray(i, i + AT_ONCE));
  return text;
}

/** The bytes of a base64 text. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((j) => digitOf[text.charCodeAt(i + j) & 127]);
    const three = (a << 18) | (b << 12) | (c << 6) | d;
    bytes[at++] = three >> 16;
    if (at < bytes.length) bytes[at++] = (three >> 8) & 255;
    if (at < bytes.length) bytes[at++] = three & 255;
  }
  return bytes;
}

/** Float32 values as a text, little-endian as every machine that we run on. */
export function textOfFloats(values: Float32Array): string {
  return base64Of(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** The values of such a text; NaN is a gap. */
export function floatsOf(text: string): Float32Array {
  return new Float32Array(bytesOfBase64(text).buffer);
}
