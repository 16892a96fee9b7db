import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const NODES = 5;
const GPUS_A_NODE = 8;
/** GPUs of the rack. */
export const GPUS = NODES * GPUS_A_NODE;
const BRAKE = 0x80;

/**
 * Rack A1-01: five nodes, each with the text of a dcgm-exporter; and one node of rack A1-02. When the GPUs of A1-01 are in
 * power brake, and when its exporters hang up on everyone, is ours to say.
 */
export async function brakedRack() {
  let [reasons, silent] = [0, false];
  const textOf = (node: number, bits: number) =>
    [
      ['DCGM_FI_DEV_POWER_USAGE', bits === 0 ? 690 : 200],
      ['DCGM_FI_DEV_CLOCKS_EVENT_REASONS', bits],
    ]
      .map(([metric, value]) => {
        const line = (_: unknown, gpu: number) =>
          `${metric}{gpu="${gpu}",UUID="GPU-${node}-${gpu}",modelName="NVIDIA H200",Hostname="n${node}"} ${value}\n`;
        return `# TYPE ${metric} gauge\n${Array.from({ length: GPUS_A_NODE }, line).join('')}`;
      })
      .join('');
  const servers = await Promise.all(
    Array.from({ length: NODES + 1 }, async (_, node) => {
      const other = node === NODES;
      const server = createServer((request, response) => {
        if (silent && !other) return void request.socket.destroy();
        response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
        response.end(textOf(node, other ? 0 : reasons));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const target = (server: (typeof servers)[number], node: number) => ({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    labels: { site: 'S', hall: 'A', row: 'A1', rack: node === NODES ? 'A1-02' : 'A1-01' },
  });
  return {
    source: { kind: 'exporters', id: 'dcgm', name: 'DCGM', site: 'S', targets: servers.map(target) },
    /** @returns when the brake was pulled, epoch ms */
    pull(): number {
      reasons = BRAKE;
      return Date.now();
    },
    silence(): void {
      silent = true;
    },
    close(): void {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
