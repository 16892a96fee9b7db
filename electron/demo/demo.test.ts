import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExpositionReader } from '../../shared/exposition/reader.ts';
import { type Demo, startDemo } from './demo.ts';
import { exportersOf } from './exporters.ts';
import { Load } from './load.ts';
import { drawnPlan } from './plan.ts';

const START = Date.UTC(2026, 10, 23, 14, 32, 10);
let now = START;
let demo: Demo;

beforeAll(async () => {
  demo = await startDemo({ now: () => now });
});
afterAll(() => demo.close());

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function fetchPath(path: string, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: demo.port, path, method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Values of a metric, by the text of its labels. */
function values(body: string, metric: string): Map<string, number> {
  const lines = body.split('\n').filter((line) => line.startsWith(`${metric}{`));
  return new Map(
    lines.map((line) => [line.slice(metric.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

const total = (body: string, metric: string): number => [...values(body, metric).values()].reduce((a, b) => a + b, 0);

describe('exporters', () => {
  test('hall A speaks the names of DCGM 4.6, hall B the legacy ones', async () => {
    const a = (await fetchPath('/A2-05-n03/dcgm/metrics')).body;
    const b = (await fetchPath('/B1-02-n4/dcgm/metrics')).body;
    expect(values(a, 'DCGM_FI_DEV_BOARD_POWER_WATTS').size).toBe(4);
    expect(a).toContain('hostname="A2-05-n03"');
    expect(a).not.toMatch(/DCGM_FI_DEV_POWER_USAGE|Hostname=|NVLINK_BANDWIDTH_TOTAL/);
    expect(values(b, 'DCGM_FI_DEV_POWER_USAGE').size).toBe(8);
    expect(b).toContain('Hostname="B1-02-n4"');
    expect(b).not.toMatch(/BOARD_POWER_WATTS|hostname=|PROF_NVLINK/);
  });

  test('every GPU has a UUID of its own', async () => {
    const uuids = new Set<string>();
    for (const target of demo.targets.filter((url) => url.endsWith('/dcgm/metrics') && !url.includes('B3-05-n2'))) {
      const { body } = await fetchPath(new URL(target).pathname);
      for (const [, uuid] of body.matchAll(/^DCGM_FI_DEV_FB_USED\{.*?UUID="(GPU-[0-9a-f-]{36})"/gm)) uuids.add(uuid);
    }
    expect(uuids.size).toBe(2040);
  });

  test('all board power together is what the demo says it is', async () => {
    let watts = 0;
    for (const target of demo.targets.filter((url) => url.endsWith('/dcgm/metrics') && !url.includes('B3-05-n2'))) {
      const { body } = await fetchPath(new URL(target).pathname);
      watts += total(body, 'DCGM_FI_DEV_BOARD_POWER_WATTS') + total(body, 'DCGM_FI_DEV_POWER_USAGE');
    }
    // Every reading is rounded to a thousandth of a watt.
    expect(Math.abs(watts - demo.gpuPowerW(now))).toBeLessThan(2040 * 0.0005);
  });

  test('the two feeds of all racks together are the draw of the racks', async () => {
    let watts = 0;
    for (const target of demo.targets.filter((url) => url.includes('/pdu/'))) {
      const { body } = await fetchPath(new URL(target).pathname);
      const row = /^measurementsInletSensorValue\{inletId="1",pduId="1",sensorType="activePower"\} (\d+)$/m.exec(body);
      watts += Number(row?.[1]);
    }
    expect(Math.abs(watts - demo.rackPowerW(now))).toBeLessThan(44);
  });

  test('counters advance by their rates and never go back', async () => {
    const path = '/A1-05-n01';
    const before = [(await fetchPath(`${path}/dcgm/metrics`)).body, (await fetchPath(`${path}/node/metrics`)).body];
    const powerW = total(before[0], 'DCGM_FI_DEV_BOARD_POWER_WATTS');
    now += 1000;
    const after = [(await fetchPath(`${path}/dcgm/metrics`)).body, (await fetchPath(`${path}/node/metrics`)).body];
    const energy = 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION';
    const gained = (total(after[0], energy) - total(before[0], energy)) / 1000;
    expect(gained / powerW).toBeGreaterThan(0.95);
    expect(gained / powerW).toBeLessThan(1.05);
    // leaf-A-17: the node's first port sends at 95 % and more of NDR 400 and waits a good part of the time.
    const port = '{device="mlx5_0",port="1"}';
    const sent = 'node_infiniband_port_data_transmitted_bytes_total';
    const grown = (values(after[1], sent).get(port) ?? 0) - (values(before[1], sent).get(port) ?? 0);
    expect(grown / 5e10).toBeGreaterThan(0.95);
    expect(grown / 5e10).toBeLessThan(1);
    now -= 5000;
    const earlier = (await fetchPath(`${path}/node/metrics`)).body;
    for (const [labels, value] of values(earlier, sent)) expect(value).toBe(values(after[1], sent).get(labels));
    now = START;
  });

  test('the silent node hangs up', async () => {
    await expect(fetchPath('/B3-05-n2/dcgm/metrics')).rejects.toThrow(/ECONNRESET|hang up/);
    await expect(fetchPath('/B3-05-n2/node/metrics')).rejects.toThrow(/ECONNRESET|hang up/);
  });

  test('answers HEAD, 404, 405 and says its format', async () => {
    const got = await fetchPath('/A1-01-n01/node/metrics');
    expect(got.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const head = await fetchPath('/A1-01-n01/node/metrics', 'HEAD');
    expect([head.status, head.body]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(1000);
    expect((await fetchPath('/A9-01-n01/node/metrics')).status).toBe(404);
    const post = await fetchPath('/A1-01-n01/node/metrics', 'POST');
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('files', () => {
  test('topology and budgets name every place of the drawing', async () => {
    const topology = (await readFile(demo.topologyFile, 'utf8')).trimEnd().split('\n');
    expect(topology[0]).toBe('site,hall,row,rack,u,node,model,gpus,position,aisle,feeds');
    expect(topology).toHaveLength(1 + 400 + 44);
    expect(topology).toContain('PDX-1,A,A2,A2-05,3,A2-05-n03,GB200 NVL72,4,,,');
    expect(topology).toContain('PDX-1,A,A2,A2-05,,,GB200 NVL72,,5,Cold aisle 1,A+B');
    const budgets = (await readFile(demo.budgetsFile, 'utf8')).trimEnd().split('\n');
    expect(budgets[0]).toBe('place,budget_kw,feed_a_kw,feed_b_kw,derate');
    expect(budgets).toHaveLength(1 + 1 + 2 + 6 + 44);
    expect(budgets).toContain('PDX-1/A/A2,1000,1200,1200,0.5');
  });

  test('targets.json names each exporter once, under labels that place it', async () => {
    const groups = JSON.parse(await readFile(demo.targetsFile, 'utf8')) as {
      targets: string[];
      labels: Record<string, string>;
    }[];
    expect(groups).toHaveLength(400 + 400 + 88 + 1 + 28);
    expect(new Set(groups.map((group) => group.labels.instance)).size).toBe(917);
    expect(groups.find((group) => group.labels.instance === 'A2-05-n03:9400')).toEqual({
      targets: [`127.0.0.1:${demo.port}`],
      labels: {
        ...{ __metrics_path__: '/A2-05-n03/dcgm/metrics', job: 'dcgm', instance: 'A2-05-n03:9400' },
        ...{ site: 'PDX-1', hall: 'A', row: 'A2', rack: 'A2-05', node: 'A2-05-n03' },
      },
    });
  });
});

test('every body decodes without a warning, and a later one of the same exporter by the cached layout', () => {
  const exporters = exportersOf(new Load(drawnPlan(), 1, START), 1, START);
  const bytes = new TextEncoder();
  for (const { path, body } of exporters) {
    if (body === null) continue;
    const reader = new ExpositionReader();
    const first = reader.read(bytes.encode(body(START)), 'prometheus');
    expect([path, first.warnings, first.duplicates]).toEqual([path, [], 0]);
    reader.read(bytes.encode(body(START + 5000)), 'prometheus');
    expect([path, reader.fullParses]).toEqual([path, 1]);
  }
});

test('a size out of range and a taken port are errors', async () => {
  await expect(startDemo({ nodes: 0 })).rejects.toThrow('nodes must be a whole number from 1 to 20000, not 0');
  await expect(startDemo({ nodes: 1, gpus: 17 })).rejects.toThrow(RangeError);
  await expect(startDemo({ nodes: 1, port: demo.port })).rejects.toThrow(/EADDRINUSE/);
});

test('one poll of the whole fleet is more than five megabytes', () => {
  const load = new Load(drawnPlan(), 1, START);
  const bodies = exportersOf(load, 1, START).filter((exporter) => exporter.job === 'dcgm');
  expect(bodies.reduce((bytes, { body }) => bytes + (body?.(START).length ?? 0), 0)).toBeGreaterThan(5_000_000);
});
