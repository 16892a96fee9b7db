import type { Fleet } from '../../../shared/fleet.ts';
import { formatTime } from '../../../shared/format.ts';
import type { PrometheusSource } from '../../../shared/settings.ts';
import { Ring } from '../../../shared/snapshot/ring.ts';
import { originOf } from '../../../shared/snapshot/settings-part.ts';
import { faultOf } from '../fault.ts';
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

/** What servers knew of a plan's instants. */
export interface Past {
  readonly ring: Ring;
  /** Servers that gave at least one instant. */
  readonly servers: readonly PrometheusSource[];
  /** What of it could not be read, as sentences. */
  readonly missing: readonly string[];
}

/** A server that fails so often one after the other is not asked again. */
const GIVE_UP = 3;

/**
 * Reads the plan's instants by the very queries of a refresh. A server that does not answer costs its own past alone:
 * what was recorded here stays, in the very incident that took the server away.
 *
 * @throws what `progress` throws
 */
export async function readPast(
  context: EngineContext,
  plan: PastPlan,
  progress: (done: number) => void,
): Promise<Past> {
  const { servers, first, stepMs, count } = plan;
  const ring = new Ring({ bytes: 1 << 30, keepMs: Number.POSITIVE_INFINITY });
  const read = servers.map((settings) => ({ settings, instants: 0, inRow: 0, said: '' }));
  for (let i = 0; i < count; i++) {
    const asked = read.filter(({ inRow }) => inRow < GIVE_UP);
    if (asked.length === 0) break;
    progress(i / count);
    const time = first + i * stepMs;
    const fleet = context.fleet().blank();
    let any = false;
    for (const one of asked) {
      try {
        await readInstant(context, one.settings, fleet, time);
        any = true;
        one.instants++;
        one.inRow = 0;
      } catch (error) {
        one.inRow++;
        one.said = faultOf(error).message;
      }
    }
    if (!any) continue;
    ring.add(fleet.frame(time, context.settings().staleMs));
    ring.work(2_000_000);
  }
  return {
    ring,
    servers: read.filter(({ instants }) => instants > 0).map(({ settings }) => settings),
    missing: read
      .filter(({ instants }) => instants < count)
      .map(
        ({ settings, instants, said }) =>
          `${count - instants} of ${count} instants of the past were not had from ${settings.name}: ${said}`,
      ),
  };
}

async function readInstant(context: EngineContext, settings: PrometheusSource, fleet: Fleet, time: number) {
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

const until = ({ first, stepMs, count }: PastPlan) => first + (count - 1) * stepMs;

/** Where this part of the numbers comes from, for the file's own account. */
export function pastOrigins(context: EngineContext, plan: PastPlan, { servers }: Past) {
  const { first, stepMs } = plan;
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
