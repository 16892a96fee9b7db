import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fleet } from '../../../shared/fleet.ts';
import { prometheusSource } from '../../../shared/settings.ts';
import { PrometheusReader } from './prometheus.ts';

/** A server whose rules recorded one rack: what it answers to, and what it was asked. */
const SAMPLED = 'rack:fleetwatt_sample_time_seconds:min';
const WATTS = 'rack:fleetwatt_gpu_power_watts:sum';
const T0 = 1_800_000_000;
const rack = { site: 'S', hall: 'A', row: 'A1', rack: 'A1-01' };

let server: Server;
let reader: PrometheusReader;
let fleet: Fleet;
let now = T0 * 1000;
let asked: string[] = [];
const SERVED = { names: [SAMPLED, WATTS, 'rack:fleetwatt_gpus:count'], rows: null as object[] | null };
const told = { evaluated: T0, sampled: T0, watts: 4000, warnings: [] as string[], broken: '', ...SERVED };

function answerTo(query: string): unknown[] {
  if (told.rows) return told.rows;
  const row = (metric: object, value: number) => [{ metric, value: [now / 1000, String(value)] }];
  if (query.startsWith('sum(timestamp(')) return row({}, told.evaluated);
  if (query.includes('min by')) return row({ ...rack, profile: 'recorded' }, told.sampled);
  return [
    ...row({ __name__: WATTS, ...rack }, told.watts),
    ...row({ __name__: 'rack:fleetwatt_gpus:count', ...rack }, 8),
  ];
}

beforeEach(async () => {
  Object.assign(told, { evaluated: T0, sampled: T0, watts: 4000, warnings: [], broken: '', ...SERVED });
  server = createServer(async (question, response) => {
    // The clock of these tests is not that of the machine.
    response.sendDate = false;
    const chunks: Buffer[] = [];
    for await (const chunk of question) chunks.push(chunk as Buffer);
    const query = new URLSearchParams(Buffer.concat(chunks).toString()).get('query');
    if (query !== null) asked.push(query);
    if (told.broken !== '' && query?.includes(told.broken)) {
      response.statusCode = 503;
      response.end();
      return;
    }
    const data = query === null ? told.names : { resultType: 'vector', result: answerTo(query) };
    response.end(JSON.stringify({ status: 'success', data, warnings: query === null ? [] : told.warnings }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fleet = new Fleet({ mappings: [] });
  const clock = { now: () => now, later: () => () => {} };
  const source = prometheusSource.parse({ id: 'p', kind: 'prometheus', name: 'p', site: 'S', url });
  reader = new PrometheusReader(source, fleet, clock as never, undefined, () => []);
});
afterEach(async () => {
  reader.close();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

/** One refresh some seconds after T0. @returns how many queries it took, and the rack's watts with their age in seconds */
async function refresh(seconds: number) {
  now = (T0 + seconds) * 1000;
  asked = [];
  await reader.readAll(now);
  const { topology, columns } = fleet.frame(now, 60_000);
  const place = topology.path.indexOf('S/A/A1/A1-01');
  const { value, time } = columns.get('place.gpuPower') ?? { value: [], time: [] };
  return { queries: asked.length, watts: value[place], age: (now - (time[place] ?? Number.NaN)) / 1000 };
}

test('what is recorded is read again once its rules were evaluated, and holds until then with its true age', async () => {
  expect(await refresh(5)).toEqual({ queries: 3, watts: 4000, age: 5 });
  expect(await refresh(10)).toEqual({ queries: 1, watts: 4000, age: 10 });
  expect(reader.health([]).series).toBe(3);
  Object.assign(told, { evaluated: T0 + 15, sampled: T0 + 12, watts: 5000 });
  expect(await refresh(15)).toEqual({ queries: 3, watts: 5000, age: 3 });
  expect(await refresh(20)).toEqual({ queries: 1, watts: 5000, age: 8 });
});

test('what is recorded is read again where its series are not bound any more, as when another source is taken away', async () => {
  await refresh(5);
  fleet.forgetSource('another');
  expect(fleet.coverage('p')).toEqual([]);
  expect(await refresh(10)).toEqual({ queries: 3, watts: 4000, age: 10 });
  expect(fleet.coverage('p').map(({ signal }) => signal)).toContain('place.gpuPower');
  expect((await refresh(15)).queries).toBe(1);
});

test('series of rules that a server has no more are not counted any longer', async () => {
  await refresh(5);
  expect(reader.health([]).series).toBe(3);
  told.names = ['DCGM_FI_DEV_POWER_USAGE'];
  const board = { __name__: 'DCGM_FI_DEV_POWER_USAGE', UUID: 'GPU-a', Hostname: 'n1', instance: 'n1:9400' };
  told.rows = [{ metric: { ...board, profile: 'dcgm' }, value: [T0 + 3600, '100'] }];
  const { queries } = await refresh(3600);
  expect(reader.health([]).series).toBe(queries);
});

test('a refresh that failed midway holds nothing: all is read again', async () => {
  await refresh(5);
  Object.assign(told, { evaluated: T0 + 10, sampled: T0 + 10, watts: 5000, broken: WATTS });
  await expect(refresh(10)).rejects.toThrow();
  told.broken = '';
  expect(await refresh(15)).toEqual({ queries: 3, watts: 5000, age: 5 });
});

test('an answer of which a part may be missing is asked for again', async () => {
  told.warnings = ['store gateway did not answer'];
  expect((await refresh(5)).queries).toBe(3);
  expect((await refresh(10)).queries).toBe(3);
  told.warnings = [];
  expect((await refresh(15)).queries).toBe(3);
  expect((await refresh(20)).queries).toBe(1);
});
