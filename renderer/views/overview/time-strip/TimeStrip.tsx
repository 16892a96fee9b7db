import { scaleUtc, utcFormat } from 'd3';
import { useRef } from 'react';
import type { Onset } from '../../../ask/alerts.ts';
import { useSize } from '../../../draw/use-size.ts';
import { type Choice, Segmented } from '../../../parts/Segmented.tsx';
import { type Lane, LaneRow, printed, shownOf } from './LaneRow.tsx';
import { Onsets } from './Onsets.tsx';
import { type Scrub, Scrubber } from './Scrubber.tsx';
import styles from './time-strip.module.css';
import { flagSpan } from './window.ts';

export type { Lane, Scrub };

interface Props {
  readonly lanes: readonly Lane[];
  /** The end of the axis, epoch ms. */
  readonly to: number;
  /** The time that the numbers are of, or that is on its way; the flag stands there. */
  readonly at: number;
  /** What the flag says: "Now", or the time that is looked at. */
  readonly flag: string;
  readonly range: number;
  readonly onRange: (range: number) => void;
  readonly stale: boolean;
  /** Where the lanes are from, and how far apart their points are. */
  readonly from: string;
  readonly onsets: readonly Onset[];
  /** null where time cannot be moved here. */
  readonly scrub: Scrub | null;
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
  [15 * MINUTE]: '15 minutes',
  [60 * MINUTE]: '60 minutes',
  [360 * MINUTE]: '6 hours',
  [1440 * MINUTE]: '24 hours',
  [10_080 * MINUTE]: '7 days',
};
const TOP = 34;
const BOTTOM = 22;

/** Lanes over one time axis with a scrubber. Gaps stay gaps; a line ends where its data end. */
export function TimeStrip({ lanes, to, at, flag, range, onRange, stale, from, onsets, scrub }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const size = useSize(holder);
  const { width, height } = size;
  const narrow = width < 1400;
  const [left, right] = narrow ? [190, 250] : [300, 372];
  const x = scaleUtc([to - range, to], [left, Math.max(left + 10, width - right)]);
  const laneHeight = (height - TOP - BOTTOM) / Math.max(1, lanes.length);
  const format = utcFormat(range > 1440 * MINUTE ? '%d %b' : range > 360 * MINUTE ? '%d %b %H:%M' : '%H:%M');
  return (
    <div ref={holder} className={styles.strip}>
      <h2 className={styles.title}>
        {flag === 'Now' ? 'Last ' : ''}
        {TITLES[range] ?? 'History'}
        <span className={styles.from} title={from}>
          {from}
        </span>
      </h2>
      <div className={styles.ranges}>
        <Segmented label="Range" choices={RANGES} value={String(range)} onPick={(ms) => onRange(Number(ms))} />
      </div>
      {width === 0 ? null : (
        <>
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
            <Flag at={Math.max(left, Math.min(x(to), x(at)))} text={flag} bottom={height - BOTTOM} most={x(to)} />
          </svg>
          {scrub === null ? null : (
            <Scrubber {...{ scrub, left, to }} from={to - range} width={Math.max(10, x(to) - left)} />
          )}
          <Onsets {...{ onsets, x, to, at, flag }} from={to - range} onSeek={scrub?.onSeek ?? null} />
        </>
      )}
    </div>
  );
}

/** The time that is looked at: a line through all lanes and its name on top. */
function Flag({ at, text, bottom, most }: { at: number; text: string; bottom: number; most: number }) {
  const { x, size } = flagSpan(at, text, most);
  return (
    <>
      <line className={styles.now} x1={at} x2={at} y1={26} y2={bottom} />
      <rect className={styles.flag} x={x} y={8} width={size} height={18} rx={3} />
      <text className={styles.flagText} x={x + size / 2} y={21}>
        {text}
      </text>
    </>
  );
}

function spoken(lanes: readonly Lane[], stale: boolean): string {
  return lanes
    .map((lane) => `${lane.label}: ${stale ? 'no data' : `${printed(lane, shownOf(lane))} ${lane.unit}`}`)
    .join('; ');
}
