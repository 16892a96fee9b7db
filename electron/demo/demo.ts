import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EpochMs, Watts } from '../../shared/units.ts';
import { exportersOf, serveExporters } from './exporters.ts';
import { type FleetFiles, writeFleetFiles } from './fleet-files.ts';
import { Load } from './load.ts';
import { drawnPlan, sizedPlan } from './plan.ts';

export interface DemoOptions {
  /** Nodes of a fleet of HGX H200; without it the fleet of the drawing (44 racks, 2,048 GPUs). */
  readonly nodes?: number;
  /** GPUs a node, 1–16; only with `nodes`. Default 8. */
  readonly gpus?: number;
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
  /** Watts of all GPUs that report at a time: what their exporters say then. */
  gpuPowerW(time: EpochMs): Watts;
  /** Watts that all racks draw at a time: what their PDUs say then, to one watt a rack. */
  rackPowerW(time: EpochMs): Watts;
  close(): Promise<void>;
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
  const plan = nodes === undefined ? drawnPlan() : sizedPlan(nodes, gpus, seed);
  const startedAt = now();
  const load = new Load(plan, seed, startedAt);
  const exporters = exportersOf(load, seed, startedAt);
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
  try {
    const files = await writeFleetFiles(folder, plan, exporters, bound);
    return {
      ...files,
      port: bound,
      targets: exporters.map((exporter) => `http://127.0.0.1:${bound}${exporter.path}`),
      ...{ racks: plan.racks.length, nodes: plan.nodes.length, gpus: plan.gpus },
      gpuPowerW: (time) => load.reportedGpuW(time),
      rackPowerW: (time) => plan.racks.reduce((sum, rack) => sum + load.rackW(rack, time), 0),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function within(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`${name} must be a whole number from ${low} to ${high}, not ${value}`);
  }
}
