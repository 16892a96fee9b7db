import { shortest } from '../../tables/forms.ts';
import { familyOf, labelText } from '../../tables/openmetrics-text.ts';
import type { Snapshot } from '../document.ts';
import { type Choice, type SeriesObject, seriesOf } from './rows.ts';

/** Places first, what stands on them last. */
const labelsOf = ({ object, ...places }: SeriesObject) => labelText({ ...places, object });

/**
 * OpenMetrics text: one gauge a signal, each sample with the time of its instant, so that a server that it is back-filled
 * into answers at these instants with the very values of the snapshot.
 */
export function* openMetricsOf(snapshot: Snapshot, choice: Choice): Generator<string> {
  const seconds = snapshot.run.times.map((time) => (time / 1000).toFixed(3));
  let family = '';
  for (const { signal, object, values } of seriesOf(snapshot, choice)) {
    const { metric, head } = familyOf(signal.id, signal.unit, signal.label);
    let text = metric === family ? '' : head;
    family = metric;
    const labels = labelsOf(object);
    for (let i = 0; i < values.length; i++) {
      if (!Number.isNaN(values[i])) text += `${metric}${labels} ${shortest(values[i])} ${seconds[i]}\n`;
    }
    yield text;
  }
  yield '# EOF\n';
}
