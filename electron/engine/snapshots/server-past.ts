import { formatTime } from '../../../shared/format.ts';
import type { PrometheusSource } from '../../../shared/settings.ts';
import { Ring } from '../../../shared/snapshot/ring.ts';
import { originOf } from '../../../shared/snapshot/settings-part.ts';
import type { EngineContext } from '../part.ts';
import { PrometheusReader } from '../sources/prometheus.ts';

/** Instants that a server is asked for at most: an hour by 15 s, each some twelve queries. */
const MOST_INSTANTS = 240;
const FINEST_MS = 15_000;

/** Instants of a window that the ring does not have and servers are asked for. */
export interface PastPlan {
  readonly servers: readonly PrometheusSource[];
  readonly first: number;
  readonly stepMs: number;
  readonly count: number;
}

/**
 * What of [from, to] is asked of the servers: all before the first instant that was recorded here. What was recorded
 * stays as it was read: it is finer, and what the alerts were judged by. null where nothing is missing, or nobody has it.
 */
export function pastPlan(
  context: EngineContext,
  from: number,
  to: number,
  recorded: readonly number[],
): PastPlan | null {
  const servers = context.sources().flatMap(({ settings }) => (settings.kind === 'prometheus' ? [settings] : []));
  const { pollMs } = context.settings();
  const begins = recorded.find((time) => time >= from) ?? Number.POSITIVE_INFINITY;
  // What is newer than two polls may not have settled on a server yet.
  const until = Math.min(begins - 1, to, context.clock.now() - 2 * pollMs);
  const step = Math.max(FINEST_MS, pollMs, (until - from) / (MOST_INSTANTS - 1));
  const stepMs = Math.ceil(step / pollMs) * pollMs;
  const first = Math.ceil(from / pollMs) * pollMs;
  const count = Math.floor((until - first) / stepMs) + 1;
  return servers.length === 0 || begins - from <= 2 * pollMs || count < 1 ? null : { servers, first, stepMs, count };
}

/** Reads the plan's instants by the very queries of a refresh. @throws the fault of a server, or what `progress` throws */
export async function readPast(
  context: EngineContext,
  plan: PastPlan,
  progress: (done: number) => void,
): Promise<Ring> {
  const { servers, first, stepMs, count } = plan;
  const ring = new Ring({ bytes: 1 << 30, keepMs: Number.POSITIVE_INFINITY });
  for (let i = 0; i < count; i++) {
    progress(i / count);
    const time = first + i * stepMs;
    const fleet = context.fleet().blank();
    for (const settings of servers) {
      const source = context.sources().find((one) => one.settings.id === settings.id);
      const leadMs = source?.leadMs?.() ?? 0;
      const reader = new PrometheusReader(settings, fleet, context.clock, context.fleet().profiles);
      try {
        await reader.readAll(time + leadMs, { leadMs });
      } finally {
        source?.spent?.(reader.health([]).bytes);
        reader.close();
      }
    }
    ring.add(fleet.frame(time, context.settings().staleMs));
    ring.work(2_000_000);
  }
  return ring;
}

const until = ({ first, stepMs, count }: PastPlan) => first + (count - 1) * stepMs;

/** Where this part of the numbers comes from, for the file's own account. */
export function pastOrigins(context: EngineContext, plan: PastPlan) {
  const { servers, first, stepMs } = plan;
  return servers.map((settings) => {
    const queries =
      context
        .sources()
        .find((one) => one.settings.id === settings.id)
        ?.queries?.() ?? [];
    const name = `${settings.name}, asked afterwards for ${formatTime(first)} to ${formatTime(until(plan))}`;
    return { ...originOf(settings, queries, stepMs), name };
  });
}

/** "The past until 14:05:00 UTC is asked of pdx-prom-01, every 15 s; from then on it is as recorded here." */
export function pastWords(plan: PastPlan | null, known: number, lacksUntil: number | null): string {
  if (plan === null && lacksUntil !== null)
    return `Recorded here from ${formatTime(lacksUntil)} on; nothing before it.`;
  if (plan === null) return known > 0 ? 'The past is as recorded here.' : '';
  const names = plan.servers.map(({ name }) => name).join(', ');
  const asked = `is asked of ${names}, every ${plan.stepMs / 1000} s`;
  return known > 0
    ? `The past until ${formatTime(until(plan))} ${asked}; from then on it is as recorded here.`
    : `All of it ${asked}.`;
}
