import { safeCell } from '../../csv.ts';
import { shortest } from '../../tables/forms.ts';
import type { Snapshot } from '../document.ts';
import { type Choice, seriesOf } from './rows.ts';

const SLICE = 256;

/** A row a sample: `time,signal,unit,site,hall,row,rack,node,object,value`. UTF-8, lines end with CR LF. */
export function* csvOf(snapshot: Snapshot, choice: Choice): Generator<string> {
  yield 'time,signal,unit,site,hall,row,rack,node,object,value\r\n';
  const times = snapshot.run.times.map((time) => new Date(time).toISOString());
  let [text, lines] = ['', 0];
  for (const { signal, object, values } of seriesOf(snapshot, choice)) {
    const { site, hall, row, rack, node } = object;
    const middle = [signal.id, signal.unit, site, hall, row, rack, node, object.object].map(safeCell).join(',');
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue;
      text += `${times[i]},${middle},${shortest(values[i])}\r\n`;
      if (++lines % SLICE !== 0) continue;
      yield text;
      text = '';
    }
  }
  yield text;
}
