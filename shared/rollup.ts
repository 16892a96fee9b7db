import { ASSUMED, type Column, DERIVED, STALE } from './frame.ts';
import { membersOf } from './members.ts';
import { median } from './quantile.ts';
import type { Aggregation } from './signals/catalogue.ts';
import { GPU, type Topology } from './topology.ts';

/**
 * Makes parents' values from their GPUs', level by level. A parent with no fresh child has none; its time is its
 * oldest counted child's, so that a sum is never younger than its parts, and one assumed child makes it assumed.
 * Sums leave silent children out: what they are counted at is for power.ts to say.
 */
export function rollUp(column: Column, topology: Topology, aggregation: Aggregation): void {
  if (aggregation === 'none') return;
  const { start, parent } = topology;
  const { value, time, quality } = column;
  for (let place = start[GPU + 1] - 1; place >= start[1]; place--) {
    const above = parent[place];
    const one = value[place];
    const none = Number.isNaN(value[above]);
    if (Number.isNaN(one)) {
      if (quality[place] !== STALE || !none) continue;
      quality[above] = STALE;
      if (!(time[place] <= time[above])) time[above] = time[place];
      continue;
    }
    value[above] = none ? one : together(aggregation, value[above], one);
    time[above] = none ? time[place] : Math.min(time[above], time[place]);
    quality[above] = quality[place] === ASSUMED || (!none && quality[above] === ASSUMED) ? ASSUMED : DERIVED;
  }
  if (aggregation === 'median') medians(column, topology);
}

/** Two children's values as one. Bitmasks join: a parent has every reason that one of its children has. */
function together(aggregation: Aggregation, a: number, b: number): number {
  if (aggregation === 'sum') return a + b;
  return aggregation === 'worst' ? a | b : Math.max(a, b);
}

/** Medians are taken over GPUs at every level: a median of medians would be something else. */
function medians({ value }: Column, topology: Topology): void {
  const { gpus } = membersOf(topology);
  for (let place = 0; place < topology.start[GPU]; place++)
    value[place] = median(value, gpus.from[place], gpus.to[place]);
}
