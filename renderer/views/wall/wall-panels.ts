import type { HistoryReply } from '../../../shared/contract/history.ts';
import type { CallArg, LayoutDocument, Severity, Summary } from '../../../shared/contract.ts';
import {
  formatCap,
  formatCount,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatTime,
} from '../../../shared/format.ts';
import { labelOf } from '../places.ts';
import type { SlideView } from './rotation.ts';

/** One of the two large figures at the left of the wall. */
export interface WallFigure {
  readonly title: string;
  /** Without its unit; '' where there is no data. */
  readonly value: string;
  readonly unit: string;
  readonly severity: Severity | null;
  /** Share for the bar under it; null: no bar. */
  readonly ratio: number | null;
  /** The line under the bar: what matters first, then the rest. */
  readonly strong: string;
  readonly rest: string;
}

/** A figure as it was last known, for the wall that has lost its data. */
export interface LastFigure {
  readonly figure: WallFigure;
  readonly at: number;
}

interface Input {
  readonly layout: LayoutDocument;
  readonly summary: Summary;
  readonly warnRatio: number;
  readonly critRatio: number;
}

const none = (title: string, strong: string): WallFigure => ({
  ...{ title, value: '', unit: '', severity: null, ratio: null, strong, rest: '' },
});

/** The worst budget: on every view of the wall. */
export function worstBudget({ layout, summary, warnRatio, critRatio }: Input): WallFigure {
  const worst = summary.tightest;
  if (worst === null) return none('Tightest budget', 'No budget is set');
  const cap = worst.capMinutes === null ? '' : `${formatCap(worst.capMinutes)}.`;
  return {
    title: labelOf(layout, worst.place),
    value: `${worst.atLeast ? '≥ ' : ''}${formatPercent(worst.ratio, 1).replace('%', '')}`,
    unit: '%',
    severity: worst.ratio >= critRatio ? 'critical' : worst.ratio >= warnRatio ? 'warning' : null,
    ratio: worst.ratio,
    strong: cap,
    rest:
      worst.headroomW < 0
        ? `${formatPower(-worst.headroomW)} over`
        : `${worst.atLeast ? '≤ ' : ''}${formatPower(worst.headroomW)} left`,
  };
}

/** The figure of the view that is shown. */
export function viewFigure(view: SlideView, input: Input): WallFigure {
  if (view === 'thermal') return hottest(input);
  if (view === 'fabric') return fabric(input);
  return sitePower(input);
}

function sitePower({ layout, summary, warnRatio, critRatio }: Input): WallFigure {
  const title = layout.start[1] > 1 ? 'IT power, all sites' : 'Site IT power';
  const { powerW, budgetW, headroomW, powerAtLeast } = summary;
  if (powerW === null) return none(title, 'No power readings');
  const [value, unit] = formatPower(powerW).split(' ');
  const ratio = budgetW === null ? null : powerW / budgetW;
  return {
    ...{ title, unit: unit ?? '', ratio },
    value: powerAtLeast ? `≥ ${value}` : value,
    severity: ratio === null ? null : ratio >= critRatio ? 'critical' : ratio >= warnRatio ? 'warning' : null,
    strong: ratio === null ? '' : formatPercent(ratio, 0),
    rest:
      budgetW === null || headroomW === null
        ? 'No budget is set'
        : `of ${formatPowerPair(powerW, budgetW).replace(/^.* of /, '')}, ${powerAtLeast ? '≤ ' : ''}${formatPower(headroomW)} left`,
  };
}

function hottest({ layout, summary }: Input): WallFigure {
  const hot = summary.hottest;
  if (hot === null) return none('Hottest GPU', 'No temperatures');
  const ratio = hot.limit === null ? null : hot.celsius / hot.limit;
  return {
    ...{ title: 'Hottest GPU', value: hot.celsius.toFixed(0), unit: '°C', ratio },
    severity:
      ratio === null ? null : ratio >= 1 ? (hot.assumed ? 'warning' : 'critical') : ratio >= 0.95 ? 'warning' : null,
    strong: labelOf(layout, hot.place).replace(/^GPU /, ''),
    rest: hot.limit === null ? '' : `limit ${hot.limit.toFixed(0)} °C${hot.assumed ? ' assumed' : ''}`,
  };
}

function fabric({ summary }: Input): WallFigure {
  const links = summary.fabric;
  if (links === null || links.use === null)
    return none('Busiest port', summary.fabricWaits ? 'Waits for a second reading' : 'No network counters');
  return {
    ...{ title: 'Busiest port', value: formatPercent(links.use, 0).replace('%', ''), unit: '%', ratio: links.use },
    // Full alone is good use: saturation, which needs waiting too, is what alerts tell.
    severity: null,
    strong: links.worst,
    rest: `${formatCount(links.saturated)} ${links.saturated === 1 ? 'link' : 'links'} full`,
  };
}

/** What stands where a figure was: its last value, in the past tense. */
export function lastWords({ figure, at }: LastFigure): string {
  if (figure.value === '') return '';
  return `Last value ${figure.value}${figure.unit === '%' ? '' : ' '}${figure.unit} at ${formatTime(at).replace(' UTC', '')}`;
}

type Line = CallArg<'history'>['series'][number];

/** What the lines under the two figures are made of; null: none. A figure of all sites has no line: no sum is remembered. */
export function linesOf(
  view: SlideView,
  { tightest }: Pick<Summary, 'tightest'>,
  sites: number,
): readonly [Line | null, Line | null] {
  const signal = view === 'thermal' ? 'gpu.temp' : view === 'fabric' ? 'link.use' : 'draw';
  return [tightest && { signal: 'draw', place: tightest.place }, sites === 1 ? { signal, place: 0 } : null];
}

/** The values of one of the series that were asked for; none where it was not. */
export const valuesOf = (
  reply: Pick<HistoryReply, 'values'> | undefined,
  series: readonly Line[],
  line: Line | null,
): readonly (number | null)[] => (line && reply?.values[series.indexOf(line)]) ?? [];
