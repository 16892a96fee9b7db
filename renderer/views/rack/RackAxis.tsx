import { utcFormat, utcMinute } from 'd3';
import styles from './rack.module.css';
import type { TimeScale } from './time-scale.ts';

/** Ticks of the time axis that the panels of a rack share, at whole minutes. */
export function RackAxis({ x, y }: { x: TimeScale; y: number }) {
  const every = (x.right - x.left) / ((x.to - x.from) / 300_000) > 44 ? 5 : 10;
  const all = utcMinute.every(every)?.range(new Date(x.from), new Date(x.to)) ?? [];
  // At the very end its second half would be beyond the picture.
  const ticks = all.filter((tick) => x.at(tick.getTime()) <= x.right - 8);
  return (
    <g className={styles.axis} transform={`translate(0,${y})`}>
      {ticks.map((tick) => (
        <g key={tick.getTime()} transform={`translate(${x.at(tick.getTime())},0)`}>
          <line y2={4} />
          <text y={16}>{format(tick)}</text>
        </g>
      ))}
    </g>
  );
}

const format = utcFormat('%H:%M');
