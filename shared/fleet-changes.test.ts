import { describe, expect, test } from 'vitest';
import { cellOf, decodedOf, fed, gpu, T0, valuesOf, withValues } from './fleet.fixture.ts';
import { Fleet } from './fleet.ts';
import { GPU, NODE, RACK } from './topology.ts';

describe('sources and changes', () => {
  test('the topology is the same object until something changes', () => {
    const { take, at, fleet } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100\n`);
    const first = at().topology;
    take(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 200\n`, 5);
    expect(at(5).topology).toBe(first);
    take(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-b', 1)} 200\n`, 10);
    expect(at(10).topology.version).toBe(first.version + 1);
    fleet.setBudgets([{ place: 'S', budgetW: 5, feedAW: 1, feedBW: 1, derate: 1 }]);
    expect(at(10).topology).toMatchObject({ version: first.version + 2 });
  });

  test('forgetting a source takes its objects and leaves the others', () => {
    const { take, at, fleet } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100\n`);
    const other = decodedOf('DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-z",Hostname="b1-01-n1"} 7\n');
    take(other, 0, { sourceId: 'other' });
    fleet.forgetSource('src');
    const { topology } = at();
    expect(topology.path.slice(topology.start[GPU])).toEqual(['GPU-z']);
    expect(topology.path.slice(topology.start[RACK], topology.start[NODE])).toEqual(['S/B/B1/B1-01']);
    expect(valuesOf(at(), 'gpu.power')).toEqual({ 'GPU-z': 7 });
    take(withValues(other, 8), 1, { sourceId: 'other' });
    expect(valuesOf(at(1), 'gpu.power')).toEqual({ 'GPU-z': 8 });
    expect(cellOf(at(1), 'gpu.power', 'S').value).toBe(8);
  });

  test('a GPU of two sources outlives the first of them', () => {
    const { take, at, fleet } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100\n`);
    const again = decodedOf(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 101\n`);
    take(again, 0, { sourceId: 'other' });
    fleet.forgetSource('src');
    take(again, 1, { sourceId: 'other' });
    expect(valuesOf(at(1), 'gpu.power')).toEqual({ 'GPU-a': 101 });
    fleet.forgetSource('other');
    expect(at(1).topology.parent).toHaveLength(0);
  });

  test('coverage names metrics as they are written, with series and newest time', () => {
    const { fleet } = fed(`DCGM_FI_DEV_BOARD_POWER_WATTS${gpu('GPU-a')} 1
DCGM_FI_DEV_BOARD_POWER_WATTS${gpu('GPU-b', 1)} 1
up 1
`);
    expect(fleet.coverage('src')).toEqual([
      { signal: 'gpu.power', metric: 'DCGM_FI_DEV_BOARD_POWER_WATTS', series: 2, pegged: 0, time: T0 },
    ]);
    expect(fleet.coverage('none')).toEqual([]);
  });

  test('labels with the names of object properties are labels', () => {
    const { at } = fed(`DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="__proto__",Hostname="constructor",toString="x"} 1\n`);
    expect(Object.entries(valuesOf(at(), 'gpu.power'))).toEqual([]);
    expect(at().topology.path.at(-1)).toBe('__proto__');
    expect(cellOf(at(), 'gpu.power', '__proto__').value).toBe(1);
  });

  test('an empty fleet has a frame', () => {
    const frame = new Fleet({ mappings: [] }).frame(T0, 60_000);
    expect([...frame.topology.start]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
