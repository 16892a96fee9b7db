import { formatTime } from '../../format.ts';
import { SHAPES } from './glyphs.ts';
import { type Markup, markup, NOTHING } from './markup.ts';
import type { Happening } from './sequence.ts';
import type { Curve } from './told.ts';

/** One lane of the stack. */
export interface Lane {
  readonly title: string;
  readonly unit: string;
  readonly curve: Curve;
  /** Its line: a budget (solid) or a limit (dashed); null for none. */
  readonly limit: { readonly at: number; readonly label: string; readonly dashed: boolean } | null;
  /** Above it the line is critical; NaN for never. */
  readonly criticalAbove: number;
  /** Height of the lane, of 1,000 wide. */
  readonly height: number;
  /** A number of its axis. */
  readonly tick: (value: number) => string;
  /** The number at the moment, and its unit. */
  readonly now: readonly [string, string];
  /** The scale may not end above it: shares. */
  readonly most: number;
}

const [WIDTH, LEFT, RIGHT, TOP, GAP] = [1000, 150, 112, 28, 26];

interface Span {
  readonly times: readonly number[];
  readonly stepMs: number;
  readonly at: number;
}

/** Lanes over each other on one axis of time, onsets of alerts above; gaps are never bridged. */
export function chartStack(lanes: readonly Lane[], span: Span, onsets: readonly Happening[]): Markup {
  const { times } = span;
  const [from, to] = [times[0], Math.max(times.at(-1) as number, times[0] + 1)];
  const x = (time: number) => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  let y = TOP;
  const tops = lanes.map(({ height }) => {
    const top = y;
    y += height + GAP;
    return top;
  });
  const foot = y - GAP;
  const grid = timeTicks(from, to);
  const name = `${lanes.map(({ title }) => title).join(', ')}: ${formatTime(from)} to ${formatTime(to)}. The numbers stand in the table "Numbers of the charts".`;
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${foot + 26}" role="img" aria-label="${name}">
${grid.map((time) => markup`<line class="rule" x1="${at(x(time))}" x2="${at(x(time))}" y1="${TOP - 4}" y2="${foot}"/>`)}
${onsets.map(({ time, kind }) => markup`<line class="onset" x1="${at(x(time))}" x2="${at(x(time))}" y1="18" y2="${foot}"/><g transform="translate(${at(x(time) - 6)},3)">${SHAPES[kind]}</g>`)}
${lanes.map((lane, i) => drawLane(lane, i, tops[i], span, x))}
${grid.map((time) => markup`<text class="axis mid" x="${at(x(time))}" y="${foot + 18}">${formatTime(time).slice(0, to - from < 240_000 ? 8 : 5)}</text>`)}
</svg>`;
}

const at = (value: number) => Number(value.toFixed(1));

function drawLane(lane: Lane, number: number, top: number, span: Span, x: (time: number) => number): Markup {
  const { curve, limit, criticalAbove, height, title, unit } = lane;
  const foot = top + height;
  const head = markup`<text class="name" x="0" y="${top + 13}">${title}</text><text class="axis" x="0" y="${top + 29}">${unit}</text><line class="base" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${foot}" y2="${foot}"/>`;
  const scale = scaleOf(lane);
  if (scale === null)
    return markup`${head}<text class="lost" x="${LEFT + 8}" y="${foot - 10}">No data in this window</text>`;
  const y = (value: number) => foot - ((value - scale.low) / (scale.high - scale.low)) * height;
  const lines = linesOf(curve, span, x, y);
  const path = lines.map((points) => `M${points.map(([a, b]) => `${at(a)} ${at(b)}`).join('L')}`).join('');
  const area = lines.map((points) => areaOf(points, foot)).join('');
  const now = curve[span.at];
  const over = now >= criticalAbove;
  const marked = criticalAbove > scale.low && criticalAbove < scale.high;
  return markup`${head}
${ticksOf(lane, scale.ticks).map((tick) => markup`<text class="axis end" x="${LEFT - 8}" y="${at(y(tick) + 4)}">${lane.tick(tick)}</text>`)}
<path class="area" d="${area}"/><path class="line" d="${path}"/>
${marked ? markup`<clipPath id="over-${number}"><rect x="0" y="0" width="${WIDTH}" height="${at(y(criticalAbove))}"/></clipPath><path class="line over" d="${path}" clip-path="url(#over-${number})"/>` : NOTHING}
${limit !== null && limit.at <= scale.high && limit.at >= scale.low ? limitLine(limit, y(limit.at)) : NOTHING}
${Number.isNaN(now) ? NOTHING : markup`<circle class="${over ? 'end-over' : 'end-dot'}" cx="${at(x(span.times[span.at]))}" cy="${at(y(now))}" r="3.5"/>`}
<text class="${over ? 'now over' : 'now'}" x="${WIDTH - RIGHT + 12}" y="${at(Math.min(foot, Math.max(top + 16, Number.isNaN(now) ? foot : y(now) + 6)))}">${lane.now[0]}<tspan class="axis" dx="4">${lane.now[1]}</tspan></text>`;
}

/** Ticks that would read the same are one. */
const ticksOf = ({ tick }: Lane, ticks: readonly number[]) =>
  ticks.filter((one, i) => i === 0 || tick(one) !== tick(ticks[i - 1]));

function limitLine({ label, dashed }: NonNullable<Lane['limit']>, y: number): Markup {
  return markup`<line class="${dashed ? 'limit dash' : 'limit'}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y)}" y2="${at(y)}"/><text class="axis over-line" x="${LEFT + 6}" y="${at(y - 5)}">${label}</text>`;
}

type Point = readonly [number, number];

function areaOf(points: readonly Point[], foot: number): string {
  const [first, last] = [points[0], points.at(-1) as Point];
  return `M${at(first[0])} ${foot}L${points.map(([a, b]) => `${at(a)} ${at(b)}`).join('L')}L${at(last[0])} ${foot}Z`;
}

/** Pieces of a curve between its gaps: a missing number, or more than three steps without an instant. */
function linesOf(
  curve: Curve,
  { times, stepMs }: Span,
  x: (time: number) => number,
  y: (value: number) => number,
): Point[][] {
  const lines: Point[][] = [];
  let open: Point[] = [];
  const close = () => {
    if (open.length > 0) lines.push(open);
    open = [];
  };
  times.forEach((time, i) => {
    if (i > 0 && time - times[i - 1] > 3 * stepMs) close();
    if (Number.isNaN(curve[i])) close();
    else open.push([x(time), y(curve[i])]);
  });
  close();
  return lines;
}

/** Where an axis begins and ends, and its round numbers: what was drawn, and the limit where it is near. */
function scaleOf({ curve, limit, most }: Lane) {
  const values = [...curve].filter((value) => !Number.isNaN(value));
  if (values.length === 0) return null;
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (limit !== null && high > limit.at * 0.7) high = Math.max(high, limit.at);
  const room = high - low || Math.abs(high) * 0.1 || 1;
  low = low - room * 0.25 < 0 || low < room * 0.5 ? 0 : low - room * 0.25;
  high = Math.min(high + room * 0.14, Math.max(most, high));
  if (high === low) high = low + 1;
  const step = roundStep((high - low) / 2.5);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
  return { low, high, ticks };
}

function roundStep(about: number): number {
  const ten = 10 ** Math.floor(Math.log10(about));
  return ([1, 2, 5].find((one) => one * ten >= about) ?? 10) * ten;
}

const TIME_STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map((seconds) => seconds * 1000);

/** Round times of a window, at most nine. */
function timeTicks(from: number, to: number): number[] {
  const step = TIME_STEPS.find((one) => (to - from) / one <= 8) ?? 14_400_000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}
