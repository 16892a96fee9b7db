import type { Decoded, Layout } from '../decoded.ts';
import { type Series, sameSeries } from '../labels.ts';
import { defaultLimits, type Limits, type ParsedExposition } from './collector.ts';
import { type Format, parseExposition } from './parser.ts';
import { EXPOSITION_ENDS, type MakeSteady, makePlain, type Steady } from './steady.ts';

/**
 * Reads one target's bodies, scrape after scrape. A body whose series, order and comments are those of the last
 * one costs little more than reading its numbers; any other goes through the full parser at once. Bodies with
 * timestamps or exemplars always do, since there more than the values changes.
 */
export class ExpositionReader {
  readonly #make: MakeSteady;
  readonly #limits: Limits;
  #steady: Steady | undefined;
  /** Whether `#steady` holds the template of the last body. */
  #known = false;
  #format: Format | undefined;
  #parsed: ParsedExposition | undefined;
  #layout: Layout & { readonly series: readonly Series[] } = { series: [] };
  /** One number a sample of the body; the very array of `#values` where no series repeats. */
  #numbers: Float64Array = new Float64Array(0);
  #values: Float64Array = new Float64Array(0);
  /** How many bodies went through the full parser. */
  fullParses = 0;

  constructor(options: { readonly steady?: MakeSteady; readonly limits?: Limits } = {}) {
    this.#make = options.steady ?? makePlain;
    this.#limits = options.limits ?? defaultLimits;
  }

  /**
   * The bytes are the reader's from here on: series read their labels from them later, and the next body is compared
   * with them.
   * @throws DecodeError; the reader then starts afresh with the next body
   */
  read(bytes: Uint8Array, format: Format): Decoded {
    const known = this.#known && format === this.#format && bytes.length <= this.#limits.maxBytes;
    if (known && this.#steady?.read(bytes, this.#numbers)) {
      if (this.#numbers !== this.#values) this.#spread();
    } else this.#readAll(bytes, format);
    const { times, duplicates, warnings } = this.#parsed as ParsedExposition;
    return { layout: this.#layout, values: this.#values, times, duplicates, warnings };
  }

  /** Of a series that repeats, the first sample is the one that counts. */
  #spread(): void {
    const { slot } = this.#parsed as ParsedExposition;
    for (let i = 0; i < slot.length; i++) if (slot[i] >= 0) this.#values[slot[i]] = this.#numbers[i];
  }

  #readAll(bytes: Uint8Array, format: Format): void {
    this.#known = false;
    this.fullParses++;
    const parsed = parseExposition(bytes, format, this.#limits);
    const { series } = this.#layout;
    const same = series.length === parsed.series.length && series.every((one, i) => sameSeries(one, parsed.series[i]));
    if (!same) this.#layout = { series: parsed.series };
    this.#parsed = parsed;
    this.#values = parsed.values;
    this.#format = format;
    if (parsed.times === null && parsed.exemplars === 0) this.#remember(bytes, parsed);
  }

  #remember(bytes: Uint8Array, { valueFrom, valueTo, values }: ParsedExposition): void {
    const count = valueFrom.length;
    const keyFrom = new Int32Array(count + 1);
    const keyTo = new Int32Array(count + 1);
    for (let i = 0; i <= count; i++) {
      keyFrom[i] = i === 0 ? 0 : valueTo[i - 1];
      keyTo[i] = i === count ? bytes.length : valueFrom[i];
    }
    this.#numbers = count === values.length ? values : new Float64Array(count);
    this.#steady = this.#make(EXPOSITION_ENDS, bytes.length, this.#steady);
    this.#steady.remember({ bytes, keyFrom, keyTo });
    this.#known = true;
  }
}
