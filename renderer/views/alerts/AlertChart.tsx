import { line, scaleLinear, scaleUtc } from 'd3';
import { useRef } from 'react';
import type { Alert } from '../../../shared/alerting/alert.ts';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { FULL } from '../../../shared/fabric.ts';
import { formatTime } from '../../../shared/format.ts';
import { useHistory } from '../../ask/ask.ts';
import { useFabric, useFabricLeaf } from '../../ask/fabric.ts';
import { useSize } from '../../draw/use-size.ts';
import { valueText } from '../../parts/value-text.ts';
import { historyChart } from '../../save/documents.ts';
import { useSavable } from '../../save/savable.ts';
import charts from './alert-charts.module.css';
import { chartOf } from './chart-series.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const HEIGHT = 132;
const EDGE = { top: 10, right: 12, bottom: 20 };
/** Least room for the axis, and what a character of its labels takes, px. */
const [AXIS, CHARACTER] = [52, 6.4];

interface ChartProps {
  readonly alert: Alert;
  readonly layout: LayoutDocument;
  readonly now: number;
}

/** The last 60 minutes of what the rule looks at, with its limit; where no history of it is kept, that is said. */
export function AlertChart(props: ChartProps) {
  return props.alert.level === 'leaf' ? <LeafChart {...props} /> : <SeriesChart {...props} />;
}

// By the minute: a chart of an hour is not asked for again with every second.
const byMinute = (now: number) => Math.ceil(now / MINUTE) * MINUTE;

function SeriesChart({ alert, layout, now: time }: ChartProps) {
  const chart = chartOf(alert, layout);
  const now = byMinute(time);
  const history = useHistory(chart ? [chart.series] : [], HOUR, now, chart !== null);
  const title = `${chart?.label}: ${alert.object}`;
  useSavable(
    title,
    chart === null
      ? null
      : () =>
          historyChart(title, [{ name: chart.label, signal: chart.series.signal, object: alert.path }], history.data),
  );
  if (chart === null) return <p className={charts.noChart}>No history of this is kept.</p>;
  const values = (history.data?.values[0] ?? []).map((value) => (value === null ? null : value * chart.scale));
  return <Figure {...chart} {...{ values, now }} times={history.data?.times ?? []} />;
}

/** A leaf's uplinks, whose past is kept with the fabric's. */
function LeafChart({ alert, now: time }: ChartProps) {
  const now = byMinute(time);
  const named = ({ name }: { name: string }) => name === alert.labels.leaf;
  const infiniband = useFabric({ kind: 'infiniband', pod: '' }, now).data?.rows.find(named);
  const ethernet = useFabric({ kind: 'ethernet', pod: '' }, now).data?.rows.find(named);
  const row = infiniband ?? ethernet;
  const kind = infiniband ? 'infiniband' : 'ethernet';
  const { data } = useFabricLeaf({ kind, key: row?.key ?? '' }, now);
  const title = `Uplinks, busier direction: ${alert.object}`;
  const past = (data?.times ?? []).map((_, at) => busier(data?.tx[at] ?? null, data?.rx[at] ?? null));
  const series = { name: 'Uplinks', signal: 'link.use', object: row?.key ?? '', unit: 'ratio', quality: '' };
  useSavable(
    title,
    data === undefined
      ? null
      : () => ({ kind: 'chart', title, series: [{ ...series, times: data.times, values: past }] }),
  );
  if (row === undefined) return <p className={charts.noChart}>Its last hour is on the Interconnect.</p>;
  return (
    <Figure
      {...{ values: past, now, limit: FULL }}
      times={data?.times ?? []}
      label="Uplinks, busier direction"
      unit="ratio"
    />
  );
}

const busier = (tx: number | null, rx: number | null) => (tx === null ? rx : rx === null ? tx : Math.max(tx, rx));

interface FigureProps {
  readonly label: string;
  readonly unit: string;
  readonly limit: number | null;
  readonly values: readonly (number | null)[];
  readonly times: readonly number[];
  readonly now: number;
}

function Figure(props: FigureProps) {
  const holder = useRef<HTMLDivElement>(null);
  const { width } = useSize(holder);
  return (
    <figure className={charts.chart}>
      <figcaption>
        {props.label}, last 60 minutes
        {props.limit === null ? '' : `, limit ${valueText(props.limit, props.unit)}`}
      </figcaption>
      <div ref={holder}>
        <Lines {...props} width={width} />
      </div>
    </figure>
  );
}

function Lines(props: FigureProps & { readonly width: number }) {
  const { values, times, now, width, limit, unit } = props;
  const known = values.filter((value) => value !== null);
  const all = [...known, ...(limit === null ? [] : [limit])];
  const [low, high] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 0.01, 1e-9);
  const y = scaleLinear([low - room, high + room], [HEIGHT - EDGE.bottom, EDGE.top]).nice(4);
  const ticks = y.ticks(4).map((at) => ({ at, label: valueText(at, unit) }));
  const left = Math.max(AXIS, ...ticks.map(({ label }) => 10 + label.length * CHARACTER));
  const x = scaleUtc([now - HOUR, now], [left, Math.max(left + 1, width - EDGE.right)]);
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => x(times[index]))
    .y((value) => y(value ?? 0));
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={spoken(props, known)}>
      {ticks.map(({ at, label }) => (
        <g key={at} transform={`translate(0,${y(at)})`}>
          <line className={charts.tick} x1={left} x2={width - EDGE.right} />
          <text className={charts.axis} x={left - 6} dy="4" textAnchor="end">
            {label}
          </text>
        </g>
      ))}
      {/* A label at an edge would be cut. */}
      {x
        .ticks(5)
        .filter((tick) => x(tick) < width - 18)
        .map((tick) => (
          <text key={+tick} className={charts.axis} x={x(tick)} y={HEIGHT - 5} textAnchor="middle">
            {formatTime(+tick).slice(0, 5)}
          </text>
        ))}
      {limit === null ? null : (
        <line className={charts.limitLine} x1={left} x2={width - EDGE.right} y1={y(limit)} y2={y(limit)} />
      )}
      <path className={charts.valueLine} d={path(values) ?? ''} />
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
