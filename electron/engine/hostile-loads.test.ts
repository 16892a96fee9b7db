import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Fleet } from '../../shared/fleet.ts';
import { type ExportersSource, type PrometheusSource, sourceSchema } from '../../shared/settings.ts';
import { GPU } from '../../shared/topology.ts';
import { systemClock } from './clock.ts';
import { type Clock, type Job, Schedule } from './schedule.ts';
import { ExportersScraper } from './sources/exporters.ts';
import { PrometheusReader } from './sources/prometheus.ts';

/** What a bad target costs the others, and what too much of anything gets: rows A1, A10, A16, B11 of a whole source. */

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function untilTrue(condition: () => boolean, withinMs = 60_000): Promise<void> {
  const until = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > until) throw new Error('It did not come about');
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

const common = { id: 's', name: 's', site: 'S', timeoutMs: 30_000 };
function exporters(url: string, paths: readonly string[], clock: Clock = systemClock) {
  const fleet = new Fleet({ mappings: [] });
  const targets = paths.map((path) => ({ url: `${url}/${path}/metrics`, labels: { instance: path } }));
  const scraper = new ExportersScraper(
    sourceSchema.parse({ ...common, kind: 'exporters', targets }) as ExportersSource,
    fleet,
    clock,
  );
  ends.push(() => scraper.close());
  return { fleet, scraper };
}
const board = (id: string, watts: number) => `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-${id}"} ${watts}\n`;
const wattsOf = (fleet: Fleet, now = Date.now()) => {
  const { topology, columns } = fleet.frame(now, 60_000);
  const first = topology.start[GPU];
  const power = columns.get('gpu.power')?.value;
  return Object.fromEntries(topology.path.slice(first).map((id, i) => [id, power?.[first + i]]));
};

/** A schedule on a clock that goes to what is due next once everything that runs has ended, however long that takes. */
function steps() {
  let [now, running] = [Date.now(), 0];
  let due: { readonly at: number; readonly task: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    later(task, ms) {
      const one = { at: now + ms, task };
      due.push(one);
      return () => {
        due = due.filter((other) => other !== one);
      };
    },
  };
  class Counted extends Schedule {
    override add(job: Job, spread?: boolean): void {
      const run = async () => {
        running++;
        await job.run().finally(() => running--);
      };
      super.add({ ...job, run }, spread);
    }
  }
  const advance = async (ms: number) => {
    for (const end = now + ms; ; ) {
      await untilTrue(() => running === 0);
      const [next] = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      now = next?.at ?? end;
      if (!next) return;
      due = due.filter((other) => other !== next);
      next.task();
    }
  };
  return { clock, schedule: new Counted(clock, 64), advance };
}

test('A1, A10: targets that refuse or are gone are asked less and less often; the one beside them keeps its cadence', async () => {
  const asked = new Map<string, number>();
  let well = false;
  const url = await serving((request, response) => {
    const path = String(request.url?.split('/')[1]);
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (path === 'good' || well) response.end(board(path, 100));
    else if (path === 'gone') request.socket.destroy();
    else response.writeHead(401).end('no');
  });
  const { clock, schedule, advance } = steps();
  const { fleet, scraper } = exporters(url, ['good', 'gone', 'refusing'], clock);
  ends.push(() => schedule.stop());
  scraper.start(schedule, 5000);
  const count = (path: string) => asked.get(path) ?? 0;
  await advance(95_000);
  expect(count('good')).toBe(20);
  // At once, and then 5, 10, 20 and 40 s apart, each shortened by up to a quarter; twice for a connection that was reset.
  expect(count('refusing')).toBe(5);
  expect(count('gone')).toBeLessThanOrEqual(10);
  const { state, targetsUp, fault, failures } = scraper.health([]);
  expect([state, targetsUp]).toEqual(['partial', 1]);
  expect(fault).toMatchObject({ code: expect.stringMatching(/http-401|econnreset/), count: expect.any(Number) });
  expect(failures).toBeGreaterThan(1);
  // Back without a restart.
  well = true;
  await advance(60_000);
  expect(scraper.health([]).targetsUp).toBe(3);
  expect(Object.keys(wattsOf(fleet, clock.now()))).toHaveLength(3);
  expect(scraper.health([]).fault).toBeNull();
});

test('B11: a target whose series grow past 200,000 is in error, what it gave before stays, and it recovers', async () => {
  let extra = 0;
  const filler = () => Array.from({ length: extra }, (_, i) => `x{i="${i}"} 1\n`).join('');
  const url = await serving((request, response) =>
    response.end(request.url?.includes('good') ? board('good', 200) : board('grows', 100 + extra) + filler()),
  );
  const { fleet, scraper } = exporters(url, ['good', 'grows']);
  await scraper.readAll(Date.now());
  extra = 200_000;
  await scraper.readAll(Date.now());
  expect(scraper.health([])).toMatchObject({ state: 'partial', targetsUp: 1 });
  expect(scraper.health([]).fault?.message).toContain('More than 200000 series');
  expect(wattsOf(fleet)).toEqual({ 'GPU-good': 200, 'GPU-grows': 100 });
  extra = 1000;
  await scraper.readAll(Date.now());
  expect(scraper.health([])).toMatchObject({ state: 'up', fault: null });
  expect(wattsOf(fleet)).toEqual({ 'GPU-good': 200, 'GPU-grows': 1100 });
});

test('B12: samples of the past are dropped and counted, the same one again is none, and seconds are no milliseconds', async () => {
  const now = Date.now();
  let body = '';
  const url = await serving((_request, response) => response.end(body));
  const { fleet, scraper } = exporters(url, ['one']);
  const read = async (watts: number, time: number) => {
    body = board('a', watts).replace('\n', ` ${time}\n`);
    await scraper.readAll(Date.now());
    return [wattsOf(fleet)['GPU-a'], scraper.health([]).badSamples];
  };
  expect(await read(100, now - 10_000)).toEqual([100, 0]);
  expect(await read(50, now - 20_000), 'older than the one before').toEqual([100, 1]);
  expect(await read(100, now - 10_000), 'the same again').toEqual([100, 1]);
  expect(await read(70, now - 5000)).toEqual([70, 1]);
  // A time in seconds is one of January 1970: nothing live comes of it.
  expect(await read(999, Math.floor(now / 1000))).toEqual([70, 2]);
});

test.each([
  ['more series than the source may have', { maxSeries: 10 }, 11, 0, /11 series; at most 10/],
  ['more than 50 MB', {}, 1, 51 << 20, /bytes; at most 52428800/],
])('A16: %s is a fault that says so, and nothing of it is taken', async (_, more, series, padding, message) => {
  const one = (i: number) =>
    `{"metric":{"__name__":"DCGM_FI_DEV_POWER_USAGE","UUID":"GPU-${i}","gpu":"0"},"value":[1,"5"]}`;
  const url = await serving((request, response) => {
    if (request.url?.includes('/label/'))
      return response.end('{"status":"success","data":["DCGM_FI_DEV_POWER_USAGE"]}');
    response.write('{"status":"success","data":{"resultType":"vector","result":[');
    response.write(Array.from({ length: series }, (_, i) => one(i)).join(','));
    if (padding > 0) response.write(Buffer.alloc(padding, ' '));
    response.end(']}}');
  });
  const fleet = new Fleet({ mappings: [] });
  const source = sourceSchema.parse({ ...common, ...more, kind: 'prometheus', url }) as PrometheusSource;
  const reader = new PrometheusReader(source, fleet, systemClock);
  ends.push(() => reader.close());
  await expect(reader.readAll(Math.floor(Date.now() / 1000) * 1000)).rejects.toThrow();
  const { state, fault } = reader.health([]);
  expect([state, fault?.code]).toEqual(['down', 'not-prometheus']);
  expect(fault?.message).toMatch(message);
  expect(wattsOf(fleet)).toEqual({});
});
