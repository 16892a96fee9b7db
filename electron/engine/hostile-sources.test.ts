import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Fleet } from '../../shared/fleet.ts';
import { type ExportersSource, type PrometheusSource, sourceSchema } from '../../shared/settings.ts';
import { GPU } from '../../shared/topology.ts';
import { systemClock } from './clock.ts';
import { Schedule } from './schedule.ts';
import { ExportersScraper } from './sources/exporters.ts';
import { leadOf, PrometheusReader } from './sources/prometheus.ts';

/** Rows of faults.md that need a whole source: a hostile server or exporter on loopback, read by the engine's own reader. */

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serving(answer: RequestListener): Promise<{ url: string; sockets: Set<Socket>; most: () => number }> {
  const server = createServer(answer);
  const sockets = new Set<Socket>();
  let most = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    most = Math.max(most, sockets.size);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, most: () => most };
}

const common = { id: 's', name: 's', site: 'S', timeoutMs: 60_000 };

/** A Prometheus API of one board whose power, sampled now by the server's clock, is as many watts as it was asked. */
function apiOf(more: () => string, clock = Date.now): { answer: RequestListener; asked: number[] } {
  const asked: number[] = [];
  const answer: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      response.setHeader('date', new Date(clock()).toUTCString());
      if (request.url?.includes('/label/'))
        return response.end('{"status":"success","data":["DCGM_FI_DEV_POWER_USAGE"]}');
      if (request.method === 'GET') return response.writeHead(404).end();
      const form = new URLSearchParams(body);
      asked.push(Number(form.get('time')) * 1000);
      const times = form.get('query')?.includes('timestamp(');
      const labels = { UUID: 'GPU-a', gpu: '0', instance: 'n1:9400' };
      const metric = times ? { ...labels, profile: 'dcgm' } : { ...labels, __name__: 'DCGM_FI_DEV_POWER_USAGE' };
      const value = [Number(form.get('time')), times ? String(clock() / 1000) : String(asked.length)];
      const result = JSON.stringify([{ metric, value }]);
      response.end(`{"status":"success"${more()},"data":{"resultType":"vector","result":${result}}}`);
    });
  };
  return { answer, asked };
}

function prometheus(url: string) {
  const fleet = new Fleet({ mappings: [] });
  const source = sourceSchema.parse({ ...common, kind: 'prometheus', url }) as PrometheusSource;
  const reader = new PrometheusReader(source, fleet, systemClock);
  ends.push(() => reader.close());
  const watts = () => {
    const { topology, columns } = fleet.frame(Date.now(), 60_000);
    return columns.get('gpu.power')?.value[topology.start[GPU]] ?? Number.NaN;
  };
  return { reader, watts };
}

describe('A15: a server that has only a part of the data', () => {
  test.each([
    ['Thanos', ',"warnings":["receive series from store-3: rpc error"]', 'receive series from store-3: rpc error'],
    ['Mimir', ',"infos":["query results are partial"]', 'query results are partial'],
    ['VictoriaMetrics', ',"isPartial":true', 'The server had only a part of the data'],
  ])('%s: the data is shown with a mark, which goes with the next whole answer', async (_name, more, said) => {
    let partly = true;
    const { url } = await serving(apiOf(() => (partly ? more : '')).answer);
    const { reader, watts } = prometheus(url);
    const begin = Date.now();
    await reader.readAll(begin);
    expect(watts()).toBe(2);
    const { state, partial } = reader.health([]);
    expect([state, partial?.said]).toEqual(['partial', said]);
    expect(partial?.since).toBeGreaterThanOrEqual(begin);
    await reader.readAll(Date.now());
    expect(reader.health([]).partial?.since).toBe(partial?.since);
    partly = false;
    await reader.readAll(Date.now());
    expect(reader.health([])).toMatchObject({ state: 'up', partial: null });
  });

  test('what Prometheus says of the expression is a warning and no missing data', async () => {
    const info = 'PromQL info: metric might not be a counter, name does not end in _total';
    const { url } = await serving(apiOf(() => `,"infos":["${info}"]`).answer);
    const { reader } = prometheus(url);
    await reader.readAll(Date.now());
    const { state, partial, warnings } = reader.health([]);
    expect([state, partial, warnings]).toEqual(['up', null, [info]]);
  });
});

describe('A16: answers of the API that are none', () => {
  test.each([
    [
      'an error with status 200',
      '{"status":"error","errorType":"execution","error":"query\\u001b[31m timed out"}',
      'api-execution',
    ],
    ['a matrix', '{"status":"success","data":{"resultType":"matrix","result":[]}}', 'not-prometheus'],
    ['a scalar', '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}', 'not-prometheus'],
    ['no data', '{"status":"success"}', 'not-prometheus'],
    ['another type', '{"status":"success","data":{"resultType":"tensor","result":[]}}', 'not-prometheus'],
    ['deep nesting', `{"status":"success","data":${'['.repeat(100_000)}`, 'not-prometheus'],
    ['a page', '<!doctype html><title>Sign in</title>', 'not-prometheus'],
  ])('%s', async (_name, body, code) => {
    const { url } = await serving((request, response) =>
      response.end(request.url?.includes('/label/') ? '{"status":"success","data":["DCGM_FI_DEV_GPU_TEMP"]}' : body),
    );
    const { reader } = prometheus(url);
    await expect(reader.readAll(Date.now())).rejects.toThrow();
    const { state, fault } = reader.health([]);
    expect([state, fault?.code]).toEqual(['down', code]);
    expect(fault?.message).not.toContain('\u001b');
  });

  test('keys of object prototypes pollute nothing', async () => {
    const result =
      '[{"metric":{"__proto__":"x","constructor":"y","UUID":"GPU-p"},"value":[1,"NaN"],"__proto__":{"polluted":1}}]';
    const { url } = await serving((request, response) =>
      response.end(
        request.url?.includes('/label/')
          ? '{"status":"success","data":["DCGM_FI_DEV_GPU_TEMP"]}'
          : `{"status":"success","data":{"resultType":"vector","result":${result}}}`,
      ),
    );
    await prometheus(url).reader.readAll(Date.now());
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('C1: a server whose clock is not ours', () => {
  test.each([
    ['five minutes ahead', 300_000],
    ['five minutes behind', -300_000],
    ['a day ahead', 86_400_000],
    ['a day behind', -86_400_000],
  ])('%s: it is told, asked by its own clock, and its samples are as old as they are', async (_name, lead) => {
    const { answer, asked } = apiOf(
      () => '',
      () => Date.now() + lead,
    );
    const { url } = await serving(answer);
    const { reader, watts } = prometheus(url);
    const schedule = new Schedule(systemClock, 4);
    ends.push(() => schedule.stop());
    const heard = { whole: 0, alive: 0 };
    reader.start(schedule, 1000, { whole: () => heard.whole++, alive: () => heard.alive++ });
    // Watts grow with every question: an old value is not kept.
    await untilTrue(() => watts() >= 6 && heard.whole >= 2);
    // It says so as well after each answer and each that was taken in.
    expect(heard.alive).toBeGreaterThanOrEqual(4 * heard.whole);
    // Minutes, of which a busy machine takes some seconds; `leadOf` is tried to the millisecond below.
    expect(Math.abs((reader.health([]).skewMs ?? 0) - lead)).toBeLessThan(60_000);
    // The first question was asked before anything was known of its clock.
    expect(Math.abs((asked.at(-1) ?? 0) - (Date.now() + lead))).toBeLessThan(120_000);
  });

  test('a server that is slow has the right time all the same', () => {
    const told = (serverTime: number, askedAt: number, toldAt: number) => ({ serverTime, askedAt, toldAt });
    // A refresh of 25 s by one clock: the first answer is as old as that at its end.
    expect(leadOf([told(100_000, 100_200, 100_300), told(125_000, 100_200, 125_400)])).toBe(0);
    expect(leadOf([told(125_000, 100_200, 125_400)])).toBe(0);
    // 60 s ahead: dated between 160.2 and 160.3 s, which the header says as 160.
    expect(leadOf([told(185_000, 100_200, 125_400), told(160_000, 100_200, 100_300)])).toBe(60_250);
    expect(leadOf([told(Number.NaN, 100_200, 100_300)])).toBeNull();
  });
});

/** Waits for something that real sockets bring about. */
async function untilTrue(condition: () => boolean, withinMs = 120_000): Promise<void> {
  const until = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > until) throw new Error('It did not come about');
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** Targets of one server, each by its path. */
function exporters(url: string, paths: readonly string[]) {
  const fleet = new Fleet({ mappings: [] });
  const targets = paths.map((path) => ({ url: `${url}/${path}/metrics`, labels: { instance: path } }));
  const source = sourceSchema.parse({ ...common, kind: 'exporters', targets }) as ExportersSource;
  const scraper = new ExportersScraper(source, fleet, systemClock);
  ends.push(() => scraper.close());
  return { fleet, scraper };
}

const board = (id: string, watts: number | string) => `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-${id}"} ${watts}\n`;
const wattsOf = (fleet: Fleet) => {
  const { topology, columns } = fleet.frame(Date.now(), 60_000);
  const first = topology.start[GPU];
  const power = columns.get('gpu.power')?.value;
  return Object.fromEntries(topology.path.slice(first).map((id, i) => [id, power?.[first + i]]));
};

test('A17: a hundred targets that fail together: at most 64 connections, and all are back with the server', async () => {
  let up = false;
  const { url, most } = await serving((request, response) => {
    // Long enough that connections would pile up.
    setTimeout(() => {
      if (!up) request.socket.destroy();
      else response.end(board(String(request.url?.split('/')[1]), 100));
    }, 20);
  });
  const paths = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const { fleet, scraper } = exporters(url, paths);
  await scraper.readAll(Date.now());
  expect(scraper.health([])).toMatchObject({ state: 'down', targets: 100, targetsUp: 0 });
  up = true;
  const schedule = new Schedule(systemClock, 64);
  ends.push(() => schedule.stop());
  scraper.start(schedule, 1000);
  await untilTrue(() => scraper.health([]).targetsUp === 100);
  expect(most()).toBeLessThanOrEqual(64);
  expect(Object.keys(wattsOf(fleet))).toHaveLength(100);
});

test('A14: a proxy of the environment is not used: a source has its own setting', async () => {
  const { url } = await serving((_request, response) => response.end(board('a', 10)));
  const { fleet, scraper } = exporters(url, ['one']);
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY'] as const;
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = 'http://127.0.0.1:1';
  try {
    await scraper.readAll(Date.now());
    expect(wattsOf(fleet)).toEqual({ 'GPU-a': 10 });
  } finally {
    names.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    });
  }
});

describe('one bad exporter beside a sound one: its fault is told, the other is read', () => {
  const bad: readonly (readonly [string, string, string, RegExp])[] = [
    ['B2', 'bytes that are no UTF-8', 'a{x="\xff"} 1\n', /not valid UTF-8|UTF-8/],
    ['B4', 'a number Prometheus refuses', board('x', '1_000'), /line 1, column \d+/],
    ['B11', 'a thousand labels', `a{${Array.from({ length: 1000 }, (_, i) => `l${i}="1"`).join(',')}} 1\n`, /labels/],
    ['B13', 'a line of five megabytes', `a{x="${'y'.repeat(5 << 20)}`, /line 1/],
    ['A12', 'a login page', '<html><script>alert(1)</script>', /page that begins/],
  ];
  test.each(bad)('%s: %s', async (_row, _what, body, message) => {
    let broken = false;
    const { url } = await serving((request, response) => {
      if (request.url?.startsWith('/good')) return response.end(board('good', 200));
      response.end(broken ? Buffer.from(body, 'latin1') : board('bad', 150));
    });
    const { fleet, scraper } = exporters(url, ['good', 'bad']);
    await scraper.readAll(Date.now());
    broken = true;
    await scraper.readAll(Date.now());
    expect(scraper.health([])).toMatchObject({ state: 'partial', targets: 2, targetsUp: 1 });
    expect(scraper.health([]).fault?.message).toMatch(message);
    // What it had said before stays until it is stale; nothing of the bad body is taken.
    expect(wattsOf(fleet)).toEqual({ 'GPU-good': 200, 'GPU-bad': 150 });
    broken = false;
    await scraper.readAll(Date.now());
    expect(scraper.health([])).toMatchObject({ state: 'up', fault: null });
  });

  test('B3: a series twice: the first counts, the second is counted, the scrape stays up', async () => {
    const { url } = await serving((_request, response) => response.end(`${board('a', 100)}${board('a', 900)}`));
    const { fleet, scraper } = exporters(url, ['one']);
    await scraper.readAll(Date.now());
    expect(wattsOf(fleet)).toEqual({ 'GPU-a': 100 });
    expect(scraper.health([])).toMatchObject({ state: 'up' });
  });

  test('B5, B12: blanks and samples of the future are no readings, and are counted', async () => {
    const later = Date.now() + 3_600_000;
    const { url } = await serving((_request, response) =>
      response.end(`${board('a', 2_147_483_632)}${board('b', 100).replace('\n', ` ${later}\n`)}${board('c', 50)}`),
    );
    const { fleet, scraper } = exporters(url, ['one']);
    await scraper.readAll(Date.now());
    expect(wattsOf(fleet)).toEqual({ 'GPU-a': Number.NaN, 'GPU-b': Number.NaN, 'GPU-c': 50 });
    expect(scraper.health([]).badSamples).toBe(2);
  });

  test('B7: what it says of itself cannot write into a log or a page', async () => {
    const nasty = 'x\u001b[31m\u202e<img src=x onerror=1>';
    const { url } = await serving((_request, response) => response.end(`${nasty}{a="b"} 1\n`));
    const { scraper } = exporters(url, ['one']);
    await scraper.readAll(Date.now());
    const message = scraper.health([]).fault?.message ?? '';
    expect(message).not.toMatch(/[\u001b\u202e\n]/);
  });

  test('B8: labels with the names of object properties are labels', async () => {
    const labels = ['constructor', 'toString', 'hasOwnProperty', '__proto__'].map((name) => `${name}="1"`).join(',');
    const { url } = await serving((_request, response) =>
      response.end(`DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",${labels}} 70\n`),
    );
    const { fleet, scraper } = exporters(url, ['one']);
    await scraper.readAll(Date.now());
    expect(wattsOf(fleet)).toEqual({ 'GPU-a': 70 });
  });
});
