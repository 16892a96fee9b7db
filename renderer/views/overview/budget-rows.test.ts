import { describe, expect, it } from 'vitest';
import type { ViewFrame } from '../../../shared/contract.ts';
import { smallLayout as layout } from '../places.fixture.ts';
import { budgetRows, severityOf } from './budget-rows.ts';

const places = layout.start[4];
const frame = {
  // Site, halls A and B, rows A1, A2, B1 (no budget), racks.
  drawW: Float32Array.from([58_800, 54_800, 4_000, 16_000, 38_800, 4_000, 0, 0, 0, 0]),
  slope: new Float32Array(places).fill(Number.NaN),
  capMin: new Float32Array(places).fill(Number.NaN),
  quality: Uint8Array.from([3, 1, 1, 1, 3, 1, 1, 1, 1, 1]),
  warnRatio: 0.9,
  critRatio: 0.97,
} as unknown as ViewFrame;

describe('budgetRows', () => {
  it('sorts siblings by use and keeps children under their parent', () => {
    const rows = budgetRows(layout, frame, new Set());
    expect(rows.map((row) => [row.place, row.depth])).toEqual([
      [0, 0],
      [1, 1],
      [4, 2],
      [3, 2],
      [2, 1],
      [5, 2],
    ]);
    expect(rows.map((row) => row.severity)).toEqual([null, 'warning', 'critical', null, null, null]);
    expect(rows[2].ratio).toBeCloseTo(0.97, 6);
    expect(rows[2]).toMatchObject({ position: 1, siblings: 2, assumed: true });
    expect(rows[5].ratio).toBeNaN();
  });

  it('folds the children of closed places away', () => {
    const rows = budgetRows(layout, frame, new Set(['p1']));
    expect(rows.map((row) => row.place)).toEqual([0, 1, 2, 5]);
    expect(rows[1]).toMatchObject({ children: 2, open: false });
  });

  it('puts places without data last', () => {
    const silent = { ...frame, drawW: Float32Array.from(frame.drawW, (w, i) => (i === 4 ? Number.NaN : w)) };
    expect(budgetRows(layout, silent, new Set()).map((row) => row.place)).toEqual([0, 1, 3, 4, 2, 5]);
  });
});

describe('severityOf', () => {
  it('compares with the configured limits', () => {
    expect([0.8999, 0.9, 0.97, 1.2, Number.NaN].map((ratio) => severityOf(ratio, 0.9, 0.97))).toEqual([
      null,
      'warning',
      'critical',
      'critical',
      null,
    ]);
  });
});
