import { ASSUMED, type Column, DERIVED, STALE, UNSUPPORTED } from './frame.ts';
import { membersOf } from './members.ts';
import { median } from './quantile.ts';
import type { Aggregation } from './signals/catalogue.ts';
import { GPU, type Topology } from './topology.ts';

/**
 * Makes parents' values from their GPUs', level by level. A parent with no fresh child has none; its time is its
 * oldest counted child's, so that a sum is never younger than its parts, and one assumed child makes it assumed.
 * Sums leave silent children out: what they are counted at is for power.ts to say.
 *
 * @param given 1 where a place already has its value, by recording rules: nothing is added to that (index: place)
 */
export function rollUp(column: Column, topology: Topology, aggregation: Aggregation, given?: Uint8Array): void {
  if (aggregation === 'none') return;
  const { start, parent } = topology;
  const { value, time, quality } = column;
  for (let place = start[GPU + 1] - 1; place >= start[1]; place--) {
    const above = parent[place];
    if (given?.[above] === 1) continue;
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
  if (aggregation === 'median') medians(column, topology, given);
}

/** Two children's values as one. Bitmasks join: a parent has every reason that one of its children has. */
function together(aggregation: Aggregation, a: number, b: number): number {
  if (aggregation === 'sum') return a + b;
  return aggregation === 'worst' ? a | b : Math.max(a, b);
}

/** Medians are taken over GPUs at every level: a median of medians would be something else. */
function medians({ value, quality }: Column, topology: Topology, given?: Uint8Array): void {
  const { gpus } = membersOf(topology);
  // Most fleets lack some signal altogether: nothing rolled up, so there is nothing to find.
  if (quality.subarray(0, topology.start[1]).every((one) => one === UNSUPPORTED)) return;
  for (let place = 0; place < topology.start[GPU]; place++) {
    if (Number.isNaN(value[place]) || given?.[place] === 1) continue;
    const [from, to] = [gpus.from[place], gpus.to[place]];
    value[place] = to - from <= FEW ? medianOfFew(value, from, to) : median(value, from, to);
  }
}

/** Up to this many values, a rack of 72 GPUs among them, are put in order by hand: cheaper than a call of sort(). */
const FEW = 96;
const few = new Float64Array(FEW);

function medianOfFew(values: Float32Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    let at = count++;
    for (; at > 0 && few[at - 1] > value; at--) few[at] = few[at - 1];
    few[at] = value;
  }
  return (few[(count - 1) >> 1] + few[count >> 1]) / 2;
}
