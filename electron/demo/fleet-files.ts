import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exporter } from './exporters.ts';
import type { FleetPlan } from './plan.ts';

/** Where the files of a demo fleet lie. */
export interface FleetFiles {
  /** file_sd for Fleetwatt and Prometheus alike. */
  readonly targetsFile: string;
  /** A Prometheus configuration that scrapes the fleet. */
  readonly prometheusConfig: string;
  readonly topologyFile: string;
  readonly budgetsFile: string;
}

/** Writes the files into a folder, which is made if need be. @throws Error when the folder cannot be written */
export async function writeFleetFiles(
  folder: string,
  plan: FleetPlan,
  exporters: readonly Exporter[],
  port: number,
): Promise<FleetFiles> {
  await mkdir(folder, { recursive: true });
  const files: FleetFiles = {
    targetsFile: join(folder, 'targets.json'),
    prometheusConfig: join(folder, 'prometheus.yml'),
    topologyFile: join(folder, 'topology.csv'),
    budgetsFile: join(folder, 'budgets.csv'),
  };
  await Promise.all([
    writeFile(files.targetsFile, targetsJson(exporters, port)),
    writeFile(files.prometheusConfig, PROMETHEUS_YML),
    writeFile(files.topologyFile, topologyCsv(plan)),
    writeFile(files.budgetsFile, budgetsCsv(plan)),
  ]);
  return files;
}

/** One group a target: they share the address and differ by path and name. */
function targetsJson(exporters: readonly Exporter[], port: number): string {
  const groups = exporters.map(({ job, path, instance, labels }) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { __metrics_path__: path, job, instance, ...labels },
  }));
  return `[\n${groups.map((group) => JSON.stringify(group)).join(',\n')}\n]\n`;
}

const PROMETHEUS_YML = `global:
  scrape_interval: 5s
  scrape_timeout: 4s
scrape_configs:
  - job_name: fleetwatt-demo
    file_sd_configs:
      - files: [targets.json]
`;

function topologyCsv(plan: FleetPlan): string {
  const rows = plan.nodes.map((node) => {
    const rack = plan.racks[node.rack];
    const row = plan.rows[rack.row];
    return [plan.site, row.hall, row.name, rack.name, node.slot + 1, node.name, rack.machine.nodeModel, node.gpus];
  });
  return csv(['site', 'hall', 'row', 'rack', 'u', 'node', 'model', 'gpus'], rows);
}

/**
 * Feeds are 2N: each could carry the place alone, so half its rating is what it may carry while both are up. Busways
 * and PDUs are a size larger than the budget; the site's two UPS are exactly its budget, as in the drawing.
 */
function budgetsCsv(plan: FleetPlan): string {
  const line = (place: string, kw: number, feedKw = Math.round(kw * 12) / 10) => [place, kw, feedKw, feedKw, 0.5];
  const hallPath = (hall: string): string => `${plan.site}/${hall}`;
  const rowPath = (index: number): string => `${hallPath(plan.rows[index].hall)}/${plan.rows[index].name}`;
  return csv(
    ['place', 'budget_kw', 'feed_a_kw', 'feed_b_kw', 'derate'],
    [
      line(plan.site, plan.siteBudgetKw, plan.siteBudgetKw),
      ...plan.halls.map((hall) => line(hallPath(hall.name), hall.budgetKw)),
      ...plan.rows.map((row, index) => line(rowPath(index), row.budgetKw)),
      ...plan.racks.map((rack) => line(`${rowPath(rack.row)}/${rack.name}`, rack.budgetKw)),
    ],
  );
}

function csv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [header, ...rows].map((row) => `${row.join(',')}\n`).join('');
}
