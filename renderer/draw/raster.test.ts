import { expect, it } from 'vitest';
import { CELL_NODATA } from '../../shared/cells.ts';
import { paletteOf } from './palette.ts';
import { rasterCells } from './raster.ts';

const palette = paletteOf('power', 'dark');

/** A picture as letters: '.' nothing, '#' the cell's fill, 'o' its ink. */
function picture(
  width: number,
  height: number,
  box: readonly [number, number, number, number],
  byte: number,
): string[] {
  const pixels = new Uint32Array(width * height);
  const [x, y, w, h] = box.map((value) => Int32Array.of(value));
  rasterCells(pixels, width, height, { x, y, w, h }, Uint8Array.of(byte), palette);
  const letter = (pixel: number) => (pixel === 0 ? '.' : pixel === palette.fill[byte] ? '#' : 'o');
  return Array.from({ length: height }, (_, row) =>
    Array.from(pixels.subarray(row * width, (row + 1) * width), letter).join(''),
  );
}

it('fills a cell and nothing beside it', () => {
  expect(picture(5, 4, [1, 1, 3, 2], 100)).toEqual(['.....', '.###.', '.###.', '.....']);
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
