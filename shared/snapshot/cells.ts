import { type Column, STALE, UNSUPPORTED } from '../frame.ts';
import { type ObjectKind, type Signal, type SignalId, signalOf } from '../signals/catalogue.ts';
import { GPU, NODE, type Topology } from '../topology.ts';
import { codeOf, type Quantum, quantumOf, valueOfCode } from './quantum.ts';

/** Instants that are packed together: a reader unpacks no more than these to show one. */
export const CHUNK = 16;
/** Sample times are kept as ages, to a tenth of a second. */
export const AGE_MS = 100;

/** Where the objects of a kind lie in a frame's columns; what lies around them is made of them. */
export function objectsOf(kind: ObjectKind, topology: Topology): { readonly from: number; readonly to: number } {
  const { start, linkNode, ports, feedRack, servers, workRack } = topology;
  if (kind === 'gpu') return { from: start[GPU], to: start[GPU + 1] };
  if (kind === 'node') return { from: start[NODE], to: start[GPU] };
  const to = {
    nvlink: 0,
    place: start[NODE],
    link: linkNode.length,
    port: ports.length,
    feed: feedRack.length,
    server: servers.length,
    work: workRack.length,
  };
  return { from: 0, to: to[kind] };
}

/** One signal over at most CHUNK instants, object after object: the cell of object o at instant i is o × CHUNK + i. */
export interface Cells {
  readonly signal: Signal;
  readonly quantum: Quantum;
  readonly objects: number;
  /** Value as an integer of its quantum; meaningless where the quality says that there is none. */
  readonly code: Int32Array;
  /** QUALITY of each cell. */
  readonly quality: Uint8Array;
  /** Frame time − sample time in AGE_MS; meaningless where nothing was ever heard. */
  readonly age: Int32Array;
}

export function emptyCells(id: SignalId, objects: number): Cells {
  const signal = signalOf(id);
  const size = objects * CHUNK;
  const quantum = quantumOf(signal);
  return {
    ...{ signal, quantum, objects },
    code: new Int32Array(size),
    quality: new Uint8Array(size),
    age: new Int32Array(size),
  };
}

/** Whether a cell of that quality has a value; a stale one has only a time. */
export const hasValue = (quality: number) => quality !== UNSUPPORTED && quality !== STALE;

/**
 * Takes one instant of a column.
 *
 * @param places for each object its index in the column; −1 where the column does not have it
 */
export function takeInstant(cells: Cells, at: number, column: Column, places: Int32Array, time: number): void {
  const { code, quality, age, quantum, objects } = cells;
  for (let object = 0; object < objects; object++) {
    const place = places[object];
    if (place < 0) continue;
    const cell = object * CHUNK + at;
    const kind = column.quality[place];
    if (kind === UNSUPPORTED) continue;
    quality[cell] = kind;
    age[cell] = Math.round((time - column.time[place]) / AGE_MS);
    if (kind !== STALE) code[cell] = codeOf(quantum, column.value[place]);
  }
}

/** Writes one instant into a column whose objects begin at `from`. */
export function giveInstant(cells: Cells, at: number, column: Column, from: number, time: number): void {
  const { code, quality, age, quantum, objects } = cells;
  for (let object = 0; object < objects; object++) {
    const cell = object * CHUNK + at;
    if (quality[cell] === UNSUPPORTED) continue;
    column.quality[from + object] = quality[cell];
    column.time[from + object] = time - age[cell] * AGE_MS;
    if (quality[cell] !== STALE) column.value[from + object] = valueOfCode(quantum, code[cell]);
  }
}
