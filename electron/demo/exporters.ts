import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EpochMs } from '../../shared/units.ts';
import { AmdText } from './amd.ts';
import { BmcText } from './bmc.ts';
import { DcgmText } from './dcgm.ts';
import { EthernetText, ethernetPlan } from './ethernet.ts';
import { FabricText, fabricPlan } from './fabric.ts';
import type { Load } from './load.ts';
import { NodeText } from './node.ts';
import { type FeedName, PduText } from './pdu.ts';
import type { NodePlan } from './plan.ts';
import { podOf, VllmText } from './vllm.ts';

/** One exporter of the fleet: where it answers, and the labels a scraper knows it by. */
export interface Exporter {
  readonly job: 'dcgm' | 'amd' | 'node' | 'pdu' | 'ipmi' | 'vllm' | 'fabric' | 'snmp';
  readonly path: string;
  readonly instance: string;
  /** site, hall, row, rack; node for a node's exporters; feed for a PDU; namespace and pod for an inference server. */
  readonly labels: Readonly<Record<string, string>>;
  /** The body at a time; null where the exporter hangs up. */
  readonly body: ((time: EpochMs) => string) | null;
}

/**
 * Every exporter of one site: the boards', the nodes', then BMCs, inference servers, PDUs and switches.
 * @param prefix stands before every path: '' or such as '/AMS-2'
 */
export function exportersOf(load: Load, seed: number, startedAt: EpochMs, prefix = ''): readonly Exporter[] {
  const { plan } = load;
  const texts = {
    dcgm: new DcgmText(load, seed, startedAt),
    amd: new AmdText(load, seed),
    node: new NodeText(load, seed, startedAt),
    ipmi: new BmcText(load),
    vllm: new VllmText(load, seed, startedAt),
  };
  const placeOf = (rack: number) => {
    const { name, row } = plan.racks[rack];
    return { site: plan.site, hall: plan.rows[row].hall, row: plan.rows[row].name, rack: name };
  };
  const ofNodes = (job: keyof typeof texts, port: number, has: (node: NodePlan) => boolean = () => true) =>
    plan.nodes.flatMap((node, index): Exporter[] => {
      if (!has(node)) return [];
      const pod: Exporter['labels'] = job === 'vllm' ? { namespace: 'inference', pod: podOf(node.name) } : {};
      return [
        {
          job,
          path: `${prefix}/${node.name}/${job}/metrics`,
          instance: `${node.name}:${port}`,
          labels: { ...placeOf(node.rack), node: node.name, ...pod },
          body: node.silent ? null : (time) => texts[job].read(index, time),
        },
      ];
    });
  const boards = (kind: 'dcgm' | 'amd') => (node: NodePlan) => plan.racks[node.rack].machine.exporter === kind;
  return [
    ...ofNodes('dcgm', 9400, boards('dcgm')),
    ...ofNodes('amd', 5000, boards('amd')),
    ...ofNodes('node', 9100),
    ...ofNodes('ipmi', 9290, () => plan.bmc),
    ...ofNodes('vllm', 8000, (node) => node.serves !== ''),
    ...ofPdus(load, seed, startedAt, prefix, placeOf),
    ...ofFabrics(load, seed, startedAt, prefix),
    ...ofLeaves(load, texts.node, prefix, placeOf),
  ];
}

/** snmp_exporter's reading of each Ethernet leaf, known by its `instance`, as the usual relabelling has it. */
function ofLeaves(
  { plan }: Load,
  nodes: NodeText,
  prefix: string,
  placeOf: (rack: number) => Readonly<Record<string, string>>,
): readonly Exporter[] {
  return plan.ethernet.flatMap((hall): Exporter[] => {
    const ethernet = ethernetPlan(plan, hall);
    const text = new EthernetText(ethernet, plan, nodes);
    return ethernet.leaves.map(({ name, rack }, leaf) => ({
      ...{ job: 'snmp', path: `${prefix}/snmp/${name}/metrics`, instance: name, labels: placeOf(rack) },
      body: (time) => text.read(leaf, time),
    }));
  });
}

/** One infiniband_exporter for the switches of each hall that trains over leaves and spines. */
function ofFabrics(load: Load, seed: number, startedAt: EpochMs, prefix: string): readonly Exporter[] {
  const { plan } = load;
  return plan.halls.flatMap(({ name: hall }): Exporter[] => {
    const fabric = fabricPlan(plan, hall);
    if (!fabric) return [];
    const text = new FabricText(fabric, seed, startedAt);
    const [path, instance] = [`${prefix}/fabric-${hall}/metrics`, `fabric-${hall}:9315`];
    return [{ job: 'fabric', path, instance, labels: { site: plan.site, hall }, body: (time) => text.read(time) }];
  });
}

function ofPdus(
  load: Load,
  seed: number,
  startedAt: EpochMs,
  prefix: string,
  placeOf: (rack: number) => Readonly<Record<string, string>>,
): readonly Exporter[] {
  const pdus = new PduText(load, seed, startedAt);
  return load.plan.racks.flatMap((rack, index) =>
    (['A', 'B'] satisfies FeedName[]).map(
      (feed): Exporter => ({
        job: 'pdu',
        path: `${prefix}/pdu/${rack.name}-${feed}/metrics`,
        instance: `${rack.name}-${feed}`,
        labels: { ...placeOf(index), feed },
        body: (time) => pdus.read(index, feed, time),
      }),
    ),
  );
}

/** Serves all exporters on one loopback server, each under its path. The caller listens and closes. */
export function serveExporters(exporters: readonly Exporter[], now: () => EpochMs): Server {
  const byPath = new Map(exporters.map((exporter) => [exporter.path, exporter]));
  const server = createServer((request, response) => answer(byPath, request, response, now));
  // Longer than any poll, so that a scraper's next read finds its connection open.
  server.keepAliveTimeout = 75_000;
  return server;
}

function answer(
  byPath: ReadonlyMap<string, Exporter>,
  request: IncomingMessage,
  response: ServerResponse,
  now: () => EpochMs,
): void {
  const { status, body, exposition } = reply(byPath, request, now);
  if (body === null) {
    // A silent node: the connection is reset, as when its exporter died with the request open.
    request.socket.resetAndDestroy();
    return;
  }
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  response.setHeader('Content-Type', exposition ? 'text/plain; version=0.0.4; charset=utf-8' : 'text/plain');
  // Every body is ASCII, so that its characters are its bytes.
  response.setHeader('Content-Length', body.length);
  response.writeHead(status);
  response.end(request.method === 'HEAD' ? undefined : body, 'latin1');
}

/** What a request gets; a null body is a hang-up. */
function reply(
  byPath: ReadonlyMap<string, Exporter>,
  request: IncomingMessage,
  now: () => EpochMs,
): { status: number; body: string | null; exposition: boolean } {
  const page = (status: number, body: string) => ({ status, body, exposition: false });
  if (request.method !== 'GET' && request.method !== 'HEAD') return page(405, 'Only GET and HEAD are answered here.\n');
  const path = (request.url ?? '/').split('?', 1)[0];
  if (path === '/') return page(200, `Fleetwatt demo fleet: ${byPath.size} exporters, such as\n${sample(byPath)}`);
  const exporter = byPath.get(path);
  if (!exporter) return page(404, 'No exporter answers at this path.\n');
  return { status: 200, body: exporter.body ? exporter.body(now()) : null, exposition: true };
}

function sample(byPath: ReadonlyMap<string, Exporter>): string {
  const first = new Map([...byPath.values()].reverse().map((exporter) => [exporter.job, exporter.path]));
  return [...first.values()].map((path) => `${path}\n`).join('');
}
