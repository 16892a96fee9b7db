import { type MouseEvent, type ReactNode, useMemo, useRef } from 'react';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { formatPercent } from '../../../shared/format.ts';
import { HW_THERMAL } from '../../../shared/throttle.ts';
import { TimeCanvas } from '../../draw/TimeCanvas.tsx';
import { useSize } from '../../draw/use-size.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import type { Theme } from '../../theme/theme.ts';
import { BOTTOM, gpuAt, type HeatRows, heatGrid, heatRows, TOP } from './heat-rows.ts';
import { RackAxis } from './RackAxis.tsx';
import styles from './rack.module.css';
import type { RackModel, RackNow } from './rack-model.ts';
import { cellsOf, endOf, type RackPast } from './rack-past.ts';
import type { RackState, Window } from './rack-state.ts';
import { type ViewOfSignal, withUnit } from './signals.ts';
import { marginsOf, type TimeScale, timeScale } from './time-scale.ts';
import { useBrush } from './use-brush.ts';

export interface HeatmapProps {
  readonly layout: LayoutDocument;
  readonly model: RackModel;
  readonly names: readonly string[];
  readonly now: RackNow | null;
  readonly past: RackPast;
  readonly limits: Float32Array;
  readonly view: ViewOfSignal;
  readonly state: RackState;
  readonly theme: Theme;
  /** The window while it is dragged. */
  readonly window: Window;
  readonly onDrag: (window: Window | null) => void;
  readonly onHover: (gpu: number, time: number | null) => void;
  readonly onOpen: (gpu: number) => void;
  /** Numbers are gone, and this is said in their place; '' while they may be shown. */
  readonly goneText: string;
  readonly lost: boolean;
  /** The grid for keyboard and speech. */
  readonly grid: ReactNode;
  /** Stands in the middle while there is nothing to draw. */
  readonly message: ReactNode;
}

/** One row a GPU, one column 15 s: trays apart, the newest mean of each tray at its right, the window in a brush. */
export function RackHeatmap(props: HeatmapProps) {
  const holder = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(holder);
  const { model, past, limits, view, state, theme } = props;
  const rows = useMemo(() => heatRows(model, height), [model, height]);
  const { left, right } = marginsOf(width);
  const [from, to] = [past.from, endOf(past)];
  const x = useMemo(
    () => timeScale(from, to, left, Math.max(left + 10, width - right)),
    [from, to, left, right, width],
  );
  const unit = window.devicePixelRatio || 1;
  const grid = useMemo(() => heatGrid(rows, x.left, x.right, past.columns, unit), [rows, x, past.columns, unit]);
  const bytes = useMemo(() => cellsOf(past, limits), [past, limits]);
  return (
    <div ref={holder} className={styles.body}>
      {width === 0 ? null : (
        <>
          <TimeCanvas {...{ width, height, grid, bytes, theme }} ramp={state.ramp} />
          <Overlay {...props} {...{ rows, x, width, height, view }} />
        </>
      )}
      {props.grid}
      {props.message === null ? null : <div className={styles.message}>{props.message}</div>}
    </div>
  );
}

interface OverlayProps extends HeatmapProps {
  readonly rows: HeatRows;
  readonly x: TimeScale;
  readonly width: number;
  readonly height: number;
}

function Overlay(props: OverlayProps) {
  const { rows, x, width, height, state, view } = props;
  const group = useRef<SVGGElement>(null);
  const { from, to } = props.window;
  const [top, bottom] = [TOP - 3, rows.bottom + 3];
  useBrush(group, x, top, bottom, props.window, {
    onWindow: (window, done) => {
      props.onDrag(done ? null : window);
      if (done) state.setWindow(window);
    },
  });
  const gpuOf = (event: MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = event.clientX - box.left;
    return { gpu: gpuAt(rows, event.clientY - box.top), time: at >= x.left && at < x.right ? x.time(at) : null };
  };
  const middle = (top + bottom) / 2;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    <svg
      className={styles.overlay}
      width={width}
      height={height}
      role="img"
      aria-label={`${view.title}, ${props.model.count} GPUs by 60 minutes`}
      onMouseMove={(event) => {
        const { gpu, time } = gpuOf(event);
        props.onHover(gpu, gpu < 0 ? null : time);
      }}
      onMouseLeave={() => props.onHover(-1, null)}
      onClick={(event) => {
        const { gpu } = gpuOf(event);
        if (gpu >= 0) state.select(gpu);
      }}
      onDoubleClick={(event) => {
        const { gpu } = gpuOf(event);
        if (gpu >= 0) props.onOpen(gpu);
      }}
    >
      <Trays {...props} />
      {props.lost ? <Ended {...props} /> : null}
      <rect className={styles.dim} x={x.left} y={top} width={Math.max(0, x.at(from) - x.left)} height={bottom - top} />
      <rect className={styles.dim} x={x.at(to)} y={top} width={Math.max(0, x.right - x.at(to))} height={bottom - top} />
      <g ref={group} className={styles.brush} />
      {[from, to].map((edge, index) => (
        <rect
          key={index === 0 ? 'from' : 'to'}
          className={styles.grip}
          x={x.at(edge) - 3}
          y={middle - 16}
          width={6}
          height={32}
          rx={2}
        />
      ))}
      <Marks {...props} />
      <RackAxis x={x} y={height - BOTTOM + 4} />
    </svg>
  );
}

/** Names of trays at the left, the newest mean of each and its share of the limit at the right. */
function Trays({ model, now, limits, rows, x, width, view }: OverlayProps) {
  const values = now?.value(view.signal);
  return (
    <>
      {model.trays.map((tray, index) => {
        const { top, height } = rows.trays[index];
        const middle = top + height / 2 + 4;
        const known = tray.gpus.filter((gpu) => values !== undefined && !Number.isNaN(values[gpu]));
        const mean = known.reduce((sum, gpu) => sum + (values?.[gpu] ?? 0), 0) / known.length;
        const share = known.reduce((sum, gpu) => sum + (values?.[gpu] ?? 0) / limits[gpu], 0) / known.length;
        const hard = tray.gpus.some((gpu) => (now?.held[gpu] ?? -1) >= HW_THERMAL);
        return (
          <g key={tray.node}>
            {hard ? (
              <g transform={`translate(6,${middle - 10})`}>
                <Glyph severity="critical" named={false} />
              </g>
            ) : null}
            {index % rows.wordsEvery > 0 ? null : (
              <>
                <text className={styles.tray} x={x.left - 10} y={middle}>
                  {tray.name}
                </text>
                <text className={known.length === 0 ? styles.meanNone : styles.mean} x={x.right + 12} y={middle}>
                  {withUnit(view, known.length === 0 ? Number.NaN : mean)}
                </text>
                {view.id === 'util' || width < 640 ? null : (
                  <text className={styles.share} x={width - 14} y={middle}>
                    {Number.isNaN(share) ? '' : formatPercent(share, 0)}
                  </text>
                )}
              </>
            )}
          </g>
        );
      })}
    </>
  );
}

/** The time since the last sample: hatched, and how long it is. */
function Ended({ past, rows, x, goneText }: OverlayProps) {
  const last = past.recorded.lastIndexOf(1);
  const from = last < 0 ? x.left : x.at(past.from + (last + 1) * past.stepMs);
  const width = Math.max(0, x.right - from);
  return (
    <>
      <rect x={from} y={TOP} width={width} height={rows.bottom - TOP} fill="url(#no-data)" />
      {width < 150 ? null : (
        <text className={styles.ended} x={from + width / 2} y={(TOP + rows.bottom) / 2}>
          {goneText}
        </text>
      )}
    </>
  );
}

/** Outlines: GPUs that hardware slows, the chosen one outside of that, and the time that the keys stand at. */
function Marks({ model, now, rows, x, state, past }: OverlayProps) {
  const box = (gpu: number, room: number) => {
    const { top, height } = rows.gpus[gpu];
    return {
      ...{ x: x.left - room, width: x.right - x.left + 2 * room },
      ...{ y: top - room + 0.5, height: height - 1 + 2 * room },
    };
  };
  const hard = Array.from({ length: model.count }, (_, gpu) => gpu).filter(
    (gpu) => (now?.held[gpu] ?? -1) >= HW_THERMAL,
  );
  const { cursor, selected } = state;
  return (
    <g pointerEvents="none">
      {hard.map((gpu) => (
        <rect key={gpu} className={styles.critBox} {...box(gpu, 1.5)} />
      ))}
      {selected < 0 || selected >= model.count ? null : <rect className={styles.chosen} {...box(selected, 3)} />}
      {cursor === null || cursor < past.from || cursor >= x.to ? null : (
        <line
          className={styles.cursor}
          x1={x.at(cursor + past.stepMs / 2)}
          x2={x.at(cursor + past.stepMs / 2)}
          y1={TOP - 3}
          y2={rows.bottom + 3}
        />
      )}
    </g>
  );
}

/** What a screen reader is told of a GPU, and what the inspector prints of the chosen time. */
export function valueAt(past: RackPast, gpu: number, column: number): number {
  return column < 0 || gpu < 0 ? Number.NaN : past.values[gpu * past.columns + column];
}
