import { useRef } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatPercent } from '../../../shared/format.ts';
import { useSize } from '../../draw/use-size.ts';
import type { Freshness } from '../../live/freshness.ts';
import { Missing } from '../../parts/Missing.tsx';
import { useSavable } from '../../save/savable.ts';
import type { Theme } from '../../theme/theme.ts';
import type { Gone } from '../gone.ts';
import styles from './gpu.module.css';
import multiples from './multiples.module.css';
import { RackAxis } from './RackAxis.tsx';
import rackStyles from './rack.module.css';
import { gpuChart } from './rack-documents.ts';
import { modelsOf } from './rack-kpi.ts';
import { type RackModel, rackNow } from './rack-model.ts';
import { endOf, LANES, type RackPast, withNow } from './rack-past.ts';
import { STEP_MS } from './rack-state.ts';
import { limitsOf, RACK_VIEWS, type RackView, type ViewOfSignal, viewOfSignal, withUnit } from './signals.ts';
import { ThrottlePatterns } from './ThrottlePatterns.tsx';
import { type TimeScale, timeScale } from './time-scale.ts';
import { pastUntil, useRackPast } from './use-rack-past.ts';

interface Props {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly model: RackModel;
  readonly freshness: Freshness;
  readonly paused: boolean;
  readonly theme: Theme;
  readonly gone: Gone | null;
  /** The GPU by its number in the rack. */
  readonly number: number;
}

/** One GPU's last hour, a line a signal on one time axis, and the share of it that each reason held its clocks. */
export function GpuHour(props: Props) {
  const { model, frame, freshness, paused } = props;
  const time = paused ? frame.time : freshness.now;
  const gridEnd = Math.ceil(time / STEP_MS) * STEP_MS;
  return (
    <>
      <ThrottlePatterns theme={props.theme} />
      {RACK_VIEWS.map((view) => (
        <Signal key={view} {...props} view={view} gridEnd={gridEnd} last={view === RACK_VIEWS[RACK_VIEWS.length - 1]} />
      ))}
      <Residency {...{ model, gridEnd }} number={props.number} />
    </>
  );
}

function Signal(props: Props & { view: RackView; gridEnd: number; last: boolean }) {
  const { model, frame, layout, gone, number, gridEnd } = props;
  const view = viewOfSignal(props.view);
  const asked = useRackPast(model, props.view, gridEnd);
  const now = gone === null ? rackNow(frame, model) : null;
  const past = withNow(pastUntil(gridEnd, asked.data, model.count), now, view);
  const known = rackNow(frame, model);
  const limit = limitsOf(props.view, known, modelsOf(layout, model))[number];
  const value = now?.value(view.signal)[number] ?? Number.NaN;
  const path = layout.path[model.first + number];
  useSavable(view.title, () =>
    gpuChart(
      `${view.title}, ${path}`,
      view,
      past,
      () => path,
      () => path,
      number,
    ),
  );
  return (
    <>
      <div className={styles.chartHead}>
        <span>{view.label}</span>
        <b className="num">{Number.isNaN(value) ? <Missing /> : withUnit(view, value)}</b>
      </div>
      <Chart {...{ past, number, limit, view }} axis={props.last} fault={asked.isError} />
    </>
  );
}

const ROOM = 18;

function Chart(props: {
  past: RackPast;
  number: number;
  limit: number;
  view: ViewOfSignal;
  axis: boolean;
  fault: boolean;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(holder);
  const { past, view } = props;
  const x = timeScale(past.from, endOf(past), 52, Math.max(60, width - 8));
  return (
    <div ref={holder} className={styles.chart}>
      {width === 0 ? null : (
        <Lines {...props} {...{ x, width }} height={height - (props.axis ? ROOM : 0)} all={height} />
      )}
      {props.fault ? <div className={rackStyles.message}>{view.label}: the last hour could not be read</div> : null}
    </div>
  );
}

interface LinesProps {
  readonly past: RackPast;
  readonly number: number;
  readonly limit: number;
  readonly view: ViewOfSignal;
  readonly axis: boolean;
  readonly x: TimeScale;
  readonly width: number;
  readonly height: number;
  readonly all: number;
}

function Lines({ past, number, limit, view, axis, x, width, height, all }: LinesProps) {
  const row = past.values.subarray(number * past.columns, (number + 1) * past.columns);
  const known = row.filter((value) => !Number.isNaN(value));
  const top = known.reduce((most, value) => Math.max(most, value), Number.isNaN(limit) ? 0 : limit) || view.divisor;
  const y = (value: number) => height - 2 - ((height - 8) * value) / top;
  let [path, open] = ['', false];
  row.forEach((value, column) => {
    const at = x.at(past.from + (column + 0.5) * past.stepMs).toFixed(1);
    if (!Number.isNaN(value)) path += `${open ? 'L' : 'M'}${at} ${y(value).toFixed(1)}${open ? '' : 'h0.01'}`;
    open = !Number.isNaN(value);
  });
  const label = `${view.label} of the last 60 minutes, ${
    known.length === 0
      ? 'no data'
      : `up to ${withUnit(
          view,
          known.reduce((a, b) => Math.max(a, b)),
        )}`
  }`;
  return (
    <svg width={width} height={all} role="img" aria-label={label}>
      <line className={rackStyles.foot} x1={x.left} x2={x.right} y1={height - 1} y2={height - 1} />
      {Number.isNaN(limit) ? null : (
        <line className={multiples.spotLimit} x1={x.left} x2={x.right} y1={y(limit)} y2={y(limit)} />
      )}
      {known.length === 0 && Number.isNaN(limit) ? null : (
        <text className={rackStyles.axisY} x={x.left - 8} y={y(Number.isNaN(limit) ? top : limit) + 8}>
          {withUnit(view, Number.isNaN(limit) ? top : limit).split(' ')[0]}
        </text>
      )}
      <text className={rackStyles.axisY} x={x.left - 8} y={height}>
        0
      </text>
      <path className={rackStyles.line} d={path} />
      {axis ? <RackAxis x={x} y={height + 1} /> : null}
    </svg>
  );
}

/** Share of the last hour's known columns in which each reason held the clocks at some time. */
function Residency({ model, gridEnd, number }: { model: RackModel; gridEnd: number; number: number }) {
  const asked = useRackPast(model, 'power', gridEnd);
  const past = asked.data;
  if (!past) return null;
  const masks = past.reasons.subarray(number * past.columns, (number + 1) * past.columns);
  const known = masks.filter((mask) => mask >= 0);
  const minutes = (known.length * past.stepMs) / 60_000;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">Share of {minutes < 1 ? 'the time' : `${minutes.toFixed(0)} min`} recorded</th>
        </tr>
      </thead>
      <tbody>
        {LANES.map(({ id, label, bits }) => (
          <tr key={id}>
            <th scope="row">
              <svg width="14" height="10" aria-hidden="true">
                <rect width="14" height="10" fill={`url(#lane-${id})`} />
              </svg>{' '}
              {label}
            </th>
            <td className="num">
              {known.length === 0 ? (
                <Missing />
              ) : (
                formatPercent(known.filter((mask) => (mask & bits) !== 0).length / known.length, 1)
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
