import { type SignalId, signalOf, signals } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import { type Cells, CHUNK, emptyCells, hasValue, objectsOf } from './cells.ts';
import type { Run, RunChunk, Snapshot } from './document.ts';
import type { SignalEntry } from './manifest.ts';
import { mapObjects, type ObjectMaps } from './objects.ts';
import { packCells, unpackCells } from './pack.ts';
import { quantumOf, quantumText } from './quantum.ts';
import type { OpenChunk } from './ring.ts';

/** The numbers of a snapshot before they are in a file. */
export interface RunDraft {
  readonly run: Run;
  readonly entries: readonly SignalEntry[];
  readonly parts: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/**
 * Gathers instants of any sets of objects into one run over the places of one topology. An object that is not among
 * them is left out; one that was not there yet has no sample then.
 */
export class RunWriter {
  readonly #topology: Topology;
  readonly #wanted: ReadonlySet<SignalId> | null;
  readonly #maps = new Map<Topology, ObjectMaps>();
  readonly #times: EpochMs[] = [];
  readonly #chunks: {
    count: number;
    cells: readonly { readonly id: SignalId; readonly objects: number }[];
    bytes: Uint8Array;
  }[] = [];
  readonly #samples = new Map<SignalId, number>();
  #open = new Map<SignalId, Cells>();
  #count = 0;

  /** @param wanted the signals to keep; null: all */
  constructor(topology: Topology, wanted: readonly SignalId[] | null) {
    this.#topology = topology;
    this.#wanted = wanted && new Set(wanted);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  get instants(): number {
    return this.#times.length;
  }

  /** Takes the instant `at` of a chunk. Instants come in the order of time. */
  add(chunk: Pick<OpenChunk, 'topology' | 'times' | 'cells'>, at: number): void {
    const time = chunk.times[at];
    if (time <= (this.#times.at(-1) ?? Number.NEGATIVE_INFINITY)) return;
    let maps = this.#maps.get(chunk.topology);
    if (!maps) {
      maps = mapObjects(chunk.topology, this.#topology);
      this.#maps.set(chunk.topology, maps);
    }
    for (const cells of chunk.cells) {
      const { id, kind } = cells.signal;
      if (this.#wanted && !this.#wanted.has(id)) continue;
      this.#copy(cells, at, this.#cellsOf(id), maps[kind]);
    }
    this.#times.push(time);
    if (++this.#count === CHUNK) this.#close();
  }

  #cellsOf(id: SignalId): Cells {
    let cells = this.#open.get(id);
    if (!cells) {
      const { from, to } = objectsOf(signalOf(id).kind, this.#topology);
      cells = emptyCells(id, to - from);
      this.#open.set(id, cells);
    }
    return cells;
  }

  #copy(from: Cells, at: number, to: Cells, map: Int32Array): void {
    let samples = 0;
    for (let object = 0; object < to.objects; object++) {
      const source = map[object];
      if (source < 0) continue;
      const [a, b] = [source * CHUNK + at, object * CHUNK + this.#count];
      to.code[b] = from.code[a];
      to.quality[b] = from.quality[a];
      to.age[b] = from.age[a];
      if (hasValue(from.quality[a])) samples++;
    }
    const { id } = to.signal;
    this.#samples.set(id, (this.#samples.get(id) ?? 0) + samples);
  }

  #close(): void {
    if (this.#count === 0) return;
    const cells = signals.flatMap(({ id }) => this.#open.get(id) ?? []);
    this.#chunks.push({
      count: this.#count,
      cells: cells.map(({ signal, objects }) => ({ id: signal.id, objects })),
      bytes: packCells(cells, this.#count),
    });
    this.#open = new Map();
    this.#count = 0;
  }

  /** The run; nothing can be added any more. Every chunk has every signal that any has. */
  finish(): RunDraft {
    this.#close();
    const present = new Set(this.#chunks.flatMap(({ cells }) => cells.map(({ id }) => id)));
    const entries = signals
      .filter(({ id }) => present.has(id))
      .map((signal) => {
        const { id, kind, unit } = signal;
        const { from, to } = objectsOf(kind, this.#topology);
        const kept = quantumText(quantumOf(signal), unit);
        return { id, unit, kept, objects: to - from, samples: this.#samples.get(id) ?? 0 };
      });
    const wanted = entries.map(({ id, objects }) => ({ id, objects }));
    const chunks: RunChunk[] = [];
    const parts: { name: string; bytes: Uint8Array }[] = [];
    for (const { count, cells, bytes } of this.#chunks) {
      const name = `run/${String(chunks.length).padStart(4, '0')}.bin`;
      const before = chunks.at(-1);
      chunks.push({ part: name, first: before ? before.first + before.count : 0, count });
      const whole = cells.length === wanted.length ? bytes : widened(bytes, cells, wanted, count);
      parts.push({ name, bytes: whole });
    }
    return { run: openRun(this.#times, wanted, chunks, (chunk) => parts[chunk].bytes), entries, parts };
  }
}

/** The run of an opened snapshot as one that goes into another file as it is. */
export function draftOfRun({ manifest, run }: Pick<Snapshot, 'manifest' | 'run'>): RunDraft {
  const parts = run.chunks.map(({ part }, chunk) => ({ name: part, bytes: run.packed(chunk) }));
  return { run, entries: manifest.signals, parts };
}

/** A chunk of fewer signals as one of all. */
function widened(
  bytes: Uint8Array,
  cells: readonly { readonly id: SignalId; readonly objects: number }[],
  wanted: readonly { readonly id: SignalId; readonly objects: number }[],
  count: number,
): Uint8Array {
  const known = new Map(unpackCells(bytes, cells, count).map((one) => [one.signal.id, one]));
  return packCells(
    wanted.map(({ id, objects }) => known.get(id) ?? emptyCells(id, objects)),
    count,
  );
}

/** Chunks whose cells stay unpacked for the next question: one to show, one to play into. */
const OPEN_CHUNKS = 3;

/** A run over packed chunks. */
export function openRun(
  times: readonly EpochMs[],
  wanted: Run['signals'],
  chunks: readonly RunChunk[],
  bytesOf: (chunk: number) => Uint8Array,
): Run {
  const open = new Map<number, readonly Cells[]>();
  return {
    ...{ times, signals: wanted, chunks, packed: bytesOf },
    cells(chunk) {
      const known = open.get(chunk);
      if (known) return known;
      const cells = unpackCells(bytesOf(chunk), wanted, chunks[chunk].count);
      const oldest = open.keys().next().value;
      if (open.size === OPEN_CHUNKS && oldest !== undefined) open.delete(oldest);
      open.set(chunk, cells);
      return cells;
    },
  };
}
