import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { gather, openFile, pack } from '../../electron/engine/snapshots/assemble.ts';
import { record } from '../../electron/engine/snapshots/record.ts';
import { sourceSchema } from '../../shared/settings.ts';
import { type SignalId, signalOf } from '../../shared/signals/catalogue.ts';
import { openMetricsOf } from '../../shared/snapshot/export/openmetrics.ts';
import { seriesOf } from '../../shared/snapshot/export/rows.ts';
import type { Opened } from '../../shared/snapshot/file.ts';
import { errorOf, quantumOf } from '../../shared/snapshot/quantum.ts';
import { frameAt } from '../../shared/snapshot/replay.ts';
import { openMetricsOfData } from '../../shared/tables/forms.ts';
import { GPU } from '../../shared/topology.ts';
import { ask, read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { startEngine } from './engine.ts';
import { type Running, startReal } from './running.ts';

/** A real server whose past was written beforehand: what a snapshot has of it is held against its own answers. */

const prometheus = requireReal('prometheus');
const promtool = requireReal('promtool');
const run = promisify(execFile);

const STEP = 15;
const GPUS = 12;
const MINUTES = 20;
const AHEAD = 600;

/** A board's past: OpenMetrics with a sample each 15 s, each a little off the whole step, of `minutes` up to `end`. */
function past(end: number, minutes: number): string {
  const labels = (gpu: number) =>
    `{gpu="${gpu % 4}",UUID="GPU-${gpu}",modelName="NVIDIA H100 80GB HBM3",Hostname="a2-0${1 + Math.floor(gpu / 4)}-n1",instance="n${Math.floor(gpu / 4)}:9400",job="dcgm"}`;
  const metrics: readonly (readonly [string, (gpu: number, i: number) => number | null])[] = [
    ['DCGM_FI_DEV_POWER_USAGE', (gpu, i) => 400 + gpu * 20 + ((i * 37 + gpu * 11) % 1000) / 7],
    ['DCGM_FI_DEV_GPU_TEMP', (gpu, i) => 50 + ((i + gpu) % 30)],
    ['DCGM_FI_DEV_SM_CLOCK', (gpu, i) => 1000 + 15 * ((i * 3 + gpu) % 60)],
    ['DCGM_FI_PROF_GR_ENGINE_ACTIVE', (gpu, i) => ((i * 17 + gpu * 5) % 997) / 997],
    // Board 5 has none for a while: a gap is a gap.
    ['DCGM_FI_DEV_FB_USED', (gpu, i) => (gpu === 5 && i > 20 && i < 50 ? null : 40_000 + i * 3 + gpu)],
  ];
  const lines: string[] = [];
  for (const [metric, sampleOf] of metrics) {
    lines.push(`# TYPE ${metric} gauge`);
    for (let gpu = 0; gpu < GPUS; gpu++) {
      for (let i = 0; i <= (minutes * 60) / STEP; i++) {
        const value = sampleOf(gpu, i);
        const time = end - minutes * 60 + i * STEP - 3.4 - Math.floor(gpu / 4) * 0.31;
        if (value !== null) lines.push(`${metric}${labels(gpu)} ${value} ${time.toFixed(3)}`);
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

/** A Prometheus that has what an OpenMetrics text says, back-filled by promtool. */
function filled(text: string): Promise<Running> {
  return startReal('prometheus', '/-/ready', async (folder, port) => {
    await writeFile(join(folder, 'past.txt'), text);
    const data = join(folder, 'data');
    await run(promtool.path as string, ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'past.txt'), data]);
    await writeFile(join(folder, 'prometheus.yml'), 'global: {scrape_interval: 15s}\n');
    return [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ];
  });
}

/** A way to a server that can be cut. */
async function wayTo(url: string): Promise<{ readonly url: string; cut(): void }> {
  const way = createServer((asked, answer) => {
    const { method, headers } = asked;
    asked.pipe(
      request(new URL(asked.url ?? '/', url), { method, headers }, (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      }),
    );
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  const cut = () => {
    way.close();
    way.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`, cut };
}

async function capture(url: string): Promise<{ opened: Opened; bytes: Uint8Array }> {
  const source = sourceSchema.parse({ id: 'prom', name: 'prom', site: 'S', kind: 'prometheus', url });
  const clock = systemClock;
  const options = { source, clock, topology: undefined, budgets: [], minutes: 10, stepMs: STEP * 1000 };
  const { ring, topology, papers, origins, missing, from, to } = await record(options);
  const writer = await gather(ring.chunks(from, to), topology, { from, to, stepMs: 0 }, () => {});
  const cover = {
    ...{ id: '0'.repeat(32), title: 'Round trip', at: to, scope: '', origins, redacted: [], missing },
    made: { at: to, by: '', reason: 'command' as const, version: '0' },
  };
  const { bytes } = await pack({ cover, topology, papers, draft: writer.finish() }, undefined, () => {});
  return { opened: openFile(bytes, 'round-trip.fwsnap'), bytes };
}

describe.skipIf(prometheus.skip !== null || promtool.skip !== null)(
  titled('a snapshot of a real Prometheus', prometheus, promtool),
  () => {
    let server: Running;
    let opened: Opened;
    beforeAll(async () => {
      // On into the time to come: a busy machine asks late.
      server = await filled(past(Math.floor(Date.now() / 1000 / STEP) * STEP + AHEAD, MINUTES + AHEAD / 60));
      ({ opened } = await capture(server.url));
    });
    afterAll(() => server?.stop());

    /** The server's own answer to query_range at the instants of the snapshot, by UUID. */
    async function ranged(query: string): Promise<Map<string, Map<number, number>>> {
      const { times } = opened.snapshot.run;
      const range = `start=${times[0] / 1000}&end=${(times.at(-1) as number) / 1000}&step=${STEP}`;
      const text = await read(`${server.url}/api/v1/query_range?query=${encodeURIComponent(query)}&${range}`);
      const { data } = JSON.parse(text) as {
        data: { result: { metric: { UUID: string }; values: [number, string][] }[] };
      };
      return new Map(
        data.result.map(({ metric, values }) => [
          metric.UUID,
          new Map(values.map(([t, v]) => [Math.round(t * 1000), Number(v)])),
        ]),
      );
    }

    test.each([
      ['gpu.power', 'DCGM_FI_DEV_POWER_USAGE', 1],
      ['gpu.temp', 'DCGM_FI_DEV_GPU_TEMP', 1],
      ['gpu.clock', 'DCGM_FI_DEV_SM_CLOCK', 1],
      ['gpu.util', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE', 1],
      ['gpu.memUsed', 'DCGM_FI_DEV_FB_USED', 1024 ** 2],
    ] as const)('every number of %s is what query_range gives of %s', async (id, query, scale) => {
      const { snapshot } = opened;
      const { start, path } = snapshot.topology;
      const server = await ranged(query);
      const quantum = quantumOf(signalOf(id));
      let compared = 0;
      expect(snapshot.run.times.length).toBe((10 * 60) / STEP + 1);
      for (const [i, time] of snapshot.run.times.entries()) {
        const column = frameAt(snapshot, i).columns.get(id);
        for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
          const value = server.get(path[gpu])?.get(time);
          const kept = column?.value[gpu] ?? Number.NaN;
          // In the gap of board 5 the server looks back five minutes and the engine holds what it last heard one more.
          if (Number.isNaN(kept) || value === undefined) {
            expect([id, path[gpu]]).toEqual(['gpu.memUsed', 'GPU-5']);
            continue;
          }
          expect(Math.abs(kept - value * scale)).toBeLessThanOrEqual(errorOf(quantum, kept) * (1 + 1e-6));
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(GPUS * 40 - 35);
    });

    test('the sample times are those that timestamp() gives, to a tenth of a second', async () => {
      const stamps = await ranged('timestamp(DCGM_FI_DEV_POWER_USAGE)');
      const { start, path } = opened.snapshot.topology;
      for (const [i, time] of opened.snapshot.run.times.entries()) {
        const column = frameAt(opened.snapshot, i).columns.get('gpu.power');
        for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
          const stamp = (stamps.get(path[gpu])?.get(time) as number) * 1000;
          expect(Math.abs((column?.time[gpu] as number) - stamp)).toBeLessThanOrEqual(50.5);
        }
      }
    });

    test('a capture in the engine asks the server for what was before its start, and says so', async () => {
      const way = await wayTo(server.url);
      const source = { id: 'prom', kind: 'prometheus', name: 'prom', site: 'S', url: way.url };
      const engine = startEngine({ pollMs: 5000, staleMs: 60_000, sources: [source] }, systemClock);
      try {
        await engine.until((frame) => frame.summary.gpusReporting === GPUS);
        const window = { beforeMs: 480_000, afterMs: 0, scope: '' };
        const size = await engine.call('sizeSnapshot', window);
        expect(size.past).toMatch(
          /^The past until \d\d:\d\d:\d\d UTC is asked of prom, every 15 s; from then on it is as/,
        );
        const taken = async () => {
          const { job } = await engine.call('takeSnapshot', { ...window, title: 'From the server' });
          const done = await vi.waitFor(
            async () => {
              const found = (await engine.call('snapshots', {})).jobs.find((one) => one.job === job);
              expect(found).toMatchObject({ state: 'done', trouble: '' });
              return found;
            },
            { timeout: 120_000, interval: 100 },
          );
          const file = join(engine.profile, 'snapshots', `${done?.file}.fwsnap`);
          return openFile(await readFile(file), file).snapshot;
        };
        const snapshot = await taken();
        const { times } = snapshot.run;
        expect(times.length).toBeGreaterThanOrEqual(31);
        expect(snapshot.manifest.origins[0]).toMatchObject({ stepMs: 15_000, kind: 'prometheus' });
        expect(snapshot.manifest.origins[0].name).toMatch(/^prom, asked afterwards for /);
        expect(snapshot.manifest.missing.join()).not.toContain('Nothing is recorded before');
        // The server's own word for some of these instants.
        const quantum = quantumOf(signalOf('gpu.power'));
        for (const i of [0, 9, 20]) {
          const own = await ask(server.url, 'DCGM_FI_DEV_POWER_USAGE', times[i] / 1000);
          const { columns, topology } = frameAt(snapshot, i);
          expect(own).toHaveLength(GPUS);
          for (const { metric, value } of own) {
            const kept = columns.get('gpu.power')?.value[topology.path.indexOf(metric.UUID)] ?? Number.NaN;
            expect(Math.abs(kept - value)).toBeLessThanOrEqual(errorOf(quantum, kept) * (1 + 1e-6));
          }
        }
        // An incident that takes the server away takes what was recorded here with it no more than the capture.
        way.cut();
        const alone = await taken();
        expect(alone.manifest.missing.join()).toMatch(/(\d+) of \1 instants of the past were not had from prom: /);
        expect(alone.manifest.missing.join()).toContain('Nothing is recorded before');
        expect(alone.manifest.origins.map(({ name }) => name)).toEqual(['prom']);
        expect(frameAt(alone, 0).columns.get('gpu.power')?.value[alone.topology.start[GPU]]).toBeGreaterThan(0);
      } finally {
        way.cut();
        engine.remove();
      }
    });

    test('the OpenMetrics of a chart back-fills a server with the very line that was drawn', async () => {
      const { times } = opened.snapshot.run;
      const values = times.map((_, i) => (i === 3 ? null : Math.fround(1000.1 + i)));
      const line = { name: 'Draw "of" A', signal: 'draw', object: 'S/A\\B', unit: 'W', quality: 'derived' };
      const text = openMetricsOfData({ kind: 'chart', title: 'Draw', series: [{ ...line, times, values }] });
      const other = await filled(text);
      try {
        for (const i of [0, 5]) {
          const [answer] = await ask(other.url, 'fleetwatt_draw_watts', times[i] / 1000);
          expect(answer.metric).toMatchObject({ object: 'S/A\\B', series: 'Draw "of" A' });
          expect(Math.fround(answer.value)).toBe(values[i]);
        }
      } finally {
        await other.stop();
      }
    });

    test('its OpenMetrics text is taken by promtool, and a server filled with it answers with the same numbers', async () => {
      const text = [...openMetricsOf(opened.snapshot, { signals: null, under: '' })].join('');
      const other = await filled(text);
      try {
        const wanted: readonly [SignalId, string][] = [
          ['gpu.power', 'fleetwatt_gpu_power_watts'],
          ['gpu.util', 'fleetwatt_gpu_util_ratio'],
          ['gpu.memUsed', 'fleetwatt_gpu_mem_used_bytes'],
        ];
        for (const [id, metric] of wanted) {
          const series = [...seriesOf(opened.snapshot, { signals: [id], under: '' })];
          for (const i of [0, 7, opened.snapshot.run.times.length - 1]) {
            const answers = await ask(other.url, metric, opened.snapshot.run.times[i] / 1000);
            const known = new Map(answers.map(({ metric: labels, value }) => [labels.object, value]));
            for (const { object, values } of series) {
              if (!Number.isNaN(values[i])) expect(Math.fround(known.get(object.object) as number)).toBe(values[i]);
            }
            expect(answers[0].metric).toMatchObject({ site: 'S', rack: expect.any(String), node: expect.any(String) });
          }
        }
      } finally {
        await other.stop();
      }
    });

    test('the back-filled text that is not OpenMetrics is refused: the judge does judge', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fleetwatt-'));
      try {
        const [first] = openMetricsOf(opened.snapshot, { signals: ['gpu.power'], under: '' });
        await writeFile(join(folder, 'bad.txt'), first);
        await expect(
          run(promtool.path as string, [
            'tsdb',
            'create-blocks-from',
            'openmetrics',
            join(folder, 'bad.txt'),
            join(folder, 'd'),
          ]),
        ).rejects.toThrow();
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  },
);
