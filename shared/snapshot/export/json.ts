import { shortest } from '../../tables/forms.ts';
import type { Snapshot } from '../document.ts';
import { type Choice, seriesOf } from './rows.ts';

/**
 * `{manifest, alerts, journal, notes, times, series: [{signal, unit, site, hall, row, rack, node, object, values}]}`;
 * times in ISO 8601, null is "no sample".
 */
export function* jsonOf({ manifest, papers, run, ...snapshot }: Snapshot, choice: Choice): Generator<string> {
  const { alerts, journal, notes } = papers;
  const times = run.times.map((time) => new Date(time).toISOString());
  const head = JSON.stringify({ manifest, alerts, journal, notes, times });
  yield `${head.slice(0, -1)},"series":[`;
  let first = true;
  for (const { signal, object, values } of seriesOf({ manifest, papers, run, ...snapshot }, choice)) {
    const about = JSON.stringify({ signal: signal.id, unit: signal.unit, ...object });
    const numbers = Array.from(values, (value) => (Number.isNaN(value) ? 'null' : shortest(value))).join(',');
    yield `${first ? '' : ','}\n${about.slice(0, -1)},"values":[${numbers}]}`;
    first = false;
  }
  yield '\n]}\n';
}
