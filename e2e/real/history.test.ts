import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { floatsOf } from '../../shared/base64.ts';
import type { CallArg, LayoutDocument } from '../../shared/contract.ts';
import { frameOfText } from '../../shared/frame-text.ts';
import { ask, read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { type RunningEngine, startEngine } from './engine.ts';
import { GAP_MS, pastText, SCRAPE_MS, wattsAt } from './past.ts';
import type { Running } from './running.ts';
import { startPrometheus, startVictoriaMetrics } from './servers.ts';

const MINUTE = 60_000;
/** A whole number of scrapes, five minutes and ten: what is told of steps is easy to say. */
const END = Math.floor(performance.timeOrigin / (10 * MINUTE)) * 10 * MINUTE;
const FROM = END - 130 * MINUTE;
const clock = systemClock;

function post(url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve());
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const nothing = { configText: 'scrape_configs: []\n' };
const servers = [
  [
    'Prometheus',
    [requireReal('prometheus'), requireReal('promtool')],
    () => startPrometheus(nothing, pastText(FROM, END + 20 * MINUTE, END, 'openmetrics')),
  ],
  [
    'VictoriaMetrics',
    [requireReal('victoriaMetrics')],
    async () => {
      const server = await startVictoriaMetrics(nothing);
      await post(`${server.url}/api/v1/import/prometheus`, pastText(FROM, END + 20 * MINUTE, END, 'import'));
      await read(`${server.url}/internal/force_flush`);
      return server;
    },
  ],
] as const;

describe.each(servers)('history out of a real %s', (_name, needs, start) => {
  const skip = needs.some((need) => need.skip !== null);
  let server: Running;
  let engine: RunningEngine;
  let layout: LayoutDocument;

  beforeAll(async () => {
    if (skip) return;
    server = await start();
    const source = { id: 'p', kind: 'prometheus', name: 'Main', site: 'S', url: server.url };
    engine = startEngine({ pollMs: 5000, staleMs: 60_000, sources: [source] }, clock);
    await engine.until((frame) => frame.summary.gpusReporting === 8);
    layout = await engine.call('layout', {});
  });
  afterAll(async () => {
    engine?.remove();
    await server?.stop();
  });

  const that = (title: string, run: () => Promise<void>) => test.skipIf(skip)(titled(title, ...needs), run);
  const placeOf = (path: string) => layout.path.indexOf(path);

  /** What the server itself says: value by epoch ms, of the one series of the answer. */
  async function asked(query: string, from: number, to: number, stepMs: number): Promise<(number | null)[]> {
    const form = `query=${encodeURIComponent(query)}&start=${from / 1000}&end=${to / 1000}&step=${stepMs / 1000}`;
    const { data } = JSON.parse(await read(`${server.url}/api/v1/query_range?${form}`)) as {
      data: { result: { values: [number, string][] }[] };
    };
    const found = new Map((data.result[0]?.values ?? []).map(([time, text]) => [time * 1000, Number(text)]));
    return Array.from({ length: (to - from) / stepMs + 1 }, (_, i) => found.get(from + i * stepMs) ?? null);
  }
  const history = (series: CallArg<'history'>['series'], from: number, to: number, points: number) =>
    engine.call('history', { series, from, to, points });
  /** Columns are Float32. */
  const close = (found: readonly (number | null)[], wanted: readonly (number | null)[]) => {
    expect(found.length).toBe(wanted.length);
    for (const [i, value] of wanted.entries()) {
      if (value === null) expect(found[i], `step ${i}`).toBeNull();
      else
        expect(Math.abs((found[i] ?? Number.NaN) - value), `step ${i}: ${found[i]} for ${value}`).toBeLessThanOrEqual(
          Math.abs(value) * 1e-6,
        );
    }
  };

  that('a GPU’s watts are the newest live sample of each step, and the answer says what was asked', async () => {
    const [from, to] = [END - 90 * MINUTE, END - 60 * MINUTE];
    const reply = await history([{ signal: 'gpu.power', place: placeOf('GPU-2') }], from, to, 120);
    expect([reply.stepMs, reply.times.length, reply.times[0]]).toEqual([SCRAPE_MS, 120, from]);
    close(
      reply.values[0],
      await asked('last_over_time(DCGM_FI_DEV_POWER_USAGE{UUID="GPU-2"}[60s])', from, to - SCRAPE_MS, SCRAPE_MS),
    );
    const [{ pieces, ...series }] = reply.series;
    expect(series).toEqual({ fold: 'mean', quality: 'measured', missing: '' });
    expect(pieces).toMatchObject([{ origin: 'prometheus', source: 'Main', from, to }]);
    expect(pieces[0].query).toContain('DCGM_FI_DEV_POWER_USAGE{UUID="GPU-2"}[60s]');
  });

  that('long steps are made on the server: means of watts, peaks of heat', async () => {
    const [from, to, step] = [END - 100 * MINUTE, END - 50 * MINUTE, 5 * MINUTE];
    const place = placeOf('GPU-5');
    const reply = await history(
      [
        { signal: 'gpu.power', place },
        { signal: 'gpu.temp', place },
      ],
      from,
      to,
      10,
    );
    expect([reply.stepMs, reply.times.length]).toEqual([step, 10]);
    // A step begins at its time and is evaluated at its end.
    close(
      reply.values[0],
      await asked('avg_over_time(DCGM_FI_DEV_POWER_USAGE{UUID="GPU-5"}[5m])', from + step, to, step),
    );
    close(reply.values[1], await asked('max_over_time(DCGM_FI_DEV_GPU_TEMP{UUID="GPU-5"}[5m])', from + step, to, step));
  });

  that('a gap stays a gap, for as long as a sample was not live', async () => {
    const [from, to] = [END - 45 * MINUTE, END - 30 * MINUTE];
    const reply = await history([{ signal: 'gpu.power', place: placeOf('GPU-7') }], from, to, 60);
    // The last sample stands at the beginning of the gap and lives for 60 s; the first after it at its end. Whether a
    // sample of just 60 s counts is the server's: Prometheus 2 says yes, 3 and VictoriaMetrics no.
    const [first, last] = [END - GAP_MS[0] + 60_000, END - GAP_MS[1] - SCRAPE_MS];
    const missing = reply.times.filter((time, i) => time !== first && reply.values[0][i] === null);
    expect(missing).toEqual(Array.from({ length: (last - first) / SCRAPE_MS }, (_, i) => first + (i + 1) * SCRAPE_MS));
  });

  that('counters are rates in the unit of the signal', async () => {
    const [from, to] = [END - 80 * MINUTE, END - 70 * MINUTE];
    const node = placeOf('S/A/A2/A2-05/a2-05-n1');
    const reply = await history(
      [
        { signal: 'gpu.powerThrottle', place: placeOf('GPU-0') },
        { signal: 'link.rx', place: node, name: 'eth0' },
        { signal: 'link.use', place: node, name: 'eth0' },
      ],
      from,
      to,
      40,
    );
    const rate = (series: string) => asked(`rate(${series}[1m])`, from, to - SCRAPE_MS, SCRAPE_MS);
    const violation = await rate('DCGM_FI_DEV_POWER_VIOLATION{UUID="GPU-0"}');
    close(
      reply.values[0],
      violation.map((value) => (value === null ? null : value * 1e-9)),
    );
    const received = await rate('node_network_receive_bytes_total{instance="a2-05-n1:9100"}');
    close(reply.values[1], received);
    close(
      reply.values[2],
      received.map((value) => (value === null ? null : value / 1.25e9)),
    );
  });

  that('a rack’s GPUs come in one answer, and roll up to the rack as they do live', async () => {
    const [from, to] = [END - 30 * MINUTE, END - 20 * MINUTE];
    const rack = placeOf('S/A/A2/A2-05');
    const signals = ['gpu.power', 'gpu.temp', 'gpu.throttle'] as const;
    const reply = await engine.call('rackHistory', { rack, signals: [...signals], from, to, points: 40 });
    expect([reply.first, reply.stepMs, reply.count]).toEqual([from, SCRAPE_MS, 40]);
    expect(reply.gpus.map((place) => layout.path[place])).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((gpu) => `GPU-${gpu}`));
    const metrics = ['POWER_USAGE', 'GPU_TEMP', 'CLOCK_THROTTLE_REASONS'];
    for (const [s, metric] of metrics.entries()) {
      for (const gpu of [0, 6]) {
        const wanted = await asked(
          `last_over_time(DCGM_FI_DEV_${metric}{UUID="GPU-${gpu}"}[60s])`,
          from,
          to - SCRAPE_MS,
          SCRAPE_MS,
        );
        close([...floatsOf(reply.values[s])].slice(gpu * 40, gpu * 40 + 40), wanted);
      }
    }
    const all = await history(
      [
        { signal: 'gpu.power', place: rack },
        { signal: 'gpu.throttle', place: rack },
      ],
      from,
      to,
      40,
    );
    close(
      all.values[0],
      await asked('sum(last_over_time(DCGM_FI_DEV_POWER_USAGE[60s]))', from, to - SCRAPE_MS, SCRAPE_MS),
    );
    close(
      all.values[1],
      await asked('max(last_over_time(DCGM_FI_DEV_CLOCK_THROTTLE_REASONS[60s]))', from, to - SCRAPE_MS, SCRAPE_MS),
    );
    expect(all.series[0].quality).toBe('derived');
  });

  that('the draw of a site is its racks’ by the power ladder: here the sum of both feeds', async () => {
    const [from, to] = [END - 30 * MINUTE, END - 20 * MINUTE];
    const reply = await history([{ signal: 'draw', place: 0 }], from, to, 40);
    close(
      reply.values[0],
      await asked('10 * sum(last_over_time(rPDU2DeviceStatusPower[60s]))', from, to - SCRAPE_MS, SCRAPE_MS),
    );
  });

  that('right after the start the hour before it is there, up to now', async () => {
    const now = clock.now();
    const reply = await history(
      [
        { signal: 'draw', place: 0 },
        { signal: 'gpu.util', place: 0 },
      ],
      now - 60 * MINUTE,
      now,
      240,
    );
    expect(reply.values[0].slice(0, -2)).not.toContain(null);
    expect(reply.series[0].pieces.map(({ origin }) => origin)).toContain('prometheus');
    // Nobody gives it: no series, no guess.
    expect(reply.series[1].missing).not.toBe('');
  });

  that('the fleet of an instant is as it was: draws, silent GPUs, places; and it is not live', async () => {
    const watch = { signal: 'power' as const, gpus: true, racks: [placeOf('S/A/A2/A2-05')] };
    const at = async (time: number) => {
      const reply = await engine.call('frameAt', { time, watch });
      return { ...reply, seen: frameOfText(reply.frame ?? '') };
    };
    const time = END - 31 * MINUTE;
    const { seen, layout: then, ...reply } = await at(time + 3000);
    expect(reply).toMatchObject({ time, live: false, origin: 'prometheus', sources: ['Main'], missing: '' });
    expect(then?.path).toEqual(layout.path);
    expect([seen.time, seen.summary.gpusReporting]).toEqual([time, 8]);
    const [feeds] = await ask(server.url, '10 * sum(rPDU2DeviceStatusPower)', time / 1000);
    expect(seen.drawW[0]).toBeCloseTo(feeds.value, 2);
    expect([...seen.values]).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((gpu) => wattsAt(gpu, time)));
    // The second node's exporter had not answered for two minutes.
    const gap = (await at(END - GAP_MS[0] + 2 * MINUTE)).seen;
    expect(gap.summary).toMatchObject({ gpus: 8, gpusReporting: 4 });
    expect([...gap.values].slice(4).every(Number.isNaN)).toBe(true);
    // A time of which nobody has anything is empty, and says so by its numbers.
    expect((await at(END - 600 * MINUTE)).seen.summary.gpusReporting).toBe(0);
  });

  that('instants since the start come out of memory, the same as they were sent', async () => {
    const asked = clock.now();
    const frame = await engine.until((one) => one.time > asked);
    const watch = { signal: 'power' as const, gpus: true, racks: [placeOf('S/A/A2/A2-05')] };
    const { frame: text, origin } = await engine.call('frameAt', { time: frame.time, watch });
    expect(origin).toBe('memory');
    const then = frameOfText(text ?? '');
    expect(then.summary.gpusReporting).toBe(8);
    expect(then.drawW.length).toBe(frame.drawW.length);
    const { times, stepMs } = await engine.call('steps', { from: END - 10 * MINUTE, to: END - SCRAPE_MS, most: 40 });
    expect([stepMs, times.length, times[0]]).toEqual([SCRAPE_MS, 40, END - 10 * MINUTE]);
  });

  that('what was asked once is not asked again, and a server that is gone is told', async () => {
    const series = [{ signal: 'gpu.power' as const, place: placeOf('GPU-2') }];
    const [from, to] = [END - 90 * MINUTE, END - 60 * MINUTE];
    const before = await history(series, from, to, 120);
    await server.kill();
    expect(await history(series, from, to, 120)).toEqual(before);
    const other = await history([{ signal: 'gpu.power', place: placeOf('GPU-3') }], from, to, 120);
    expect(other.values[0].every((value) => value === null)).toBe(true);
    expect(other.series[0].missing).toMatch(/Nothing listens there/);
    await server.restart();
  });
});
