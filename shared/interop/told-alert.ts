import { type Labels, seriesKey } from '../labels.ts';
import type { EpochMs } from '../units.ts';

/** An alert of ours as others are told of it. Pending alerts are told to nobody. */
export interface ToldAlert {
  /** Its identity, `alertname` among them. */
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly firedAt: EpochMs;
  /** NaN while it fires. */
  readonly resolvedAt: EpochMs;
  /** An address that shows it; '' where nobody serves one. */
  readonly link: string;
}

/** Identity across servers: the label set alone, without empty labels, as Alertmanager has it. */
export function fingerprintOf(labels: Labels): string {
  const told = new Map([...labels].filter(([name, value]) => value !== '' && name !== '__name__'));
  return seriesKey({ name: '', labels: told });
}

/** As Prometheus waits before it tells a firing alert again. */
export const RESEND_MS = 60_000;
/** For how long a resolved alert is told again. */
export const RESOLVED_AGAIN_MS = 15 * 60_000;

/**
 * When an Alertmanager may take a firing alert for resolved if it hears nothing more: four times the longer of the
 * evaluation interval and the resend delay after the evaluation (alert-semantics.md 8.1).
 */
export function validUntil(evaluatedAt: EpochMs, intervalMs: number): EpochMs {
  return evaluatedAt + 4 * Math.max(intervalMs, RESEND_MS);
}
