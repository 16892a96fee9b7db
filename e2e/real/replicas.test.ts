import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totals } from '../../electron/cli/summary.ts';
import { type Demo, startDemo } from '../../electron/demo/demo.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { runHeadless } from '../../electron/engine/headless.ts';
import { sourceSchema } from '../../shared/settings.ts';
import { FleetView } from '../../shared/view.ts';
import { askUntil } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { eventually } from './eventually.ts';
import type { Running } from './running.ts';
import { startPrometheus, startVictoriaMetrics } from './servers.ts';

/**
 * Two replicas scrape the same targets, and one server has the series of both, which differ by the label `replica` only:
 * as a VictoriaMetrics that both write to, or a Prometheus that federates them. The clock of the fleet stands still, so that
 * both have the very same watts.
 */
const FROZEN = Date.UTC(2026, 10, 23, 14, 32, 10);
const NODES = 8;

const configOf = ({ targetsFile }: Demo) => `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
${['a', 'b']
  .map(
    (replica) => `- job_name: replica-${replica}
  file_sd_configs: [{files: ['${targetsFile}']}]
  relabel_configs: [{target_label: replica, replacement: ${replica}}]
`,
  )
  .join('')}`;

const servers = [
  ['VictoriaMetrics', requireReal('victoriaMetrics'), startVictoriaMetrics],
  ['Prometheus', requireReal('prometheus'), startPrometheus],
] as const;

describe.each(servers)('what two replicas wrote to %s', (_name, need, start) => {
  let demo: Demo;
  let server: Running | undefined;
  beforeAll(async () => {
    demo = await startDemo({ nodes: NODES, gpus: 8, now: () => FROZEN });
    if (need.skip === null) server = await start({ configText: configOf(demo) });
  });
  afterAll(async () => {
    await server?.stop();
    await demo.close();
  });

  test.skipIf(need.skip !== null)(titled('is counted once: boards, nodes, feeds, draws and ports', need), async () => {
    const { url } = server as Running;
    const boards = '{__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS"}';
    const feeds = 'measurementsInletSensorValue{sensorType="activePower"}';
    for (const [series, count] of [
      [boards, 2 * 8 * NODES],
      [feeds, 2 * 2 * demo.racks],
    ] as const)
      await askUntil(url, `count(${series} offset 8s) == ${count}`, (rows) => rows.length === 1);
    const source = sourceSchema.parse({ id: 'p', name: 'p', site: 'PDX-1', kind: 'prometheus', url });
    await eventually(async () => {
      const view = new FleetView({ historyBytes: 1e6, pollMs: 5000, staleMs: 60_000, warnRatio: 0.9, critRatio: 1 });
      const result = await runHeadless({
        ...{ source, topology: undefined, budgets: [], ticks: 1, pollMs: 5000, staleMs: 60_000, clock: systemClock },
        onTick: (frame, time, bad) => view.update(frame, [], bad, time, true),
      });
      const told = totals(result, view);
      const truth = demo.truth(FROZEN);
      expect([told.gpus, told.nodes, told.racks, told.feeds.length]).toEqual([
        ...[8 * NODES, NODES, demo.racks, 2 * demo.racks],
      ]);
      // Thousandths of a watt a board.
      const watts = truth.reduce((sum, { gpuW }) => sum + gpuW, 0);
      expect(Math.abs((told.powerW ?? 0) - watts)).toBeLessThan(0.001 * told.gpus);
      for (const { path, feedW } of truth) {
        const inlets = told.feeds.filter(({ rack }) => rack === path).map(({ name, drawW }) => [name, drawW] as const);
        expect([path, Object.fromEntries(inlets)]).toEqual([path, feedW]);
        expect(told.rackPowerW[path.split('/').at(-1) ?? '']).toBe(feedW.A + feedW.B);
      }
      const ports = result.frame.topology.linkName.map((name, i) => `${result.frame.topology.linkNode[i]} ${name}`);
      expect(new Set(ports).size).toBe(ports.length);
      const infiniband = truth.flatMap(({ nodes }) => nodes.flatMap((node) => node.ports)).length;
      expect(result.frame.topology.linkKind.filter((kind) => kind === 'infiniband')).toHaveLength(infiniband);
    });
  });
});
