import { CELL_NODATA } from '../../shared/cells.ts';
import { paletteOf } from './palette.ts';
import { bandsOf, rasterCells, roomFor } from './raster.ts';

/**
 * Recolours `count` cells with gaps on a canvas, as the floor plan does: `bytes` makes the bytes of one update, as they
 * come from the engine, `update` paints them.
 */
export function heatmap(canvas: HTMLCanvasElement, count: number) {
  const { width, height } = canvas;
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const columns = Math.ceil(Math.sqrt((count * width) / height));
  const rows = Math.ceil(count / columns);
  const cells = roomFor(count);
  for (let i = 0; i < count; i++) {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    cells.x[i] = Math.floor((column * width) / columns);
    cells.y[i] = Math.floor((row * height) / rows);
    cells.w[i] = Math.max(1, Math.floor(((column + 1) * width) / columns) - cells.x[i] - 1);
    cells.h[i] = Math.max(1, Math.floor(((row + 1) * height) / rows) - cells.y[i] - 1);
  }
  const bands = bandsOf(cells, width, height);
  const palette = paletteOf('power', 'dark');
  return {
    bytes: (seed: number) =>
      Uint8Array.from({ length: count }, (_, i) => (i % 997 === 0 ? CELL_NODATA : (i * 31 + seed * 7) % 243)),
    update(bytes: Uint8Array): void {
      rasterCells(pixels, width, bands, bytes, palette);
      context.putImageData(image, 0, 0);
    },
  };
}
