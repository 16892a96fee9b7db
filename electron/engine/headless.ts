import type { SourceHealth } from '../../shared/contract/sources.ts';
import { Fleet } from '../../shared/fleet.ts';
import type { Frame } from '../../shared/frame.ts';
import type { SourceSettings } from '../../shared/settings.ts';
import type { BudgetRow, TopologyTable } from '../../shared/topology-csv.ts';
import type { Clock } from './schedule.ts';
import { ExportersScraper } from './sources/exporters.ts';
import { PrometheusReader, SETTLE_MS, settledInstant } from './sources/prometheus.ts';

export interface HeadlessOptions {
  readonly source: SourceSettings;
  readonly topology: Pick<TopologyTable, 'rows' | 'racks'> | undefined;
  readonly budgets: readonly BudgetRow[];
  readonly ticks: number;
  readonly pollMs: number;
  readonly staleMs: number;
  readonly clock: Clock;
  /** Hears of every tick: the fleet at its time. */
  readonly onTick?: (frame: Frame, time: number, badSamples: number) => void;
}

/** What the last tick gave. */
export interface HeadlessResult {
  readonly frame: Frame;
  /** Evaluation time of the last tick, epoch ms: the time sent with each of its queries. */
  readonly time: number;
  readonly badSamples: number;
  readonly health: SourceHealth;
}

/**
 * Reads a source `ticks` times by the very path of the engine, without a window. Ticks stand at whole multiples of
 * the poll; the first is the last one that has passed. Throws the fault when the last tick gave nothing at all.
 */
export async function runHeadless({
  source,
  topology,
  budgets,
  ticks,
  pollMs,
  staleMs,
  clock,
  onTick,
}: HeadlessOptions): Promise<HeadlessResult> {
  const fleet = new Fleet({ mappings: [] });
  if (topology) fleet.setTopology(topology.rows, topology.racks);
  fleet.setBudgets(budgets);
  fleet.setWaitTick(source.id, source.waitTickBytes);
  const reader =
    source.kind === 'prometheus'
      ? new PrometheusReader(source, fleet, clock)
      : new ExportersScraper(source, fleet, clock);
  try {
    let time = settledInstant(clock.now(), pollMs);
    for (let tick = 0; ; tick++) {
      // An exporter answers with what is now, so its samples are of now.
      await reader.readAll(source.kind === 'prometheus' ? time : clock.now());
      const told = source.kind === 'prometheus' ? time : clock.now();
      onTick?.(fleet.frame(told, staleMs), told, fleet.badSamples);
      if (tick === ticks - 1) break;
      time += pollMs;
      await new Promise<void>((resolve) => clock.later(resolve, Math.max(0, time + SETTLE_MS - clock.now())));
    }
    const at = source.kind === 'prometheus' ? time : clock.now();
    return { frame: fleet.frame(at, staleMs), time: at, badSamples: fleet.badSamples, health: reader.health([]) };
  } finally {
    reader.close();
  }
}
