import { expect, it } from 'vitest';
import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import { rowTile } from './row-tile.ts';

const [lost, never] = [CELL_NODATA, CELL_UNSUPPORTED];

it('has its own value, and its worst rack so that none averages away', () => {
  // 0.5 of 220 steps.
  expect(rowTile('power', 0.5, Uint8Array.of(90, 215, 60))).toEqual({ own: 110, worst: 215, lost: false });
});

it('shows its worst reason for throttling: a share of GPUs is no reason', () => {
  expect(rowTile('throttle', 0.25, Uint8Array.of(0, 5, 3))).toEqual({ own: 5, worst: 5, lost: false });
});

it('tells of lost racks beside those that report', () => {
  expect(rowTile('util', 0.5, Uint8Array.of(110, lost))).toEqual({ own: 110, worst: 110, lost: true });
});

it('is lost when its racks are, or when the screen is stale', () => {
  expect(rowTile('power', Number.NaN, Uint8Array.of(lost, lost)).own).toBe(lost);
  expect(rowTile('power', undefined, undefined).own).toBe(lost);
});

it.each(['nvlink', 'throttle'] as const)('is not lost where %s was never exported', (signal) => {
  expect(rowTile(signal, Number.NaN, Uint8Array.of(never, never))).toEqual({ own: never, worst: 0, lost: false });
  expect(rowTile(signal, Number.NaN, Uint8Array.of(never, lost)).own).toBe(lost);
});
