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
  const { children } = membersOf(topology);
  const { value, time, quality } = column;
  const [isSum, isWorst] = [aggregation === 'sum', aggregation === 'worst'];
  // Children stand after their parents: going backwards they are done.
  for (let place = topology.start[GPU] - 1; place >= 0; place--) {
    if (given !== undefined && given[place] === 1) continue;
    let so = value[place];
    let when = time[place];
    let how = quality[place];
    for (let child = children.to[place] - 1; child >= children.from[place]; child--) {
      const one = value[child];
      const none = Number.isNaN(so);
      if (Number.isNaN(one)) {
        if (quality[child] !== STALE || !none) continue;
        how = STALE;
        if (!(time[child] <= when)) when = time[child];
        continue;
      }
      if (none || (!isSum && !isWorst && one > so)) so = one;
      else if (isSum) so = Math.fround(so + one);
      // Bitmasks join: a parent has every reason that one of its children has.
      else if (isWorst) so |= one;
      if (none || time[child] < when) when = time[child];
      how = quality[child] === ASSUMED || (!none && how === ASSUMED) ? ASSUMED : DERIVED;
    }
    value[place] = so;
    time[place] = when;
    quality[place] = how;
  }
  if (aggregation === 'median') medians(column, topology, given);
}

/** Medians are taken over GPUs at every level: a median of medians would be something else. */
function medians({ value, quality }: Column, topology: Topology, given?: Uint8Array): void {
  const { gpus } = membersOf(topology);
  // Most fleets lack some signal altogether: nothing rolled up, so there is nothing to find.
  if (quality.subarray(0, topology.start[1]).every((one) => one === UNSUPPORTED)) return;
  for (let place = 0; place < topology.start[GPU]; place++) {
    if (!Number.isNaN(value[place]) && given?.[place] !== 1)
      value[place] = median(value, gpus.from[place], gpus.to[place]);
  }
}
