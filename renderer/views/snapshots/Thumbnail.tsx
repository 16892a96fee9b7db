import { useEffect, useRef } from 'react';
import { CELL_NODATA } from '../../../shared/cells.ts';
import { cellColor } from '../../draw/palette.ts';
import type { Theme } from '../../theme/theme.ts';

const [WIDTH, HEIGHT] = [96, 40];

/** The racks at the moment, each by its share of its budget. A picture only: the numbers stand in the replay. */
export function Thumbnail({ cells, theme }: { cells: readonly number[]; theme: Theme }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const scale = window.devicePixelRatio || 1;
    context.canvas.width = WIDTH * scale;
    context.canvas.height = HEIGHT * scale;
    context.scale(scale, scale);
    const columns = Math.max(1, Math.ceil(Math.sqrt((cells.length * WIDTH) / HEIGHT)));
    const rows = Math.max(1, Math.ceil(cells.length / columns));
    const [width, height] = [WIDTH / columns, HEIGHT / rows];
    cells.forEach((cell, i) => {
      context.fillStyle = cellColor('power', cell, theme);
      const [x, y] = [(i % columns) * width, Math.floor(i / columns) * height];
      context.fillRect(x, y, Math.max(1, width - 1), Math.max(1, height - 1));
    });
  }, [cells, theme]);
  const known = cells.filter((cell) => cell < CELL_NODATA).length;
  return (
    <canvas
      ref={canvas}
      style={{ width: WIDTH, height: HEIGHT }}
      role="img"
      aria-label={known === 0 ? 'No rack has a budget' : `${known} racks by their share of budget`}
    />
  );
}
