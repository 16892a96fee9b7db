import type { ObjectKind, SignalId } from '../signals/catalogue.ts';
import { GPU, NODE, type SwitchPort, type Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import { BLOCK, type Packed, Packer, unpack } from './pack.ts';
import { codeOf, resolutionOf, valueOfCode } from './resolution.ts';

/** The objects of one topology: what tells each from the others leads to its number of its kind. */
export class Space {
  readonly topology: Topology;
  readonly #index = new Map<ObjectKind, ReadonlyMap<string, number>>();

  constructor(topology: Topology) {
    this.topology = topology;
  }

  /** The number of an object of another topology in this one; −1 where it is not there. */
  find(kind: ObjectKind, object: number, of: Topology): number {
    if (of === this.topology) return object - firstOf(kind, of);
    let index = this.#index.get(kind);
    if (!index) {
      index = new Map(keysOf(kind, this.topology).map((key, i) => [key, i]));
      this.#index.set(kind, index);
    }
    return index.get(keyOf(kind, object, of)) ?? -1;
  }
}

const firstOf = (kind: ObjectKind, { start }: Topology) =>
  kind === 'gpu' ? start[GPU] : kind === 'node' ? start[NODE] : 0;

/** What a port of a switch is asked for by: "SWITCH PORT". */
export const portKey = (port: SwitchPort) => `${port.switch} ${port.port}`;

/** Identity of an object: path, UUID, or the path of what it hangs on and its name. */
export function keyOf(kind: ObjectKind, object: number, topology: Topology): string {
  if (kind === 'gpu' || kind === 'node' || kind === 'place') return topology.path[object];
  if (kind === 'link') return `${topology.path[topology.linkNode[object]] ?? ''} ${topology.linkName[object]}`;
  if (kind === 'feed') return `${topology.path[topology.feedRack[object]] ?? ''} ${topology.feedName[object]}`;
  if (kind === 'work') {
    const { namespace, pod, job } = topology.workOn[object];
    return `${topology.path[topology.workRack[object]] ?? ''} ${namespace} ${pod} ${job}`;
  }
  if (kind === 'port') return portKey(topology.ports[object]);
  if (kind === 'nvlink') return '';
  const { site, namespace, pod, model } = topology.servers[object];
  return `${site} ${namespace} ${pod} ${model}`;
}

function keysOf(kind: ObjectKind, topology: Topology): string[] {
  const { start, linkNode, feedRack, ports, servers, workOn } = topology;
  const first = firstOf(kind, topology);
  const counts = {
    ...{ link: linkNode.length, feed: feedRack.length, port: ports.length, server: servers.length },
    work: workOn.length,
    place: start[NODE],
    nvlink: 0,
  };
  const count = kind === 'gpu' ? start[GPU + 1] - first : kind === 'node' ? start[GPU] - first : counts[kind];
  return Array.from({ length: count }, (_, i) => keyOf(kind, first + i, topology));
}

/** Objects that are packed at once at least. */
const FEWEST = 64;

/** Up to 16 instants of one signal. While it is filled, codes lie instant after instant. */
class Column {
  readonly #id: SignalId;
  readonly objects: number;
  #open: Uint16Array | Int32Array | null;
  #packer: Packer | null = null;
  #packed: Packed | null = null;

  constructor(id: SignalId, objects: number) {
    this.#id = id;
    this.objects = objects;
    const cells = objects * BLOCK;
    this.#open = resolutionOf(id).wide ? new Int32Array(cells).fill(-1) : new Uint16Array(cells).fill(0xffff);
  }

  get bytes(): number {
    return this.#open
      ? this.#open.byteLength
      : (this.#packed?.bytes.length ?? 0) + (this.#packed?.index.byteLength ?? 0);
  }

  /** −1 becomes 0xffff in 16 bits: "no sample" in both. */
  put(row: number, values: Float32Array): void {
    const resolution = resolutionOf(this.#id);
    const [open, base] = [this.#open, row * this.objects];
    const count = Math.min(values.length, this.objects);
    for (let i = 0; open && i < count; i++) open[base + i] = codeOf(values[i], resolution);
  }

  /** Packs some objects more; true once it is all packed. */
  pack(rows: number, objects: number): boolean {
    if (!this.#open) return true;
    this.#packer ??= new Packer(this.#open, this.objects, rows);
    this.#packed = this.#packer.some(objects);
    if (!this.#packed) return false;
    this.#packer = null;
    this.#open = null;
    return true;
  }

  /** Codes of one object, −1 where there is none. */
  read(object: number, rows: number, out: Int32Array): void {
    const open = this.#open;
    if (!open) {
      if (this.#packed) unpack(this.#packed, object, out);
      return;
    }
    const none = open instanceof Uint16Array ? 0xffff : -1;
    for (let row = 0; row < rows; row++) {
      const code = open[row * this.objects + object];
      out[row] = code === none ? -1 : code;
    }
  }
}

/** Up to 16 instants of the fleet, signal by signal. */
export class Page {
  readonly space: Space;
  readonly times: EpochMs[] = [];
  readonly #columns = new Map<SignalId, Column>();
  #toPack: Column[] | null = null;
  #rows = 0;

  constructor(space: Space) {
    this.space = space;
  }

  get bytes(): number {
    let bytes = 0;
    for (const column of this.#columns.values()) bytes += column.bytes;
    return bytes;
  }

  /** Whether another instant of these objects may be put into it. */
  takes(space: Space): boolean {
    return this.#toPack === null && this.space === space && this.times.length < BLOCK;
  }

  /** Another instant, whose signals are put into it one by one. */
  begin(time: EpochMs): void {
    this.times.push(time);
  }

  /** Puts a signal of the newest instant. */
  put({ id, values }: SignalRow): void {
    let column = this.#columns.get(id);
    if (!column) {
      column = new Column(id, values.length);
      this.#columns.set(id, column);
    }
    column.put(this.times.length - 1, values);
  }

  /** Nothing is put into it any more. */
  seal(): void {
    if (this.#toPack) return;
    this.#rows = this.times.length;
    this.#toPack = [...this.#columns.values()];
  }

  /** Packs some of the values of a sealed page, at least a few hundred. @returns whether there were any */
  packSome(cells: number): boolean {
    const waited = this.#toPack !== null && this.#toPack.length > 0;
    for (let left = cells; left > 0 && this.#toPack && this.#toPack.length > 0; ) {
      const [column] = this.#toPack;
      const objects = Math.min(column.objects, Math.max(FEWEST, Math.ceil(left / this.#rows)));
      left -= objects * this.#rows;
      if (column.pack(this.#rows, objects)) this.#toPack.shift();
    }
    return waited;
  }

  has(id: SignalId): boolean {
    return this.#columns.has(id);
  }

  /** Gives up signals; returns the bytes that were freed. */
  drop(which: (id: SignalId) => boolean): number {
    let freed = 0;
    for (const [id, column] of this.#columns) {
      if (!which(id)) continue;
      freed += column.bytes;
      this.#columns.delete(id);
    }
    return freed;
  }

  /**
   * All values of one of its instants, signal by signal in the order of its objects; NaN is "no sample". `seen` has 1 for
   * objects that have a sample at another of its instants.
   */
  *instant(row: number): Generator<{ id: SignalId; values: Float32Array; seen: Uint8Array }> {
    for (const [id, column] of this.#columns) {
      const resolution = resolutionOf(id);
      const values = new Float32Array(column.objects);
      const seen = new Uint8Array(column.objects);
      for (let object = 0; object < column.objects; object++) {
        column.read(object, this.times.length, codes);
        values[object] = valueOfCode(codes[row], resolution);
        for (let other = 0; other < this.times.length; other++) if (codes[other] >= 0) seen[object] = 1;
      }
      yield { id, values, seen };
    }
  }

  /** Hears every instant of one object of a topology with its value, NaN where there is none. */
  read(
    id: SignalId,
    kind: ObjectKind,
    object: number,
    of: Topology,
    hear: (time: EpochMs, value: number) => void,
  ): void {
    const column = this.#columns.get(id);
    const at = column ? this.space.find(kind, object, of) : -1;
    if (!column || at < 0) return;
    const resolution = resolutionOf(id);
    column.read(at, this.times.length, codes);
    for (let row = 0; row < this.times.length; row++) hear(this.times[row], valueOfCode(codes[row], resolution));
  }
}

const codes = new Int32Array(BLOCK);

/** Values of a signal at one instant: those of GPUs and nodes from their first place on. */
export interface SignalRow {
  readonly id: SignalId;
  readonly values: Float32Array;
}
