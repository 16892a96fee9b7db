import type { AlertLevel } from '../alerting/alert.ts';
import { snakeCase } from '../alerting/condition.ts';
import { type Signal, signals } from '../signals/catalogue.ts';
import { gpuValuesOf, valuesOf } from './expressions.ts';
import { placeLabels } from './feed-quantities.ts';
import { type AlertingOptions, NODE_LABELS } from './gpu-quantities.ts';
import { linkValues } from './link-quantities.ts';
import { PLACE_LABELS } from './names.ts';
import { Untold } from './untold.ts';

const HOW: Readonly<Record<string, string>> = { sum: 'sum', max: 'max', median: 'quantile' };

/** A signal of the catalogue by its name in conditions, of the objects of a level. @throws Untold */
export function signalQuantity(quantity: string, level: AlertLevel, options: AlertingOptions): string {
  const signal = signals.find(({ id }) => snakeCase(id) === quantity);
  const values = signal ? own(signal, options) : '';
  if (!signal || values === '') throw new Untold(`${quantity} of a ${level} is worked out in Fleetwatt only`);
  if (signal.kind === level) return values;
  const by = level === 'node' ? NODE_LABELS : placeLabels(level);
  const how = HOW[signal.aggregation];
  if (how === undefined || by.length === 0)
    throw new Untold(`${quantity} of a ${level} is worked out in Fleetwatt only`);
  return `${how} by (${by.join(', ')}) (${how === 'quantile' ? '0.5, ' : ''}${values})`;
}

/** Values of the signal's own objects, with the labels of our alerts of them. */
function own({ id, kind }: Signal, options: AlertingOptions): string {
  const { profiles, rateWindow } = options;
  if (kind === 'gpu') return gpuValuesOf(id, profiles, rateWindow);
  if (kind === 'link') return linkValues(id, options);
  const label = kind === 'node' ? 'node' : kind === 'feed' ? 'feed' : '';
  if (label === '') return '';
  const values = valuesOf(id, profiles, rateWindow, [label]);
  return values && `max by (${PLACE_LABELS.join(', ')}, ${label}) (${values})`;
}
