import { scaleUtc } from 'd3';
import { useEffect, useRef, useState } from 'react';
import { formatTime } from '../../../shared/format.ts';
import charts from './alert-charts.module.css';
import type { TimelineLane } from './lanes.ts';

const LANE = 12;
const TOP = 4;
const AXIS = 18;
const MOST = 8;
/** Where the count of lanes that are left out ends, with half a label of the axis. */
const MORE = 96;

/** The last hour above the list: one lane a cause, from onset to clear, with a tick where somebody took it. */
export function Timeline(props: { lanes: readonly TimelineLane[]; now: number; range: number; stale: boolean }) {
  const { lanes, now, range } = props;
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const shown = lanes.slice(0, MOST);
  const hidden = props.stale ? 0 : lanes.length - shown.length;
  const height = TOP + Math.max(1, shown.length) * LANE + AXIS;
  const x = scaleUtc([now - range, now], [12, Math.max(13, width - 12)]);
  const ticks = x.ticks(6);
  const bottom = height - AXIS;
  return (
    <div ref={holder} className={charts.timeline}>
      <svg width={width} height={height} role="img" aria-label={spoken(lanes)}>
        {ticks.map((tick) => (
          <g key={+tick} transform={`translate(${x(tick)},0)`}>
            <line className={charts.tick} y1={0} y2={bottom} />
            {/* A label at an edge would be cut, or stand on the count of lanes that are left out. */}
            {x(tick) < (hidden > 0 ? MORE : 18) || x(tick) > width - 18 ? null : (
              <text className={charts.axis} y={height - 4} textAnchor="middle">
                {formatTime(+tick).slice(0, 5)}
              </text>
            )}
          </g>
        ))}
        {props.stale
          ? null
          : shown.map((lane, index) => <Lane key={lane.id} lane={lane} x={x} y={TOP + index * LANE + LANE / 2} />)}
        {hidden > 0 ? (
          <text className={charts.axis} x={12} y={height - 4}>
            +{hidden} more
          </text>
        ) : null}
      </svg>
    </div>
  );
}

function Lane({ lane, x, y }: { lane: TimelineLane; x: (time: number) => number; y: number }) {
  return (
    <g className={charts.lane} data-severity={lane.severity}>
      <line x1={x(lane.from)} x2={Math.max(x(lane.from) + 2, x(lane.to))} y1={y} y2={y} />
      {lane.open ? null : <line className={charts.laneEnd} x1={x(lane.to)} x2={x(lane.to)} y1={y - 4} y2={y + 4} />}
      {lane.acks.map((at) => (
        <path key={at} className={charts.laneAck} d={`M${x(at) - 3} ${y}l2.4 3 4-6`} />
      ))}
    </g>
  );
}

function spoken(lanes: readonly TimelineLane[]): string {
  if (lanes.length === 0) return 'Timeline of the last hour: no alerts';
  const told = lanes.map(
    ({ title, from, to, open }) =>
      `${title}, from ${formatTime(from).slice(0, 5)} ${open ? 'until now' : `to ${formatTime(to).slice(0, 5)}`}`,
  );
  return `Timeline of the last hour: ${told.slice(0, MOST).join('; ')}`;
}
