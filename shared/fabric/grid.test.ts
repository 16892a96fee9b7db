import { expect, test } from 'vitest';
import { gridOf } from './grid.ts';
import type { Lane } from './lanes.ts';

const RATE = 50e9;
const lane = (row: number, column: number, tx: number, more: Partial<Lane> = {}): Lane => ({
  ...{ row, column, name: `p${column}`, state: 'up', links: 1, txBps: tx * 1e9, rxBps: 10e9, rateBps: RATE },
  ...{ wait: Number.NaN, ticks: Number.NaN, ecn: Number.NaN, pfc: Number.NaN, errors: Number.NaN },
  ...more,
});

test('a cell is its links together, a row its cells, by hand', () => {
  // 49 + 48 of 100 GB/s; one link out, the other 49 of 50. The row: 49 + 48 + 49 = 146 of 150.
  const lanes = [lane(0, 0, 49), lane(0, 0, 48), lane(0, 1, 49), lane(0, 1, 0, { state: 'down', name: 'p31' })];
  const { cells, rows, columnTx } = gridOf(lanes, 1, 2);
  expect(cells.map(({ state, tx, up, of }) => [state, tx, up, of])).toEqual([
    ['up', 0.97, 2, 2],
    ['part', 0.98, 1, 2],
  ]);
  expect(rows[0].tx).toBeCloseTo(146 / 150, 9);
  expect(rows[0]).toMatchObject({ cells: 2, full: 2, saturated: 0, down: ['p31'], txBps: 73e9, rateBps: 75e9 });
  expect(columnTx).toEqual([0.97, 0.98]);
});

test('saturated is full and waiting; a full link that does not wait is good use, and a wait of unknown tick is none', () => {
  const lanes = [
    lane(0, 0, 49, { wait: 0.3 }),
    lane(0, 0, 48, { wait: 0.1 }),
    lane(0, 1, 49, { wait: 0.04 }),
    lane(0, 2, 20, { wait: 0.5 }),
    lane(0, 3, 49, { ticks: 5e6 }),
  ];
  const { rows, cells } = gridOf(lanes, 1, 4);
  expect(cells[0].wait).toBeCloseTo(0.2, 9);
  expect(rows[0]).toMatchObject({ full: 3, saturated: 1, ticks: 5e6 });
  // (0.3 + 0.1 + 0.04 + 0.5) ÷ 4: the link without a tick has no share.
  expect(rows[0].wait).toBeCloseTo(0.235, 9);
});

test('what nobody reads is missing and takes nothing from its row', () => {
  const missing = { state: 'missing' as const, txBps: Number.NaN, rxBps: Number.NaN };
  const { cells, rows } = gridOf([lane(0, 0, 25), lane(0, 1, 0, missing), lane(0, 1, 0, missing)], 1, 3);
  expect(cells.map(({ state }) => state)).toEqual(['up', 'missing', 'none']);
  expect(rows[0]).toMatchObject({ tx: 0.5, cells: 1, missing: 1, down: [] });
  expect(cells[1].tx).toBeNaN();
});
