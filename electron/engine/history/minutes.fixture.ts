import { KEPT, type PlaceRow, type PlaceSpace } from '../../../shared/history/rows.ts';
import { Store } from '../store/database.ts';
import { Rollups } from './rollups.ts';

const MINUTE = 60_000;

/** Racks of a site whose draw tells the minute that a row is of. */
export const SPACE: PlaceSpace = {
  paths: ['S', 'S/A', 'S/A/A1', ...Array.from({ length: 200 }, (_, i) => `S/A/A1/A1-${i}`)],
  places: 203,
  index: null,
};
/** Watts of a place in the n-th minute. */
export const wattsOf = (n: number, place: number) => 1000 * (n % 100) + place;

export function minuteOf(n: number): PlaceRow {
  const values = new Float32Array(SPACE.places * KEPT.length).fill(Number.NaN);
  for (let place = 0; place < SPACE.places; place++) values[place] = wattsOf(n, place);
  return { time: n * MINUTE, space: SPACE, values, basis: new Uint8Array(SPACE.places).fill(1) };
}

/** A process of its own that writes minute after minute, and says which it has written, until it is killed. */
const [folder, most] = process.argv.slice(2);
if (process.send && folder && most) {
  const began = performance.now();
  const store = new Store(folder, 0);
  const rollups = new Rollups(store, Number(most));
  process.send({ last: rollups.last / MINUTE, startMs: performance.now() - began });
  for (let n = rollups.last / MINUTE + 1; ; n++) {
    rollups.take([minuteOf(n)], n * MINUTE);
    process.send({ last: n, startMs: 0 });
    // The message leaves before the next minute.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
