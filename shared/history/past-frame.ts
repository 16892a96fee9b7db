import { type Column, type Frame, MEASURED, STALE } from '../frame.ts';
import { rollUp } from '../rollup.ts';
import { type SignalId, signalOf } from '../signals/catalogue.ts';
import { GPU, NODE } from '../topology.ts';
import type { Page } from './pages.ts';

/**
 * The frame of a remembered instant, with the places of then. Ages are not remembered: what had a value was live and is
 * said to be of the instant itself; what had none and has one elsewhere near it was silent.
 *
 * @param everMetered whether an inlet gave power at any time
 */
export function pastFrame(page: Page, row: number, everMetered: (feed: number) => boolean): Frame {
  const { topology } = page.space;
  const time = page.times[row];
  const columns = new Map<SignalId, Column>();
  for (const { id, values, seen } of page.instant(row)) {
    const { kind, aggregation } = signalOf(id);
    const placed = kind === 'gpu' || kind === 'node';
    const first = kind === 'gpu' ? topology.start[GPU] : kind === 'node' ? topology.start[NODE] : 0;
    const size = placed ? topology.parent.length : values.length;
    const column = {
      value: new Float32Array(size).fill(Number.NaN),
      time: new Float64Array(size).fill(Number.NaN),
      quality: new Uint8Array(size),
    };
    for (let i = 0; i < values.length; i++) {
      const known = !Number.isNaN(values[i]);
      const silent = !known && (seen[i] === 1 || (id === 'feed.power' && everMetered(i)));
      column.value[first + i] = values[i];
      if (known) column.time[first + i] = time;
      column.quality[first + i] = known ? MEASURED : silent ? STALE : 0;
    }
    if (placed) rollUp(column, topology, aggregation);
    columns.set(id, column);
  }
  return { time, topology, columns };
}
