import type { Series } from './labels.ts';

/**
 * What every decoder yields, text exposition and API JSON alike: the numbers in the order of a layout.
 * The layout object stays the very same one as long as the body keeps its series and their order, so that
 * whoever binds labels to objects does it once per layout (`===` on `layout`) and then only reads numbers.
 */
export interface Layout {
  readonly series: SeriesList;
}

/** Series in their order: a list of them, or what makes each whenever it is asked for. */
export interface SeriesList extends Iterable<Series> {
  readonly length: number;
  at(index: number): Series | undefined;
}

export interface Decoded {
  readonly layout: Layout;
  /** One value a series; NaN is a real NaN sample. Valid until the same reader reads again. */
  readonly values: Float64Array;
  /** Sample times in epoch ms where the body gives them, NaN where not; null when no series has one. */
  readonly times: Float64Array | null;
  /** Samples dropped because an earlier one in the body had the same series (faults.md B3). */
  readonly duplicates: number;
  /** What a person should know though the body was accepted; at most 20, then a count. */
  readonly warnings: readonly string[];
}

/** A body that could not be read. Line and column count from 1; column counts bytes. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly line: number;
  readonly column: number;
  constructor(line: number, column: number, message: string) {
    super(message);
    this.line = line;
    this.column = column;
  }
}
