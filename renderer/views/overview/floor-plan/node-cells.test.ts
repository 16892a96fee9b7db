import { expect, it } from 'vitest';
import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import { layoutOf } from '../../../draw/sample-fleet.fixture.ts';
import { nodeCells } from './node-cells.ts';

const layout = layoutOf([{ name: 'A', rows: [1], nodes: 2, gpus: 4, rackW: 1 }]);

it('power is the mean, use the median, heat and reasons the worst of those that report', () => {
  const cells = Uint8Array.of(100, 200, CELL_NODATA, 60, 10, 20, 30, 240);
  expect([...nodeCells(layout, 'power', cells)]).toEqual([120, 75]);
  expect([...nodeCells(layout, 'util', cells)]).toEqual([100, 25]);
  expect([...nodeCells(layout, 'nvlink', cells)]).toEqual([100, 25]);
  expect([...nodeCells(layout, 'temp', cells)]).toEqual([200, 240]);
  expect([...nodeCells(layout, 'nic', cells)]).toEqual([200, 240]);
  expect([...nodeCells(layout, 'throttle', Uint8Array.of(0, 3, 5, 1, 0, 0, 0, 0))]).toEqual([5, 0]);
});

it('a node of which none reports is lost; one that never had the signal is not', () => {
  const [lost, never] = [CELL_NODATA, CELL_UNSUPPORTED];
  expect([...nodeCells(layout, 'temp', Uint8Array.of(lost, lost, never, lost, never, never, never, never))]).toEqual([
    lost,
    never,
  ]);
});
