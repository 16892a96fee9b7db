import { describe, expect, it } from 'vitest';
import { CELL_NODATA, CELL_UNSUPPORTED } from '../../shared/cells.ts';
import { abgr, levelColor, limitColor } from './palette.ts';
import { forcedTable, rampColor, rampTable } from './ramp.ts';
import { evenEdges, rasterTimes, ruleTimes } from './time-raster.ts';

const WIDTH = 20;
const table = rampTable('limit', 'dark');

function painted(bytes: number[], rows: number) {
  const columns = bytes.length / rows;
  const pixels = new Uint32Array(WIDTH * rows * 4);
  const grid = {
    edges: evenEdges(2, 18, columns),
    top: Int32Array.from({ length: rows }, (_, i) => i * 4),
    height: new Int32Array(rows).fill(3),
  };
  rasterTimes(pixels, WIDTH, grid, Uint8Array.from(bytes), table, 1);
  return { pixels, at: (x: number, y: number) => pixels[y * WIDTH + x] };
}

describe('a time heatmap', () => {
  it('fills each cell on all its lines, and nothing beside it', () => {
    const { at } = painted([220, 110, 0, 242], 2);
    expect([at(2, 0), at(9, 2), at(10, 1), at(17, 2)]).toEqual([
      ...[abgr(limitColor(1, 'dark')), abgr(limitColor(1, 'dark'))],
      ...[abgr(limitColor(0.5, 'dark')), abgr(limitColor(0.5, 'dark'))],
    ]);
    expect(at(2, 4)).toBe(abgr(limitColor(0, 'dark')));
    expect(at(12, 6)).toBe(abgr(limitColor(1.1, 'dark')));
    expect([at(1, 0), at(18, 1), at(5, 3), at(5, 7)]).toEqual([0, 0, 0, 0]);
  });

  it('hatches what was lost, and leaves what was never recorded in the colour of the panel', () => {
    const { at } = painted([CELL_NODATA, CELL_UNSUPPORTED], 1);
    const lost = [...Array(8).keys()].map((x) => at(2 + x, 1));
    // One line of every five: at (x + y) = 5 and 10.
    expect(lost.filter((pixel) => pixel === table.ink)).toHaveLength(2);
    expect(new Set(lost)).toEqual(new Set([table.ink, table.fill[CELL_NODATA]]));
    expect(at(12, 1)).toBe(abgr('#101418'));
  });

  it('under forced colours keeps its values, has the system’s for what has none, and a rule under rows with room for one', () => {
    const [ground, lost, rule] = ['rgb(255, 255, 255)', 'rgb(0, 0, 0)', 'rgb(0, 0, 128)'];
    const forced = forcedTable(table, ground, lost);
    expect([forced.fill[110], forced.ink]).toEqual([table.fill[110], 0xff000000]);
    expect([forced.fill[CELL_NODATA], forced.fill[CELL_UNSUPPORTED]]).toEqual([0xffffffff, 0xffffffff]);
    const pixels = new Uint32Array(WIDTH * 9);
    const grid = { edges: evenEdges(2, 18, 1), top: Int32Array.of(0, 6), height: Int32Array.of(5, 3) };
    rasterTimes(pixels, WIDTH, grid, Uint8Array.of(110, 110), forced, 1);
    ruleTimes(pixels, WIDTH, grid, abgr(rule), 1);
    const column = [...Array(9).keys()].map((y) => pixels[y * WIDTH + 4]);
    const [fill, line] = [table.fill[110], 0xff800000];
    expect(column).toEqual([fill, fill, fill, fill, line, 0, fill, fill, fill]);
    expect([pixels[4 * WIDTH + 1], pixels[4 * WIDTH + 18]]).toEqual([0, 0]);
  });

  it('covers its whole width without holes or overlaps, however many columns', () => {
    for (const columns of [1, 7, 240, 719]) {
      const edges = evenEdges(78, 1196, columns);
      expect([edges[0], edges[columns]]).toEqual([78, 1196]);
      expect(edges.every((edge, i) => i === 0 || edge >= edges[i - 1])).toBe(true);
    }
  });
});

describe('ramps', () => {
  it('draw more as stronger in both themes, but for turbo, which is offered with a note', () => {
    expect(rampColor('level', 'dark', 0.3)).toBe(levelColor(0.3, 'dark'));
    expect(rampColor('viridis', 'dark', 0)).toBe(rampColor('viridis', 'light', 1));
    expect(rampColor('turbo', 'dark', 0.5)).toBe(rampColor('turbo', 'light', 0.5));
    expect(rampColor('limit', 'dark', 2)).toBe(limitColor(1.1, 'dark'));
  });
});
