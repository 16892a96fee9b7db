import { type ObjectKind, type Signal, type SignalId, signalOf } from '../../signals/catalogue.ts';
import { GPU, NODE, type Topology } from '../../topology.ts';
import { CHUNK, hasValue, objectsOf } from '../cells.ts';
import type { Snapshot } from '../document.ts';
import { valueOfCode } from '../quantum.ts';

/** Who a series is of: where it stands and what it is called there. */
export interface SeriesObject {
  readonly site: string;
  readonly hall: string;
  readonly row: string;
  readonly rack: string;
  readonly node: string;
  /** UUID of a GPU, device of a port, name of a feed, pod of a server; '' for a node. */
  readonly object: string;
}

/** All samples of one object's signal, in the order of time. */
export interface ExportSeries {
  readonly signal: Signal;
  readonly object: SeriesObject;
  /** One number an instant; NaN where there is no sample. */
  readonly values: Float32Array;
}

/** Which series are wanted. */
export interface Choice {
  /** Null: all. */
  readonly signals: readonly SignalId[] | null;
  /** Path of a place that they stand at or under; '' for all. */
  readonly under: string;
}

/** Values that are held at once while series are gathered out of the chunks. */
const HELD = 16_000_000;

/** The series of a snapshot, signal after signal. Memory stays bounded whatever the size of the run. */
export function* seriesOf(snapshot: Snapshot, { signals, under }: Choice): Generator<ExportSeries> {
  const { run, topology } = snapshot;
  const wanted = run.signals.filter(({ id }) => signals === null || signals.includes(id));
  for (const { id, objects } of wanted) {
    const signal = signalOf(id);
    const at = run.signals.findIndex((one) => one.id === id);
    const most = Math.max(1, Math.floor(HELD / run.times.length));
    for (let from = 0; from < objects; from += most) {
      const count = Math.min(most, objects - from);
      const values = gather(snapshot, at, from, count);
      for (let i = 0; i < count; i++) {
        const object = objectOf(signal.kind, topology, from + i);
        if (object === null || !isUnder(object, under)) continue;
        yield { signal, object, values: values.subarray(i * run.times.length, (i + 1) * run.times.length) };
      }
    }
  }
}

function gather({ run }: Snapshot, at: number, from: number, count: number): Float32Array {
  const instants = run.times.length;
  const values = new Float32Array(count * instants).fill(Number.NaN);
  run.chunks.forEach(({ first, count: inChunk }, chunk) => {
    const { code, quality, quantum } = run.cells(chunk)[at];
    for (let object = 0; object < count; object++) {
      for (let i = 0; i < inChunk; i++) {
        const cell = (from + object) * CHUNK + i;
        if (hasValue(quality[cell])) values[object * instants + first + i] = valueOfCode(quantum, code[cell]);
      }
    }
  });
  return values;
}

const isUnder = ({ site, hall, row, rack, node }: SeriesObject, path: string) =>
  path === '' || `${[site, hall, row, rack, node].join('/')}/`.startsWith(`${path}/`);

/** Null for a port or an inlet whose source is gone: nothing says any more whose it was. */
function objectOf(kind: ObjectKind, topology: Topology, object: number): SeriesObject | null {
  const { from } = objectsOf(kind, topology);
  const { path, parent, linkNode, linkName, ports, feedRack, feedName, servers } = topology;
  if (kind === 'nvlink') return null;
  if (kind === 'gpu') return { ...namesOf(topology, parent[from + object]), object: path[from + object] };
  if (kind === 'node') return { ...namesOf(topology, from + object), object: '' };
  if (kind === 'link')
    return linkNode[object] < 0 ? null : { ...namesOf(topology, linkNode[object]), object: linkName[object] };
  if (kind === 'feed')
    return feedRack[object] < 0 ? null : { ...namesOf(topology, feedRack[object]), object: feedName[object] };
  if (kind === 'work') {
    const { workRack, workOn } = topology;
    const { namespace, pod, job } = workOn[object];
    const name = [namespace, pod, job].filter((part) => part !== '').join('/');
    return workRack[object] < 0 ? null : { ...namesOf(topology, workRack[object]), object: name };
  }
  if (kind === 'place') return { ...namesOf(topology, object), object: '' };
  if (kind === 'port') {
    const { site, name, switch: owner, port } = ports[object];
    return owner === '' ? null : { ...namesOf(topology, -1), site, object: `${name || owner}/${port}` };
  }
  const { site, namespace, pod, model } = servers[object];
  return { ...namesOf(topology, -1), site, object: [namespace, pod, model].filter((name) => name !== '').join('/') };
}

/** The names of a site to node, from above; '' below it. */
function namesOf({ start, parent, path, name }: Topology, place: number): Omit<SeriesObject, 'object'> {
  const names: string[] = [];
  for (let at = place; at >= 0; at = parent[at]) {
    const node = at >= start[NODE] && at < start[GPU];
    names.unshift(node ? path[at].slice(path[at].lastIndexOf('/') + 1) : name[at]);
  }
  const [site = '', hall = '', row = '', rack = '', node = ''] = names;
  return { site, hall, row, rack, node };
}
