import { groupBy } from '../asked.ts';
import type { Fleet } from '../fleet.ts';
import type { Frame } from '../frame.ts';
import type { Series } from '../labels.ts';
import { lastMetered, measureRatios } from '../power/ratios.ts';
import { computePower, type NodeRatios, type PowerColumns } from '../power.ts';
import type { Matrix } from '../prom-api/matrix.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { aggregate } from './aggregate.ts';
import { partsOf, stepsOf } from './derived.ts';
import type { Grid } from './grid.ts';
import type { SeriesObjects } from './objects.ts';
import type { Evaluation, RangeQuery } from './queries.ts';
import { aggregationOf } from './signals.ts';

/** What a source answered to a range query. */
export interface RangeAnswer {
  readonly query: RangeQuery;
  readonly site: string;
  readonly matrix: Matrix;
  /** How far the clock of its times leads ours, ms. */
  readonly leadMs?: number;
}

/** Answers of one source as columns: step after step, one value a series. */
interface Dense {
  readonly answer: RangeAnswer;
  readonly layout: { readonly series: readonly Series[] };
  readonly values: Float64Array;
}

/**
 * Answers to range queries, step by step through the very path of a refresh: labels → objects → frame → draw. So a
 * number of the past is made as that of the present is.
 */
export class RangeReplay {
  readonly #fleet: Fleet;
  readonly #grid: Grid;
  readonly #asked: readonly SeriesObjects[];
  readonly #answers: readonly Dense[];
  readonly #hear: ((time: number, power: PowerColumns) => void) | undefined;
  /** Steps of each part of each object; draws by place. */
  readonly #steps = new Map<string, Float64Array>();
  #ratios: NodeRatios = new Map();
  #lastMeteredW: ReadonlyMap<string, number> = new Map();

  /** `fleet` has the objects and places, and no numbers (`Fleet.past`); `hear` gets the draws of every step. */
  constructor(
    fleet: Fleet,
    asked: readonly SeriesObjects[],
    grid: Grid,
    evaluation: Evaluation,
    answers: readonly RangeAnswer[],
    hear?: (time: number, power: PowerColumns) => void,
  ) {
    this.#hear = hear;
    this.#fleet = fleet;
    this.#grid = grid;
    this.#asked = asked;
    // Together as in a refresh: of several metrics that tell one signal the larger counts, within one body.
    const bodies = groupBy(answers, ({ query: { sourceId, planned } }) => `${sourceId}\n${planned.kind}`);
    this.#answers = bodies.map(([, together]) => denseOf(together, grid.count, evaluation));
  }

  /** Takes one step. */
  take(step: number): void {
    const time = this.#grid.first + step * this.#grid.stepMs;
    for (const { answer, layout, values } of this.#answers) {
      const { series } = layout;
      const { sourceId, planned } = answer.query;
      this.#fleet.ingest({
        ...{ key: planned.id, sourceId, site: answer.site, targetLabels: new Map(), time, query: planned, past: true },
        decoded: {
          times: null,
          ...{ layout, duplicates: 0, warnings: [] },
          values: values.subarray(step * series.length, (step + 1) * series.length),
        },
      });
    }
    // Nothing older than this step counts: a sample that is not there any more is a gap.
    const frame = this.#fleet.frame(time, 0);
    if (this.#asked.some(({ signal }) => signal === 'draw')) this.#takeDraws(frame, step);
    for (const { signal, objects } of this.#asked) {
      if (signal === 'draw') continue;
      for (const id of partsOf(signal)) {
        const value = frame.columns.get(id)?.value;
        for (const object of objects) this.#put(`${id} ${object}`, step, value?.[object] ?? Number.NaN);
      }
    }
  }

  #takeDraws(frame: Frame, step: number): void {
    const first = computePower(frame, this.#lastMeteredW, this.#ratios);
    this.#ratios = measureRatios(frame, first, this.#ratios);
    const power = computePower(frame, this.#lastMeteredW, this.#ratios);
    this.#lastMeteredW = lastMetered(frame.topology, power, this.#lastMeteredW);
    this.#hear?.(frame.time, power);
    for (const { signal, place } of this.#asked)
      if (signal === 'draw') this.#put(`draw ${place}`, step, power.drawW[place]);
  }

  #put(key: string, step: number, value: number): void {
    let steps = this.#steps.get(key);
    if (!steps) {
      steps = new Float64Array(this.#grid.count).fill(Number.NaN);
      this.#steps.set(key, steps);
    }
    steps[step] = value;
  }

  /** The steps of each asked series. */
  result(): Float64Array[] {
    const { count } = this.#grid;
    const none = () => new Float64Array(count).fill(Number.NaN);
    const { topology } = this.#fleet.frame(this.#grid.first, 0);
    return this.#asked.map(({ signal, objects, place }) => {
      if (signal === 'draw') return this.#steps.get(`draw ${place}`) ?? none();
      const read = (object: number) => (id: SignalId) => this.#steps.get(`${id} ${object}`) ?? none();
      const columns = objects.map((object) => stepsOf(signal, object, topology, read(object)));
      return aggregate(columns, count, aggregationOf(signal));
    });
  }
}

/** Samples stand at the evaluated times; where there is none a step has none. */
function denseOf(answers: readonly RangeAnswer[], count: number, { start, stepMs }: Evaluation): Dense {
  const series = answers.flatMap(({ matrix, leadMs = 0 }) => matrix.series.map((one) => ({ ...one, leadMs })));
  const values = new Float64Array(series.length * count).fill(Number.NaN);
  series.forEach((one, i) => {
    for (let sample = 0; sample < one.times.length; sample++) {
      const step = Math.round((one.times[sample] - one.leadMs - start) / stepMs);
      if (step >= 0 && step < count) values[step * series.length + i] = one.values[sample];
    }
  });
  return { answer: answers[0], layout: { series: series.map((one) => one.series) }, values };
}
