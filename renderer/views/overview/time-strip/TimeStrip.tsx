import { area, line, scaleLinear, scaleUtc, utcFormat } from 'd3';
import { useEffect, useRef, useState } from 'react';
import styles from './time-strip.module.css';

/** One lane: values at times, null where there is no sample. Units are those of the numbers printed. */
export interface Lane {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
  readonly times: readonly number[];
  /** Drawn as a dashed line where it is within reach of the values. */
  readonly limit: number | null;
  /** From here on the line is critical. */
  readonly critical: number | null;
  readonly decimals: number;
  readonly note: string;
  readonly slope: string;
}

interface Props {
  readonly lanes: readonly Lane[];
  readonly now: number;
  readonly range: number;
  readonly onRange: (range: number) => void;
  readonly stale: boolean;
}

const MINUTE = 60_000;
const RANGES = [
  [15 * MINUTE, '15 min'],
  [60 * MINUTE, '1 h'],
  [360 * MINUTE, '6 h'],
  [1440 * MINUTE, '24 h'],
] as const;
const TITLES: Readonly<Record<number, string>> = {
  [15 * MINUTE]: 'Last 15 minutes',
  [60 * MINUTE]: 'Last 60 minutes',
  [360 * MINUTE]: 'Last 6 hours',
  [1440 * MINUTE]: 'Last 24 hours',
};
const TOP = 34;
const BOTTOM = 22;

/** Lanes over one time axis. Gaps stay gaps; a line ends where its data end. */
export function TimeStrip({ lanes, now, range, onRange, stale }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { width, height } = size;
  const narrow = width < 1400;
  const [left, right] = narrow ? [190, 250] : [300, 372];
  const x = scaleUtc([now - range, now], [left, Math.max(left + 10, width - right)]);
  const laneHeight = (height - TOP - BOTTOM) / Math.max(1, lanes.length);
  const format = utcFormat(range > 360 * MINUTE ? '%d %b %H:%M' : '%H:%M');
  return (
    <div ref={holder} className={styles.strip}>
      <h2 className={styles.title}>{TITLES[range] ?? 'History'}</h2>
      <div className={styles.ranges} role="radiogroup" aria-label="Range">
        {RANGES.map(([ms, label]) => (
          // biome-ignore lint/a11y/useSemanticElements: a segmented control of buttons, as the signal switcher.
          <button type="button" role="radio" aria-checked={ms === range} key={ms} onClick={() => onRange(ms)}>
            {label}
          </button>
        ))}
      </div>
      {width === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={spoken(lanes, stale)}>
          {x.ticks(narrow ? 6 : 12).map((tick) => (
            <g key={tick.getTime()} transform={`translate(${x(tick)},0)`}>
              <line className={styles.rule} y1={TOP} y2={height - BOTTOM} />
              <text className={styles.axis} y={height - 6}>
                {format(tick)}
              </text>
            </g>
          ))}
          {lanes.map((lane, index) => (
            <LaneRow
              key={lane.id}
              {...{ lane, x, stale, width, right }}
              top={TOP + index * laneHeight}
              height={laneHeight}
            />
          ))}
          <line className={styles.now} x1={x(now)} x2={x(now)} y1={26} y2={height - BOTTOM} />
          <g transform={`translate(${x(now)},0)`}>
            <rect className={styles.flag} x={-22} y={8} width={44} height={18} rx={3} />
            <text className={styles.flagText} y={21}>
              Now
            </text>
          </g>
        </svg>
      )}
    </div>
  );
}

function spoken(lanes: readonly Lane[], stale: boolean): string {
  return lanes
    .map((lane) => `${lane.label}: ${stale ? 'no data' : `${printed(lane, lastOf(lane))} ${lane.unit}`}`)
    .join('; ');
}

/** The newest value that is no older than the last bucket but two; null where the line has ended. */
function lastOf({ values }: Lane): number | null {
  return values.slice(-3).reduce<number | null>((last, value) => value ?? last, null);
}

function printed({ decimals }: Lane, value: number | null): string {
  return value === null
    ? '—'
    : value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

interface RowProps {
  readonly lane: Lane;
  readonly x: (time: number) => number;
  readonly top: number;
  readonly height: number;
  readonly width: number;
  readonly right: number;
  readonly stale: boolean;
}

/** Values' own range with room above and below; the limit belongs to it when it is near. */
function domainOf({ values, limit }: Lane): [number, number] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return [0, 1];
  let [low, high] = [Math.min(...known), Math.max(...known)];
  const least = Math.max(Math.abs(high) * 0.04, 1e-6);
  if (high - low < least) [low, high] = [low - least / 2, high + least / 2];
  if (limit !== null && limit < high + (high - low) * 2) high = Math.max(high, limit);
  const room = (high - low) * 0.12;
  return [low - room, high + room];
}

function LaneRow({ lane, x, top, height, width, right, stale }: RowProps) {
  const [low, high] = domainOf(lane);
  const y = scaleLinear([low, high], [top + height - 3, top + 4]);
  const points = lane.values.map((value, index) => [lane.times[index], value] as const);
  const defined = ([, value]: readonly [number, number | null]) => value !== null;
  const path = line<readonly [number, number | null]>()
    .defined(defined)
    .x(([time]) => x(time))
    .y(([, value]) => y(value ?? 0));
  const fill = area<readonly [number, number | null]>()
    .defined(defined)
    .x(([time]) => x(time))
    .y0(top + height - 1)
    .y1(([, value]) => y(value ?? 0));
  const last = stale ? null : lastOf(lane);
  const hot = last !== null && lane.critical !== null && last >= lane.critical;
  const at = width - right + 22;
  const clip = `hot-${lane.id.replace(/[^a-zA-Z0-9]/g, '-')}`;
  return (
    <g>
      <line className={styles.rule} x2={width} y1={top + height} y2={top + height} />
      <text className={styles.label} x={12} y={top + height / 2 + 4}>
        {lane.label}
      </text>
      {lane.limit !== null && lane.limit <= high ? (
        <line
          className={styles.limit}
          x1={x(lane.times[0] ?? 0)}
          x2={width - right}
          y1={y(lane.limit)}
          y2={y(lane.limit)}
        />
      ) : null}
      <path className={styles.area} d={fill(points) ?? ''} />
      <path className={styles.line} d={path(points) ?? ''} />
      {lane.critical !== null && lane.critical < high ? (
        <>
          <clipPath id={clip}>
            <rect x={0} y={top} width={width} height={Math.max(0, y(lane.critical) - top)} />
          </clipPath>
          <path className={styles.hot} d={path(points) ?? ''} clipPath={`url(#${clip})`} />
        </>
      ) : null}
      <text className={hot ? styles.valueHot : styles.value} x={at} y={top + height / 2 + 5}>
        {hot ? '◆ ' : ''}
        {printed(lane, last)}
        <tspan className={styles.unit}> {last === null ? '' : lane.unit}</tspan>
      </text>
      {right > 300 ? (
        <text className={styles.note} x={at + 108} y={top + height / 2 + 4}>
          {lane.note}
        </text>
      ) : null}
      <text className={styles.slope} x={width - 14} y={top + height / 2 + 4}>
        {stale ? '' : lane.slope}
      </text>
    </g>
  );
}
