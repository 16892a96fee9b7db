import { type Column, type Frame, UNSUPPORTED } from '../frame.ts';
import { emptyColumn, makeParents, sizeOf } from '../resolve.ts';
import { type ObjectKind, type SignalId, signalOf } from '../signals/catalogue.ts';
import { GPU, NODE, type Topology } from '../topology.ts';
import { Space } from './pages.ts';

/** Kinds whose objects frames have in common; what is recorded of places is only a server's. */
const KINDS = ['gpu', 'node', 'link', 'port', 'feed', 'server'] as const satisfies readonly ObjectKind[];

/**
 * A remembered frame in which the objects that servers know are as the servers say, gaps too, and all others as they are
 * remembered. Null where the servers know objects that are not remembered: then the places are not the same.
 */
export function overlaid(remembered: Frame, servers: Frame): Frame | null {
  const { topology, time } = remembered;
  if ([...servers.columns.keys()].some((id) => signalOf(id).kind === 'place')) return null;
  const space = new Space(topology);
  const places = new Map<ObjectKind, Int32Array>();
  for (const kind of KINDS) {
    const [from, to] = rangeOf(kind, servers.topology);
    const into = Int32Array.from({ length: to - from }, (_, i) => space.find(kind, from + i, servers.topology));
    const known = (i: number) => (kind !== 'gpu' && kind !== 'node' ? true : servers.topology.hole[from + i] === 0);
    if (into.some((at, i) => at < 0 && known(i))) return null;
    places.set(kind, into);
  }
  const columns = new Map<SignalId, Column>();
  for (const [id, column] of remembered.columns) columns.set(id, ownOf(id, column, topology));
  for (const id of new Set([...columns.keys(), ...servers.columns.keys()])) {
    const { kind } = signalOf(id);
    const target = columns.get(id) ?? emptyColumn(sizeOf(kind, topology));
    columns.set(id, target);
    take(
      target,
      rangeOf(kind, topology)[0],
      places.get(kind),
      servers.columns.get(id),
      rangeOf(kind, servers.topology)[0],
    );
  }
  makeParents(columns, topology);
  return { time, topology, columns };
}

const rangeOf = (kind: ObjectKind, topology: Topology): readonly [from: number, to: number] => {
  const { start } = topology;
  if (kind === 'gpu') return [start[GPU], start[GPU + 1]];
  return kind === 'node' ? [start[NODE], start[GPU]] : [0, sizeOf(kind, topology)];
};

/** A column of objects alone: parents are made of them again. */
function ownOf(id: SignalId, column: Column, topology: Topology): Column {
  const { kind } = signalOf(id);
  const [from, to] = rangeOf(kind, topology);
  const own = emptyColumn(sizeOf(kind, topology));
  own.value.set(column.value.subarray(from, to), from);
  own.time.set(column.time.subarray(from, to), from);
  own.quality.set(column.quality.subarray(from, to), from);
  return own;
}

function take(
  target: Column,
  into: number,
  places: Int32Array | undefined,
  from: Column | undefined,
  first: number,
): void {
  for (let i = 0; places && i < places.length; i++) {
    if (places[i] < 0) continue;
    const at = into + places[i];
    target.value[at] = from ? from.value[first + i] : Number.NaN;
    target.time[at] = from ? from.time[first + i] : Number.NaN;
    target.quality[at] = from ? from.quality[first + i] : UNSUPPORTED;
  }
}
