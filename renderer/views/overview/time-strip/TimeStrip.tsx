import { scaleUtc, utcFormat } from 'd3';
import { useEffect, useRef, useState } from 'react';
import { type Choice, Segmented } from '../../../parts/Segmented.tsx';
import { type Lane, LaneRow, lastOf, printed } from './LaneRow.tsx';
import styles from './time-strip.module.css';

export type { Lane };

interface Props {
  readonly lanes: readonly Lane[];
  readonly now: number;
  /** What stands at the end of the axis: "Now", or the time that is looked at. */
  readonly end: string;
  readonly range: number;
  readonly onRange: (range: number) => void;
  readonly stale: boolean;
}

const MINUTE = 60_000;
/** Ranges by their length in milliseconds. */
const RANGES: readonly Choice<string>[] = [
  { id: String(15 * MINUTE), label: '15 min' },
  { id: String(60 * MINUTE), label: '1 h' },
  { id: String(360 * MINUTE), label: '6 h' },
  { id: String(1440 * MINUTE), label: '24 h' },
  { id: String(10_080 * MINUTE), label: '7 d' },
];
const TITLES: Readonly<Record<number, string>> = {
  [15 * MINUTE]: 'Last 15 minutes',
  [60 * MINUTE]: 'Last 60 minutes',
  [360 * MINUTE]: 'Last 6 hours',
  [1440 * MINUTE]: 'Last 24 hours',
  [10_080 * MINUTE]: 'Last 7 days',
};
const TOP = 34;
const BOTTOM = 22;

/** Lanes over one time axis. Gaps stay gaps; a line ends where its data end. */
export function TimeStrip({ lanes, now, end, range, onRange, stale }: Props) {
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
  const format = utcFormat(range > 1440 * MINUTE ? '%d %b' : range > 360 * MINUTE ? '%d %b %H:%M' : '%H:%M');
  return (
    <div ref={holder} className={styles.strip}>
      <h2 className={styles.title}>
        {end === 'Now' ? (TITLES[range] ?? 'History') : `${TITLES[range] ?? 'History'} before ${end}`}
      </h2>
      <div className={styles.ranges}>
        <Segmented label="Range" choices={RANGES} value={String(range)} onPick={(ms) => onRange(Number(ms))} />
      </div>
      {width === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={spoken(lanes, stale)}>
          {x.ticks(range > 1440 * MINUTE ? 7 : narrow ? 6 : 12).map((tick) => (
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
              {...{ lane, x, stale, left, width, right }}
              top={TOP + index * laneHeight}
              height={laneHeight}
            />
          ))}
          <line className={styles.now} x1={x(now)} x2={x(now)} y1={26} y2={height - BOTTOM} />
          <g transform={`translate(${x(now)},0)`}>
            {/* Mostly left of its line: the ranges begin close to the right of it. */}
            <rect
              className={styles.flag}
              x={-end.length * 7 - 12}
              y={8}
              width={end.length * 7 + 22}
              height={18}
              rx={3}
            />
            <text className={styles.flagText} x={-end.length * 3.5 - 1} y={21}>
              {end}
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
