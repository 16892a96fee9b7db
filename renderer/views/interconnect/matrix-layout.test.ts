import { expect, test } from 'vitest';
import type { FabricMatrix } from '../../../shared/fabric/matrix.ts';
import { cellAt, layMatrix } from './matrix-layout.ts';
import { cellWords, compact, rateNumber } from './words.ts';

const matrix = (rows: number, columns: number): FabricMatrix =>
  ({
    kind: 'infiniband',
    columns: Array.from({ length: columns }, (_, i) => `spine-${i + 1}`),
    rows: Array.from({ length: rows }, (_, i) => ({ name: `leaf-A-${i + 1}`, wait: 0.01 })),
    state: Array.from({ length: rows * columns }, (_, i) => (i === 1 ? 4 : i === 2 ? 3 : 1)),
    tx: Array.from({ length: rows * columns }, () => 0.974),
    rx: Array.from({ length: rows * columns }, () => 0.6),
    wait: Array.from({ length: rows * columns }, () => 0.312),
    up: Array.from({ length: rows * columns }, (_, i) => (i === 2 ? 0 : 2)),
    of: Array.from({ length: rows * columns }, () => 2),
  }) as unknown as FabricMatrix;

test('the drawing’s measures: 16 columns of 41 px in a panel of 1,010', () => {
  const layout = layMatrix(matrix(36, 16), 1010, 750);
  expect([layout.left, layout.cellWidth, layout.gridWidth, layout.rowHeight]).toEqual([104, 41, 656, 17]);
  expect(layout.nameEvery).toBe(1);
});

test('rows are never lower than their names: what does not fit scrolls', () => {
  const layout = layMatrix(matrix(128, 72), 700, 500);
  expect(layout.rowHeight).toBe(13);
  expect(layout.height).toBeGreaterThan(128 * 13);
  expect(layout.nameEvery * layout.cellWidth).toBeGreaterThanOrEqual(26);
});

test('the cell under a point; beside the cells it is the row', () => {
  const one = matrix(36, 16);
  const layout = layMatrix(one, 1010, 750);
  expect(cellAt(one, layout, 104 + 41 * 2 + 3, 17 * 16 + 1)).toEqual({ row: 16, column: 2 });
  expect(cellAt(one, layout, 20, 0)).toEqual({ row: 0, column: -1 });
  expect(cellAt(one, layout, 200, 36 * 17 + 1)).toBeNull();
});

test('a cell is said with its unit and state; raw ticks are short', () => {
  const one = matrix(1, 3);
  expect(cellWords(one, 0, 0)).toBe('leaf-A-1 to spine-1, transmit 97.4%, receive 60.0%, wait 31.2%, 2 of 2 links up');
  expect(cellWords(one, 0, 1)).toBe('leaf-A-1 to spine-2, no data');
  expect(cellWords(one, 0, 2)).toBe('leaf-A-1 to spine-3, down, 0 of 2 links up');
  expect([0, 8.25, 830, 4_712_000].map(compact)).toEqual(['0', '8.3', '830', '4.7 M']);
  expect([rateNumber('infiniband', 97.1e9), rateNumber('nvlink', 450e9)]).toEqual(['777', '450']);
});
