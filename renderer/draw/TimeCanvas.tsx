import { useEffect, useMemo, useRef } from 'react';
import type { Theme } from '../theme/theme.ts';
import { cancelPaint, requestPaint } from './frame-loop.ts';
import { type Ramp, rampTable } from './ramp.ts';
import { rasterTimes, type TimeGrid } from './time-raster.ts';

interface Props {
  readonly width: number;
  readonly height: number;
  /** Where rows and columns lie, in device pixels. */
  readonly grid: TimeGrid;
  /** One palette byte a cell, row after row. */
  readonly bytes: Uint8Array;
  readonly ramp: Ramp;
  readonly theme: Theme;
}

/** The canvas of a time heatmap: painted by lookup in the page's one animation frame, only when something changed. */
export function TimeCanvas(props: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const newest = useRef(props);
  newest.current = props;
  const paint = useMemo(
    () => () => {
      if (canvas.current) paintTimes(canvas.current, newest.current);
      return true;
    },
    [],
  );
  const { width, height, grid, bytes, ramp, theme } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what is painted.
  useEffect(() => requestPaint(paint), [paint, width, height, grid, bytes, ramp, theme]);
  useEffect(() => () => cancelPaint(paint), [paint]);
  return (
    <canvas ref={canvas} data-times={bytes.length} style={{ width, height, position: 'absolute', left: 0, top: 0 }} />
  );
}

function paintTimes(canvas: HTMLCanvasElement, { width, height, grid, bytes, ramp, theme }: Props): void {
  const unit = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * unit), Math.round(height * unit)];
  if (w === 0 || h === 0) return;
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  rasterTimes(pixels, w, grid, bytes, rampTable(ramp, theme), Math.max(1, Math.round(unit)));
  context.putImageData(image, 0, 0);
}
