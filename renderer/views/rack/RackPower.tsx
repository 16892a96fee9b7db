import { area, line, scaleLinear } from 'd3';
import { type ReactNode, useRef } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatPercent, formatPower, formatTime } from '../../../shared/format.ts';
import { useSize } from '../../draw/use-size.ts';
import { useIsOver } from '../../live/travel.tsx';
import type { Gone } from '../gone.ts';
import { RackAxis } from './RackAxis.tsx';
import styles from './rack.module.css';
import type { RackModel } from './rack-model.ts';
import { marginsOf, type TimeScale, timeScale } from './time-scale.ts';

export type PowerPoint = readonly [time: number, watts: number | null];

interface Props {
  readonly layout: LayoutDocument;
  readonly model: RackModel;
  readonly frame: ViewFrame;
  readonly points: readonly PowerPoint[];
  readonly from: number;
  readonly to: number;
  readonly gone: Gone | null;
  readonly message: ReactNode;
}

const TOP = 12;
const BOTTOM = 24;

/** The rack's draw against its budget, with the straight line to the cap where one can be told. */
export function RackPower(props: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(holder);
  const { left, right } = marginsOf(width);
  const x = timeScale(props.from, props.to, left, Math.max(left + 10, width - right));
  return (
    <div ref={holder} className={styles.body}>
      {width === 0 ? null : <Chart {...props} {...{ x, width, height }} />}
      {props.message === null ? null : <div className={styles.message}>{props.message}</div>}
    </div>
  );
}

interface ChartProps extends Props {
  readonly x: TimeScale;
  readonly width: number;
  readonly height: number;
}

/** Lowest and highest kilowatts of the scale: the draw's own range with the budget on top. */
function domainOf(points: readonly PowerPoint[], budgetW: number | null): readonly [number, number] {
  const known = points.flatMap(([, watts]) => (watts === null ? [] : [watts / 1000]));
  const high = Math.max(...known, budgetW === null ? 0 : budgetW / 1000, 0.1);
  const low = known.length === 0 ? 0 : Math.min(...known);
  // From a low draw the scale begins at zero: a rack that idles at a tenth of its budget is not made to look full.
  // Nor is a ripple drawn as a mountain: the scale spans a quarter of its top at least.
  const foot = low > high / 2 ? Math.min(low - (high - low) * 0.3, high * 0.75) : 0;
  return [Math.max(0, foot), high + (high - foot) * 0.14];
}

function Chart(props: ChartProps) {
  const { layout, model, frame, points, x, width, height } = props;
  const budgetW = layout.budgetW[model.rack];
  const y = scaleLinear(domainOf(points, budgetW), [height - BOTTOM, TOP]);
  const px = ([time]: PowerPoint) => x.at(time);
  const py = ([, watts]: PowerPoint) => y((watts ?? 0) / 1000);
  const known = ([, watts]: PowerPoint) => watts !== null;
  const path = line<PowerPoint>().defined(known).x(px).y(py)(points) ?? '';
  const fill =
    area<PowerPoint>()
      .defined(known)
      .x(px)
      .y0(height - BOTTOM)
      .y1(py)(points) ?? '';
  const warnW = budgetW === null ? null : budgetW * frame.warnRatio;
  // With neither a draw nor a budget there is nothing that a scale could be of.
  const scaled = budgetW !== null || points.some(known);
  return (
    <svg width={width} height={height} role="img" aria-label={spoken(props, budgetW)}>
      {(scaled ? y.ticks(3) : []).map((kw) => (
        <g key={kw}>
          <line className={styles.rule} x1={x.left} x2={x.right} y1={y(kw)} y2={y(kw)} />
          <text className={styles.axisY} x={x.left - 10} y={y(kw) + 4}>
            {kw}
          </text>
        </g>
      ))}
      <path className={styles.area} d={fill} />
      <path className={styles.line} d={path} />
      {warnW === null ? null : (
        <>
          <clipPath id="rack-over">
            <rect width={width} height={Math.max(0, y(warnW / 1000))} />
          </clipPath>
          <path className={styles.lineWarn} d={path} clipPath="url(#rack-over)" />
        </>
      )}
      {budgetW === null || warnW === null ? null : <Budget {...{ x, y, width, budgetW, warnW }} />}
      <Now {...props} y={y} budgetW={budgetW} />
      <RackAxis x={x} y={height - BOTTOM + 2} />
    </svg>
  );
}

type Vertical = (kilowatts: number) => number;

function Budget({
  x,
  y,
  width,
  budgetW,
  warnW,
}: {
  x: TimeScale;
  y: Vertical;
  width: number;
  budgetW: number;
  warnW: number;
}) {
  const [top, warn] = [y(budgetW / 1000), y(warnW / 1000)];
  return (
    <>
      <line className={styles.warnLine} x1={x.left} x2={x.right} y1={warn} y2={warn} />
      <line className={styles.budget} x1={x.left} x2={width - 8} y1={top} y2={top} />
      <text className={styles.budgetText} x={x.left + 8} y={top - 5}>
        Budget {formatPower(budgetW, 'rack')}
      </text>
      <text className={styles.warnText} x={x.left + 8} y={warn - top < 20 ? warn + 13 : warn - 5}>
        Warning {formatPercent(warnW / budgetW, 0)}, {formatPower(warnW, 'rack')}
      </text>
    </>
  );
}

/** The newest draw, and the way to the cap. Without live numbers neither: no line is drawn forward. */
function Now(props: ChartProps & { y: Vertical; budgetW: number | null }) {
  const { frame, model, x, y, width, budgetW, gone, points } = props;
  const isOver = useIsOver();
  const last = points.findLast(([, watts]) => watts !== null);
  const [time, watts] = last ?? [Number.NaN, null];
  if (watts === null) return null;
  const end = width - 12;
  // Labels stand clear of the budget's line, below it.
  const under = budgetW === null ? TOP + 20 : Math.max(y(budgetW / 1000) + 24, TOP + 24);
  if (gone !== null)
    return (
      <>
        <text className={styles.goneText} x={end} y={under}>
          No data
        </text>
        <text className={styles.pastText} x={end} y={under + 16}>
          Was {formatPower(watts, 'rack')}
        </text>
        <text className={styles.pastText} x={end} y={under + 30}>
          at {formatTime(time).slice(0, 8)}
        </text>
      </>
    );
  const [atX, atY] = [x.at(time), y(watts / 1000)];
  const over = budgetW !== null && watts >= budgetW * frame.critRatio;
  const minutes = frame.capMin[model.rack];
  const forecast = budgetW !== null && Number.isFinite(minutes) && minutes > 0;
  const base = budgetW === null ? atY : under;
  return (
    <>
      <circle className={over ? styles.endCrit : styles.endDot} cx={atX} cy={atY} r={3.5} />
      {forecast ? <Forecast {...{ x, y, atX, atY, time, minutes, budgetW, width }} /> : null}
      {forecast ? (
        <text className={styles.capText} x={end} y={base}>
          Cap ~{formatTime(time + minutes * 60_000).slice(0, 5)}
        </text>
      ) : null}
      <text className={styles.nowText} x={end} y={base + (forecast ? 18 : 0)}>
        {formatPower(watts, 'rack')}
      </text>
      <text className={styles.nowWord} x={end} y={base + (forecast ? 33 : 15)}>
        {isOver ? `at ${formatTime(time).slice(0, 8)}` : 'now'}
      </text>
    </>
  );
}

/** A dashed line at its true slope: to the cap where that lies on the panel, else to the edge. */
function Forecast(props: {
  x: TimeScale;
  y: Vertical;
  atX: number;
  atY: number;
  time: number;
  minutes: number;
  budgetW: number;
  width: number;
}) {
  const { x, y, atX, atY, time, minutes, budgetW, width } = props;
  const capX = x.at(time + minutes * 60_000);
  const capY = y(budgetW / 1000);
  const edge = width - 14;
  const share = capX <= edge ? 1 : (edge - atX) / (capX - atX);
  return (
    <>
      <line
        className={styles.forecast}
        x1={atX}
        y1={atY}
        x2={atX + (capX - atX) * share}
        y2={atY + (capY - atY) * share}
      />
      {share === 1 ? (
        <path className={styles.capMark} d="M0 -5 5 0 0 5 -5 0Z" transform={`translate(${capX},${capY})`} />
      ) : null}
    </>
  );
}

function spoken({ frame, model, gone }: Props, budgetW: number | null): string {
  if (gone !== null) return `Rack power: ${gone.text}`;
  const draw = frame.drawW[model.rack];
  const of = budgetW === null ? '' : ` of ${formatPower(budgetW, 'rack')} budget`;
  return `Rack power: ${Number.isNaN(draw) ? 'no data' : formatPower(draw, 'rack')}${of}`;
}
