import type { Labels, Series } from '../labels.ts';
import { type Cursor, isNameStart } from './cursor.ts';
import { SeriesSet } from './series-set.ts';

/** Bounds against hostile bodies (faults.md B11); every one is a setting of the caller. */
export interface Limits {
  readonly maxBytes: number;
  readonly maxSeries: number;
  readonly maxLabels: number;
  readonly maxText: number;
}

export const defaultLimits: Limits = { maxBytes: 64 << 20, maxSeries: 200_000, maxLabels: 64, maxText: 64 << 10 };

/** What HELP, TYPE and UNIT say of a metric family. */
export interface Family {
  readonly name: string;
  type: string;
  help: string;
  unit: string;
}

/** A whole body, read strictly. Arrays run along the samples kept: a repeated series keeps its first. */
export interface ParsedExposition {
  readonly series: readonly Series[];
  readonly values: Float64Array;
  /** Epoch milliseconds, NaN where a sample has no time; null when none has one. */
  readonly times: Float64Array | null;
  readonly families: ReadonlyMap<string, Family>;
  /** Samples in the body, repeated ones included. */
  readonly samples: number;
  readonly duplicates: number;
  readonly exemplars: number;
  readonly warnings: readonly string[];
  /** For every sample of the body, in order: the bytes of its value, and its place in `series` (−1: repeated). */
  readonly valueFrom: Int32Array;
  readonly valueTo: Int32Array;
  readonly slot: Int32Array;
}

const MOST_WARNINGS = 20;
/** Places to begin with; doubled when they are used up. */
const SAMPLES = 256;

function doubled(ints: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(ints.length * 2);
  larger.set(ints);
  return larger;
}

/** What the two formats' readers fill in while they go through a body. */
export class Collector {
  readonly limits: Limits;
  readonly families = new Map<string, Family>();
  readonly warnings: string[] = [];
  duplicates = 0;
  exemplars = 0;
  #moreWarnings = 0;
  /** Samples of the body so far; the arrays below have at least as many places. */
  #samples = 0;
  #values = new Float64Array(SAMPLES);
  /** Null until the first time comes. */
  #times: Float64Array | null = null;
  #valueFrom = new Int32Array(SAMPLES);
  #valueTo = new Int32Array(SAMPLES);
  #slot = new Int32Array(SAMPLES);
  readonly #known = new SeriesSet();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  warn(message: string): void {
    if (this.warnings.length < MOST_WARNINGS) this.warnings.push(message);
    else this.#moreWarnings++;
  }

  /** Series that were kept, in order. */
  get series(): readonly Series[] {
    return this.#known.series;
  }

  family(name: string): Family {
    let family = this.families.get(name);
    if (!family) {
      family = { name, type: '', help: '', unit: '' };
      this.families.set(name, family);
    }
    return family;
  }

  /**
   * One sample whose value stands at [from, to). `time` is epoch ms or NaN; `hash` is the series' (see hashOf).
   */
  sample(cursor: Cursor, series: Series, value: number, from: number, to: number, time: number, hash: number): void {
    const at = this.#samples++;
    if (at === this.#slot.length) this.#grow();
    this.#valueFrom[at] = from;
    this.#valueTo[at] = to;
    const slot = this.series.length;
    if (this.#known.has(series, hash)) {
      this.duplicates++;
      this.#slot[at] = -1;
      return;
    }
    if (slot >= this.limits.maxSeries) cursor.fail(`More than ${this.limits.maxSeries} series in one body`);
    this.#slot[at] = slot;
    this.#values[slot] = value;
    if (!Number.isNaN(time)) this.#times ??= new Float64Array(this.#slot.length).fill(Number.NaN);
    if (this.#times) this.#times[slot] = time;
  }

  #grow(): void {
    this.#valueFrom = doubled(this.#valueFrom);
    this.#valueTo = doubled(this.#valueTo);
    this.#slot = doubled(this.#slot);
    const { length } = this.#slot;
    const [values, times] = [this.#values, this.#times];
    this.#values = new Float64Array(length);
    this.#values.set(values);
    if (!times) return;
    this.#times = new Float64Array(length).fill(Number.NaN);
    this.#times.set(times);
  }

  finish(): ParsedExposition {
    if (this.duplicates > 0) {
      this.warnings.unshift(`${this.duplicates} duplicate series: the first sample of each was kept`);
    }
    if (this.#moreWarnings > 0) this.warnings.push(`and ${this.#moreWarnings} more warnings`);
    return {
      series: this.series,
      values: this.#values.slice(0, this.series.length),
      times: this.#times?.slice(0, this.series.length) ?? null,
      families: this.families,
      samples: this.#samples,
      duplicates: this.duplicates,
      exemplars: this.exemplars,
      warnings: this.warnings,
      valueFrom: this.#valueFrom.slice(0, this.#samples),
      valueTo: this.#valueTo.slice(0, this.#samples),
      slot: this.#slot.slice(0, this.#samples),
    };
  }
}

/**
 * Reads a label set from after its '{' to behind its '}'. A quoted text that no '=' follows is the metric's name
 * (`{"gpu.power","a b"="x"}`). Gives the labels and that name, if there was one.
 * `strict` is OpenMetrics: no comma after the last label, and a value ends on its line. Prometheus's lexer for the
 * text format wants neither, nor a comma between labels. `repeated`: a label may stand twice (exemplars).
 */
export function readLabels(
  cursor: Cursor,
  limits: Limits,
  blanks: () => void,
  strict = false,
  repeated = false,
): { labels: Labels; name: string } {
  const labels = new Map<string, string>();
  const emptied: string[] = [];
  let name = '';
  for (;;) {
    blanks();
    if (cursor.peek() === 0x7d) break;
    const at = cursor.at;
    const quoted = cursor.peek() === 0x22;
    const label = quoted ? cursor.quoted('Name') : cursor.name("a label name or '}'", false);
    blanks();
    if (quoted && cursor.peek() !== 0x3d) {
      if (name !== '' || labels.size > 0) cursor.fail('The metric name must stand first and only once', at);
      name = label;
    } else {
      if (cursor.peek() !== 0x3d)
        cursor.fail(`Expected '=' after label ${JSON.stringify(label)}, found ${cursor.shown()}`);
      cursor.at++;
      blanks();
      const value = cursor.quoted('Label value', !strict);
      if (label === '__name__') cursor.fail('__name__ may not be given as a label', at);
      if (labels.has(label) && value !== '' && !repeated)
        cursor.fail(`Label ${JSON.stringify(label)} stands twice`, at);
      if (label.length > limits.maxText || value.length > limits.maxText)
        cursor.fail(`A label is longer than ${limits.maxText} characters`, at);
      // An empty value is the same as no label (Prometheus's data model), wherever else that label stands.
      if (value === '') {
        labels.delete(label);
        emptied.push(label);
      } else if (!emptied.includes(label)) labels.set(label, value);
      if (labels.size + emptied.length > limits.maxLabels)
        cursor.fail(`More than ${limits.maxLabels} labels on one series`, at);
    }
    blanks();
    if (cursor.peek() === 0x2c) {
      cursor.at++;
      if (strict && cursor.peek() === 0x7d) cursor.fail('A label set may not end in a comma');
    } else if (cursor.peek() !== 0x7d && (strict || labels.size === 0 || !isNameStart(cursor.peek())))
      cursor.fail(`Expected ',' or '}' in a label set, found ${cursor.shown()}`);
  }
  cursor.at++;
  return { labels, name };
}
