import { Fleet } from '../../../shared/fleet.ts';
import type { Settings, SourceSettings } from '../../../shared/settings.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import type { Papers, SourceSpan } from '../../../shared/snapshot/document.ts';
import { Ring } from '../../../shared/snapshot/ring.ts';
import { originOf, settingsPart } from '../../../shared/snapshot/settings-part.ts';
import type { Topology } from '../../../shared/topology.ts';
import type { BudgetRow, TopologyTable } from '../../../shared/topology-csv.ts';
import type { Clock } from '../schedule.ts';
import { ExportersScraper } from '../sources/exporters.ts';
import { PrometheusReader, SETTLE_MS, settledInstant } from '../sources/prometheus.ts';

export interface RecordOptions {
  readonly source: SourceSettings;
  readonly topology: Pick<TopologyTable, 'rows' | 'racks'> | undefined;
  readonly budgets: readonly BudgetRow[];
  readonly minutes: number;
  readonly stepMs: number;
  readonly clock: Clock;
  /** Hears of every instant: how many are done, of how many, and the places that are known then. */
  readonly onInstant?: (done: number, of: number, topology: Topology) => void;
}

export interface Recording {
  readonly ring: Ring;
  readonly topology: Topology;
  readonly papers: Papers;
  readonly origins: readonly ReturnType<typeof originOf>[];
  readonly missing: readonly string[];
  /** Milliseconds, of the first and the last instant. */
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a source for a snapshot without an engine. A server is asked for the past, instant after instant, by the very
 * queries of the engine; exporters know only what is now, so they are recorded for as long as it takes.
 *
 * @throws the fault of the source where no instant could be read
 */
export async function record(options: RecordOptions): Promise<Recording> {
  const { source, stepMs, clock, minutes } = options;
  const settings: Settings = {
    ...defaultSettings,
    pollMs: Math.min(60_000, Math.max(1000, stepMs)),
    sources: [source],
  };
  const fleet = new Fleet({ mappings: settings.mappings });
  if (options.topology) fleet.setTopology(options.topology.rows, options.topology.racks);
  fleet.setBudgets(options.budgets);
  fleet.setWaitTick(source.id, source.waitTickBytes);
  const past = source.kind === 'prometheus';
  const reader = past
    ? new PrometheusReader(source, fleet, clock)
    : new ExportersScraper(source as Extract<SourceSettings, { kind: 'exporters' }>, fleet, clock);
  const ring = new Ring({ bytes: 1 << 30, keepMs: Number.POSITIVE_INFINITY });
  const count = Math.floor((minutes * 60_000) / stepMs) + 1;
  const sources: SourceSpan[] = [];
  const missed: number[] = [];
  let topology: Topology | undefined;
  let failure: unknown;
  try {
    const last = settledInstant(clock.now(), stepMs);
    const first = past ? last - (count - 1) * stepMs : last;
    for (let i = 0; i < count; i++) {
      const due = first + i * stepMs;
      if (!past && i > 0)
        await new Promise<void>((resolve) => clock.later(resolve, Math.max(0, due + SETTLE_MS - clock.now())));
      const time = past ? due : clock.now();
      try {
        await reader.readAll(time);
      } catch (error) {
        // Of exporters there is no list: waiting makes none.
        if (!past && i === 0) throw error;
        failure = error;
        missed.push(time);
      }
      const frame = fleet.frame(time, settings.staleMs);
      ring.add(frame);
      topology = frame.topology;
      spanOf(sources, time, fleet.badSamples, reader.health([]));
      ring.work(2_000_000);
      options.onInstant?.(i + 1, count, frame.topology);
    }
    if (missed.length === count) throw failure;
    const queries = 'queries' in reader ? reader.queries() : [];
    const times = ring.times();
    return {
      ...{ ring, topology: topology as Topology, from: times[0], to: times.at(-1) as number },
      origins: [originOf(source, queries, stepMs)],
      papers: {
        limits: { ...limitsOf(settings), pollMs: settings.pollMs },
        ...{ sources, alerts: [], journal: [], rules: [], notes: [], cables: [], settings: settingsPart(settings) },
      },
      missing: [
        ...(missed.length > 0
          ? [`${missed.length} of ${count} instants could not be read: ${(failure as Error).message}`]
          : []),
        'No alert engine ran: alerts, journal and rules are empty',
      ],
    };
  } finally {
    reader.close();
  }
}

export const limitsOf = ({ pollMs, staleMs, warnRatio, critRatio }: Settings) => ({
  ...{ pollMs, staleMs, warnRatio, critRatio },
});

/** Adds how the sources do where it is worth a line: another state, another fault, another number of targets. */
export function spanOf(spans: SourceSpan[], from: number, badSamples: number, ...sources: SourceSpan['sources']): void {
  const before = spans.at(-1);
  const alike =
    before?.sources.length === sources.length &&
    sources.every((source, i) => {
      const { id, state, targetsUp, fault } = before.sources[i];
      return (
        id === source.id &&
        state === source.state &&
        targetsUp === source.targetsUp &&
        fault?.code === source.fault?.code
      );
    });
  // What is tried next is of now only.
  if (!alike) spans.push({ from, badSamples, sources: sources.map(({ retry: _, ...source }) => source) });
}
