import { type Column, type Frame, UNSUPPORTED } from '../frame.ts';
import { type ObjectKind, type SignalId, signalOf, signals } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import type { DurationMs, EpochMs } from '../units.ts';
import { BitWriter } from './bits.ts';
import { type Cells, CHUNK, emptyCells, objectsOf, takeInstant } from './cells.ts';
import { sameObjects } from './objects.ts';
import { packing, unpackCells } from './pack.ts';

/** Some instants of one set of objects, packed. */
export interface PackedChunk {
  readonly topology: Topology;
  readonly times: readonly EpochMs[];
  readonly signals: readonly { readonly id: SignalId; readonly objects: number }[];
  readonly bytes: Uint8Array;
}

/** Some instants, ready to be read; `cells` stand in the order of the catalogue. */
export interface OpenChunk {
  readonly topology: Topology;
  readonly times: readonly EpochMs[];
  readonly cells: readonly Cells[];
}

/** A full chunk that is being packed, signal after signal. */
interface Packing extends OpenChunk {
  readonly byId: ReadonlyMap<SignalId, Cells>;
  readonly out: BitWriter;
  readonly steps: Generator<number, void>;
}

interface Filling extends OpenChunk {
  readonly times: EpochMs[];
  readonly byId: Map<SignalId, Cells>;
  readonly places: Map<ObjectKind, Int32Array>;
}

/**
 * The last minutes of everything, always kept, so that the past of an incident is there whatever the sources keep. Full
 * chunks are packed; all together stay under `bytes` and within `keepMs`, the oldest leave first.
 */
export class Ring {
  readonly #bytes: number;
  readonly #keepMs: DurationMs;
  #packed: PackedChunk[] = [];
  #packing: Packing | null = null;
  readonly #held = new Set<{ readonly from: EpochMs }>();
  #filling: Filling | null = null;
  /** Signals of the newest instant that are still to be taken into `#filling`. */
  #toFill: (readonly [SignalId, Column])[] = [];
  /** Cells of the last chunk that was packed, to be filled again: a large fleet's are 100 MB, slow to get anew. */
  #spare = new Map<SignalId, Cells>();
  /** Cells that a reader was given: he may still look at them, so they are never filled again. */
  readonly #lent = new WeakSet<Cells>();

  constructor(options: { readonly bytes: number; readonly keepMs: DurationMs }) {
    this.#bytes = options.bytes;
    this.#keepMs = options.keepMs;
  }

  /** Bytes held by packed chunks. */
  get size(): number {
    return this.#packed.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** What one instant takes: by what is packed, at first a byte a cell. */
  get bytesPerInstant(): number {
    this.#fill();
    const instants = this.#packed.reduce((sum, { times }) => sum + times.length, 0);
    const first = this.#filling ?? this.#packing;
    if (instants === 0) return first ? cellsOf(first).reduce((sum, { objects }) => sum + objects, 0) : 0;
    return this.size / instants;
  }

  /** The places of the newest instant; null before the first. */
  get topology(): Topology | null {
    return (this.#filling ?? this.#packing ?? this.#packed.at(-1))?.topology ?? null;
  }

  /** Keeps what is not older than a time, within the bytes, until the returned function is called. */
  hold(from: EpochMs): () => void {
    const held = { from };
    this.#held.add(held);
    return () => void this.#held.delete(held);
  }

  /** The instants that are held, the oldest first. */
  times(): readonly EpochMs[] {
    const open = [...(this.#packing?.times ?? []), ...(this.#filling?.times ?? [])];
    return [...this.#packed.flatMap(({ times }) => times), ...open];
  }

  /**
   * Takes an instant; most of it is done by `work`, or when somebody asks. One that is not after the last one, as after
   * a clock was set back, begins anew.
   */
  add(frame: Frame): void {
    this.#fill();
    if (frame.time <= (this.times().at(-1) ?? Number.NEGATIVE_INFINITY)) this.clear();
    if (this.#filling && (this.#filling.times.length === CHUNK || !sameObjects(this.#filling.topology, frame.topology)))
      this.#close();
    this.#filling = { ...(this.#filling ?? fresh()), topology: frame.topology };
    this.#filling.times.push(frame.time);
    // Single NVLinks would be eighteen times as many objects as GPUs: what they make together is there.
    this.#toFill = [...frame.columns].filter(([id]) => signalOf(id).kind !== 'nvlink');
    this.#forget(frame.time);
  }

  /** Takes the rest of the newest instant, or one signal of it; gives the cells that were gone through. */
  #fill(signals = Number.POSITIVE_INFINITY): number {
    const { topology, times, byId, places } = this.#filling ?? { ...fresh(), topology: null };
    let gone = 0;
    for (const [id, column] of topology ? this.#toFill.splice(0, signals) : []) {
      const { kind } = signalOf(id);
      const { from, to } = objectsOf(kind, topology as Topology);
      const cells = byId.get(id) ?? this.#emptyCells(id, to - from);
      const at = places.get(kind) ?? Int32Array.from({ length: to - from }, (_, i) => from + i);
      byId.set(id, cells);
      places.set(kind, at);
      takeInstant(cells, times.length - 1, column, at, times.at(-1) as EpochMs);
      // Each cell lies apart from the one before it, in three lists.
      gone += CELLS_AS_ONE * cells.objects;
    }
    return gone;
  }

  /** Empty cells of a signal, those of a packed chunk where they have its size. */
  #emptyCells(id: SignalId, objects: number): Cells {
    const spare = this.#spare.get(id);
    if (!spare || spare.objects !== objects || this.#lent.has(spare)) return emptyCells(id, objects);
    this.#spare.delete(id);
    // Codes and ages mean nothing where the quality says that nothing was heard.
    spare.quality.fill(UNSUPPORTED);
    return spare;
  }

  clear(): void {
    this.#packed = [];
    this.#spare = new Map();
    this.#packing = null;
    this.#filling = null;
    this.#toFill = [];
  }

  /**
   * Goes through about so many cells of what waits, the newest instant first: called again and again, so that no call takes
   * long.
   *
   * @returns whether more waits
   */
  work(most: number): boolean {
    for (let left = most; left > 0; ) {
      if (this.#toFill.length > 0) {
        left -= this.#fill(1);
        continue;
      }
      if (!this.#packing) return false;
      const step = this.#packing.steps.next();
      if (step.done) this.#packedAll(this.#packing);
      else left -= step.value;
    }
    return true;
  }

  #packedAll({ topology, times, cells, byId, out }: Packing): void {
    const wanted = cells.map(({ signal, objects }) => ({ id: signal.id, objects }));
    this.#packed.push({ topology, times, signals: wanted, bytes: out.finish() });
    this.#packing = null;
    this.#spare = new Map(byId);
  }

  /** The topologies of a window, the oldest first. */
  topologies(from: EpochMs, to: EpochMs): readonly Topology[] {
    const all = [...this.#packed, ...(this.#packing ? [this.#packing] : []), ...(this.#filling ? [this.#filling] : [])];
    return all
      .filter(({ times }) => times[0] <= to && (times.at(-1) as EpochMs) >= from)
      .map(({ topology }) => topology);
  }

  /** Chunks that have an instant within [from, to], the oldest first. A packed one is opened when it is asked for. */
  *chunks(from: EpochMs, to: EpochMs): Generator<OpenChunk> {
    this.#fill();
    // What is packed while a reader is at work does not change what it reads.
    const [packed, packing, filling] = [[...this.#packed], this.#packing, this.#filling];
    const within = ({ times }: { times: readonly EpochMs[] }) => times[0] <= to && (times.at(-1) as EpochMs) >= from;
    for (const chunk of packed) {
      if (!within(chunk)) continue;
      const { topology, times } = chunk;
      yield { topology, times, cells: unpackCells(chunk.bytes, chunk.signals, times.length) };
    }
    for (const open of [packing, filling]) {
      if (!open || !within(open)) continue;
      const cells = cellsOf(open);
      for (const one of cells) this.#lent.add(one);
      yield { topology: open.topology, times: [...open.times], cells };
    }
  }

  #close(): void {
    this.work(Number.POSITIVE_INFINITY);
    const { topology, times, byId } = this.#filling as Filling;
    const [cells, out] = [cellsOf({ byId }), new BitWriter()];
    this.#packing = { topology, times, byId, cells, out, steps: stepsOf(out, cells, times.length) };
    this.#filling = null;
  }

  #forget(now: EpochMs): void {
    let size = this.size;
    const oldest = Math.min(now - this.#keepMs, ...[...this.#held].map(({ from }) => from));
    let first = 0;
    for (; first < this.#packed.length; first++) {
      const { times, bytes } = this.#packed[first];
      if (size <= this.#bytes && (times.at(-1) as EpochMs) >= oldest) break;
      size -= bytes.length;
    }
    if (first > 0) this.#packed = this.#packed.slice(first);
  }
}

/** Taking a cell in costs as much as going through so many. */
const CELLS_AS_ONE = 4;

function* stepsOf(out: BitWriter, cells: readonly Cells[], instants: number): Generator<number, void> {
  for (let n = 0; n < cells.length; n++) yield* packing(out, cells, n, instants);
}

const order = new Map(signals.map(({ id }, index) => [id, index]));

function fresh(): Omit<Filling, 'topology'> {
  return { times: [], cells: [], byId: new Map(), places: new Map() };
}

const cellsOf = ({ byId }: { readonly byId: ReadonlyMap<SignalId, Cells> }) =>
  [...byId.values()].sort((a, b) => (order.get(a.signal.id) as number) - (order.get(b.signal.id) as number));
