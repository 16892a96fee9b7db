import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { startEngine } from './engine.ts';

const NODES = 5;
const GPUS = 8;
const BRAKE = 0x80;

/** Five nodes of one rack, each with the text of a dcgm-exporter; when their GPUs are in power brake is ours to say. */
async function rack() {
  let reasons = 0;
  const textOf = (node: number) =>
    [
      ['DCGM_FI_DEV_POWER_USAGE', reasons === 0 ? 690 : 200],
      ['DCGM_FI_DEV_CLOCKS_EVENT_REASONS', reasons],
    ]
      .map(([metric, value]) => {
        const line = (_: unknown, gpu: number) =>
          `${metric}{gpu="${gpu}",UUID="GPU-${node}-${gpu}",modelName="NVIDIA H200",Hostname="n${node}"} ${value}\n`;
        return `# TYPE ${metric} gauge\n${Array.from({ length: GPUS }, line).join('')}`;
      })
      .join('');
  const servers = await Promise.all(
    Array.from({ length: NODES }, async (_, node) => {
      const server = createServer((_request, response) => {
        response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
        response.end(textOf(node));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const labels = { site: 'S', hall: 'A', row: 'A1', rack: 'A1-01' };
  const url = (server: (typeof servers)[number]) =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  return {
    targets: servers.map((server) => ({ url: url(server), labels })),
    pull: () => {
      reasons = BRAKE;
      return Date.now();
    },
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

test('the HW power brake on 40 GPUs of a rack is one incident in the first frame after they were scraped', async () => {
  const fleet = await rack();
  const source = { kind: 'exporters', id: 'dcgm', name: 'DCGM', site: 'S', targets: fleet.targets };
  const engine = startEngine({ pollMs: 1000, sources: [source] }, systemClock);
  try {
    const live = engine.until(({ summary }) => summary.gpusReporting === NODES * GPUS);
    await engine.call('watch', { signal: 'power', gpus: false, racks: [] });
    expect((await live).findings).toEqual([]);
    const at = (await engine.call('layout', {})).path.indexOf('S/A/A1/A1-01');
    const pulled = fleet.pull();
    // The oldest sample of the rack is of after the brake: all of its boards were scraped since.
    const { findings, alerts } = await engine.until((frame) => (frame.sampledAt[at] ?? 0) > pulled);
    expect(findings.map(({ severity, title }) => `${severity} ${title}`)).toEqual([
      'critical 40 GPUs in HW power brake',
    ]);
    expect(alerts.counts).toMatchObject({ critical: 40, incidents: 1 });
  } finally {
    engine.remove();
    fleet.close();
  }
});
