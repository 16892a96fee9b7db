import type { HistoryReply } from '../../shared/contract/history.ts';
import type { LayoutDocument, ViewFrame } from '../../shared/contract.ts';
import { QUALITY } from '../../shared/frame.ts';
import { type HistorySignal, unitOf } from '../../shared/history/signals.ts';
import type { ChartDocument, ChartSeries, TableDocument } from '../../shared/tables/document.ts';
import { NODE } from '../../shared/topology.ts';

/** A line of the history as it is asked for, and what it is called. */
export interface NamedSeries {
  readonly name: string;
  readonly signal: HistorySignal;
  readonly object: string;
}

/** An answer of the history as a chart, gaps and all; null before there is one. */
export function historyChart(
  title: string,
  named: readonly NamedSeries[],
  reply: HistoryReply | undefined,
): ChartDocument | null {
  if (reply === undefined) return null;
  const series = named.map(
    (one, i): ChartSeries => ({
      ...{ ...one, unit: unitOf(one.signal), times: reply.times, values: reply.values[i] ?? [] },
      quality: reply.series[i]?.quality ?? '',
    }),
  );
  return { kind: 'chart', title, series };
}

const LEVELS = ['site', 'hall', 'row', 'rack'] as const;
const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** Sites to racks with what the floor plan and the budgets show of them; a frame that is not to be shown has no rows. */
export function placesTable(layout: LayoutDocument, frame: ViewFrame | null, signal: string): TableDocument {
  const places = frame === null ? [] : Array.from({ length: layout.start[NODE] }, (_, place) => place);
  const levelOf = (place: number) => LEVELS[layout.start.findLastIndex((first) => place >= first)];
  return {
    ...{ kind: 'table', title: 'Floor plan and budgets', at: frame?.time ?? null },
    columns: [
      ...[['Level', ''] as const, ['Path', ''] as const, ['Draw', 'W'] as const, ['Budget', 'W'] as const],
      ...[['Slope', 'W/min'] as const, ['Time to cap', 'min'] as const, [`Value of ${signal}`, 'ratio'] as const],
      ...[['GPUs reporting', ''] as const, ['GPUs', ''] as const, ['Oldest sample', ''] as const],
    ].map(([label, unit]) => ({ label, unit })),
    rows: places.map((place) => {
      const { drawW, slope, capMin, value, gpuLive, gpuCount, sampledAt } = frame as ViewFrame;
      const sampled = sampledAt[place];
      return [
        ...[levelOf(place), layout.path[place], orNull(drawW[place]), layout.budgetW[place]],
        ...[orNull(slope[place]), Number.isFinite(capMin[place]) ? capMin[place] : null, orNull(value[place])],
        ...[gpuLive[place], gpuCount[place], Number.isNaN(sampled) ? null : new Date(sampled).toISOString()],
      ];
    }),
    quality: places.map((place) => QUALITY[(frame as ViewFrame).quality[place]]),
  };
}
