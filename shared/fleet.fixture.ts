import type { Ingest } from './binding.ts';
import type { Decoded } from './decoded.ts';
import { parseExposition } from './exposition/parser.ts';
import { Fleet } from './fleet.ts';
import { type Frame, UNSUPPORTED } from './frame.ts';
import type { SignalId } from './signals/catalogue.ts';
import { GPU } from './topology.ts';

/** An exposition text as a decoder gives it. */
export function decodedOf(text: string | Uint8Array): Decoded {
  const bytes = typeof text === 'string' ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : text;
  const { series, values, times, duplicates, warnings } = parseExposition(bytes, 'prometheus');
  return { layout: { series }, values, times, duplicates, warnings };
}

/** The same layout with other numbers: the steady case. */
export const withValues = (decoded: Decoded, ...values: number[]): Decoded => ({
  ...decoded,
  values: Float64Array.from(values),
});

export const T0 = 1_700_000_000_000;

/** A fleet and a short way to feed it: one exporter, site S, T0 + seconds. */
export function fed(...texts: (string | Uint8Array)[]) {
  const fleet = new Fleet({ mappings: [] });
  const take = (body: string | Uint8Array | Decoded, seconds = 0, more: Partial<Ingest> = {}) =>
    fleet.ingest({
      ...{ key: 'one', sourceId: 'src', site: 'S', targetLabels: new Map(), time: T0 + seconds * 1000 },
      decoded: typeof body === 'string' || body instanceof Uint8Array ? decodedOf(body) : body,
      ...more,
    });
  for (const text of texts) take(text);
  const at = (seconds = 0, staleMs = 60_000) => fleet.frame(T0 + seconds * 1000, staleMs);
  return { fleet, take, at };
}

/** Values by the name of their object: UUID, node path, device, or feed; objects without a value are left out. */
export function valuesOf({ topology, columns }: Frame, signal: SignalId): Record<string, number> {
  const column = columns.get(signal);
  const names = signal.startsWith('link')
    ? topology.linkName
    : signal.startsWith('feed')
      ? topology.feedName
      : topology.path;
  const found: Record<string, number> = {};
  for (let i = names === topology.path ? topology.start[GPU] : 0; i < names.length; i++) {
    const value = column?.value[i] ?? Number.NaN;
    if (!Number.isNaN(value)) found[names[i]] = value;
  }
  return found;
}

/** A place by its path, in a column; a signal that nothing gives has no column, and its cells are unsupported. */
export function cellOf({ topology, columns }: Frame, signal: SignalId, path: string) {
  const at = topology.path.indexOf(path);
  const column = columns.get(signal);
  if (!column) return { value: Number.NaN, time: Number.NaN, quality: UNSUPPORTED };
  return { value: column.value[at], time: column.time[at], quality: column.quality[at] };
}

/** Labels of a GPU on node a2-05-n1. */
export const gpu = (uuid: string, index = 0, more = '') =>
  `{gpu="${index}",UUID="${uuid}",modelName="NVIDIA H100 80GB HBM3",Hostname="a2-05-n1"${more}}`;
