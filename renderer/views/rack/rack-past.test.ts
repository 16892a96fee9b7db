import { describe, expect, it } from 'vitest';
import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../shared/cells.ts';
import { cellsOf, columnAt, emptyPast, heldSince, laneCounts, movedTo, type RackPast, rangeOf } from './rack-past.ts';

const T = 1_795_444_320_000;
const STEP = 15_000;

/** Two GPUs over four columns. */
function past(values: number[], more: Partial<RackPast> = {}): RackPast {
  return {
    ...emptyPast(T, STEP, 4, 2),
    values: Float32Array.from(values),
    recorded: Uint8Array.of(0, 1, 1, 1),
    ...more,
  };
}

const NONE = Number.NaN;

describe('the past of a rack', () => {
  it('shows a share of each GPU’s own limit, what was lost, and nothing before the record began', () => {
    const cells = cellsOf(past([NONE, 600, NONE, 1200, NONE, 600, 600, 630]), Float32Array.of(1200, 600));
    expect([...cells]).toEqual([CELL_UNSUPPORTED, 110, CELL_NODATA, 220, CELL_UNSUPPORTED, 220, 220, 231]);
  });

  it('is relative to the highest value where no limit is known: what was read is never shown as lost', () => {
    const cells = cellsOf(past([NONE, 600, 600, 1200, NONE, 600, 600, NONE]), Float32Array.of(NONE, NONE));
    expect([...cells.subarray(0, 4)]).toEqual([CELL_UNSUPPORTED, 110, 110, 220]);
    expect(cells[7]).toBe(CELL_NODATA);
  });

  it('shows nothing after the record’s end, rather than a loss: the age is told elsewhere', () => {
    const cells = cellsOf(past(Array(8).fill(300), { recorded: Uint8Array.of(1, 1, 0, 0) }), Float32Array.of(600, 600));
    expect([...cells.subarray(0, 4)]).toEqual([110, 110, CELL_UNSUPPORTED, CELL_UNSUPPORTED]);
  });

  it('counts GPUs by reason, each reason for itself, and knows none where nothing was known', () => {
    const reasons = Int16Array.of(-1, 0x44, 0x4, 0, -1, 0x4, 0x0, 0x20);
    const counts = (bits: number) => laneCounts(past(Array(8).fill(1), { reasons }), bits);
    expect(counts(0x4)).toEqual([null, 2, 1, 0]);
    expect(counts(0x48)).toEqual([null, 1, 0, 0]);
    expect(counts(0x20)).toEqual([null, 0, 0, 1]);
  });

  it('says since when a reason holds without a break', () => {
    const grid = past(Array(8).fill(1));
    expect(heldSince(grid, [3, 0, 2, 41])).toBe(T + 2 * STEP);
    expect(heldSince(grid, [1, 1, 1, null])).toBe(T);
    expect(heldSince(grid, [1, null, 1, 1])).toBe(T + 2 * STEP);
    expect(heldSince(grid, [1, 1, 1, 0])).toBeNull();
    expect(heldSince(grid, [null, null, null, null])).toBeNull();
  });

  it('moves on with the time: old columns leave, new ones are not known', () => {
    const grid = past([1, 2, 3, 4, 5, 6, 7, 8], { reasons: Int16Array.of(0, 1, 2, 3, 4, 5, 6, 7) });
    const later = movedTo(grid, T + STEP);
    expect([...later.values]).toEqual([2, 3, 4, NONE, 6, 7, 8, NONE]);
    expect([...later.reasons]).toEqual([1, 2, 3, -1, 5, 6, 7, -1]);
    expect([...later.recorded]).toEqual([1, 1, 1, 0]);
    expect(later.from).toBe(T + STEP);
    expect([...movedTo(grid, T - 2 * STEP).values]).toEqual([NONE, NONE, 1, 2, NONE, NONE, 5, 6]);
    expect([...movedTo(grid, T + 9 * STEP).recorded]).toEqual([0, 0, 0, 0]);
  });

  it('finds columns and the range of a span', () => {
    const grid = past([1, 2, NONE, 4, 5, 6, 7, 8]);
    expect([columnAt(grid, T), columnAt(grid, T + STEP * 4), columnAt(grid, T - 1)]).toEqual([0, -1, -1]);
    expect(rangeOf(grid, 2, 4)).toEqual([4, 8]);
    expect(rangeOf(past(Array(8).fill(NONE)), 0, 4)).toEqual([NONE, NONE]);
  });
});
