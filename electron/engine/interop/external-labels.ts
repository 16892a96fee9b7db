import { isMap, parseDocument } from 'yaml';
import { dataOf } from '../../../shared/interop/prometheus-alerting.ts';
import type { Labels } from '../../../shared/labels.ts';

const MOST = 5_000_000;

/**
 * Labels that a Prometheus adds to its alerts when it sends them on, and only then, from its answer to
 * `/api/v1/status/config`: by them an alert of an Alertmanager is known to be one of this server.
 * @throws AnswerError
 */
export function readExternalLabels(json: string): Labels {
  const { yaml } = dataOf(json);
  const document = parseDocument(typeof yaml === 'string' ? yaml.slice(0, MOST) : '', { logLevel: 'silent' });
  const told: unknown = document.errors.length === 0 ? document.getIn(['global', 'external_labels']) : undefined;
  const plain: Record<string, unknown> = isMap(told) ? told.toJSON() : {};
  return new Map(Object.entries(plain).map(([name, value]) => [name, String(value)] as const));
}
