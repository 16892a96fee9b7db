import { expect, it } from 'vitest';
import { CELL_NODATA } from '../../../../shared/cells.ts';
import type { ViewFrame } from '../../../../shared/contract.ts';
import { GPU, RACK } from '../../../../shared/topology.ts';
import { frameOf, layoutOf } from '../../../draw/sample-fleet.fixture.ts';
import { flaggedPlaces } from './flagged.ts';

// Places: 0 the site, 1 and 2 halls, 3 to 5 rows A1, A2, B1, 6 to 11 their racks.
const layout = layoutOf([
  { name: 'A', rows: [2, 2], nodes: 2, gpus: 4, rackW: 10_000 },
  { name: 'B', rows: [2], nodes: 2, gpus: 4, rackW: 10_000 },
]);

/** A frame in which everything is well, but for what `change` does to it. */
function flaggedBy(change: (frame: ViewFrame) => unknown): number[] {
  const frame = { ...frameOf(layout, 'power'), findings: [] };
  frame.value.fill(0.5);
  frame.rackCells.fill(110);
  change(frame);
  return [...flaggedPlaces(layout, frame)].sort((a, b) => a - b);
}

it('keeps nothing where all is well', () => {
  expect([layout.start[RACK], layout.start[RACK + 1]]).toEqual([6, 12]);
  expect(flaggedBy(() => {})).toEqual([]);
});

it('keeps a rack near its budget with its row, hall and site', () => {
  expect(flaggedBy(({ value }) => value.fill(0.91, 9, 10))).toEqual([0, 1, 4, 9]);
});

it('keeps a row near its budget, though none of its racks is', () => {
  expect(flaggedBy(({ value }) => value.fill(0.98, 5, 6))).toEqual([0, 2, 5]);
});

it('keeps what is lost, and what has silent GPUs', () => {
  expect(flaggedBy(({ rackCells }) => rackCells.fill(CELL_NODATA, 0, 1))).toEqual([0, 1, 3, 6]);
  expect(flaggedBy(({ gpuLive }) => gpuLive.fill(7, 11, 12))).toEqual([0, 2, 5, 11]);
});

it('keeps the rack in which a condition holds; a condition of a source is of no place', () => {
  const finding = { severity: 'critical', domain: 'power', title: '', detail: '', since: 0 } as const;
  // Eight GPUs a rack: GPU 8 is the first of the second rack.
  const at = (place: number) => flaggedBy((frame) => Object.assign(frame, { findings: [{ ...finding, place }] }));
  expect(at(layout.start[GPU] + 8)).toEqual([0, 1, 3, 7]);
  expect(at(-1)).toEqual([]);
});
