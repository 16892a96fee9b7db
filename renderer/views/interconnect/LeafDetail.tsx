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
import { compact, marksText, rateText } from './words.ts';

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
  // Ethernet has no counter of waiting: its use has all the room.
  const waits = matrix.kind !== 'ethernet';
  const middle = waits ? Math.round(height * 0.56) : height - 10;
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
            limit={FULL * 100}
            title="Uplink use, %"
            lines={[
              ['tx', styles.line],
              ['rx', styles.dotted],
            ]}
          />
          {waits ? (
            <Chart
              {...{ x, width, history }}
              top={middle + 14}
              bottom={height - 24}
              most={waitTop(history)}
              ticks={waitTop(history) > 40 ? [25, 50, 75] : [10, 20, 30]}
              limit={WAITS * 100}
              title={
                matrix.waitKnown || props.stale
                  ? 'Transmit wait, % of time'
                  : 'Transmit wait: the tick of its counter is not known'
              }
              lines={[['wait', styles.line]]}
            />
          ) : null}
          {onset === null || onset < now - HOUR ? null : <Onset x={x(onset)} height={height} />}
          <Ends {...props} x={width - RIGHT + 12} top={28} waitTop={waits ? middle + 44 : null} />
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
  const { times, tx, rx, wait } = history;
  const of = (label: string, signal: string, values: readonly (number | null)[]) => ({
    ...{ name: label, signal, object: key, unit: 'ratio', times, values, quality: 'derived' },
  });
  const series = [of('Transmit', 'leaf.tx', tx), of('Receive', 'leaf.rx', rx), of('Wait', 'leaf.wait', wait)];
  return { kind: 'chart', title: `${name}, last hour`, series };
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

function waitTop(history: LeafHistory | undefined): number {
  const most = history?.wait.reduce<number>((top, value) => Math.max(top, value ?? 0), 0) ?? 0;
  return Math.min(105, Math.max(38, most * 110));
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
  limit: number;
  title: string;
  lines: readonly (readonly ['tx' | 'rx' | 'wait', string])[];
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
            {tick}
          </text>
        </g>
      ))}
      <line x1={LEFT} x2={right} y1={bottom} y2={bottom} className={styles.base} />
      <line x1={LEFT} x2={right} y1={y(limit)} y2={y(limit)} className={styles.limitLine} />
      <text x={LEFT + 6} y={y(limit) < top + 28 ? y(limit) + 13 : y(limit) - 5} className={styles.limitName}>
        Limit {limit}%
      </text>
      <clipPath id={clip}>
        <rect x={0} y={0} width={width} height={Math.max(0, y(limit))} />
      </clipPath>
      {props.lines.map(([part, style], index) => {
        const path = pathOf(history?.times ?? [], history?.[part] ?? [], x, y);
        return (
          <g key={part}>
            <path d={path} className={style} />
            {index === 0 ? <path d={path} className={styles.over} clipPath={`url(#${clip})`} /> : null}
          </g>
        );
      })}
    </g>
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
    path += `${joined ? 'L' : 'M'}${x(time).toFixed(1)},${y(Math.min(value * 100, 105)).toFixed(1)}`;
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
  /** null where nothing of waiting is told. */
  waitTop: number | null;
}) {
  const { matrix, row, x, top, waitTop } = props;
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
      {waitTop === null ? (
        marksText(row)
          .split(', ')
          .map((text, index) => (
            <text key={text} x={x} y={top + 62 + 16 * index} className={hot ? styles.endHot : styles.quiet}>
              {text}
            </text>
          ))
      ) : (
        <>
          <text x={x} y={waitTop + 6} className={(row.wait ?? 0) > WAITS ? styles.endHot : styles.end}>
            {row.wait === null ? compact(row.ticks) : formatPercent(row.wait, 1)}
          </text>
          <text x={x} y={waitTop + 22} className={styles.quiet}>
            {row.wait === null ? (row.ticks === null ? 'no wait counter' : 'raw ticks/s') : 'transmit wait'}
          </text>
        </>
      )}
    </g>
  );
}
