import { area, scaleLinear, scaleUtc, utcFormat } from 'd3';
import { type PointerEvent, useRef, useState } from 'react';
import { formatTime } from '../../../shared/format.ts';
import { useHistory } from '../../ask/ask.ts';
import { useSize } from '../../draw/use-size.ts';
import styles from './snapshots.module.css';

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** How far back the strip reaches, and the longest window. */
const REACH = 2 * 3_600_000;
const LONGEST = 3_600_000;
const STEP = 60_000;
const [LEFT, RIGHT, HEIGHT, FOOT] = [8, 8, 74, 18];

/** The draw of the last two hours; dragging over it chooses the window, and so do the two sliders by keyboard. */
export function WindowBrush(props: { now: number; value: TimeWindow; onChange: (window: TimeWindow) => void }) {
  const { now, value, onChange } = props;
  const holder = useRef<HTMLDivElement>(null);
  const { width } = useSize(holder);
  const [anchor, setAnchor] = useState<number | null>(null);
  const minute = Math.ceil(now / STEP) * STEP;
  const history = useHistory([{ signal: 'draw', place: 0 }], REACH, minute, true).data;
  const x = scaleUtc([now - REACH, now], [LEFT, Math.max(LEFT + 1, width - RIGHT)]);
  const timeAt = (event: PointerEvent<SVGSVGElement>) => {
    const at = x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left).getTime();
    return Math.min(now, Math.max(now - REACH, at));
  };
  const span = (one: number, other: number) => {
    const [from, to] = [Math.min(one, other), Math.max(one, other)];
    onChange({ from: Math.max(from, to - LONGEST), to });
  };
  const minutesAgo = (time: number) => Math.round((now - time) / STEP);
  return (
    <div ref={holder} className={styles.brush}>
      {width === 0 ? null : (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`Draw of the last two hours; chosen ${formatTime(value.from)} to ${formatTime(value.to)}`}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setAnchor(timeAt(event));
          }}
          onPointerMove={(event) => (anchor === null ? undefined : span(anchor, timeAt(event)))}
          onPointerUp={() => setAnchor(null)}
        >
          <Draw times={history?.times ?? []} values={history?.values[0] ?? []} x={x} />
          <rect
            className={styles.chosen}
            x={x(value.from)}
            y={0}
            width={Math.max(2, x(value.to) - x(value.from))}
            height={HEIGHT - FOOT}
          />
          {x.ticks(6).map((tick) => (
            <text key={+tick} className={styles.axis} x={x(tick)} y={HEIGHT - 4}>
              {utcFormat('%H:%M')(tick)}
            </text>
          ))}
        </svg>
      )}
      <div className={styles.two}>
        <Slider
          label="From"
          ago={minutesAgo(value.from)}
          text={formatTime(value.from)}
          onChange={(ago) => span(now - ago * STEP, Math.max(value.to, now - ago * STEP))}
        />
        <Slider
          label="To"
          ago={minutesAgo(value.to)}
          text={formatTime(value.to)}
          onChange={(ago) => onChange(capped(Math.min(value.from, now - ago * STEP), now - ago * STEP))}
        />
      </div>
    </div>
  );
}

const capped = (from: number, to: number): TimeWindow => ({ from: Math.max(from, to - LONGEST), to });

function Slider(props: { label: string; ago: number; text: string; onChange: (minutesAgo: number) => void }) {
  return (
    <label className={styles.slider}>
      {props.label} <span className="num">{props.text}</span>
      <input
        type="range"
        min={-REACH / STEP}
        max={0}
        value={-props.ago}
        aria-valuetext={props.text}
        onChange={(event) => props.onChange(-Number(event.target.value))}
      />
    </label>
  );
}

function Draw(props: { times: readonly number[]; values: readonly (number | null)[]; x: (time: number) => number }) {
  const known = props.values.filter((value) => value !== null);
  if (known.length === 0)
    return (
      <text className={styles.axis} x={60} y={24}>
        No draw was read in these two hours
      </text>
    );
  const most = known.reduce((a, b) => Math.max(a, b));
  const y = scaleLinear([0, most * 1.1], [HEIGHT - FOOT, 4]);
  const shape = area<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => props.x(props.times[index]))
    .y0(HEIGHT - FOOT)
    .y1((value) => y(value ?? 0));
  return <path className={styles.draw} d={shape(props.values) ?? ''} />;
}
