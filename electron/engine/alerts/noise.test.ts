import { afterAll, expect, it } from 'vitest';
import { Fleet } from '../../../shared/fleet.ts';
import { exportersOf } from '../../demo/exporters.ts';
import { Load, newNodeState } from '../../demo/load.ts';
import { type FleetPlan, sizedPlan } from '../../demo/plan.ts';
import { expositionReader } from '../decode.ts';
import { Bench, POLL, T0 } from './alerts.fixture.ts';

/** Clock event reason "SW power cap". */
const SW_POWER_CAP = 0x4;
const MINUTES = 60;
const benches: Bench[] = [];
afterAll(() => {
  for (const bench of benches) bench.end();
});

/**
 * A row of the demo's training load as it should be: every GPU near its limit and busy all the time, budgets that are
 * kept, no hot spot, no full leaf, nobody silent.
 */
function healthyPlan(): FleetPlan {
  const plan = sizedPlan(16, 8, 1);
  const racks = plan.racks.map((rack) => ({
    ...rack,
    ...{ hot: new Set<number>(), saturatedLeaf: false, drawKw: 39.6, budgetKw: 48 },
  }));
  const rows = plan.rows.map((row) => ({ ...row, climbs: false, budgetKw: 190, drawKw: 39.6 * racks.length }));
  return { ...plan, racks, rows, halls: plan.halls.map((hall) => ({ ...hall, budgetKw: 200 })), siteBudgetKw: 220 };
}

/** Polls the exporters of a fleet as text, as the engine reads them. */
function reader(load: Load) {
  const fleet = new Fleet({ mappings: [] });
  const { plan } = load;
  fleet.setTopology(
    plan.nodes.map((node) => {
      const rack = plan.racks[node.rack];
      const { hall, name: row } = plan.rows[rack.row];
      const place = { site: plan.site, hall, row, rack: rack.name, node: node.name };
      return { ...place, u: node.slot + 1, model: rack.machine.nodeModel, gpus: node.gpus };
    }),
  );
  fleet.setBudgets([
    ...plan.racks.map((rack) => {
      const { hall, name } = plan.rows[rack.row];
      const budgetW = rack.budgetKw * 1000;
      return {
        place: `${plan.site}/${hall}/${name}/${rack.name}`,
        budgetW,
        feedAW: budgetW,
        feedBW: budgetW,
        derate: 1,
      };
    }),
  ]);
  const targets = exportersOf(load, 1, T0).map((exporter) => ({ exporter, decode: expositionReader() }));
  return (now: number) => {
    for (const { exporter, decode } of targets) {
      if (!exporter.body) continue;
      const decoded = decode.read(Buffer.from(exporter.body(now)), 'prometheus');
      const targetLabels = new Map(Object.entries({ ...exporter.labels, instance: exporter.instance }));
      fleet.ingest({ key: exporter.path, sourceId: 'demo', site: plan.site, targetLabels, time: now, decoded });
    }
    return fleet.frame(now, 60_000);
  };
}

it('an hour of healthy training at full use with SW power cap present raises nothing', { timeout: 300_000 }, () => {
  const load = new Load(healthyPlan(), 1, T0);
  const read = reader(load);
  const bench = new Bench();
  benches.push(bench);
  bench.sources.push({ name: 'demo', site: load.plan.site, state: 'up' });
  const state = newNodeState(8);
  let [capped, looked, use] = [0, 0, 0];
  for (let at = 0; at <= MINUTES * 60_000; at += 3 * POLL) {
    bench.now = T0 + at;
    bench.poll(read(bench.now));
    for (const node of load.plan.nodes) {
      load.read(node, bench.now, state);
      for (let gpu = 0; gpu < node.gpus; gpu++) {
        looked++;
        use += state.util[gpu];
        if ((state.reasons[gpu] & SW_POWER_CAP) !== 0) capped++;
      }
    }
  }
  // The load is what the test says it is.
  expect(use / looked).toBeGreaterThan(0.9);
  expect(capped / looked, 'share of GPU time under the cap').toBeGreaterThan(0.01);
  const { rows } = bench.call('alertHistory', { most: 1000 });
  expect(rows.filter(({ kind }) => kind === 'firing').map(({ text }) => text)).toEqual([]);
  expect(bench.call('alerts', {})).toMatchObject({ total: 0, trouble: [] });
});
