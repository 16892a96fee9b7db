import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ethernetCsv, ethernetPlan } from './ethernet.ts';
import type { Exporter } from './exporters.ts';
import { fabricCsv, fabricPlan } from './fabric.ts';
import type { FleetPlan } from './plan.ts';

/** Where the files of a demo fleet lie. */
export interface FleetFiles {
  /** file_sd for Fleetwatt and Prometheus alike. */
  readonly targetsFile: string;
  /** A Prometheus configuration that scrapes the fleet. */
  readonly prometheusConfig: string;
  readonly topologyFile: string;
  readonly budgetsFile: string;
  /** The cabling plan; only the header for a fleet without leaves and spines. */
  readonly fabricFile: string;
}

/** The exporters of one site, as file_sd and as a Prometheus configuration of their own. */
export interface SiteFiles {
  readonly site: string;
  readonly targetsFile: string;
  readonly prometheusConfig: string;
}

/** One site and what it serves. */
export interface ServedSite {
  readonly plan: FleetPlan;
  readonly exporters: readonly Exporter[];
}

/** Writes the files of all sites into a folder, made if need be. @throws Error when the folder cannot be written */
export async function writeFleetFiles(folder: string, sites: readonly ServedSite[], port: number): Promise<FleetFiles> {
  const plans = sites.map(({ plan }) => plan);
  const exporters = sites.flatMap((site) => site.exporters);
  await mkdir(folder, { recursive: true });
  const files: FleetFiles = {
    targetsFile: join(folder, 'targets.json'),
    prometheusConfig: join(folder, 'prometheus.yml'),
    topologyFile: join(folder, 'topology.csv'),
    budgetsFile: join(folder, 'budgets.csv'),
    fabricFile: join(folder, 'fabric.csv'),
  };
  await Promise.all([
    writeFile(files.targetsFile, targetsJson(exporters, port)),
    writeFile(files.prometheusConfig, prometheusYml('targets.json')),
    writeFile(files.topologyFile, topologyCsv(plans)),
    writeFile(files.budgetsFile, budgetsCsv(plans)),
    writeFile(files.fabricFile, cablingCsv(plans)),
  ]);
  return files;
}

/** Writes what a server for one site alone needs. @throws Error when the folder cannot be written */
export async function writeSiteFiles(
  folder: string,
  { plan, exporters }: ServedSite,
  port: number,
): Promise<SiteFiles> {
  const targets = `targets-${plan.site}.json`;
  const config = join(folder, `prometheus-${plan.site}.yml`);
  await writeFile(join(folder, targets), targetsJson(exporters, port));
  await writeFile(config, prometheusYml(targets));
  return { site: plan.site, targetsFile: join(folder, targets), prometheusConfig: config };
}

/** One group a target: they share the address and differ by path and name. */
function targetsJson(exporters: readonly Exporter[], port: number): string {
  const groups = exporters.map(({ job, path, instance, labels }) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { __metrics_path__: path, job, instance, ...labels },
  }));
  return `[\n${groups.map((group) => JSON.stringify(group)).join(',\n')}\n]\n`;
}

const prometheusYml = (targets: string) => `global:
  scrape_interval: 5s
  scrape_timeout: 4s
scrape_configs:
  - job_name: fleetwatt-demo
    file_sd_configs:
      - files: [${targets}]
`;

/** One line a node, and one a rack, which says where it stands and that it has two feeds. */
function topologyCsv(plans: readonly FleetPlan[]): string {
  const rows = plans.flatMap((plan) => {
    const placeOf = (index: number) => {
      const rack = plan.racks[index];
      const row = plan.rows[rack.row];
      return [plan.site, row.hall, row.name, rack.name];
    };
    const nodes = plan.nodes.map(({ rack, slot, name, gpus }) => {
      return [...placeOf(rack), slot + 1, name, plan.racks[rack].machine.nodeModel, gpus, '', '', ''];
    });
    const racks = plan.racks.map((rack, index) => {
      const position = plan.racks.slice(0, index).filter((other) => other.row === rack.row).length + 1;
      return [...placeOf(index), '', '', rack.machine.nodeModel, '', position, aisleOf(plan, rack.row), 'A+B'];
    });
    return [...nodes, ...racks];
  });
  return csv('site,hall,row,rack,u,node,model,gpus,position,aisle,feeds'.split(','), rows);
}

/** Two rows of a hall face each other across a cold aisle. */
function aisleOf(plan: FleetPlan, row: number): string {
  const inHall = plan.rows.slice(0, row).filter(({ hall }) => hall === plan.rows[row].hall).length;
  return `Cold aisle ${Math.floor(inHall / 2) + 1}`;
}

const cablingCsv = (plans: readonly FleetPlan[]) =>
  [
    'kind,leaf,leaf_port,spine,spine_port,rail,pod,rate_gbps\n',
    ...plans
      .flatMap((plan) => plan.halls.map(({ name }) => fabricPlan(plan, name)))
      .map((fabric) => (fabric ? fabricCsv(fabric) : '')),
    ...plans.flatMap((plan) => plan.ethernet.map((hall) => ethernetCsv(ethernetPlan(plan, hall)))),
  ].join('');

/**
 * Feeds are 2N: each could carry the place alone, so half its rating is what it may carry while both are up. Busways
 * and PDUs are a size larger than the budget; the site's two UPS are exactly its budget, as in the drawing.
 */
function budgetsCsv(plans: readonly FleetPlan[]): string {
  return csv(['place', 'budget_kw', 'feed_a_kw', 'feed_b_kw', 'derate'], plans.flatMap(budgetRows));
}

function budgetRows(plan: FleetPlan): (string | number)[][] {
  const line = (place: string, kw: number, feedKw = Math.round(kw * 12) / 10) => [place, kw, feedKw, feedKw, 0.5];
  const hallPath = (hall: string): string => `${plan.site}/${hall}`;
  const rowPath = (index: number): string => `${hallPath(plan.rows[index].hall)}/${plan.rows[index].name}`;
  return [
    line(plan.site, plan.siteBudgetKw, plan.siteBudgetKw),
    ...plan.halls.map((hall) => line(hallPath(hall.name), hall.budgetKw)),
    ...plan.rows.map((row, index) => line(rowPath(index), row.budgetKw)),
    ...plan.racks.map((rack) => line(`${rowPath(rack.row)}/${rack.name}`, rack.budgetKw)),
  ];
}

function csv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [header, ...rows].map((row) => `${row.join(',')}\n`).join('');
}
