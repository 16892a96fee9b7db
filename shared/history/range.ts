import { textOfFloats } from '../base64.ts';
import type { HistoryReply, HistorySeries, RackHistoryReply } from '../contract/history.ts';
import type { History } from '../history.ts';
import { membersOf } from '../members.ts';
import { NODE, RACK, type Topology } from '../topology.ts';
import type { DurationMs, EpochMs } from '../units.ts';
import { type Grid, gridOf, MINUTE_MS, timesOf } from './grid.ts';
import { type AskedSeries, objectsOf, type SeriesObjects } from './objects.ts';
import { foldOf, type HistorySignal } from './signals.ts';

/** From when to when, in how many steps at most. */
export interface AskedRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly points: number;
}

/** Values of one series in the steps of a grid, and what is to be known of them. */
export interface RangePart {
  readonly values: Float64Array;
  readonly series: HistorySeries;
}

/** The finest steps in which memory can tell all these series from a time on. */
export function finestOf(history: History, asked: readonly SeriesObjects[], from: EpochMs, pollMs: DurationMs): number {
  const coarse = asked.some((one) => {
    const { raw, minutes } = history.since(one);
    return minutes !== Number.POSITIVE_INFINITY && from < raw && minutes + MINUTE_MS <= raw;
  });
  return coarse ? Math.max(MINUTE_MS, pollMs) : pollMs;
}

/** One series as it is remembered. */
export function rememberedPart(history: History, topology: Topology, asked: SeriesObjects, grid: Grid): RangePart {
  const { raw, minutes } = history.since(asked);
  const first = Math.max(grid.first, Math.floor(Math.min(raw, minutes) / grid.stepMs) * grid.stepMs);
  const to = grid.first + grid.count * grid.stepMs;
  const pieces = first < to ? [{ origin: 'memory' as const, source: '', query: '', from: first, to }] : [];
  return {
    values: history.read(topology, asked, grid),
    series: { fold: foldOf(asked.signal), quality: qualityOf(asked), pieces, missing: missingOf(asked, first, grid) },
  };
}

/** Whether a series is one reading, told from several, or nobody's. */
export function qualityOf({ objects, own, kind, signal }: SeriesObjects): HistorySeries['quality'] {
  if (objects.length === 0) return 'unsupported';
  return own && kind !== 'place' && signal !== 'link.use' && signal !== 'link.waited' ? 'measured' : 'derived';
}

function missingOf({ objects }: SeriesObjects, first: number, grid: Grid): string {
  if (objects.length === 0) return 'There is no such object, or it has no such value.';
  if (first === Number.POSITIVE_INFINITY) return 'Nothing of it is remembered.';
  return first > grid.first ? 'What was before is not remembered.' : '';
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** A reply of parts. */
export function replyOf(grid: Grid, parts: readonly RangePart[]): HistoryReply {
  return {
    times: timesOf(grid),
    stepMs: grid.stepMs,
    values: parts.map(({ values }) => Array.from(values, orNull)),
    series: parts.map(({ series }) => series),
  };
}

/** Ranges of what is remembered in memory. */
export function rememberedRange(
  history: History,
  topology: Topology,
  series: readonly AskedSeries[],
  { from, to, points }: AskedRange,
  pollMs: DurationMs,
): HistoryReply {
  const asked = series.map((one) => objectsOf(topology, one));
  const grid = gridOf(from, to, points, finestOf(history, asked, from, pollMs));
  return replyOf(
    grid,
    asked.map((one) => rememberedPart(history, topology, one, grid)),
  );
}

/** The GPUs of a rack; none where the place is no rack. */
export function gpusOfRack(topology: Topology, rack: number): number[] {
  const { start } = topology;
  if (!(rack >= start[RACK] && rack < start[NODE])) return [];
  const { from, to } = membersOf(topology).gpus;
  return Array.from({ length: to[rack] - from[rack] }, (_, i) => from[rack] + i);
}

/** A reply of the parts of each GPU, signal after signal. */
export function rackReplyOf(
  grid: Grid,
  gpus: readonly number[],
  signals: readonly (readonly RangePart[])[],
  none: HistorySeries,
): RackHistoryReply {
  const { first, stepMs, count } = grid;
  const values = signals.map((parts) => {
    const floats = new Float32Array(parts.length * count);
    for (const [i, part] of parts.entries()) floats.set(part.values, i * count);
    return textOfFloats(floats);
  });
  return { first, stepMs, count, gpus, values, series: signals.map(([part]) => part?.series ?? none) };
}

export const NO_SERIES: HistorySeries = {
  fold: 'last',
  quality: 'unsupported',
  pieces: [],
  missing: 'There is no such rack, or it has no GPUs.',
};

/** Signals of a rack's GPUs as they are remembered in memory. */
export function rememberedRack(
  history: History,
  topology: Topology,
  rack: number,
  signals: readonly HistorySignal[],
  { from, to, points }: AskedRange,
  pollMs: DurationMs,
): RackHistoryReply {
  const gpus = gpusOfRack(topology, rack);
  const asked = signals.map((signal) => gpus.map((place) => objectsOf(topology, { signal, place })));
  const firsts = asked.flatMap(([one]) => one ?? []);
  const grid = gridOf(from, to, points, finestOf(history, firsts, from, pollMs));
  const parts = asked.map((objects) => objects.map((one) => rememberedPart(history, topology, one, grid)));
  return rackReplyOf(grid, gpus, parts, NO_SERIES);
}
