import type { BoundSeries, Fleet } from '../fleet.ts';
import {
  type Asked,
  askedOf,
  labelsOf,
  list,
  objectLabels,
  type PlannedQuery,
  quoted,
  rates,
  seriesOf,
} from '../promql.ts';
import { type ObjectKind, type SignalId, signalOf } from '../signals/catalogue.ts';
import { NODE, type Topology } from '../topology.ts';
import type { DurationMs, EpochMs } from '../units.ts';
import { partsOf } from './derived.ts';
import type { Grid } from './grid.ts';
import { objectsOf, type SeriesObjects } from './objects.ts';
import { foldOf } from './signals.ts';

/** One range query of a source; its series lead to objects by the same code as those of a refresh. */
export interface RangeQuery {
  readonly sourceId: string;
  readonly planned: PlannedQuery;
}

/** Where the steps of a grid are evaluated. */
export interface Evaluation {
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly stepMs: DurationMs;
  /** How far back a step looks. */
  readonly windowMs: DurationMs;
  /** A step is longer than a sample lives: the server makes one value of all its samples. */
  readonly folds: boolean;
}

/**
 * Steps up to the stale limit show the newest sample at their beginning that was still live then; longer ones are made
 * of all their samples, so they are evaluated at their end. Either way a gap stays one: the server's own look-back of
 * five minutes is not used.
 */
export function evaluationOf({ first, stepMs, count }: Grid, staleMs: DurationMs): Evaluation {
  const folds = stepMs > staleMs;
  const start = folds ? first + stepMs : first;
  return { start, end: start + (count - 1) * stepMs, stepMs, windowMs: folds ? stepMs : staleMs, folds };
}

/** What a signal may be made of when a frame is resolved (resolve.ts). */
const MADE_OF: Partial<Record<SignalId, readonly SignalId[]>> = {
  'gpu.nvlink': ['gpu.nvlinkTx', 'gpu.nvlinkRx'],
  'gpu.pcie': ['gpu.pcieTx', 'gpu.pcieRx'],
  'gpu.tempLimit': ['gpu.temp', 'gpu.tempMargin'],
  'gpu.powerLimit': ['gpu.power'],
};

/** Signals that the draw of a place is told from. */
export const DRAW_PARTS = ['gpu.power', 'node.power', 'feed.power'] as const satisfies readonly SignalId[];

/** The same where racks are recorded. */
const RECORDED_PARTS = [
  ...(['place.gpus', 'place.gpusKnown', 'place.model', 'place.gpuPower'] as const),
  ...(['place.nodePower', 'place.nodesMetered'] as const),
] satisfies readonly SignalId[];

/** Objects whose signals a series is told from, by kind. */
export function needsOf(topology: Topology, asked: readonly SeriesObjects[]) {
  const signals = new Set<SignalId>();
  const objects = new Map<ObjectKind, Set<number>>();
  const add = (id: SignalId, of: readonly number[]) => {
    const { kind } = signalOf(id);
    const known = objects.get(kind) ?? new Set();
    for (const object of of) known.add(object);
    objects.set(kind, known);
    for (const one of [id, ...(MADE_OF[id] ?? [])]) signals.add(one);
  };
  for (const { signal, place, objects: of } of asked) {
    if (signal !== 'draw') for (const id of partsOf(signal)) add(id, of);
    else {
      for (const id of DRAW_PARTS) add(id, objectsOf(topology, { signal: id, place }).objects);
      for (const id of RECORDED_PARTS)
        add(
          id,
          Array.from({ length: topology.start[NODE] }, (_, i) => i),
        );
    }
  }
  return { signals, objects };
}

/** What must be asked for some series, and the sources that now give them. */
export interface RangePlan {
  /** Sources whose series lead to the objects now. */
  readonly sources: ReadonlySet<string>;
  /** Series that are asked for: what an answer costs a step. */
  readonly series: number;
  queries(evaluation: Evaluation, windowOf: (sourceId: string) => string): readonly RangeQuery[];
}

/** Plans the ranges of series from what sources give now of their objects. */
export function planRange(fleet: Fleet, topology: Topology, asked: readonly SeriesObjects[]): RangePlan {
  const { signals, objects } = needsOf(topology, asked);
  const found = new Map<string, { sourceId: string; bound: BoundSeries[] }>();
  const sources = new Set<string>();
  let series = 0;
  for (const one of fleet.bound(signals)) {
    if (!objects.get(one.slot.object)?.has(one.object)) continue;
    sources.add(one.sourceId);
    series++;
    const key = `${one.sourceId}\n${one.slot.profile.id}\n${one.slot.mapping.kind}\n${one.slot.object}\n${one.metric}`;
    const group = found.get(key);
    if (group) group.bound.push(one);
    else found.set(key, { sourceId: one.sourceId, bound: [one] });
  }
  return {
    sources,
    series,
    queries: (evaluation, windowOf) =>
      [...found.values()].flatMap(({ sourceId, bound }) => {
        const planned = queryOf(bound, evaluation, windowOf(sourceId));
        return planned ? [{ sourceId, planned }] : [];
      }),
  };
}

function queryOf(bound: readonly BoundSeries[], evaluation: Evaluation, rateWindow: string): PlannedQuery | undefined {
  const [{ metric, slot }] = bound;
  const { kind } = slot.mapping;
  const asked = askedOf(slot.profile, []).find(
    (one) => one.name === metric && one.kind === kind && one.object === slot.object,
  );
  if (!asked) return undefined;
  const only: Asked = { ...asked, within: matchersOf(asked, bound) };
  const group = ['gpu', 'feed', 'place'].includes(slot.object) ? (slot.object as 'gpu' | 'feed' | 'place') : 'node';
  const promql =
    kind === 'counter'
      ? rates([only], longer(rateWindow, evaluation), true)
      : gauge(only, evaluation, foldOf(slot.isPart ? 'gpu.slot' : slot.mapping.signal));
  return { id: `range ${slot.profile.id} ${kind} ${slot.object} ${metric}`, kind: group, times: false, promql };
}

const FUNCTIONS = {
  mean: 'avg_over_time',
  peak: 'max_over_time',
  or: 'last_over_time',
  last: 'last_over_time',
} as const;

function gauge(asked: Asked, { windowMs, folds }: Evaluation, fold: keyof typeof FUNCTIONS): string {
  const over = folds ? FUNCTIONS[fold] : 'last_over_time';
  const values = `max by (${list(labelsOf(asked))}) (${over}(${seriesOf(asked)}[${durationOf(windowMs)}]))`;
  return `label_replace(${values}, "__name__", "${asked.name}", "", "")`;
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a window such as "2m". */
export const windowMsOf = (window: string) =>
  Number.parseInt(window, 10) * UNIT_MS[window.at(-1) as keyof typeof UNIT_MS];

/** The window of rate(): the source's, or a whole step where that is longer. */
function longer(rateWindow: string, { stepMs }: Evaluation): string {
  return stepMs > windowMsOf(rateWindow) ? durationOf(stepMs) : rateWindow;
}

const durationOf = (ms: DurationMs) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

/** Objects that are named one by one; more of them are asked for together with all others. */
const MOST_NAMED = 300;

/** Matchers of the labels by which objects are told apart. */
function matchersOf(asked: Asked, bound: readonly BoundSeries[]): string[] {
  return [...new Set(objectLabels(asked))].flatMap((label) => {
    const values = new Set(bound.map(({ labels }) => labels.get(label) ?? ''));
    if (values.has('') || values.size > MOST_NAMED) return [];
    const [first] = values;
    if (values.size === 1) return [`${label}=${quoted(first)}`];
    return [`${label}=~${quoted([...values].map(escaped).join('|'))}`];
  });
}

/** Text as a regular expression of RE2. */
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
