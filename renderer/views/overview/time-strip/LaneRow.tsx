import { area, line, scaleLinear } from 'd3';
import { formatNumber } from '../../../../shared/format.ts';
import styles from './time-strip.module.css';

/** One lane: values at times, null where there is no sample. Units are those of the numbers printed. */
export interface Lane {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
  readonly times: readonly number[];
  /** What came after the time that is shown: drawn faintly, and never printed. Left out at the end of the record. */
  readonly later?: { readonly times: readonly number[]; readonly values: readonly (number | null)[] };
  /** The value at the time that is shown, where that is known by itself; left out: the line's newest. */
  readonly value?: number | null;
  /** Drawn as a dashed line where it is within reach of the values. */
  readonly limit: number | null;
  /** From here on the line is critical. */
  readonly critical: number | null;
  readonly decimals: number;
  readonly note: string;
  readonly slope: string;
}

/** The newest value that is no older than the last bucket but two; null where the line has ended. */
export function lastOf({ values }: Lane): number | null {
  return values.slice(-3).reduce<number | null>((last, value) => value ?? last, null);
}

/** The value that a lane prints; null where there is none. */
export const shownOf = (lane: Lane): number | null => (lane.value === undefined ? lastOf(lane) : lane.value);

/** A number as the lane prints it; '—' for none. */
export function printed({ decimals }: Lane, value: number | null): string {
  return formatNumber(value, decimals);
}

interface RowProps {
  readonly lane: Lane;
  readonly x: (time: number) => number;
  readonly top: number;
  readonly height: number;
  readonly left: number;
  readonly width: number;
  readonly right: number;
  readonly stale: boolean;
}

/** Values' own range with room above and below; the limit belongs to it when it is near. */
function domainOf({ values, later, limit }: Lane): [number, number] {
  const known = [...values, ...(later?.values ?? [])].filter((value) => value !== null);
  if (known.length === 0) return [0, 1];
  let [low, high] = [Math.min(...known), Math.max(...known)];
  const least = Math.max(Math.abs(high) * 0.04, 1e-6);
  if (high - low < least) [low, high] = [low - least / 2, high + least / 2];
  if (limit !== null && limit < high + (high - low) * 2) high = Math.max(high, limit);
  const room = (high - low) * 0.12;
  return [low - room, high + room];
}

/** One lane: its line with gaps left open, its limit, and at the right its newest value. */
export function LaneRow({ lane, x, top, height, left, width, right, stale }: RowProps) {
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
  const last = stale ? null : shownOf(lane);
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
        <line className={styles.limit} x1={left} x2={width - right} y1={y(lane.limit)} y2={y(lane.limit)} />
      ) : null}
      {lane.later ? (
        <path
          className={styles.later}
          d={path(lane.later.values.map((value, i) => [lane.later?.times[i] ?? 0, value])) ?? ''}
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
      <End lane={lane} x={x} y={y} hot={hot} stale={stale} />
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

/** A dot where the line ends with its newest value; none where there is no newest value. */
function End(props: { lane: Lane; x: RowProps['x']; y: (value: number) => number; hot: boolean; stale: boolean }) {
  const { lane, x, y, hot, stale } = props;
  const index = lane.values.findLastIndex((value) => value !== null);
  const value = lane.values[index] ?? null;
  if (stale || value === null || shownOf(lane) === null) return null;
  return <circle className={hot ? styles.endHot : styles.end} cx={x(lane.times[index])} cy={y(value)} r={2.5} />;
}
