import { describe, expect, it } from 'vitest';
import { catalogueColumns } from './catalogue-columns.ts';
import { CELL_NODATA, CELL_UNSUPPORTED } from './cells.ts';
import { computeFabric } from './fabric.ts';
import { frameOf, LOST, rackAt, type Shape, times, topologyOf, type Values } from './frame.fixture.ts';
import { computePower } from './power.ts';
import type { SignalId } from './signals/catalogue.ts';

const of = (id: SignalId, values: Partial<Record<SignalId, Values>>, shape: Shape = {}) => {
  const frame = frameOf(topologyOf(shape), { 'gpu.power': times(8, 500), ...values });
  const columns = catalogueColumns(id, { frame, power: computePower(frame), fabric: computeFabric(frame) });
  return { ...columns, rack: columns.value[rackAt(frame.topology)] };
};

describe('any signal of the catalogue as cells', () => {
  it('draws a share as it is, a rack as the median of its GPUs', () => {
    const { cells, full, rack } = of('gpu.dram', { 'gpu.dram': [0, 0.5, 1, 0.25, 0.5, 0.5, 0.5, 0.5] });
    expect(full).toBe(1);
    expect([...cells.slice(0, 4)]).toEqual([0, 110, 220, 55]);
    expect(rack).toBe(0.5);
  });

  it('draws anything else up to a round number above the highest, which it tells', () => {
    const { cells, full } = of('gpu.powerLimit', { 'gpu.powerLimit': [600, 1200, ...times(6, 1000)] });
    expect(full).toBe(2000);
    expect([...cells.slice(0, 3)]).toEqual([66, 132, 110]);
    expect(of('gpu.memTemp', { 'gpu.memTemp': times(8, 100) }).full).toBe(100);
    expect(of('gpu.xid', { 'gpu.xid': times(8, 0) }).full).toBe(1);
  });

  it('shows the highest of a rack where the worst is what matters', () => {
    const { rack, full } = of('gpu.memTemp', { 'gpu.memTemp': [90, ...times(7, 40)] });
    expect(rack * (full ?? 0)).toBeCloseTo(90);
  });

  it('tells what was lost from what was never exported', () => {
    expect(of('gpu.dram', { 'gpu.dram': [LOST, null, ...times(6, 0.5)] }).cells.slice(0, 2)).toEqual(
      Uint8Array.of(CELL_NODATA, CELL_UNSUPPORTED),
    );
    expect([...new Set(of('gpu.dram', {}).cells)]).toEqual([CELL_UNSUPPORTED]);
  });

  it('adds a rack’s feeds only where all report: a missing feed makes no smaller sum', () => {
    const feeds = { 'S/A/A1/A1-01 A': 9000, 'S/A/A1/A1-01 B': 9000 };
    expect(of('feed.power', { 'feed.power': [3000, 2000] }, { feeds }).raw[0]).toBe(5000);
    const lost = of('feed.power', { 'feed.power': [3000, LOST] }, { feeds });
    expect(lost.raw[0]).toBeNaN();
    expect(lost.cells[0]).toBe(CELL_NODATA);
  });

  it('gives a GPU the highest of its node’s links', () => {
    const links = ['S/A/A1/A1-01/A1-01-n1 mlx5_0', 'S/A/A1/A1-01/A1-01-n1 mlx5_1'];
    expect(of('link.tx', { 'link.tx': [10e9, 40e9] }, { links }).raw[7]).toBe(Math.fround(40e9));
  });
});
