import { line, scaleLinear, scaleUtc } from 'd3';
import { useEffect, useRef, useState } from 'react';
import type { Alert } from '../../../shared/alerting/alert.ts';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { formatTime } from '../../../shared/format.ts';
import { useHistory } from '../../ask/ask.ts';
import { historyChart } from '../../save/documents.ts';
import { useSavable } from '../../save/savable.ts';
import styles from './alerts.module.css';
import { chartOf } from './chart-series.ts';
import { valueText } from './words.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const HEIGHT = 132;
const EDGE = { top: 10, right: 12, bottom: 20, left: 52 };

/** The last 60 minutes of what the rule looks at, with its limit; nothing where no history of it is kept. */
export function AlertChart(props: { alert: Alert; layout: LayoutDocument; now: number; stale: boolean }) {
  const { alert, layout } = props;
  const chart = chartOf(alert, layout);
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // By the minute: a chart of an hour is not asked for again with every second.
  const now = Math.ceil(props.now / MINUTE) * MINUTE;
  const history = useHistory(chart ? [chart.series] : [], HOUR, now, chart !== null);
  const title = `${chart?.label}: ${alert.object}`;
  useSavable(
    title,
    chart === null
      ? null
      : () =>
          historyChart(title, [{ name: chart.label, signal: chart.series.signal, object: alert.path }], history.data),
  );
  if (chart === null) return null;
  const values = (history.data?.values[0] ?? []).map((value) => (value === null ? null : value * chart.scale));
  const times = history.data?.times ?? [];
  return (
    <figure className={styles.chart}>
      <figcaption>
        {chart.label}, last 60 minutes
        {chart.limit === null ? '' : `, limit ${valueText(chart.limit, chart.unit)}`}
      </figcaption>
      <div ref={holder}>
        <Lines {...{ values, times, now, width }} limit={chart.limit} unit={chart.unit} label={chart.label} />
      </div>
    </figure>
  );
}

function Lines(props: {
  values: readonly (number | null)[];
  times: readonly number[];
  now: number;
  width: number;
  limit: number | null;
  unit: string;
  label: string;
}) {
  const { values, times, now, width, limit, unit } = props;
  const known = values.filter((value) => value !== null);
  const all = [...known, ...(limit === null ? [] : [limit])];
  const [low, high] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 0.01, 1e-9);
  const x = scaleUtc([now - HOUR, now], [EDGE.left, Math.max(EDGE.left + 1, width - EDGE.right)]);
  const y = scaleLinear([low - room, high + room], [HEIGHT - EDGE.bottom, EDGE.top]).nice(4);
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => x(times[index]))
    .y((value) => y(value ?? 0));
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={spoken(props, known)}>
      {y.ticks(4).map((tick) => (
        <g key={tick} transform={`translate(0,${y(tick)})`}>
          <line className={styles.tick} x1={EDGE.left} x2={width - EDGE.right} />
          <text className={styles.axis} x={EDGE.left - 6} dy="4" textAnchor="end">
            {valueText(tick, unit)}
          </text>
        </g>
      ))}
      {/* A label at an edge would be cut. */}
      {x
        .ticks(5)
        .filter((tick) => x(tick) < width - 18)
        .map((tick) => (
          <text key={+tick} className={styles.axis} x={x(tick)} y={HEIGHT - 5} textAnchor="middle">
            {formatTime(+tick).slice(0, 5)}
          </text>
        ))}
      {limit === null ? null : (
        <line className={styles.limitLine} x1={EDGE.left} x2={width - EDGE.right} y1={y(limit)} y2={y(limit)} />
      )}
      <path className={styles.valueLine} d={path(values) ?? ''} />
    </svg>
  );
}

function spoken(
  { label, unit, limit }: { label: string; unit: string; limit: number | null },
  known: number[],
): string {
  if (known.length === 0) return `${label}: no data in the last hour`;
  const ends = `between ${valueText(Math.min(...known), unit)} and ${valueText(Math.max(...known), unit)}`;
  return `${label}: ${ends} in the last hour${limit === null ? '' : `, limit ${valueText(limit, unit)}`}`;
}
