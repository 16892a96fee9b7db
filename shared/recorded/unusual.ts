import type { RecordingRule } from './rule.ts';

/** How many times of what is usual is unusual, and how long what was usual counts, as in the engine's own memories (fabric/flaps.ts, alerting/memory.ts). */
export const ABOVE_USUAL = 3;
const FORGETS_S = 3600;

const usualOf = (record: string) => `${record}:usual`;

/** What is usual: a mean that forgets over an hour, made of what was recorded as usual at the last evaluation. */
export function usualRecord(record: string, intervalS: number): RecordingRule {
  const before = `last_over_time(${usualOf(record)}[1h])`;
  return {
    record: usualOf(record),
    expr: `(${before} + (${record} - ${before}) * ${intervalS / FORGETS_S}) or ${record}`,
  };
}

/** 1 where a rate is well above what is usual for it, 0 where it is not. */
export const unusual = (record: string) =>
  `(${record} > bool 0) * (${record} > bool ${ABOVE_USUAL} * ${usualOf(record)})`;
