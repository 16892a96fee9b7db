import { type Asked, askedOf, labelsOf, list, objectLabels, quoted, rates, seriesOf } from '../asked.ts';
import type { BoundSeries } from '../bound.ts';
import type { Fleet } from '../fleet.ts';
import type { PlannedQuery } from '../promql.ts';
import { sizeOf } from '../resolve.ts';
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

/** Signals that series are told from, and by kind 1 for each object of which they are. */
function needsOf(topology: Topology, asked: readonly SeriesObjects[]) {
  const signals = new Set<SignalId>();
  const objects = new Map<ObjectKind, Uint8Array>();
  const flagsOf = (id: SignalId) => {
    const { kind } = signalOf(id);
    const flags = objects.get(kind) ?? new Uint8Array(sizeOf(kind, topology));
    objects.set(kind, flags);
    for (const one of [id, ...(MADE_OF[id] ?? [])]) signals.add(one);
    return flags;
  };
  const add = (id: SignalId, of: readonly number[]) => {
    const flags = flagsOf(id);
    for (const object of of) flags[object] = 1;
  };
  for (const { signal, place, objects: of } of asked) {
    if (signal !== 'draw') for (const id of partsOf(signal)) add(id, of);
    else {
      for (const id of DRAW_PARTS) add(id, objectsOf(topology, { signal: id, place }).objects);
      for (const id of RECORDED_PARTS) flagsOf(id).fill(1, 0, topology.start[NODE]);
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
  const found = fleet.bound(signals, objects);
  // Series themselves are let go: a plan is kept for as long as they are bound as they are.
  const metrics = found.flatMap((bound) => metricOf(bound) ?? []);
  return {
    sources: new Set(found.map(({ sourceId }) => sourceId)),
    series: found.reduce((sum, { count }) => sum + count, 0),
    queries: (evaluation, windowOf) =>
      metrics.map(({ sourceId, only, fold }) => {
        return { sourceId, planned: queryOf(only, fold, evaluation, windowOf(sourceId)) };
      }),
  };
}

/** A metric of a source as it is asked for, with the matchers of its objects. */
interface AskedMetric {
  readonly sourceId: string;
  readonly only: Asked;
  readonly fold: keyof typeof FUNCTIONS;
}

function metricOf(bound: BoundSeries): AskedMetric | undefined {
  const { sourceId, metric, slot } = bound;
  const { kind } = slot.mapping;
  const asked = askedOf(slot.profile, []).find(
    (one) => one.name === metric && one.kind === kind && one.object === slot.object,
  );
  const fold = foldOf(slot.isPart ? 'gpu.slot' : slot.mapping.signal);
  return asked && { sourceId, only: { ...asked, within: matchersOf(asked, bound) }, fold };
}

function queryOf(only: Asked, fold: AskedMetric['fold'], evaluation: Evaluation, rateWindow: string): PlannedQuery {
  const { kind, object, name, profile } = only;
  const group = ['gpu', 'feed', 'place'].includes(object) ? (object as 'gpu' | 'feed' | 'place') : 'node';
  const promql =
    kind === 'counter' ? rates([only], longer(rateWindow, evaluation), true) : gauge(only, evaluation, fold);
  return { id: `range ${profile.id} ${kind} ${object} ${name}`, kind: group, times: false, promql };
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
/** Of more series than these no label tells objects apart by so few values. */
const MOST_READ = 25_000;

/** Matchers of the labels by which objects are told apart. */
function matchersOf(asked: Asked, bound: BoundSeries): string[] {
  if (bound.count > MOST_READ) return [];
  const values = new Map([...new Set(objectLabels(asked))].map((label) => [label, new Set<string>()]));
  for (const { labels } of bound.series()) {
    for (const [label, known] of values) {
      const value = labels.get(label) ?? '';
      if (value === '' || known.add(value).size > MOST_NAMED) values.delete(label);
    }
    if (values.size === 0) break;
  }
  return [...values].map(([label, known]) => {
    const [first] = known;
    if (known.size === 1) return `${label}=${quoted(first)}`;
    return `${label}=~${quoted([...known].map(escaped).join('|'))}`;
  });
}

/** Text as a regular expression of RE2. */
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
