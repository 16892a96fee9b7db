import type { FrameHead, ViewFrame } from './contract.ts';

/**
 * A live frame as bytes: magic and version, the head as JSON with a table of columns, then the columns, each
 * 8-byte aligned so that they are read in place. Little-endian, as every machine that we run on.
 *
 *   0  u32  magic "FWFR"        8  u32  bytes of the JSON
 *   4  u32  version             12 u32  offset of the first column
 */
const MAGIC = 0x52465746;
const VERSION = 1;
const HEADER = 16;
const ALIGN = 8;
/** More than any fleet we name needs; a forged length must not make us allocate. */
const MAX_BYTES = 1 << 28;

const types = { f32: Float32Array, f64: Float64Array, u8: Uint8Array, u32: Uint32Array } as const;
type TypeName = keyof typeof types;

const columns = {
  drawW: 'f32',
  value: 'f32',
  slope: 'f32',
  capMin: 'f32',
  sampledAt: 'f64',
  quality: 'u8',
  gpuCount: 'u32',
  gpuLive: 'u32',
  cells: 'u8',
  rackCells: 'u8',
  matches: 'u8',
  values: 'f32',
  gpuValues: 'f32',
  gpuQuality: 'u8',
  gpuHeardAt: 'f64',
} as const satisfies Record<Exclude<keyof ViewFrame, keyof FrameHead>, TypeName>;

type ColumnName = keyof typeof columns;
const names = Object.keys(columns) as ColumnName[];

interface Entry {
  readonly name: ColumnName;
  readonly type: TypeName;
  /** Bytes from the first column, and elements. */
  readonly offset: number;
  readonly length: number;
}

/** Bytes that are not a frame of ours, or of another version. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGN) * ALIGN;

/** A frame in one buffer of its own, ready to be transferred. NaN and infinities of the head become null. */
export function encodeFrame(frame: ViewFrame): Uint8Array<ArrayBuffer> {
  const table: Entry[] = [];
  let offset = 0;
  for (const name of names) {
    table.push({ name, type: columns[name], offset, length: frame[name].length });
    offset += aligned(frame[name].byteLength);
  }
  const head: Record<string, unknown> = { ...frame, columns: table };
  for (const name of names) delete head[name];
  const json = asciiBytes(head);
  const first = aligned(HEADER + json.length);
  const bytes = new Uint8Array(first + offset);
  const view = new DataView(bytes.buffer);
  [MAGIC, VERSION, json.length, first].forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  bytes.set(json, HEADER);
  for (const entry of table) {
    const column = frame[entry.name];
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), first + entry.offset);
  }
  return bytes;
}

/**
 * Reads a frame; its columns are views of `bytes`, without a copy where the bytes are 8-byte aligned.
 *
 * @throws WireError when the bytes are not a whole frame of this version
 */
export function decodeFrame(bytes: Uint8Array): ViewFrame {
  if (bytes.length < HEADER) throw new WireError(`A frame has at least ${HEADER} bytes, not ${bytes.length}`);
  if (bytes.length > MAX_BYTES) throw new WireError(`A frame of ${bytes.length} bytes is too large`);
  const source = bytes.byteOffset % ALIGN === 0 ? bytes : bytes.slice();
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new WireError('These bytes are not a frame');
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new WireError(`Frame version ${version} is not known; this viewer reads ${VERSION}`);
  const length = view.getUint32(8, true);
  const first = view.getUint32(12, true);
  if (first % ALIGN !== 0 || HEADER + length > first || first > source.length) {
    throw new WireError('The head of the frame is longer than the frame');
  }
  const { columns: table, ...head } = parseHead(source.subarray(HEADER, HEADER + length));
  const read: Partial<Record<ColumnName, unknown>> = {};
  for (const entry of table) read[entry.name] = columnOf(entry, source, first);
  for (const name of names) if (!(name in read)) throw new WireError(`The frame has no column ${name}`);
  return { ...(head as unknown as FrameHead), ...read } as ViewFrame;
}

function parseHead(json: Uint8Array): { columns: readonly Entry[] } & Record<string, unknown> {
  let head: unknown;
  try {
    head = JSON.parse(asciiText(json));
  } catch {
    throw new WireError('The head of the frame is not JSON');
  }
  const table = (head as { columns?: unknown } | null)?.columns;
  if (!Array.isArray(table)) throw new WireError('The frame has no table of columns');
  // A column that this version does not know is left out, so that a newer engine may add one.
  const known = table.filter((entry) => Object.hasOwn(columns, String(entry?.name)));
  return { ...(head as Record<string, unknown>), columns: known as Entry[] };
}

function columnOf({ name, type, offset, length }: Entry, source: Uint8Array, first: number) {
  if (type !== columns[name]) throw new WireError(`Column ${name} has type ${String(type)}, not ${columns[name]}`);
  const Type = types[type];
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!whole || offset % ALIGN !== 0 || first + offset + length * Type.BYTES_PER_ELEMENT > source.length) {
    throw new WireError(`Column ${name} lies outside the frame`);
  }
  return new Type(source.buffer as ArrayBuffer, source.byteOffset + first + offset, length);
}

// TextEncoder and TextDecoder are not part of the language, so the head is written in ASCII: JSON has escapes.

function asciiBytes(value: unknown): Uint8Array {
  const text = JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function asciiText(bytes: Uint8Array): string {
  const parts: string[] = [];
  // In pieces: a call has a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return parts.join('');
}
