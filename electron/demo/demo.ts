import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EpochMs, Watts } from '../../shared/units.ts';
import { BmcText } from './bmc.ts';
import { exportersOf, serveExporters } from './exporters.ts';
import { type FleetFiles, type SiteFiles, writeFleetFiles, writeSiteFiles } from './fleet-files.ts';
import { Load, newNodeState } from './load.ts';
import { PduText } from './pdu.ts';
import { drawnPlan, type FleetPlan, mixedPlans, type NodePlan, sizedPlan } from './plan.ts';

export interface DemoOptions {
  /** Nodes of a fleet of HGX H200; without it the fleet of the drawing (44 racks, 2,048 GPUs). */
  readonly nodes?: number;
  /** GPUs a node, 1–16; only with `nodes`. Default 8. */
  readonly gpus?: number;
  /** Nothing is near a limit anywhere; only with `nodes`. */
  readonly calm?: boolean;
  /** Three sites of several makers with BMCs and inference servers, instead of one; not with `nodes`. */
  readonly mixed?: boolean;
  /** The same seed gives the same fleet. Default 1. */
  readonly seed?: number;
  /** Port on 127.0.0.1; default any free one. */
  readonly port?: number;
  /** Folder for targets.json, prometheus.yml, topology.csv, budgets.csv; default a new one that `close` removes. */
  readonly folder?: string;
  /** The clock; default the system's. The script begins when the demo starts. */
  readonly now?: () => EpochMs;
}

/** A running demo fleet. */
export interface Demo extends FleetFiles {
  readonly port: number;
  /** URLs of all exporters: dcgm-exporters, then node_exporters, then PDUs. */
  readonly targets: readonly string[];
  readonly racks: number;
  readonly nodes: number;
  readonly gpus: number;
  /** One entry a site, for a server that reads that site alone. */
  readonly sites: readonly SiteFiles[];
  /** Watts of all GPUs that report at a time: what their exporters say then. */
  gpuPowerW(time: EpochMs): Watts;
  /** Watts that all racks draw at a time: what their PDUs say then, to one watt a rack. */
  rackPowerW(time: EpochMs): Watts;
  /** What every rack truly draws at a time, to be found again by whoever reads the exporters. */
  truth(time: EpochMs): readonly RackTruth[];
  close(): Promise<void>;
}

/** The simulated truth of one rack, watts. */
export interface RackTruth {
  /** `site/hall/row/rack` */
  readonly path: string;
  /** Both feeds together, the boards alone, and each PDU inlet. */
  readonly drawW: Watts;
  readonly gpuW: Watts;
  readonly feedW: Readonly<Record<'A' | 'B', Watts>>;
  /** Node by node: its boards and all that goes with them. */
  readonly nodeW: Readonly<Record<string, Watts>>;
  readonly nodes: readonly NodeTruth[];
}

/** The simulated truth of one node. */
export interface NodeTruth {
  readonly name: string;
  readonly gpus: number;
  /** Its boards together. */
  readonly gpuW: Watts;
  /** Number of the Slurm job on it, or the model that it serves; '' where there is none. */
  readonly job: string;
  readonly serves: string;
  /** InfiniBand port by port, bytes per second. */
  readonly ports: readonly { readonly tx: number; readonly rx: number }[];
}

/**
 * Starts the exporters and writes the fleet's files.
 * @throws RangeError for a size out of range; the socket's error (EADDRINUSE …) when the port cannot be had
 */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const { nodes, gpus = 8, seed = 1, port = 0, now = Date.now } = options;
  within('nodes', nodes ?? 1, 1, 20_000);
  within('gpus', gpus, 1, 16);
  within('seed', seed, 0, 0xffff_ffff);
  const startedAt = now();
  const sites = plansOf(options).map((plan, index) => {
    // Sites must not share a UUID, so each has a seed of its own; the first has the one that was asked for.
    const own = seed + index * 100_003;
    const load = new Load(plan, own, startedAt);
    const exporters = exportersOf(load, own, startedAt, index === 0 ? '' : `/${plan.site}`);
    return { plan, load, exporters, seed: own };
  });
  const exporters = sites.flatMap((site) => site.exporters);
  const server = serveExporters(exporters, now);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'fleetwatt-demo-')));
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  const count = (of: (plan: FleetPlan) => number) => sites.reduce((sum, { plan }) => sum + of(plan), 0);
  try {
    return {
      ...(await writeFleetFiles(folder, sites, bound)),
      sites: await Promise.all(sites.map((site) => writeSiteFiles(folder, site, bound))),
      port: bound,
      targets: exporters.map((exporter) => `http://127.0.0.1:${bound}${exporter.path}`),
      racks: count((plan) => plan.racks.length),
      nodes: count((plan) => plan.nodes.length),
      gpus: count((plan) => plan.gpus),
      gpuPowerW: (time) => sites.reduce((sum, { load }) => sum + load.reportedGpuW(time), 0),
      rackPowerW: (time) => truthOf(sites, startedAt, time).reduce((sum, { drawW }) => sum + drawW, 0),
      truth: (time) => truthOf(sites, startedAt, time),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function plansOf({ nodes, gpus = 8, seed = 1, mixed = false, calm = false }: DemoOptions): readonly FleetPlan[] {
  if (mixed && nodes !== undefined) throw new RangeError('a mixed fleet has a size of its own: leave nodes away');
  if (mixed) return mixedPlans();
  return [nodes === undefined ? drawnPlan() : sizedPlan(nodes, gpus, seed, calm)];
}

function truthOf(
  sites: readonly { readonly plan: FleetPlan; readonly load: Load; readonly seed: number }[],
  startedAt: EpochMs,
  time: EpochMs,
): readonly RackTruth[] {
  return sites.flatMap(({ plan, load, seed }) => {
    const bmc = new BmcText(load);
    const pdus = new PduText(load, seed, startedAt);
    return plan.racks.map((rack, index) => {
      const { hall, name } = plan.rows[rack.row];
      const nodes = plan.nodes.slice(rack.firstNode, rack.firstNode + rack.nodes);
      return {
        path: [plan.site, hall, name, rack.name].join('/'),
        drawW: load.rackW(rack, time),
        gpuW: load.rackGpuW(rack, time),
        feedW: { A: pdus.feedW(index, 'A', time), B: pdus.feedW(index, 'B', time) },
        nodes: nodes.map((node) => nodeTruth(load, node, rack.machine.portBps, time)),
        nodeW: Object.fromEntries(nodes.map((node, i) => [node.name, bmc.nodeW(rack.firstNode + i, time)])),
      };
    });
  });
}

function nodeTruth(load: Load, node: NodePlan, portBps: number, time: EpochMs): NodeTruth {
  const state = newNodeState(node.gpus);
  load.read(node, time, state);
  const { name, gpus, job, serves } = node;
  const gpuW = state.powerW.reduce((sum, watts) => sum + watts, 0);
  const ports = Array.from(state.portTx, (tx, port) => ({ tx: tx * portBps, rx: state.portRx[port] * portBps }));
  return { name, gpus, gpuW, job, serves, ports };
}

function within(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`${name} must be a whole number from ${low} to ${high}, not ${value}`);
  }
}
