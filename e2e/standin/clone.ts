export interface Clone {
  /** A value as text for the other side. Throws "An object could not be cloned." where structured clone would. */
  pack(value: unknown): string;
  /** The value of a text that `pack` made, here or on the other side. */
  unpack(text: string): unknown;
}

/**
 * What crosses between main and a page: JSON with the values that structured clone keeps and JSON does not.
 * Self-contained, since its source text also runs in the page's isolated world.
 */
export function makeClone(): Clone {
  const kinds = {
    Uint8Array,
    Uint8ClampedArray,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  };
  const refuse = (): never => {
    throw new Error('An object could not be cloned.');
  };
  const toText = (bytes: Uint8Array): string => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  };
  const toBytes = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const object = (value: object, seen: Set<object>): unknown => {
    if (value instanceof Date) return { $: 'date', v: value.getTime() };
    if (value instanceof Error) return { $: 'error', v: value.message };
    if (value instanceof ArrayBuffer) return { $: 'ArrayBuffer', v: toText(new Uint8Array(value)) };
    if (ArrayBuffer.isView(value)) {
      const kind = Object.prototype.toString.call(value).slice(8, -1);
      return { $: kind, v: toText(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
    }
    if (value instanceof Map)
      return { $: 'map', v: [...value].map(([key, item]) => [wrap(key, seen), wrap(item, seen)]) };
    if (value instanceof Set) return { $: 'set', v: [...value].map((item) => wrap(item, seen)) };
    if (Array.isArray(value)) return value.map((item) => wrap(item, seen));
    return { $: 'object', v: Object.entries(value).map(([key, item]) => [key, wrap(item, seen)]) };
  };
  const wrap = (value: unknown, seen: Set<object>): unknown => {
    if (typeof value === 'function' || typeof value === 'symbol') return refuse();
    if (value === undefined) return { $: 'undefined' };
    if (typeof value === 'bigint') return { $: 'bigint', v: String(value) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', v: String(value) };
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return refuse();
    seen.add(value);
    const wrapped = object(value, seen);
    seen.delete(value);
    return wrapped;
  };
  const unwrap = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(unwrap);
    const { $: kind, v } = value as { $: string; v: never };
    if (kind === 'undefined') return undefined;
    if (kind === 'bigint') return BigInt(v);
    if (kind === 'number') return Number(v);
    if (kind === 'date') return new Date(v);
    if (kind === 'error') return new Error(v);
    if (kind === 'map') return new Map((v as [unknown, unknown][]).map(([key, item]) => [unwrap(key), unwrap(item)]));
    if (kind === 'set') return new Set((v as unknown[]).map(unwrap));
    if (kind === 'object')
      return Object.fromEntries((v as [string, unknown][]).map(([key, item]) => [key, unwrap(item)]));
    const bytes = toBytes(v);
    return kind === 'ArrayBuffer' ? bytes.buffer : new kinds[kind as keyof typeof kinds](bytes.buffer as ArrayBuffer);
  };
  return {
    pack: (value) => JSON.stringify(wrap(value, new Set())),
    unpack: (text) => unwrap(JSON.parse(text)),
  };
}

export const { pack, unpack } = makeClone();
