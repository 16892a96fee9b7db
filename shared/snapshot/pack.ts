import { QUALITY, UNSUPPORTED } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { BitReader, BitWriter } from './bits.ts';
import { type Cells, CHUNK, emptyCells, hasValue } from './cells.ts';
import { valueOfCode } from './quantum.ts';
import { SnapshotRefused } from './refused.ts';

/**
 * Cells as bytes, signal after signal. Of each: the qualities as runs; what all integers have in common (least value and
 * greatest common divisor); each object's first value by its difference to the object before it; then, object by object,
 * the differences from instant to instant in as many bits as the largest of them needs. Ages alike; where a signal has
 * the very ages of one before it, as the signals of one exporter have, it says which.
 */
export function packCells(all: readonly Cells[], instants: number): Uint8Array<ArrayBuffer> {
  const out = new BitWriter();
  for (let n = 0; n < all.length; n++) for (const _ of packing(out, all, n, instants));
  return out.finish();
}

/** Objects that are gone through between two rests: some 65,000 cells, a millisecond. */
const OBJECTS = 4096;

/**
 * Packs the n-th signal alone and rests now and then, so that a long chunk can be packed in turns. Gives at each rest how
 * many cells were gone through; most cells are gone through several times.
 */
export function* packing(out: BitWriter, all: readonly Cells[], n: number, instants: number): Generator<number, void> {
  const cells = all[n];
  yield* packQuality(out, cells, instants);
  yield* packNumbers(out, cells, cells.code, instants, 2);
  const same = yield* firstAlike(all, n, instants);
  out.varint(same + 1);
  if (same < 0) yield* packNumbers(out, cells, cells.age, instants, 1);
}

/** Runs of objects, at most OBJECTS each. */
function* runs(objects: number): Generator<readonly [number, number]> {
  for (let from = 0; from < objects; from += OBJECTS) yield [from, Math.min(objects, from + OBJECTS)];
}

/** The first signal before the n-th that has its very ages; −1: none. */
function* firstAlike(all: readonly Cells[], n: number, instants: number): Generator<number, number> {
  for (let m = 0; m < n; m++) {
    if (all[m].objects !== all[n].objects || all[m].signal.kind !== all[n].signal.kind) continue;
    let alike = true;
    for (const [from, to] of runs(all[n].objects)) {
      alike &&= sameAges(all[m], all[n], from, to, instants);
      if (!alike) break;
      yield (to - from) * instants;
    }
    if (alike) return m;
  }
  return -1;
}

/** Reads the cells of these signals. @throws SnapshotRefused on bytes that packCells does not write */
export function unpackCells(
  bytes: Uint8Array,
  wanted: readonly { readonly id: SignalId; readonly objects: number }[],
  instants: number,
): Cells[] {
  const input = new BitReader(bytes);
  const all: Cells[] = [];
  for (const { id, objects } of wanted) {
    const cells = emptyCells(id, objects);
    unpackQuality(input, cells, instants);
    unpackNumbers(input, cells, cells.code, instants, 2);
    checkRange(cells, instants);
    const same = input.varint();
    if (same === 0) unpackNumbers(input, cells, cells.age, instants, 1);
    else if (same <= all.length && sameHeard(all[same - 1], cells, instants)) cells.age.set(all[same - 1].age);
    else throw new SnapshotRefused('malformed', `Signal ${id} has the ages of a signal that is not like it`);
    all.push(cells);
  }
  if (!input.done) throw new SnapshotRefused('malformed', 'A chunk has bytes after its last signal');
  return all;
}

/** What a list has a number for: 1 every cell that was ever heard (ages), 2 every cell with a value. */
type Needed = 1 | 2;
/** By quality: 1 heard, 2 has a value, 3 both. */
const HAS = Uint8Array.from(QUALITY, (_, quality) => (isHeard(quality) ? 1 : 0) | (hasValue(quality) ? 2 : 0));

function isHeard(quality: number): boolean {
  return quality !== UNSUPPORTED;
}

/** Both say the same of which cells were heard; only then can ages be shared. */
function sameHeard(a: Cells, b: Cells, instants: number): boolean {
  if (a.objects !== b.objects || a.signal.kind !== b.signal.kind) return false;
  for (let object = 0; object < a.objects; object++) {
    for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++) {
      if (isHeard(a.quality[cell]) !== isHeard(b.quality[cell])) return false;
    }
  }
  return true;
}

function sameAges(a: Cells, b: Cells, from: number, to: number, instants: number): boolean {
  for (let object = from; object < to; object++) {
    for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++) {
      if (isHeard(a.quality[cell]) !== isHeard(b.quality[cell])) return false;
      if (isHeard(a.quality[cell]) && a.age[cell] !== b.age[cell]) return false;
    }
  }
  return true;
}

/** Runs of equal qualities over all cells, object after object. */
function* packQuality(out: BitWriter, { quality, objects }: Cells, instants: number): Generator<number, void> {
  let [last, run] = [-1, 0];
  const close = () => {
    if (run === 0) return;
    out.varint(run);
    out.varint(last);
  };
  for (const [from, to] of runs(objects)) {
    for (let object = from; object < to; object++) {
      for (let i = 0; i < instants; i++) {
        const one = quality[object * CHUNK + i];
        if (one === last) run++;
        else {
          close();
          [last, run] = [one, 1];
        }
      }
    }
    yield (to - from) * instants;
  }
  close();
}

function unpackQuality(input: BitReader, { quality, objects }: Cells, instants: number): void {
  const total = objects * instants;
  let [at, before] = [0, -1];
  while (at < total) {
    const run = input.varint();
    const kind = input.varint();
    if (run === 0 || run > total - at || kind >= QUALITY.length || kind === before)
      throw new SnapshotRefused('malformed', 'The qualities of a signal are not those of its objects');
    before = kind;
    for (const end = at + run; at < end; at++) quality[Math.floor(at / instants) * CHUNK + (at % instants)] = kind;
  }
}

interface Common {
  readonly least: number;
  readonly divisor: number;
}

/** Least value and greatest common divisor of what is above it; undefined where there is no cell. */
function* commonOf(
  { quality, objects }: Cells,
  list: Int32Array,
  instants: number,
  needed: Needed,
): Generator<number, Common | undefined> {
  let [least, divisor, any] = [0, 0, false];
  for (const [from, to] of runs(objects)) {
    for (let object = from; object < to; object++) {
      for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++) {
        if ((HAS[quality[cell]] & needed) !== 0 && (!any || list[cell] < least)) {
          least = list[cell];
          any = true;
        }
      }
    }
    yield (to - from) * instants;
  }
  if (!any) return undefined;
  for (const [from, to] of runs(objects)) {
    if (divisor === 1) break;
    for (let object = from; object < to && divisor !== 1; object++) {
      for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++) {
        if ((HAS[quality[cell]] & needed) === 0) continue;
        let [a, b] = [list[cell] - least, divisor];
        if (b !== 0 && a % b === 0) continue;
        while (b !== 0) [a, b] = [b, a % b];
        divisor = a;
      }
    }
    yield (to - from) * instants;
  }
  return { least, divisor: divisor || 1 };
}

function* packNumbers(
  out: BitWriter,
  cells: Cells,
  list: Int32Array,
  instants: number,
  needed: Needed,
): Generator<number, void> {
  const { objects } = cells;
  const common = yield* commonOf(cells, list, instants, needed);
  if (!common) return;
  out.signed(common.least);
  out.varint(common.divisor);
  const widths = new Uint8Array(objects);
  // Differences of every object, in its own place; those of widths 0 are never written.
  const deltas = new Uint32Array(objects * CHUNK);
  const counts = new Uint8Array(objects);
  let before = 0;
  for (const [from, to] of runs(objects)) {
    before = packFirsts(out, cells, { list, instants, needed, common, widths, deltas, counts, before }, from, to);
    yield (to - from) * instants;
  }
  packWidths(out, widths);
  for (const [from, to] of runs(objects)) {
    for (let object = from; object < to; object++) {
      if (widths[object] === 0) continue;
      for (let i = 0; i < counts[object]; i++) out.bits(deltas[object * CHUNK + i], widths[object]);
    }
    yield (to - from) * instants;
  }
  out.flush();
}

interface Numbers {
  readonly list: Int32Array;
  readonly instants: number;
  readonly needed: Needed;
  readonly common: Common;
  readonly widths: Uint8Array;
  readonly deltas: Uint32Array;
  readonly counts: Uint8Array;
  /** First value of the object before. */
  readonly before: number;
}

/** Writes the first values of some objects and works out the differences of the others; gives the last first value. */
function packFirsts(out: BitWriter, { quality }: Cells, numbers: Numbers, from: number, to: number): number {
  const { list, instants, needed, widths, deltas, counts } = numbers;
  const { least, divisor } = numbers.common;
  let { before } = numbers;
  for (let object = from; object < to; object++) {
    let [last, seen, all] = [0, -1, 0];
    for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++) {
      if ((HAS[quality[cell]] & needed) === 0) continue;
      const one = (list[cell] - least) / divisor;
      if (seen < 0) {
        out.signed(one - before);
        before = one;
      } else {
        const delta = (one - last) | 0;
        const folded = ((delta << 1) ^ (delta >> 31)) >>> 0;
        deltas[object * CHUNK + seen] = folded;
        all |= folded;
      }
      last = one;
      seen++;
    }
    counts[object] = Math.max(0, seen);
    widths[object] = 32 - Math.clz32(all);
  }
  return before;
}

function packWidths(out: BitWriter, widths: Uint8Array): void {
  for (let from = 0; from < widths.length; ) {
    let to = from + 1;
    while (to < widths.length && widths[to] === widths[from]) to++;
    out.varint((to - from - 1) * 64 + widths[from]);
    from = to;
  }
}

function unpackWidths(input: BitReader, objects: number): Uint8Array {
  const widths = new Uint8Array(objects);
  for (let at = 0; at < objects; ) {
    const both = input.varint();
    const [run, width] = [Math.floor(both / 64) + 1, both % 64];
    if (run > objects - at || width > 32) throw new SnapshotRefused('malformed', 'A column has a width that cannot be');
    widths.fill(width, at, at + run);
    at += run;
  }
  return widths;
}

function unpackNumbers(input: BitReader, cells: Cells, list: Int32Array, instants: number, needed: Needed): void {
  const { quality, objects } = cells;
  if (!quality.some((one) => (HAS[one] & needed) !== 0)) return;
  const least = input.signed();
  const divisor = input.varint();
  const first = new Float64Array(objects);
  let before = 0;
  for (let object = 0; object < objects; object++) {
    let any = false;
    for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++)
      any ||= (HAS[quality[cell]] & needed) !== 0;
    if (any) before += input.signed();
    first[object] = before;
  }
  const widths = unpackWidths(input, objects);
  for (let object = 0; object < objects; object++) {
    let [last, any] = [first[object], false];
    for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++) {
      if ((HAS[quality[cell]] & needed) === 0) continue;
      if (any && widths[object] > 0) {
        const folded = input.bits(widths[object]);
        last = (last + ((folded >>> 1) ^ -(folded & 1))) >>> 0;
      }
      any = true;
      const value = least + last * divisor;
      if (!(value >= -0x80000000 && value <= 0x7fffffff))
        throw new SnapshotRefused('malformed', 'A column has a number that is out of range');
      list[cell] = value;
    }
  }
  input.align();
}

/**
 * A value far from what the signal can have is not shown. Sums of two directions, and limits told from two readings, may
 * lie somewhat beyond the range of a single sample.
 */
function checkRange({ signal, quantum, code, quality, objects }: Cells, instants: number): void {
  const { min, max } = signal;
  const slack = quantum.kind === 'step' ? 0.5 / quantum.perUnit : 0;
  const most = 2 * Math.max(Math.abs(min), max) + slack;
  const least = min >= 0 ? -slack : -most;
  for (let object = 0; object < objects; object++) {
    for (let cell = object * CHUNK; cell < object * CHUNK + instants; cell++) {
      if (!hasValue(quality[cell])) continue;
      const value = valueOfCode(quantum, code[cell]);
      if (!(value >= least && value <= most))
        throw new SnapshotRefused('malformed', `${signal.label} has a value that cannot be`);
    }
  }
}
