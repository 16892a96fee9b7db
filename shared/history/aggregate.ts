import { median } from '../quantile.ts';
import type { Aggregation } from '../signals/catalogue.ts';

/**
 * The values of several objects, step by step, as those of the place above them: as a frame's are rolled up. An object
 * without a value has no part in a step; a step in which none has one has none.
 */
export function aggregate(columns: readonly Float64Array[], count: number, aggregation: Aggregation): Float64Array {
  const result = new Float64Array(count).fill(Number.NaN);
  const values = new Float64Array(columns.length);
  for (let step = 0; step < count; step++) {
    let [some, made] = [0, Number.NaN];
    for (const column of columns) {
      const value = column[step];
      if (Number.isNaN(value)) continue;
      values[some++] = value;
      if (some === 1) made = value;
      else if (aggregation === 'sum') made += value;
      else if (aggregation === 'worst') made |= value;
      else if (aggregation === 'max') made = Math.max(made, value);
    }
    result[step] = aggregation === 'median' && some > 0 ? median(values, 0, some) : made;
  }
  return result;
}
