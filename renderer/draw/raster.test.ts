import { expect, it } from 'vitest';
import { CELL_NODATA, CELL_UNSUPPORTED } from '../../shared/cells.ts';
import { paletteOf } from './palette.ts';
import { bandsOf, rasterCells } from './raster.ts';

const palette = paletteOf('power', 'dark');

/** A picture as letters: '.' nothing, '#' the cell's fill, 'o' its ink. */
function picture(
  width: number,
  height: number,
  box: readonly [number, number, number, number],
  byte: number,
  ratio = 1,
  colors = palette,
): string[] {
  const pixels = new Uint32Array(width * height);
  const [x, y, w, h] = box.map((value) => Int32Array.of(value));
  rasterCells(pixels, width, bandsOf({ x, y, w, h }, width, height), Uint8Array.of(byte), colors, ratio);
  const letter = (pixel: number) =>
    pixel === 0 ? '.' : pixel === colors.fill[byte] ? '#' : pixel === colors.border ? '+' : 'o';
  return Array.from({ length: height }, (_, row) =>
    Array.from(pixels.subarray(row * width, (row + 1) * width), letter).join(''),
  );
}

it('fills a cell and nothing beside it', () => {
  expect(picture(5, 4, [1, 1, 3, 2], 100)).toEqual(['.....', '.###.', '.###.', '.....']);
});

it.each([1, 2, 3, 4, 5])('fills small boxes of %i pixels side by side wholly, and nothing else', (w) => {
  for (let h = 1; h <= 6; h++) {
    const rows = Array.from({ length: 8 }, (_, y) =>
      y >= 1 && y <= h ? `.${'#'.repeat(w)}`.padEnd(7, '.') : '.......',
    );
    expect(picture(7, 8, [1, 1, w, h], 100)).toEqual(rows);
  }
});

it('cuts cells off at every edge of the canvas', () => {
  expect(picture(3, 3, [-2, -2, 4, 4], 100)).toEqual(['##.', '##.', '...']);
  expect(picture(3, 3, [2, 2, 9, 9], 100)).toEqual(['...', '...', '..#']);
  expect(picture(3, 3, [3, 0, 2, 2], 100)).toEqual(['...', '...', '...']);
});

it('cuts the right upper corner of a cell that is over its limit', () => {
  expect(picture(8, 6, [0, 0, 8, 6], 220)).toEqual([
    '####oooo',
    '#####ooo',
    '######oo',
    '#######o',
    '########',
    '########',
  ]);
});

it('leaves small cells whole: a corner would be all of them', () => {
  expect(picture(4, 2, [0, 0, 4, 2], 230)).toEqual(['####', '####']);
});

it('hatches a lost cell every five pixels, and the hatch runs on into the next cell', () => {
  expect(picture(6, 3, [0, 0, 6, 3], CELL_NODATA)).toEqual(['o####o', '####o#', '###o##']);
  expect(picture(12, 1, [6, 0, 6, 1], CELL_NODATA)).toEqual(['......####o#']);
});

it('draws patterns twice as large where two device pixels make one', () => {
  expect(picture(12, 2, [0, 0, 12, 2], CELL_NODATA, 2)).toEqual(['oo########oo', 'o########oo#']);
});

it('draws a line around cells in high contrast that have room for it, and an unsupported one keeps its own', () => {
  const contrast = paletteOf('power', 'contrast');
  const at = (w: number, h: number, byte: number) => picture(6, 4, [0, 0, w, h], byte, 1, contrast);
  expect(at(6, 4, 100)).toEqual(['++++++', '+####+', '+####+', '++++++']);
  expect(at(5, 4, 100)).toEqual(['+++++.', '+###+.', '+###+.', '+++++.']);
  expect(at(3, 4, 100)).toEqual(['###...', '###...', '###...', '###...']);
  expect(at(6, 4, CELL_UNSUPPORTED)).toEqual(['oooooo', 'o####o', 'o####o', 'oooooo']);
});

it('paints many cells as each alone: bands of one height, of two, apart, and cut by the edge', () => {
  const boxes = [
    [0, 0, 3, 3],
    [4, 0, 3, 3],
    [8, 0, 3, 4],
    [40, 0, 4, 3],
    [0, 5, 5, 9],
    [6, 5, 5, 9],
    [30, 1, 2, 2],
    [45, 5, 9, 2],
    [-3, -1, 2, 2],
  ];
  const [width, height] = [48, 10];
  const bytes = Uint8Array.from(boxes, (_, i) => i * 20);
  const [x, y, w, h] = [0, 1, 2, 3].map((side) => Int32Array.from(boxes, (box) => box[side]));
  const pixels = new Uint32Array(width * height);
  rasterCells(pixels, width, bandsOf({ x, y, w, h }, width, height), bytes, palette);
  const expected = new Uint32Array(width * height);
  for (const [i, [left, top, wide, high]] of boxes.entries()) {
    for (let row = Math.max(0, top); row < Math.min(height, top + high); row++) {
      for (let at = Math.max(0, left); at < Math.min(width, left + wide); at++)
        expected[row * width + at] = palette.fill[bytes[i]];
    }
  }
  expect(pixels).toEqual(expected);
});
