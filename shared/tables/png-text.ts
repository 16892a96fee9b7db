import { utf8Of } from '../exposition/bytes.ts';

/** Texts that a PNG tells about itself (PNG specification, 11.3.4.5 iTXt): keyword → UTF-8 text. */
export type PngTexts = Readonly<Record<string, string>>;

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** The header chunk, which is always first: 4 bytes of length, type, 13 bytes, 4 bytes of CRC. */
const AFTER_HEADER = 8 + 4 + 4 + 13 + 4;

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const big = (value: number) => [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

function chunkOf(keyword: string, text: string): number[] {
  // Keyword, end, not compressed, method 0, no language, no translated keyword.
  const body = [...utf8Of('iTXt'), ...utf8Of(keyword), 0, 0, 0, 0, 0, ...utf8Of(text)];
  return [...big(body.length - 4), ...body, ...big(crcOf(Uint8Array.from(body)))];
}

/** The same picture with texts after its header. @throws RangeError for bytes that are no PNG */
export function withPngTexts(png: Uint8Array, texts: PngTexts): Uint8Array<ArrayBuffer> {
  if (png.length < AFTER_HEADER || SIGNATURE.some((byte, i) => png[i] !== byte)) throw new RangeError('This is no PNG');
  const chunks = Uint8Array.from(Object.entries(texts).flatMap(([keyword, text]) => chunkOf(keyword, text)));
  const whole = new Uint8Array(png.length + chunks.length);
  whole.set(png.subarray(0, AFTER_HEADER));
  whole.set(chunks, AFTER_HEADER);
  whole.set(png.subarray(AFTER_HEADER), AFTER_HEADER + chunks.length);
  return whole;
}
