import { describe, expect, it } from 'vitest';
import { signalColumns } from './cell-columns.ts';
import { CELL_NODATA, CELL_UNSUPPORTED } from './cells.ts';
import type { ViewSignal } from './contract.ts';
import { computeFabric } from './fabric.ts';
import { frameOf, LOST, rackAt, type Shape, times, topologyOf, type Values } from './frame.fixture.ts';
import { computePower } from './power.ts';
import type { SignalId } from './signals/catalogue.ts';

const of = (signal: ViewSignal, values: Partial<Record<SignalId, Values>>, shape: Shape = {}) => {
  const frame = frameOf(topologyOf(shape), values);
  const columns = signalColumns(signal, { frame, power: computePower(frame), fabric: computeFabric(frame) });
  return { ...columns, rack: columns.value[rackAt(frame.topology)] };
};
const mean = (cells: Uint8Array) => cells.reduce((a, b) => a + b, 0) / cells.length / 220;

describe('power', () => {
  const uneven = [500, 600, 700, 800, 500, 600, 700, 800];
  const budgets = { 'S/A/A1/A1-01': 8000 };

  it('colours GPUs so that their mean is the rack’s own share of its budget', () => {
    const { cells, rack, rackCells } = of('power', { 'gpu.power': uneven }, { budgets });
    // 5,200 of 8,000 W; a GPU's fair share is 1,000 W.
    expect(rack).toBeCloseTo(0.65);
    expect(rackCells[0]).toBe(143);
    expect(cells[3]).toBe(176);
    expect(mean(cells)).toBeCloseTo(0.65, 2);
  });

  it('does so for a metered rack, whose other watts are shared by its GPUs', () => {
    const shape = { budgets, feeds: { 'S/A/A1/A1-01 A': 9000 } };
    const { cells, rack } = of('power', { 'gpu.power': uneven, 'feed.power': [6500] }, shape);
    expect(rack).toBeCloseTo(0.8125);
    expect(mean(cells)).toBeCloseTo(0.8125, 2);
  });

  it('does not give a silent GPU’s share to the others', () => {
    const silent: Values = [500, 600, 700, 800, 500, 600, 700, LOST];
    const { cells } = of('power', { 'gpu.power': silent }, { budgets });
    expect(cells[3]).toBe(176);
    expect(cells[7]).toBe(CELL_NODATA);
  });

  it('shows a GPU by its own limit where the rack has no budget, and the rack as their mean', () => {
    const { cells, rack } = of('power', { 'gpu.power': times(8, 350), 'gpu.powerLimit': times(8, 700) });
    expect([...new Set(cells)]).toEqual([110]);
    expect(rack).toBeCloseTo(0.5);
  });
});

describe('a GPU without the value', () => {
  const util = times(8, 0.5);

  it('is hatched when it was lost, outlined when its signal was never exported', () => {
    const temp: Values = [60, LOST, null, ...times(5, 60)];
    const { cells } = of('temp', { 'gpu.util': util, 'gpu.temp': temp, 'gpu.tempLimit': times(8, 87) });
    expect([...cells.slice(0, 3)]).toEqual([Math.floor((60 / 87) * 220), CELL_NODATA, CELL_UNSUPPORTED]);
  });

  it('is hatched when nothing of it is heard, also where it never reported', () => {
    const { cells, rackCells } = of('util', { 'gpu.util': [LOST, null, ...times(6, 0.5)] });
    expect([...cells.slice(0, 2)]).toEqual([CELL_NODATA, CELL_NODATA]);
    expect(rackCells[0]).toBe(110);
    expect(of('util', { 'gpu.util': times(8, LOST) }).rackCells[0]).toBe(CELL_NODATA);
  });

  it('makes its rack unsupported, not lost, when all its GPUs lack the signal', () => {
    const { rackCells } = of('nvlink', { 'gpu.util': util });
    expect(rackCells[0]).toBe(CELL_UNSUPPORTED);
  });
});

describe('rack values', () => {
  it('are the median of utilisation and NVLink, the worst of temperature', () => {
    const spread = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    expect(of('util', { 'gpu.util': spread }).rack).toBeCloseTo(0.45);
    const temps = { 'gpu.temp': [50, 60, 87, 60, 60, 60, 60, 60], 'gpu.tempLimit': times(8, 87) };
    expect(of('temp', temps).rack).toBe(1);
    // H200: 900 GB/s both directions.
    const nvlink = { 'gpu.util': spread, 'gpu.nvlink': times(8, 450e9) };
    expect(of('nvlink', nvlink).rack).toBeCloseTo(0.5);
    expect(of('nvlink', nvlink, { model: 'NVIDIA L4' }).rackCells[0]).toBe(CELL_UNSUPPORTED);
  });

  it('are the worst reason and the share of GPUs that are held', () => {
    const { cells, rack, rackCells } = of('throttle', {
      'gpu.util': times(8, 1),
      'gpu.throttle': [0, 1, 4, 4, 0x44, 0x100, 2, null],
    });
    expect([...cells]).toEqual([0, 1, 3, 3, 5, 0, 2, CELL_UNSUPPORTED]);
    expect(rackCells[0]).toBe(5);
    expect(rack).toBeCloseTo(3 / 7);
  });

  it('are the busiest link; a GPU shows its node’s', () => {
    const links = ['S/A/A1/A1-01/A1-01-n1 mlx5_0'];
    const values = { 'gpu.util': times(16, 1), 'link.rx': [25e9], 'link.rate': [50e9] };
    const { cells, rack } = of('nic', values, { nodes: 2, links });
    expect(rack).toBeCloseTo(0.5);
    expect([cells[0], cells[8]]).toEqual([110, CELL_UNSUPPORTED]);
  });
});
