import type { HistoryReply } from '../../../shared/contract/history.ts';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatPower, formatSlope, powerUnit } from '../../../shared/format.ts';
import { ROW } from '../../../shared/topology.ts';
import { labelOf } from '../places.ts';
import type { Lane } from './time-strip/TimeStrip.tsx';

/** What is asked of `history` for the strip, in the order of the lanes. */
export interface LaneSeries {
  readonly signal: 'draw' | 'gpu.util' | 'link.use' | 'link.waited';
  readonly place: number;
}

/**
 * The lanes: power of the site, of the row nearest to its budget, median utilisation, the port that waits most; where
 * nobody tells how long a wait is, the busiest port (ui.md 6a). Of several sites the one that draws most, by its name:
 * sums over sites are not remembered.
 */
export function laneSeries(layout: LayoutDocument, frame: ViewFrame): LaneSeries[] {
  const row = worstRow(layout, frame);
  const site = largestSite(layout, frame);
  const series: LaneSeries[] = [{ signal: 'draw', place: site }];
  if (row >= 0) series.push({ signal: 'draw', place: row });
  return [...series, ...(['gpu.util', 'link.use', 'link.waited'] as const).map((signal) => ({ signal, place: site }))];
}

function largestSite(layout: LayoutDocument, frame: ViewFrame): number {
  let largest = 0;
  for (let site = 1; site < layout.start[1]; site += 1) {
    if (frame.drawW[site] > (frame.drawW[largest] || 0)) largest = site;
  }
  return largest;
}

/** The row with the highest share of its budget; without budgets the one that draws most; −1 without rows. */
export function worstRow(layout: LayoutDocument, frame: ViewFrame): number {
  let worst = -1;
  let worstUse = Number.NEGATIVE_INFINITY;
  for (let row = layout.start[ROW]; row < layout.start[ROW + 1]; row += 1) {
    const budget = layout.budgetW[row];
    // Rows without a budget come after every row that has one.
    const use = budget === null ? frame.drawW[row] / 1e9 - 1 : frame.drawW[row] / budget;
    if (use > worstUse) {
      worst = row;
      worstUse = use;
    }
  }
  return worst;
}

/**
 * Lanes for drawing from the history's answer; null values stay gaps. Each ends with the frame's own value, so that
 * the strip and the rest of the screen never print two numbers for one thing (the history's last bucket is a mean).
 */
export function lanesOf(
  layout: LayoutDocument,
  frame: ViewFrame,
  series: readonly LaneSeries[],
  reply: Pick<HistoryReply, 'times' | 'values'> | undefined,
  /** The instant of the past that is shown; left out at the end of the record. */
  at?: number,
): readonly Lane[] {
  const waited = series.findIndex(({ signal }) => signal === 'link.waited');
  const left = reply?.values[waited]?.some((value) => value !== null) ? 'link.use' : 'link.waited';
  return series.flatMap((one, index) => {
    if (one.signal === left) return [];
    const past = { times: reply?.times ?? [], values: reply?.values[index] ?? [] };
    const value = nowOf(layout, frame, one);
    const points = at === undefined ? withNow(past, frame.sampled, value) : aroundTime(past, at, value);
    return one.signal === 'draw'
      ? powerLane(layout, frame, one.place, points)
      : shareLane(one.signal, points, seriesLabel(layout, one));
  });
}

interface Points {
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  readonly later?: Pick<Points, 'times' | 'values'>;
  readonly value?: number | null;
}

/** The value of a lane in the frame itself; null where the frame has none for that place. */
function nowOf(layout: LayoutDocument, frame: ViewFrame, { signal, place }: LaneSeries): number | null {
  if (signal === 'draw') return Number.isNaN(frame.drawW[place]) ? null : frame.drawW[place];
  // The summary is of all sites: with several it says nothing of the one that the lane shows.
  if (layout.start[1] !== 1 || signal === 'link.waited') return null;
  return (signal === 'gpu.util' ? frame.summary.util?.median : frame.summary.fabric?.use) ?? null;
}

/** The points of the past before `time`, then the value at it; a history that ends well before is not joined to it. */
function withNow(past: Points, time: number | null, value: number | null): Points {
  if (time === null || value === null) return past;
  const kept = past.times.filter((at) => at < time).length;
  const times = past.times.slice(0, kept);
  const values = past.values.slice(0, kept);
  const step = kept > 1 ? times[kept - 1] - times[kept - 2] : 0;
  const apart = kept > 0 && time - times[kept - 1] > 3 * step;
  return apart
    ? { times: [...times, times[kept - 1] + step, time], values: [...values, null, value] }
    : { times: [...times, time], values: [...values, value] };
}

/**
 * The points up to an instant of the past, and those after it. The value at it is the frame's own; where the frame has
 * none by itself, that of the step that it lies in. Never that of a step before.
 */
function aroundTime({ times, values }: Points, at: number, value: number | null): Points {
  const kept = times.filter((time) => time < at).length;
  const here = times.findLastIndex((time) => time <= at);
  const step = times.length > 1 ? times[1] - times[0] : 0;
  const known = value ?? (here >= 0 && at - times[here] < step ? values[here] : null);
  return {
    times: [...times.slice(0, kept), at],
    values: [...values.slice(0, kept), known],
    later: { times: [at, ...times.slice(here + 1)], values: [known, ...values.slice(here + 1)] },
    value: known,
  };
}

/** The same points in the unit that is printed. */
function scaled({ times, values, later, value }: Points, by: number) {
  const of = (one: number | null) => (one === null ? null : one * by);
  return {
    ...{ times, values: values.map(of) },
    ...(later ? { later: { times: later.times, values: later.values.map(of) } } : {}),
    ...(value === undefined ? {} : { value: of(value) }),
  };
}

/** What a lane's series is called: "Row A2 power". */
export function seriesLabel(layout: LayoutDocument, { signal, place }: LaneSeries): string {
  if (signal !== 'draw') return `${SHARES[signal].label}${ofSite(layout, place)}`;
  return layout.start[1] === 1 && place === 0 ? 'Site IT power' : `${labelOf(layout, place)} power`;
}

function powerLane(layout: LayoutDocument, frame: ViewFrame, place: number, points: Points): Lane {
  const budget = layout.budgetW[place] ?? null;
  const slope = frame.slope[place];
  const draw = Number.isNaN(frame.drawW[place]) ? budget : frame.drawW[place];
  const { unit, divisor, decimals } = powerUnit(draw ?? 0, 'row');
  return {
    id: `draw/${layout.path[place]}`,
    label: seriesLabel(layout, { signal: 'draw', place }),
    unit,
    ...scaled(points, 1 / divisor),
    limit: budget === null ? null : budget / divisor,
    critical: budget === null ? null : (budget * frame.critRatio) / divisor,
    decimals,
    note: budget === null ? 'No budget set' : `Budget ${formatPower(budget)}`,
    slope: Number.isNaN(slope) ? '' : formatSlope(slope),
  };
}

/** ", PDX-1" where a lane is of one site among several. */
function ofSite(layout: LayoutDocument, place: number): string {
  return layout.start[1] > 1 ? `, ${layout.name[place]}` : '';
}

/** Of shares in percent: what they are called, and from where on they wait too much. A full port alone is no alarm. */
const SHARES = {
  'gpu.util': { label: 'GPU utilisation, median', decimals: 0, limit: null, critical: null },
  'link.use': { label: 'Busiest network port, use', decimals: 1, limit: 95, critical: null },
  'link.waited': { label: 'Worst transmit wait', decimals: 1, limit: 5, critical: 5 },
} as const;

function shareLane(signal: keyof typeof SHARES, points: Points, label: string): Lane {
  const { label: _, limit, ...rest } = SHARES[signal];
  return {
    ...{ id: signal, label, unit: '%', ...scaled(points, 100), limit, ...rest },
    ...{ note: limit === null ? '' : `Limit ${limit}%`, slope: '' },
  };
}
