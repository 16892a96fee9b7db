import type { SignalId, SignalUnit } from '../../signals/catalogue.ts';
import type { Snapshot } from '../document.ts';
import { short } from './csv.ts';
import { type Choice, type SeriesObject, seriesOf } from './rows.ts';

/** Ending of a metric's name by unit; the unit that OpenMetrics knows it by. */
const ENDINGS: Readonly<Partial<Record<SignalUnit, string>>> = {
  W: 'watts',
  VA: 'voltamperes',
  A: 'amperes',
  V: 'volts',
  C: 'celsius',
  ratio: 'ratio',
  MHz: 'megahertz',
  'B/s': 'bytes_per_second',
  B: 'bytes',
  J: 'joules',
  '1/s': 'per_second',
  'ticks/s': 'ticks_per_second',
};

/** `gpu.powerLimit` in watts → `fleetwatt_gpu_power_limit_watts`. */
export function metricOf(id: SignalId, unit: SignalUnit): string {
  const name = id.replace('.', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const ending = ENDINGS[unit];
  return ending === undefined ? `fleetwatt_${name}` : `fleetwatt_${name}_${ending}`;
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function labelsOf({ object, ...places }: SeriesObject): string {
  const pairs = [...Object.entries(places), ['object', object]].filter(([, value]) => value !== '');
  return pairs.length === 0 ? '' : `{${pairs.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

/**
 * OpenMetrics text: one gauge a signal, each sample with the time of its instant, so that a server that it is back-filled
 * into answers at these instants with the very values of the snapshot.
 */
export function* openMetricsOf(snapshot: Snapshot, choice: Choice): Generator<string> {
  const seconds = snapshot.run.times.map((time) => (time / 1000).toFixed(3));
  let family = '';
  for (const { signal, object, values } of seriesOf(snapshot, choice)) {
    const metric = metricOf(signal.id, signal.unit);
    const ending = ENDINGS[signal.unit];
    let text = '';
    if (metric !== family) {
      text = `# TYPE ${metric} gauge\n`;
      if (ending !== undefined) text += `# UNIT ${metric} ${ending}\n`;
      text += `# HELP ${metric} ${escaped(signal.label)}.\n`;
      family = metric;
    }
    const labels = labelsOf(object);
    for (let i = 0; i < values.length; i++) {
      if (!Number.isNaN(values[i])) text += `${metric}${labels} ${short(values[i])} ${seconds[i]}\n`;
    }
    yield text;
  }
  yield '# EOF\n';
}
