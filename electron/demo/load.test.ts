import { describe, expect, test } from 'vitest';
import { climb, Load, newNodeState } from './load.ts';
import { drawnPlan, type FleetPlan, sizedPlan } from './plan.ts';

const START = Date.UTC(2026, 10, 23, 14, 32, 10);
const plan = drawnPlan();
const load = new Load(plan, 1, START);

/** Draw of a row in kW at seconds into the script. */
function rowKw(of: FleetPlan, by: Load, name: string, seconds: number): number {
  const row = of.rows.findIndex((candidate) => candidate.name === name);
  const racks = of.racks.filter((rack) => rack.row === row);
  return racks.reduce((sum, rack) => sum + by.rackW(rack, START + seconds * 1000), 0) / 1000;
}

/** GPUs of a rack or row (by the beginning of the node's name) whose clock event bits include `bits`. */
function held(prefix: string, bits: number, seconds: number): number {
  const state = newNodeState(8);
  let count = 0;
  for (const node of plan.nodes) {
    if (!node.name.startsWith(prefix)) continue;
    load.read(node, START + seconds * 1000, state);
    for (let i = 0; i < node.gpus; i++) if ((state.reasons[i] & bits) !== 0) count++;
  }
  return count;
}

describe('the fleet of the drawing', () => {
  test('has 44 racks, 400 nodes, 2,048 GPUs and one silent node', () => {
    expect([plan.racks.length, plan.nodes.length, plan.gpus]).toEqual([44, 400, 2048]);
    expect(plan.nodes.filter((node) => node.silent).map((node) => node.name)).toEqual(['B3-05-n2']);
  });

  // Sums of the rack labels of design/ui's overview.
  test.each([
    ['A1', 838.0],
    ['A2', 978.0],
    ['B1', 215.6],
    ['B2', 197.5],
    ['B3', 238.5],
    ['B4', 153.6],
  ])('row %s begins near its drawn %d kW', (name, kw) => {
    const begin = rowKw(plan, load, name, 0);
    expect(begin).toBeGreaterThan(kw * 0.985);
    expect(begin).toBeLessThan(kw * 1.015);
  });

  test('A2 climbs to its cap, is shed, and does so again hours later', () => {
    expect(climb(0)).toBeCloseTo(0.978, 10);
    expect(climb(60) - climb(0)).toBeCloseTo(0.0029, 10);
    for (const hours of [0, 3, 11]) {
      const span = Array.from({ length: 2100 }, (_, i) => climb(hours * 3600 + i));
      expect(Math.min(...span)).toBeCloseTo(0.94, 3);
      expect(Math.max(...span)).toBeCloseTo(1.003, 3);
    }
    expect(rowKw(plan, load, 'A2', 700)).toBeGreaterThan(990);
  });

  test('holds GPUs in A2 and B3-04 for the drawn reasons', () => {
    const capped = Array.from({ length: 40 }, (_, i) => held('A2-05', 0x4, i * 3));
    expect(Math.max(...capped)).toBeGreaterThanOrEqual(41);
    const hard = Array.from({ length: 60 }, (_, i) => held('A2-05', 0x40, i * 11));
    expect(Math.max(...hard)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...hard)).toBeLessThanOrEqual(8);
    expect(held('B3-04', 0x20, 0)).toBe(12);
    expect(held('A1', 0x4 | 0x20 | 0x40, 0)).toBe(0);
    const idle = held('B4', 0x1, 0);
    expect(idle).toBeGreaterThan(32);
    expect(idle).toBeLessThan(45);
  });

  test('keeps every GPU within its limit but for the overshoot of the regulator, and warmer when it works more', () => {
    const state = newNodeState(8);
    for (const seconds of [0, 301, 700, 1300, 5000]) {
      for (const node of plan.nodes) {
        const { limitW, idleW } = plan.racks[node.rack].machine;
        load.read(node, START + seconds * 1000, state);
        for (let i = 0; i < node.gpus; i++) {
          expect(state.powerW[i]).toBeLessThan(limitW * 1.03);
          expect(state.powerW[i]).toBeGreaterThan(idleW * 0.85);
          expect(state.tempC[i]).toBeLessThan(91);
          expect(state.util[i]).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  test('is the same for the same seed and time, in whatever order it is read, and another for another seed', () => {
    const again = new Load(drawnPlan(), 1, START);
    again.reportedGpuW(START + 9_999_000);
    expect(again.reportedGpuW(START + 60_000)).toBe(load.reportedGpuW(START + 60_000));
    expect(new Load(plan, 2, START).reportedGpuW(START + 60_000)).not.toBe(load.reportedGpuW(START + 60_000));
  });

  test('overruns the ports of one leaf: the first rail of A1-05', () => {
    const state = newNodeState(8);
    const overrun = plan.nodes.flatMap((node) => {
      load.read(node, START, state);
      return Array.from({ length: node.gpus }, (_, i) => i)
        .filter((i) => state.portTx[i] >= 0.95 && state.portWait[i] > 0.25)
        .map((i) => `${node.name}/${i}`);
    });
    expect(overrun).toHaveLength(18);
    expect(overrun.every((port) => /^A1-05-n\d\d\/0$/.test(port))).toBe(true);
  });
});

describe('a fleet of any size', () => {
  test.each([
    [1, 8],
    [20, 8],
    [250, 8],
    [37, 4],
    [12_500, 8],
  ])('%i nodes of %i GPUs', (nodes, gpus) => {
    const sized = sizedPlan(nodes, gpus, 1);
    expect(sized.nodes).toHaveLength(nodes);
    expect(sized.gpus).toBe(nodes * gpus);
    expect(new Set(sized.nodes.map((node) => node.name)).size).toBe(nodes);
    expect(sized.nodes.some((node) => node.silent)).toBe(false);
    const draw = sized.rows.reduce((sum, row) => sum + row.drawKw, 0);
    expect(draw / sized.siteBudgetKw).toBeGreaterThan(0.5);
    expect(draw / sized.siteBudgetKw).toBeLessThan(1.15);
  });

  test('its first row climbs to its budget', () => {
    const sized = sizedPlan(250, 8, 1);
    const by = new Load(sized, 1, START);
    const use = rowKw(sized, by, 'A1', 0) / sized.rows[0].budgetKw;
    expect(use).toBeGreaterThan(0.96);
    expect(use).toBeLessThan(0.99);
    expect(rowKw(sized, by, 'A1', 700) / sized.rows[0].budgetKw).toBeGreaterThan(0.99);
  });

  test('a calm one comes near no budget', () => {
    const sized = sizedPlan(64, 8, 1, true);
    const by = new Load(sized, 1, START);
    const uses = sized.rows.map(({ name, budgetKw }) => rowKw(sized, by, name, 700) / budgetKw);
    expect(Math.max(...uses)).toBeLessThan(0.9);
    expect(sized.racks.some(({ saturatedLeaf }) => saturatedLeaf)).toBe(false);
  });
});
