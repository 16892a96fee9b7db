import { deflateSync, Inflate } from 'fflate';
import { SnapshotRefused } from './refused.ts';
import { bytesOfText } from './text.ts';

/**
 * A snapshot's container: a ZIP file of the plainest kind. What is written and what is read are the same: parts one
 * after another from the first byte on, sizes and checksums in their headers, no comments, no extra fields, no folders,
 * no encryption, no more than one disk. Any other ZIP file is refused before a byte of it is unpacked.
 */

/** A named run of bytes. */
export interface Part {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a file may have at most; the defaults hold for any fleet that is named. */
export interface ZipLimits {
  readonly fileBytes: number;
  /** Of all parts, unpacked. */
  readonly totalBytes: number;
  readonly partBytes: number;
  readonly parts: number;
  /** Unpacked ÷ packed. */
  readonly ratio: number;
}
export const ZIP_LIMITS: ZipLimits = {
  fileBytes: 256 << 20,
  totalBytes: 200 << 20,
  partBytes: 64 << 20,
  parts: 4096,
  ratio: 100,
};

/** Names of parts: lower case, so that no two are one on any file system; no device of Windows, no dots at an end. */
const NAME = /^(?:[a-z0-9][a-z0-9-]{0,39}\/)?[a-z0-9][a-z0-9-]{0,39}\.(?:json|bin)$/;
const DEVICE = /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\./;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 1 January 1980: when it was made stands in the manifest, and equal contents give equal bytes. */
const DATE = 0x21;

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/**
 * One part as it lies in the file. Columns are packed already: deflating them gains a tenth and takes ten times as long
 * to open. Texts are deflated where it helps, but never so well that a reader must take them for a bomb.
 */
export function zipPart({ name, bytes }: Part): { readonly name: string; readonly method: number } & ZippedBytes {
  const deflated = name.endsWith('.bin') ? bytes : deflateSync(bytes, { level: 6 });
  const helps = deflated.length < bytes.length * 0.95 && bytes.length <= deflated.length * 50;
  const packed = helps ? deflated : bytes;
  return { name, method: helps ? 8 : 0, packed, size: bytes.length, crc: crc32(bytes) };
}

interface ZippedBytes {
  readonly packed: Uint8Array;
  readonly size: number;
  readonly crc: number;
}
export type ZippedPart = ReturnType<typeof zipPart>;

/** The bytes of a file of these parts, in their order. */
export function writeZip(parts: readonly ZippedPart[]): Uint8Array<ArrayBuffer> {
  const names = parts.map(({ name }) => bytesOfText(name));
  const local = parts.reduce((sum, { packed }, i) => sum + LOCAL_BYTES + names[i].length + packed.length, 0);
  const central = names.reduce((sum, name) => sum + CENTRAL_BYTES + name.length, 0);
  const bytes = new Uint8Array(local + central + END_BYTES);
  const view = new DataView(bytes.buffer);
  let [at, listed] = [0, local];
  parts.forEach(({ method, crc, packed, size }, i) => {
    const shared = [20, 0, method, 0, DATE];
    view.setUint32(at, LOCAL, true);
    shared.forEach((value, n) => {
      view.setUint16(at + 4 + n * 2, value, true);
    });
    sizes(view, at + 14, crc, packed.length, size, names[i].length);
    view.setUint32(listed, CENTRAL, true);
    view.setUint16(listed + 4, 20, true);
    shared.forEach((value, n) => {
      view.setUint16(listed + 6 + n * 2, value, true);
    });
    sizes(view, listed + 16, crc, packed.length, size, names[i].length);
    view.setUint32(listed + 42, at, true);
    bytes.set(names[i], listed + CENTRAL_BYTES);
    listed += CENTRAL_BYTES + names[i].length;
    bytes.set(names[i], at + LOCAL_BYTES);
    bytes.set(packed, at + LOCAL_BYTES + names[i].length);
    at += LOCAL_BYTES + names[i].length + packed.length;
  });
  view.setUint32(listed, END, true);
  view.setUint16(listed + 8, parts.length, true);
  view.setUint16(listed + 10, parts.length, true);
  view.setUint32(listed + 12, central, true);
  view.setUint32(listed + 16, local, true);
  return bytes;
}

function sizes(view: DataView, at: number, crc: number, packed: number, size: number, name: number): void {
  view.setUint32(at, crc, true);
  view.setUint32(at + 4, packed, true);
  view.setUint32(at + 8, size, true);
  view.setUint16(at + 12, name, true);
}

/**
 * Reads every part. @throws SnapshotRefused on any file that writeZip does not write, or that breaks a limit: sizes are
 * counted while unpacking, not believed.
 */
export function readZip(bytes: Uint8Array, limits: ZipLimits = ZIP_LIMITS): ReadonlyMap<string, Uint8Array> {
  if (bytes.length > limits.fileBytes)
    throw new SnapshotRefused('too-large', `The file has more than ${limits.fileBytes >> 20} MiB`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = entriesOf(bytes, view, limits);
  const parts = new Map<string, Uint8Array>();
  let left = limits.totalBytes;
  for (const entry of entries) {
    const from = entry.at + LOCAL_BYTES + entry.name.length;
    const packed = bytes.subarray(from, from + entry.packed);
    const part = entry.method === 0 ? packed : inflated(entry, packed, Math.min(limits.partBytes, left));
    left -= part.length;
    if (part.length > limits.partBytes || left < 0) throw tooLarge(entry.name);
    if (part.length !== entry.size || crc32(part) !== entry.crc)
      throw new SnapshotRefused('altered', `${entry.name} is not as it was written`);
    parts.set(entry.name, part);
  }
  return parts;
}

const PIECE = 32 * 1024;

const tooLarge = (name: string) =>
  new SnapshotRefused('too-large', `${name} makes the contents larger than those of any snapshot`);

function inflated({ name, size }: Entry, packed: Uint8Array, most: number): Uint8Array {
  const whole = new Uint8Array(Math.min(size, most));
  let length = 0;
  const inflate = new Inflate((piece) => {
    if (length + piece.length > most) throw tooLarge(name);
    if (length + piece.length > whole.length) throw new SnapshotRefused('altered', `${name} is longer than it says`);
    whole.set(piece, length);
    length += piece.length;
  });
  try {
    // In pieces: what they unpack to, at most a thousandfold, is counted before the next one is read.
    for (let at = 0; at < packed.length; at += PIECE) {
      inflate.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    }
  } catch (error) {
    if (error instanceof SnapshotRefused) throw error;
    throw new SnapshotRefused('altered', `${name} cannot be unpacked`);
  }
  return whole.subarray(0, length);
}

function entriesOf(bytes: Uint8Array, view: DataView, limits: ZipLimits): readonly Entry[] {
  const end = bytes.length - END_BYTES;
  if (end < 0 || view.getUint32(0, true) !== LOCAL || view.getUint32(end, true) !== END)
    throw new SnapshotRefused('not-a-snapshot', 'The file is not a Fleetwatt snapshot, or its end is missing');
  const count = view.getUint16(end + 10, true);
  const [size, from] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (count > limits.parts)
    throw new SnapshotRefused('too-many-parts', `The file has ${count} parts, more than any snapshot`);
  const plain = view.getUint32(end + 4, true) === 0 && view.getUint16(end + 20, true) === 0;
  if (!plain || view.getUint16(end + 8, true) !== count || from + size !== end)
    throw new SnapshotRefused('overlap', 'The list of parts does not lie where it should');
  const entries: Entry[] = [];
  const names = new Set<string>();
  let [listed, at] = [from, 0];
  for (let n = 0; n < count; n++) {
    const entry = entryAt(bytes, view, listed, end, at);
    if (names.has(entry.name)) throw new SnapshotRefused('overlap', `${entry.name} stands in the file twice`);
    names.add(entry.name);
    if (entry.method === 8 && entry.size > entry.packed * limits.ratio)
      throw new SnapshotRefused('ratio', `${entry.name} unpacks to more than ${limits.ratio} times its size`);
    if (entry.size > limits.partBytes) throw tooLarge(entry.name);
    at += LOCAL_BYTES + entry.name.length + entry.packed;
    if (at > from) throw new SnapshotRefused('overlap', `${entry.name} lies over the list of parts`);
    listed += CENTRAL_BYTES + entry.name.length;
    entries.push(entry);
  }
  if (at !== from || listed !== end) throw new SnapshotRefused('overlap', 'There are bytes that belong to no part');
  return entries;
}

/** Reads one entry of the list and its part's own header, which have to say the same. */
function entryAt(bytes: Uint8Array, view: DataView, listed: number, end: number, at: number): Entry {
  const length = listed + CENTRAL_BYTES <= end ? view.getUint16(listed + 28, true) : 0xffff;
  if (listed + CENTRAL_BYTES + length > end || view.getUint32(listed, true) !== CENTRAL)
    throw new SnapshotRefused('altered', 'The list of parts is cut');
  const name = String.fromCharCode(...bytes.subarray(listed + CENTRAL_BYTES, listed + CENTRAL_BYTES + length));
  if (length > 100 || !NAME.test(name) || DEVICE.test(name))
    throw new SnapshotRefused(
      'bad-path',
      `A part has the name ${JSON.stringify(name.slice(0, 60))}, which no part of a snapshot has`,
    );
  const [method, offset] = [view.getUint16(listed + 10, true), view.getUint32(listed + 42, true)];
  if (method !== 0 && method !== 8)
    throw new SnapshotRefused('bad-part', `${name} is packed in a way that is not known`);
  const entry: Entry = {
    ...{ name, method, at },
    crc: view.getUint32(listed + 16, true),
    packed: view.getUint32(listed + 20, true),
    size: view.getUint32(listed + 24, true),
  };
  if (offset !== at) throw new SnapshotRefused('overlap', `${name} does not follow the part before it`);
  // Version, flags, method, time and date, checksum, sizes and the name's length stand in both headers alike.
  if (at + LOCAL_BYTES + length > bytes.length || view.getUint32(at, true) !== LOCAL)
    throw new SnapshotRefused('altered', `${name} has no header`);
  for (let i = 0; i < 26; i++)
    if (bytes[at + 4 + i] !== bytes[listed + 6 + i]) throw new SnapshotRefused('altered', `${name} has two headers`);
  for (let i = 0; i < length; i++)
    if (bytes[at + LOCAL_BYTES + i] !== bytes[listed + CENTRAL_BYTES + i])
      throw new SnapshotRefused('altered', `${name} has two names`);
  const odd =
    view.getUint16(listed + 4, true) !== 20 ||
    view.getUint16(listed + 6, true) !== 20 ||
    view.getUint16(listed + 8, true) !== 0 ||
    view.getUint32(listed + 12, true) !== DATE << 16 ||
    view.getUint16(listed + 30, true) !== 0;
  let attributes = 0;
  for (let i = 32; i < 42; i++) attributes |= bytes[listed + i];
  if (odd || attributes !== 0)
    throw new SnapshotRefused(
      'bad-part',
      `${name} is no part as Fleetwatt writes it: a link, encrypted, or packed by another program`,
    );
  if (method === 0 && entry.packed !== entry.size) throw new SnapshotRefused('altered', `${name} has two sizes`);
  return entry;
}
