import { type Column, DERIVED, STALE } from './frame.ts';
import type { Aggregation } from './signals/catalogue.ts';
import { GPU, NODE, type Topology } from './topology.ts';

/**
 * Makes parents' values from their GPUs', level by level. A parent with no fresh child has none; its time is its
 * oldest counted child's, so that a sum is never younger than its parts. Sums leave silent children out: what they
 * are counted at is for power.ts to say.
 */
export function rollUp(column: Column, topology: Topology, aggregation: Aggregation): void {
  if (aggregation === 'none') return;
  if (aggregation === 'median') {
    medians(column, topology);
    return;
  }
  const { start, parent } = topology;
  const { value, time, quality } = column;
  for (let place = start[GPU + 1] - 1; place >= start[1]; place--) {
    const above = parent[place];
    const one = value[place];
    if (Number.isNaN(one)) {
      if (quality[place] === STALE && Number.isNaN(value[above])) {
        quality[above] = STALE;
        if (!(time[place] <= time[above])) time[above] = time[place];
      }
      continue;
    }
    const fresh = Number.isNaN(value[above]);
    value[above] = fresh
      ? one
      : aggregation === 'sum'
        ? value[above] + one
        : aggregation === 'max'
          ? Math.max(value[above], one)
          : worse(value[above], one);
    time[above] = fresh ? time[place] : Math.min(time[above], time[place]);
    quality[above] = DERIVED;
  }
}

/** Bitmasks join: a parent has every reason that one of its children has. */
const worse = (a: number, b: number) => a | b;

/** Medians are taken over GPUs at every level: a median of medians would be something else. */
function medians(column: Column, { start, parent }: Topology): void {
  const groups = new Map<number, number[]>();
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    for (let above = parent[gpu]; above >= 0; above = parent[above]) {
      let group = groups.get(above);
      if (!group) {
        group = [];
        groups.set(above, group);
      }
      if (!Number.isNaN(column.value[gpu])) {
        group.push(column.value[gpu]);
        column.time[above] = Number.isNaN(column.time[above])
          ? column.time[gpu]
          : Math.min(column.time[above], column.time[gpu]);
      } else if (column.quality[gpu] === STALE) column.quality[above] = STALE;
    }
  }
  for (let place = 0; place < start[NODE + 1]; place++) {
    const group = groups.get(place);
    if (!group || group.length === 0) continue;
    const sorted = Float32Array.from(group).sort();
    const middle = sorted.length >> 1;
    column.value[place] = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    column.quality[place] = DERIVED;
  }
}
