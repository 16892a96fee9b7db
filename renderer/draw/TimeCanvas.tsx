import { useEffect, useMemo, useRef } from 'react';
import type { Theme } from '../theme/theme.ts';
import { resolveTokens, useForced } from './forced.ts';
import { cancelPaint, requestPaint } from './frame-loop.ts';
import { abgr } from './palette.ts';
import { forcedTable, type Ramp, rampTable } from './ramp.ts';
import styles from './time-canvas.module.css';
import { rasterTimes, ruleTimes, type TimeGrid } from './time-raster.ts';

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
  const forced = useForced();
  const newest = useRef({ ...props, forced });
  newest.current = { ...props, forced };
  const paint = useMemo(
    () => () => {
      if (canvas.current) paintTimes(canvas.current, newest.current);
      return true;
    },
    [],
  );
  const { width, height, grid, bytes, ramp, theme } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what is painted.
  useEffect(() => requestPaint(paint), [paint, width, height, grid, bytes, ramp, theme, forced]);
  useEffect(() => () => cancelPaint(paint), [paint]);
  return <canvas ref={canvas} className={styles.times} data-times={bytes.length} style={{ width, height }} />;
}

type Scene = Props & { readonly forced: boolean };

function paintTimes(canvas: HTMLCanvasElement, scene: Scene): void {
  const { width, height, grid, bytes, ramp, theme, forced } = scene;
  const unit = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * unit), Math.round(height * unit)];
  if (w === 0 || h === 0) return;
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  const line = Math.max(1, Math.round(unit));
  const table = rampTable(ramp, theme);
  if (forced || theme === 'contrast') {
    const { 'bg-1': ground, 'line-1': rule, nodata: lost } = resolveTokens(canvas, ['bg-1', 'line-1', 'nodata']);
    rasterTimes(pixels, w, grid, bytes, forced ? forcedTable(table, ground, lost) : table, line);
    ruleTimes(pixels, w, grid, abgr(rule), line);
  } else rasterTimes(pixels, w, grid, bytes, table, line);
  context.putImageData(image, 0, 0);
}
