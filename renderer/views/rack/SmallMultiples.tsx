import { memo, type ReactNode, useRef } from 'react';
import { THROTTLE_CLASSES } from '../../../shared/cells.ts';
import { HW_THERMAL } from '../../../shared/throttle.ts';
import { useSize } from '../../draw/use-size.ts';
import multiples from './multiples.module.css';
import styles from './rack.module.css';
import type { GpuState, RackModel, RackNow } from './rack-model.ts';
import { type RackPast, rangeOf } from './rack-past.ts';
import type { Window } from './rack-state.ts';
import { printed, type ViewOfSignal } from './signals.ts';

interface Props {
  readonly model: RackModel;
  readonly names: readonly string[];
  readonly now: RackNow | null;
  readonly past: RackPast;
  readonly limits: Float32Array;
  readonly view: ViewOfSignal;
  readonly window: Window;
  readonly sorted: boolean;
  readonly selected: number;
  /** Numbers were there and are gone; otherwise they have not come yet. */
  readonly lost: boolean;
  readonly onSelect: (gpu: number) => void;
  readonly onOpen: (gpu: number) => void;
  readonly message: ReactNode;
}

const TOP = 28;
const BOTTOM = 8;
const RIGHT = 12;
const LEAST_ROW = 20;
const POWER_CAP = THROTTLE_CLASSES.indexOf('powerCap');

/** The scale that all small charts share: round numbers around the window's values, with the limit where it is near. */
export function sharedScale(
  past: RackPast,
  window: Window,
  limits: Float32Array,
  view: ViewOfSignal,
): readonly [number, number] {
  const columns = columnsOf(past, window);
  const [low, high] = rangeOf(past, columns[0], columns[1]);
  if (Number.isNaN(low)) return [0, view.id === 'util' ? 1 : view.divisor * 100];
  const most = limits.reduce((max, limit) => (limit > max ? limit : max), 0);
  const top = most > 0 && most < high * 1.5 ? Math.max(high, most) : high;
  const step = niceStep(Math.max(top - low, Math.abs(top) * 0.05, view.divisor) / 4);
  return [Math.max(0, Math.floor((low + step * 1e-6) / step) * step), Math.ceil((top - step * 1e-6) / step) * step];
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least) ?? least;
}

/** First column and the one after the last of a window. */
export function columnsOf(past: RackPast, { from, to }: Window): readonly [number, number] {
  const column = (time: number) => Math.min(past.columns, Math.max(0, Math.round((time - past.from) / past.stepMs)));
  return [column(from), column(to)];
}

/** GPUs in the order of drawing: by position, or the highest value first and those without one last. */
export function orderOf(model: RackModel, now: RackNow | null, view: ViewOfSignal, sorted: boolean): readonly number[] {
  const gpus = model.trays.flatMap((tray) => tray.gpus);
  if (!sorted || now === null) return gpus;
  const values = now.value(view.signal);
  const rank = (gpu: number) => (Number.isNaN(values[gpu]) ? Number.NEGATIVE_INFINITY : values[gpu]);
  return gpus.sort((a, b) => rank(b) - rank(a) || a - b);
}

/** Every GPU where it stands, tray by tray, on one scale; amber while power caps it, boxed while hardware slows it. */
export function SmallMultiples(props: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(holder);
  return (
    <div ref={holder} className={styles.scroller}>
      {width === 0 ? null : <Multiples {...props} {...{ width, height }} />}
      {props.message === null ? null : <div className={styles.message}>{props.message}</div>}
    </div>
  );
}

function Multiples(props: Props & { width: number; height: number }) {
  const { model, names, now, past, limits, view, window, sorted, width } = props;
  const left = sorted ? 12 : 56;
  const cell = (width - left - RIGHT) / Math.max(1, model.columns);
  const row = Math.max(LEAST_ROW, (props.height - TOP - BOTTOM) / Math.max(1, model.trays.length));
  const height = Math.max(props.height, TOP + BOTTOM + row * model.trays.length) - 1;
  const scale = sharedScale(past, window, limits, view);
  const columns = columnsOf(past, window);
  const values = now?.value(view.signal);
  const spots = spotsOf(model, orderOf(model, now, view, sorted), sorted);
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={`${view.label} of ${model.count} GPUs by position, ${printed(view, scale[0])} to ${printed(view, scale[1])} ${view.unit}`}
    >
      {sorted ? null : <Labels {...{ model, left, cell, row, width }} />}
      {spots.map(({ gpu, line, place }) => (
        <Spot
          key={gpu}
          {...{ gpu, past, scale, columns }}
          x={left + place * cell}
          y={TOP + line * row}
          width={cell}
          height={row}
          name={sorted ? names[gpu] : ''}
          text={values === undefined ? '—' : printed(view, values[gpu])}
          state={now?.states[gpu] ?? (model.holes.has(gpu) ? 'missing' : props.lost ? 'lost' : 'live')}
          held={now?.held[gpu] ?? -1}
          limit={limits[gpu]}
          chosen={props.selected === gpu}
          onSelect={props.onSelect}
          onOpen={props.onOpen}
        />
      ))}
    </svg>
  );
}

/** Line and place in the line of each GPU: where it stands, or in its turn when sorted. */
function spotsOf({ trays, columns }: RackModel, order: readonly number[], sorted: boolean) {
  if (sorted) return order.map((gpu, i) => ({ gpu, line: Math.floor(i / columns), place: i % columns }));
  return trays.flatMap((tray, line) => tray.gpus.map((gpu, place) => ({ gpu, line, place })));
}

function Labels({
  model,
  left,
  cell,
  row,
  width,
}: {
  model: RackModel;
  left: number;
  cell: number;
  row: number;
  width: number;
}) {
  return (
    <>
      {Array.from({ length: model.columns }, (_, place) => place).map((place) => (
        <text key={place} className={multiples.column} x={left + place * cell + 4} y={18}>
          g{place}
        </text>
      ))}
      {model.trays.map((tray, index) => (
        <g key={tray.node}>
          {index === 0 ? null : (
            <line
              className={styles.rule}
              x1={8}
              x2={width - RIGHT}
              y1={TOP + index * row - 1.5}
              y2={TOP + index * row - 1.5}
            />
          )}
          <text className={styles.tray} x={left - 10} y={TOP + index * row + Math.min(row, 60) / 2 + 4}>
            {tray.name}
          </text>
        </g>
      ))}
    </>
  );
}

interface SpotProps {
  readonly gpu: number;
  readonly past: RackPast;
  readonly scale: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly text: string;
  readonly state: GpuState;
  readonly held: number;
  readonly limit: number;
  readonly chosen: boolean;
  readonly onSelect: (gpu: number) => void;
  readonly onOpen: (gpu: number) => void;
}

/** One GPU: drawn anew only when something of it changed. */
const Spot = memo(function Spot(props: SpotProps) {
  const { gpu, x, y, width, height, text, state, held } = props;
  const hard = held >= HW_THERMAL;
  const tone = hard ? 'crit' : held === POWER_CAP ? 'warn' : 'calm';
  // Narrow and tall: the value stands above the line instead of beside it.
  const stacked = width < 110 && height > 60;
  const line = stacked
    ? { x: x + 4, y: y + 24, w: width - 14, h: Math.min(140, height - 40) }
    : {
        x: x + 4,
        y: y + 3 + (props.name === '' ? 0 : 11),
        w: Math.max(8, width - 56),
        h: height - 9 - (props.name === '' ? 0 : 11),
      };
  const box = { x: x - 1, y: y - 0.5, width: width - 6, height: (stacked ? line.h + 30 : height) - 2, rx: 2 };
  const valueY = stacked ? y + 16 : y + height / 2 + 4;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer's way; keys and speech use the grid beside it.
    <g onClick={() => props.onSelect(gpu)} onDoubleClick={() => props.onOpen(gpu)} className={multiples.spot}>
      <rect {...box} className={hard ? multiples.spotHard : multiples.spotBox} />
      {props.chosen ? <rect {...box} className={styles.chosen} /> : null}
      {props.name === '' ? null : (
        <text className={multiples.spotName} x={line.x} y={y + 10}>
          {props.name}
        </text>
      )}
      {state === 'live' ? null : (
        <rect
          className={state === 'missing' ? multiples.hole : multiples.lost}
          {...spread(state === 'lost' ? silence(props, line) : line)}
        />
      )}
      {state === 'missing' ? null : <Line {...props} {...{ line, tone }} />}
      <text
        className={
          state !== 'live'
            ? multiples.spotNone
            : hard
              ? multiples.spotCrit
              : tone === 'warn'
                ? multiples.spotWarn
                : multiples.spotText
        }
        x={x + width - 12}
        y={valueY}
      >
        {hard ? '◆ ' : ''}
        {state === 'missing' ? (width < 90 ? '' : 'missing') : text}
      </text>
    </g>
  );
});

const spread = ({ x, y, w, h }: Area) => ({ x, y, width: w, height: h });

/** The part of the chart after the last sample; all of it where there is none. */
function silence({ past, gpu, columns }: SpotProps, line: Area): Area {
  const row = past.values.subarray(gpu * past.columns + columns[0], gpu * past.columns + columns[1]);
  const last = row.findLastIndex((value) => !Number.isNaN(value));
  const share = last < 0 ? 0 : Math.min((last + 0.5) / row.length, 0.9);
  return { ...line, x: line.x + line.w * share, w: line.w * (1 - share) };
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function Line({
  past,
  gpu,
  scale,
  columns,
  limit,
  line,
  tone,
}: SpotProps & { line: Area; tone: 'crit' | 'warn' | 'calm' }) {
  const [low, high] = scale;
  const yOf = (value: number) => line.y + line.h - (line.h * (value - low)) / (high - low);
  const step = line.w / Math.max(1, columns[1] - columns[0] - 1);
  const foot = (line.y + line.h).toFixed(1);
  let [path, fill, open] = ['', '', -1];
  for (let column = columns[0]; column <= columns[1]; column++) {
    const value = column < columns[1] ? past.values[gpu * past.columns + column] : Number.NaN;
    const x = (line.x + (column - columns[0]) * step).toFixed(1);
    if (Number.isNaN(value)) {
      if (open >= 0) fill += `V${foot}Z`;
      open = -1;
      continue;
    }
    const y = Math.min(line.y + line.h, Math.max(line.y, yOf(value))).toFixed(1);
    path += open < 0 ? `M${x} ${y}h0.01` : `L${x} ${y}`;
    fill += open < 0 ? `M${x} ${foot}V${y}` : `L${x} ${y}`;
    open = column;
  }
  return (
    <>
      {limit > low && limit <= high ? (
        <line className={multiples.spotLimit} x1={line.x} x2={line.x + line.w} y1={yOf(limit)} y2={yOf(limit)} />
      ) : null}
      <path className={multiples.spotArea} data-tone={tone} d={fill} />
      <path className={multiples.spotLine} data-tone={tone} d={path} />
    </>
  );
}
