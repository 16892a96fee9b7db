import { scaleLinear, scaleUtc, utcFormat } from 'd3';
import { useRef } from 'react';
import type { FabricMatrix, MatrixRow } from '../../../shared/fabric/matrix.ts';
import type { LeafHistory } from '../../../shared/fabric/memory.ts';
import { FULL, WAITS } from '../../../shared/fabric.ts';
import { formatPercent } from '../../../shared/format.ts';
import type { ChartDocument } from '../../../shared/tables/document.ts';
import { useSize } from '../../draw/use-size.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { useSavable } from '../../save/savable.ts';
import styles from './interconnect.module.css';
import { compact, marksText, rateText, tellsMarks } from './words.ts';

const HOUR = 3_600_000;
const LEFT = 52;
const RIGHT = 126;

/** The last hour of one leaf: use in both directions and wait, with their limits and the onset of trouble. */
export function LeafDetail(props: {
  matrix: FabricMatrix;
  row: MatrixRow;
  history: LeafHistory | undefined;
  /** Said while it is not there. */
  waits: string;
  now: number;
  stale: boolean;
}) {
  const { matrix, row, history, now } = props;
  const holder = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(holder);
  const x = scaleUtc([now - HOUR, now], [LEFT, Math.max(LEFT + 40, width - RIGHT)]);
  // Ethernet has no counter of waiting: where it tells neither marks nor pauses its use has all the room.
  const lower = tellsMarks(matrix) ? 'marks' : matrix.kind === 'ethernet' ? null : 'wait';
  const middle = lower === null ? height - 10 : Math.round(height * 0.56);
  useSavable(`${row.name}, last hour`, () => leafChart(row, history));
  const has = history !== undefined && history.times.length > 0;
  const onset = row.severity === 'critical' && !props.stale ? row.since : null;
  return (
    <div ref={holder} className={styles.detail}>
      {width === 0 || height === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={spoken(row, props.stale)}>
          <Axis x={x} height={height} />
          <Chart
            {...{ x, width, history }}
            top={10}
            bottom={middle - 14}
            most={105}
            ticks={[25, 50, 75, 100]}
            factor={100}
            limit={FULL * 100}
            title="Uplink use, %"
            lines={[
              ['tx', styles.line],
              ['rx', styles.dotted],
            ]}
          />
          {lower === null ? null : (
            <Chart
              {...{ x, width, history }}
              top={middle + 14}
              bottom={height - 24}
              {...(lower === 'wait' ? waitScale(matrix.waitKnown || props.stale, history) : marksScale(history))}
            />
          )}
          {onset === null || onset < now - HOUR ? null : <Onset x={x(onset)} height={height} />}
          <Ends
            {...props}
            x={width - RIGHT + 12}
            top={28}
            // Its three lines end within the panel, however low that is.
            lowerTop={lower === null ? null : Math.min(middle + 44, height - 46)}
          />
          {has ? null : (
            <text x={LEFT + 8} y={60} className={styles.quiet}>
              {history === undefined ? props.waits : 'No history of it yet'}
            </text>
          )}
        </svg>
      )}
    </div>
  );
}

/** Use in both directions and wait of a leaf, as they were sampled. */
function leafChart({ name, key }: MatrixRow, history: LeafHistory | undefined): ChartDocument | null {
  if (history === undefined) return null;
  const { times, tx, rx, wait, ecn, pfc } = history;
  const of = (label: string, signal: string, values: readonly (number | null)[], unit = 'ratio') => ({
    ...{ name: label, signal, object: key, unit, times, values, quality: 'derived' },
  });
  const series = [of('Transmit', 'leaf.tx', tx), of('Receive', 'leaf.rx', rx), of('Wait', 'leaf.wait', wait)];
  const told = [of('ECN marks', 'leaf.ecn', ecn, '1/s'), of('PFC pauses', 'leaf.pfc', pfc, '1/s')].filter(
    ({ values }) => values.some((value) => value !== null),
  );
  return { kind: 'chart', title: `${name}, last hour`, series: [...series, ...told] };
}

/** When it was first seen saturated. */
function Onset({ x, height }: { x: number; height: number }) {
  return (
    <g>
      <line x1={x} x2={x} y1={14} y2={height - 24} className={styles.onset} />
      <g transform={`translate(${x - 6},2)`}>
        <Glyph severity="critical" size={12} named={false} />
      </g>
    </g>
  );
}

const highest = (values: readonly (number | null)[] = []) =>
  values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);

/** How a chart is drawn: what stands at its top, its lines, and what a value is multiplied by. */
type Scale = Pick<Parameters<typeof Chart>[0], 'most' | 'ticks' | 'factor' | 'limit' | 'title' | 'lines'>;

function waitScale(waitKnown: boolean, history: LeafHistory | undefined): Scale {
  const most = Math.min(105, Math.max(38, highest(history?.wait) * 110));
  return {
    ...{ most, ticks: most > 40 ? [25, 50, 75] : [10, 20, 30], factor: 100, limit: WAITS * 100 },
    title: waitKnown ? 'Transmit wait, % of time' : 'Transmit wait: the tick of its counter is not known',
    lines: [['wait', styles.line]],
  };
}

/** Marks and pauses have no limit: they are held against those of the peers. */
function marksScale(history: LeafHistory | undefined): Scale {
  const most = Math.max(10, 1.1 * highest([...(history?.ecn ?? []), ...(history?.pfc ?? [])]));
  return {
    ...{ most, ticks: scaleLinear([0, most], [0, 1]).ticks(3).slice(1), factor: 1, limit: null },
    title: 'ECN marks per s, PFC pauses per s dotted',
    lines: [
      ['ecn', styles.line],
      ['pfc', styles.dotted],
    ],
  };
}

function spoken(row: MatrixRow, stale: boolean): string {
  if (stale) return `${row.name}: no data`;
  const wait = row.wait === null ? `, ${marksText(row)}` : `, wait ${formatPercent(row.wait, 1)}`;
  return `${row.name}, last hour: transmit ${formatPercent(row.tx, 1)}, receive ${formatPercent(row.rx, 1)}${wait.replace(/, $/, '')}`;
}

function Axis({ x, height }: { x: ReturnType<typeof scaleUtc<number, number>>; height: number }) {
  const format = utcFormat('%H:%M');
  // At the very end it would touch what stands beside the chart.
  const ticks = x.ticks(6).filter((tick) => x(tick) < x.range()[1] - 8);
  return (
    <g>
      {ticks.map((tick) => (
        <text key={tick.getTime()} x={x(tick)} y={height - 8} className={styles.axis}>
          {format(tick)}
        </text>
      ))}
    </g>
  );
}

/** One chart on the shared axis. Gaps stay gaps; what is above the limit is drawn in the critical colour. */
function Chart(props: {
  x: (time: number) => number;
  width: number;
  top: number;
  bottom: number;
  most: number;
  ticks: readonly number[];
  factor: number;
  limit: number | null;
  title: string;
  lines: readonly (readonly [Exclude<keyof LeafHistory, 'times'>, string])[];
  history: LeafHistory | undefined;
}) {
  const { x, width, top, bottom, limit, history } = props;
  const y = scaleLinear([0, props.most], [bottom, top + 18]);
  const right = width - RIGHT;
  const clip = `above-${Math.round(top)}`;
  return (
    <g>
      <text x={LEFT} y={top + 8} className={styles.chartTitle}>
        {props.title}
      </text>
      {ticksThatFit(props.ticks, y).map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={right} y1={y(tick)} y2={y(tick)} className={styles.gridLine} />
          <text x={LEFT - 8} y={y(tick) + 4} className={styles.tick}>
            {limit === null ? compact(tick) : tick}
          </text>
        </g>
      ))}
      <line x1={LEFT} x2={right} y1={bottom} y2={bottom} className={styles.base} />
      {limit === null ? null : <Limit {...{ limit, top, right, clip, width }} at={y(limit)} />}
      {props.lines.map(([part, style], index) => {
        const shown = (value: number) => y(Math.min(value * props.factor, props.most));
        const path = pathOf(history?.times ?? [], history?.[part] ?? [], x, shown);
        return (
          <g key={part}>
            <path d={path} className={style} />
            {index === 0 && limit !== null ? (
              <path d={path} className={styles.over} clipPath={`url(#${clip})`} />
            ) : null}
          </g>
        );
      })}
    </g>
  );
}

/** The line of a limit with its name, and the part of the chart that is above it. */
function Limit(props: { limit: number; at: number; top: number; right: number; width: number; clip: string }) {
  const { limit, at, top } = props;
  return (
    <>
      <line x1={LEFT} x2={props.right} y1={at} y2={at} className={styles.limitLine} />
      <text x={LEFT + 6} y={at < top + 28 ? at + 13 : at - 5} className={styles.limitName}>
        Limit {limit}%
      </text>
      <clipPath id={props.clip}>
        <rect x={0} y={0} width={props.width} height={Math.max(0, at)} />
      </clipPath>
    </>
  );
}

/** Where a chart is low its tick labels would touch: then only the highest is told. */
function ticksThatFit(ticks: readonly number[], y: (value: number) => number): readonly number[] {
  return Math.abs(y(ticks[1]) - y(ticks[0])) < 13 ? ticks.slice(-1) : ticks;
}

/** Longer than this between two samples is a gap. */
const GAP_MS = 30_000;

function pathOf(
  times: readonly number[],
  values: readonly (number | null)[],
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let before = Number.NEGATIVE_INFINITY;
  times.forEach((time, index) => {
    const value = values[index];
    if (value === null || value === undefined) return;
    const joined = before >= time - GAP_MS;
    path += `${joined ? 'L' : 'M'}${x(time).toFixed(1)},${y(value).toFixed(1)}`;
    before = time;
  });
  return path;
}

/** The newest values beside the ends of their lines. */
function Ends(props: {
  matrix: FabricMatrix;
  row: MatrixRow;
  stale: boolean;
  x: number;
  top: number;
  /** null where nothing of congestion is told. */
  lowerTop: number | null;
}) {
  const { matrix, row, x, top, lowerTop } = props;
  if (props.stale)
    return (
      <text x={x} y={top + 6} className={styles.lost}>
        No data
      </text>
    );
  const hot = row.severity === 'critical';
  return (
    <g>
      <text x={x} y={top + 6} className={hot ? styles.endHot : styles.end}>
        {formatPercent(row.tx, 1)}
      </text>
      <text x={x} y={top + 22} className={styles.quiet}>
        {rateText(matrix.kind, row.txBps)} per {matrix.word === 'leaf' ? 'pair' : 'link'}
      </text>
      <text x={x} y={top + 40} className={styles.quiet}>
        receive {formatPercent(row.rx, 0)}
      </text>
      {lowerTop === null ? null : tellsMarks(matrix) ? (
        <>
          <text x={x} y={lowerTop + 6} className={hot ? styles.endHot : styles.end}>
            {compact(row.ecn)}
          </text>
          <text x={x} y={lowerTop + 22} className={styles.quiet}>
            {row.ecn === null ? 'ECN not counted' : 'ECN marks/s'}
          </text>
          <text x={x} y={lowerTop + 40} className={styles.quiet}>
            {row.pfc === null ? 'PFC not counted' : `${compact(row.pfc)} PFC pauses/s`}
          </text>
        </>
      ) : (
        <>
          <text x={x} y={lowerTop + 6} className={(row.wait ?? 0) > WAITS ? styles.endHot : styles.end}>
            {row.wait === null ? compact(row.ticks) : formatPercent(row.wait, 1)}
          </text>
          <text x={x} y={lowerTop + 22} className={styles.quiet}>
            {row.wait === null ? (row.ticks === null ? 'no wait counter' : 'raw ticks/s') : 'transmit wait'}
          </text>
        </>
      )}
    </g>
  );
}
