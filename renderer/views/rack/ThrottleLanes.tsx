import { type ReactNode, useMemo, useRef } from 'react';
import { formatCount } from '../../../shared/format.ts';
import { useSize } from '../../draw/use-size.ts';
import styles from './rack.module.css';
import type { RackModel, RackNow } from './rack-model.ts';
import { endOf, LANES, laneCounts, type RackPast } from './rack-past.ts';
import { patternOf } from './ThrottlePatterns.tsx';
import { marginsOf, type TimeScale, timeScale } from './time-scale.ts';

const TOP = 8;
/** A lane's height stands for at least this many GPUs, so that one of them is not a full lane. */
const LEAST = 4;

/** GPUs that each reason holds, over the same time as the heatmap. Where nothing was recorded there is no line. */
export function ThrottleLanes(props: { model: RackModel; now: RackNow | null; past: RackPast; message: ReactNode }) {
  const holder = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(holder);
  const { past } = props;
  const { left, right } = marginsOf(width);
  const x = timeScale(past.from, endOf(past), left, Math.max(left + 10, width - right));
  const counts = useMemo(() => LANES.map(({ bits }) => laneCounts(past, bits)), [past]);
  const each = (height - 2 * TOP) / LANES.length;
  return (
    <div ref={holder} className={styles.body}>
      {width === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={spoken(props.now, props.model)}>
          {LANES.map((lane, index) => (
            <Lane
              key={lane.id}
              {...{ x, width, past, lane }}
              counts={counts[index]}
              top={TOP + index * each}
              height={each}
              held={heldNow(props.now, lane.bits)}
              of={props.model.count}
            />
          ))}
        </svg>
      )}
      {props.message === null ? null : <div className={styles.message}>{props.message}</div>}
    </div>
  );
}

/** GPUs that a reason holds now; null where no GPU's reasons are known. */
export function heldNow(now: RackNow | null, bits: number): number | null {
  const known = now?.value('gpu.throttle').filter((mask) => !Number.isNaN(mask));
  return known === undefined || known.length === 0 ? null : known.filter((mask) => (mask & bits) !== 0).length;
}

function spoken(now: RackNow | null, model: RackModel): string {
  return LANES.map(({ label, bits }) => {
    const held = heldNow(now, bits);
    return `${label}: ${held === null ? 'no data' : `${held} of ${model.count} GPUs`}`;
  }).join('; ');
}

interface LaneProps {
  readonly x: TimeScale;
  readonly width: number;
  readonly past: RackPast;
  readonly lane: (typeof LANES)[number];
  readonly counts: readonly (number | null)[];
  readonly top: number;
  readonly height: number;
  readonly held: number | null;
  readonly of: number;
}

function Lane({ x, width, past, lane, counts, top, height, held, of }: LaneProps) {
  const foot = top + height - 1;
  const middle = top + height / 2 + 4;
  const most = Math.max(LEAST, ...counts.map((count) => count ?? 0));
  const edge = (column: number) => x.at(past.from + column * past.stepMs);
  let [bars, line] = ['', ''];
  counts.forEach((count, column) => {
    if (count === null) return;
    const [from, to] = [edge(column).toFixed(1), edge(column + 1).toFixed(1)];
    line += `M${from} ${foot}H${to}`;
    if (count > 0)
      bars += `M${from} ${foot}V${(foot - Math.max(3, ((height - 5) * count) / most)).toFixed(1)}H${to}V${foot}Z`;
  });
  return (
    <g>
      <text className={styles.tray} x={x.left - 10} y={middle}>
        {lane.short}
      </text>
      <path className={styles.foot} d={line} />
      <path d={bars} fill={patternOf(lane.id)} />
      <text className={held === null || held === 0 ? styles.countNone : styles.count} x={x.right + 12} y={middle}>
        {held === null ? '—' : formatCount(held)}
      </text>
      {held === null ? null : (
        <text className={styles.share} x={width - 14} y={middle}>
          of {formatCount(of)}
        </text>
      )}
    </g>
  );
}
