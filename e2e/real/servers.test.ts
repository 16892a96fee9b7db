import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { freePort, type Running } from './running.ts';
import { startAlertmanager, startNodeExporter, startPrometheus, startVictoriaMetrics } from './servers.ts';

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);

describe('availability', () => {
  test('a missing server is a reason that names the package, and a failure where it is required', () => {
    expect(requireReal('alertmanager', { PATH: '/nonexistent' })).toEqual({
      path: null,
      skip: 'prometheus-alertmanager is not installed; on Debian: apt-get install prometheus-alertmanager',
    });
    expect(() => requireReal('prometheus', { PATH: '', FLEETWATT_REQUIRE_REAL: '1' })).toThrow(
      /FLEETWATT_REQUIRE_REAL is set, but prometheus is not installed/,
    );
  });
});

const scrapeNobody = { configText: 'scrape_configs: []\n' };
describe.each([
  ['prometheus', () => startPrometheus(scrapeNobody), '/-/ready'],
  ['victoriaMetrics', () => startVictoriaMetrics(scrapeNobody), '/health'],
  ['alertmanager', () => startAlertmanager(), '/api/v2/status'],
  ['nodeExporter', () => startNodeExporter(), '/metrics'],
] as const)('%s', (program, start, path) => {
  const need = requireReal(program);
  test.skipIf(need.skip !== null)(titled('starts, survives a kill, stops without a trace', need), async () => {
    const server: Running = await start();
    try {
      expect((await read(`${server.url}${path}`)).length).toBeGreaterThan(0);
      const first = server.pid;
      await server.kill();
      expect(alive(first)).toBe(false);
      await expect(read(`${server.url}${path}`)).rejects.toThrow(/ECONNREFUSED/);
      await server.restart();
      expect(server.pid).not.toBe(first);
      expect((await read(`${server.url}${path}`)).length).toBeGreaterThan(0);
    } finally {
      await server.stop();
    }
    expect(alive(server.pid)).toBe(false);
  });
});

const prometheus = requireReal('prometheus');
test.skipIf(prometheus.skip !== null)(
  titled('a broken configuration is an error with the log', prometheus),
  async () => {
    await expect(startPrometheus({ configText: 'scrape_configs: 7\n' })).rejects.toThrow(/cannot unmarshal/);
  },
);

test('free ports are free', async () => {
  const [a, b] = [await freePort(), await freePort()];
  expect(a).toBeGreaterThan(1023);
  expect(b).toBeGreaterThan(1023);
});
