import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totals } from '../../electron/cli/summary.ts';
import { type Demo, type RackTruth, startDemo } from '../../electron/demo/demo.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { Engine } from '../../electron/engine/engine.ts';
import { runHeadless } from '../../electron/engine/headless.ts';
import { ExportersScraper } from '../../electron/engine/sources/exporters.ts';
import { PrometheusReader } from '../../electron/engine/sources/prometheus.ts';
import type { SourceHealth } from '../../shared/contract/sources.ts';
import type { FromEngine, ViewFrame } from '../../shared/contract.ts';
import { Fleet } from '../../shared/fleet.ts';
import type { Frame } from '../../shared/frame.ts';
import { loseFeed } from '../../shared/power/feed-loss.ts';
import { computePower } from '../../shared/power.ts';
import { type ExportersSource, type PrometheusSource, sourceSchema } from '../../shared/settings.ts';
import { RACK } from '../../shared/topology.ts';
import { type BudgetRow, parseBudgetsCsv, parseTopologyCsv } from '../../shared/topology-csv.ts';
import { FleetView } from '../../shared/view.ts';
import { decodeFrame } from '../../shared/wire.ts';
import { askUntil, read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { eventually } from './eventually.ts';
import type { Running } from './running.ts';
import { startPrometheus, startVictoriaMetrics } from './servers.ts';

/**
 * Three sites of one fleet: PDX-1 by a real Prometheus, AMS-2 (AMD nodes among them) by a real VictoriaMetrics, EDGE-3
 * by its exporters directly. The clock of the fleet stands still, so that every reading must find the very same watts.
 */
const FROZEN = Date.UTC(2026, 10, 23, 14, 32, 10);
const needs = [requireReal('prometheus'), requireReal('victoriaMetrics')];
const missing = needs.find(({ skip }) => skip !== null) ?? needs[0];

let demo: Demo;
let servers: Running[] = [];
let sources: (PrometheusSource | ExportersSource)[] = [];

beforeAll(async () => {
  demo = await startDemo({ mixed: true, now: () => FROZEN });
  if (missing.skip !== null) return;
  const [pdx, ams, edge] = demo.sites;
  servers = await Promise.all([
    startPrometheus({ config: pdx.prometheusConfig }),
    startVictoriaMetrics({ config: ams.prometheusConfig }),
  ]);
  const common = (site: string) => ({ id: site.toLowerCase(), name: site, site });
  sources = [
    sourceSchema.parse({ ...common(pdx.site), kind: 'prometheus', url: servers[0].url }) as PrometheusSource,
    sourceSchema.parse({ ...common(ams.site), kind: 'prometheus', url: servers[1].url }) as PrometheusSource,
    sourceSchema.parse({ ...common(edge.site), kind: 'exporters', files: [edge.targetsFile] }) as ExportersSource,
  ];
  // Every feed, board and BMC of both sites was scraped.
  const boards = '{__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS|gpu_package_power"}';
  for (const { url } of servers) {
    for (const [query, wanted] of [
      [`count(${boards})`, 160],
      ['count(ipmi_dcmi_power_consumption_watts)', 20],
      ['count(measurementsInletSensorValue{sensorType="activePower"})', 10],
    ] as const) {
      const rows = await askUntil(url, query, ([row]) => Number(row?.value) === wanted);
      expect([query, Number(rows[0]?.value)]).toEqual([query, wanted]);
    }
  }
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await demo.close();
});

/** All three sites read into one fleet by the engine's own readers. */
async function readAll(budget = (row: BudgetRow) => row): Promise<Frame> {
  const fleet = new Fleet({ mappings: [] });
  const { rows, racks } = parseTopologyCsv(await file(demo.topologyFile));
  fleet.setTopology(rows, racks);
  fleet.setBudgets(parseBudgetsCsv(await file(demo.budgetsFile)).rows.map(budget));
  const now = Date.now();
  for (const source of sources) {
    const reader =
      source.kind === 'prometheus'
        ? new PrometheusReader(source, fleet, systemClock)
        : new ExportersScraper(source, fleet, systemClock);
    await reader.readAll(now);
    expect([source.id, reader.health([]).fault]).toEqual([source.id, null]);
    reader.close();
  }
  return fleet.frame(now, 60_000);
}

const lasting = (expectation: () => Promise<void>) => () => eventually(expectation);
const file = async (path: string) => (await import('node:fs/promises')).readFile(path, 'utf8');

describe('one fleet of three sites', () => {
  test.skipIf(missing.skip !== null)(
    titled('feeds, BMCs and boards of every rack are what the fleet truly draws', missing),
    lasting(async () => {
      const frame = await readAll();
      const { topology } = frame;
      const power = computePower(frame);
      const truth = demo.truth(FROZEN);
      expect(truth).toHaveLength(11);
      for (const rack of truth) {
        const place = topology.path.indexOf(rack.path);
        expect(place).toBeGreaterThanOrEqual(topology.start[RACK]);
        expect([rack.path, Math.abs(power.drawW[place] - rack.drawW) <= 1]).toEqual([rack.path, true]);
        expect(feedsOf(frame, place)).toEqual(rack.feedW);
        expect(nodesOf(frame, place, rack)).toEqual(Object.fromEntries(rounded(rack.nodeW)));
        // dcgm-exporter prints thousandths, AMD's whole watts: 32 boards are within 16 W.
        const boards = frame.columns.get('gpu.power')?.value[place] ?? Number.NaN;
        expect([rack.path, Math.abs(boards - rack.gpuW) <= 16]).toEqual([rack.path, true]);
      }
    }),
  );

  test.skipIf(missing.skip !== null)(
    titled('losing feed A puts A + B of every rack on B', missing),
    lasting(async () => {
      const frame = await readAll();
      const { topology } = frame;
      const loss = loseFeed(frame, computePower(frame), topology.path.indexOf('PDX-1'), 'A');
      // By hand: racks are rated 52.8 kW a feed and draw 28 to 38 kW; rows, halls and the site have ratings as well.
      const draws = demo.truth(FROZEN).filter(({ path }) => path.startsWith('PDX-1/'));
      const over = draws.filter(({ feedW }) => feedW.A + feedW.B > 52_800);
      expect([over, loss.trips, loss.dark, loss.unknown]).toEqual([[], 0, 0, 0]);
      // 5 racks, 2 rows, 1 hall, 1 site.
      expect(loss.of).toBe(9);
    }),
  );

  test.skipIf(missing.skip !== null)(
    titled('what summary --json tells of every rack of a site is what it truly draws', missing),
    lasting(async () => {
      // It reads an instant that lies up to a poll and two seconds back.
      const then = 'count({__name__=~"measurementsInletSensorValue|ipmi_dcmi_power_consumption_watts"} offset 8s)';
      const now = 'count({__name__=~"measurementsInletSensorValue|ipmi_dcmi_power_consumption_watts"})';
      for (const { url } of servers) await askUntil(url, `${then} == ${now}`, (rows) => rows.length === 1);
      for (const source of sources) {
        const view = new FleetView({ historyBytes: 1e6, pollMs: 5000, staleMs: 60_000, warnRatio: 0.9, critRatio: 1 });
        const budgets = parseBudgetsCsv(await file(demo.budgetsFile)).rows;
        const result = await runHeadless({
          ...{ source, budgets, topology: parseTopologyCsv(await file(demo.topologyFile)), clock: systemClock },
          ...{ ticks: 1, pollMs: 5000, staleMs: 60_000 },
          onTick: (frame, time, bad) => view.update(frame, [], bad, time, true),
        });
        const told = totals(result, view);
        const racks = demo.truth(FROZEN).filter(({ path }) => path.startsWith(`${source.site}/`));
        expect(racks.length).toBeGreaterThan(0);
        for (const { path, drawW, feedW } of racks) {
          const watts = told.rackPowerW[path.slice(path.lastIndexOf('/') + 1)] ?? told.rackPowerW[path];
          expect([path, Math.abs(watts - drawW) <= 1]).toEqual([path, true]);
          const feeds = told.feeds.filter(({ rack }) => rack === path).map((one) => [one.name, one.drawW] as const);
          expect([path, Object.fromEntries(feeds)]).toEqual([path, feedW]);
          const budgetW = budgets.find(({ place }) => place === path)?.budgetW ?? Number.NaN;
          expect(told.headroomW[path]).toBeCloseTo(budgetW - feedW.A - feedW.B, 0);
        }
        const boards = racks.reduce((sum, { gpuW }) => sum + gpuW, 0);
        expect([source.id, Math.abs((told.powerW ?? 0) - boards) <= 16 * racks.length]).toEqual([source.id, true]);
      }
    }),
  );

  test.skipIf(missing.skip !== null)(
    titled('feed B of a rack trips by the watts by which A and B together are over its rating', missing),
    lasting(async () => {
      const [{ path, feedW }] = demo.truth(FROZEN).filter((rack) => rack.path.startsWith('PDX-1/'));
      const frame = await readAll((row) => (row.place === path ? { ...row, feedBW: feedW.A + feedW.B - 1000 } : row));
      const place = frame.topology.path.indexOf(path);
      const { rows, trips } = loseFeed(frame, computePower(frame), place, 'A');
      expect([trips, rows.map((row) => [row.place, row.carriesW, row.overW, row.verdict])]).toEqual([
        1,
        [[place, feedW.A + feedW.B, 1000, 'trips']],
      ]);
    }),
  );

  test.skipIf(missing.skip !== null)(
    titled('a Prometheus that stops takes its site along, and no other', missing),
    outage,
  );
});

function feedsOf({ topology, columns }: Frame, rack: number): Record<string, number> {
  const found = [...topology.feedRack.keys()].filter((feed) => topology.feedRack[feed] === rack);
  return Object.fromEntries(
    found.map((feed) => [topology.feedName[feed], columns.get('feed.power')?.value[feed] ?? 0]),
  );
}

function nodesOf({ topology, columns }: Frame, rack: number, { nodeW }: RackTruth): Record<string, number> {
  const column = columns.get('node.power');
  const watts = (name: string) => {
    const place = topology.path.indexOf(`${topology.path[rack]}/${name}`);
    return column?.value[place] ?? Number.NaN;
  };
  return Object.fromEntries(Object.keys(nodeW).map((name) => [name, watts(name)]));
}

const rounded = (watts: Readonly<Record<string, number>>) =>
  Object.entries(watts).map(([name, value]) => [name, Math.round(value)] as const);

/** The engine over all three; the port is a pair of functions. */
async function outage(): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-mixed-'));
  copyFileSync(demo.topologyFile, join(profile, 'topology.csv'));
  copyFileSync(demo.budgetsFile, join(profile, 'budgets.csv'));
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ schema: 1, pollMs: 2000, staleMs: 12_000, sources }));
  let hear: (message: unknown) => void = () => {};
  let seen: (frame: ViewFrame) => void = () => {};
  const post = (message: FromEngine) => {
    if (message.kind !== 'event' || message.name !== 'frame') return;
    const frame = decodeFrame(message.value as Uint8Array);
    hear({ kind: 'call', viewer: 1, id: 0, name: 'ack', arg: { seq: frame.seq } });
    seen(frame);
  };
  const port = {
    post: (message: unknown) => post(message as FromEngine),
    close() {},
    onMessage(listener: typeof hear) {
      hear = listener;
    },
  };
  const engine = new Engine(port, { profile, clock: systemClock });
  const until = (wanted: (frame: ViewFrame) => boolean) =>
    new Promise<ViewFrame>((resolve) => {
      seen = (frame) => {
        if (wanted(frame)) resolve(frame);
      };
    });
  const stateOf = (frame: ViewFrame, id: string) => frame.sources.find((source: SourceHealth) => source.id === id);
  const states = (frame: ViewFrame) => frame.sources.map(({ state }) => state).join();
  /** Sites in the order of their names: AMS-2, EDGE-3, PDX-1. */
  const drawing = (frame: ViewFrame) => [...frame.drawW.subarray(0, 3)].map((watts) => watts > 0).join();
  try {
    hear({ kind: 'open', viewer: 1, role: 'read' });
    await until((frame) => frame.summary.gpusReporting === 352 && states(frame) === 'up,up,up');
    await servers[0].kill();
    const without = await until((frame) => frame.summary.gpusReporting === 352 - 160 && states(frame) === 'down,up,up');
    expect(stateOf(without, 'pdx-1')).toMatchObject({ state: 'down', fault: { code: 'econnrefused' } });
    // Its site is counted at nameplate in the fleet's total, which says so, and its own numbers are gone.
    expect(without.summary.powerAtLeast).toBe(true);
    await until((frame) => Number.isNaN(frame.drawW[2]) && drawing(frame) === 'true,true,false');
    await servers[0].restart();
    await until((frame) => frame.summary.gpusReporting === 352 && states(frame) === 'up,up,up');
  } finally {
    engine.stop();
    rmSync(profile, { recursive: true, force: true });
  }
}

test('the exporters of the edge answer', async () => {
  expect(await read(`http://127.0.0.1:${demo.port}/EDGE-3/E1-01-n1/vllm/metrics`)).toContain(
    'vllm:generation_tokens_total',
  );
});
