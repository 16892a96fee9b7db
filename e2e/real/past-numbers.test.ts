import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import type { CallAt } from '../../shared/contract/history.ts';
import type { CallArg, CallResult, LayoutDocument } from '../../shared/contract.ts';
import { ask, read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { type RunningEngine, startEngine } from './engine.ts';
import { pastText, SCRAPE_MS, wattsAt } from './past.ts';
import type { Running } from './running.ts';
import { startPrometheus } from './servers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const END = Math.floor(performance.timeOrigin / (10 * MINUTE)) * 10 * MINUTE;
const needs = [requireReal('prometheus'), requireReal('promtool')];
const skip = needs.some((need) => need.skip !== null);
/** A whole scrape, of which every sample is there, with three hours before it. */
const TIME = END - 10 * MINUTE - 7 * SCRAPE_MS;

describe('what is asked as of an instant is what a real Prometheus answers at that time', () => {
  let server: Running;
  let engine: RunningEngine;
  let layout: LayoutDocument;
  let folder = '';

  beforeAll(async () => {
    if (skip) return;
    const past = pastText(END - 190 * MINUTE, END + 20 * MINUTE, END, 'openmetrics');
    server = await startPrometheus({ configText: 'scrape_configs: []\n' }, past);
    folder = mkdtempSync(join(tmpdir(), 'fleetwatt-numbers-'));
    const budgetsFile = join(folder, 'budgets.csv');
    writeFileSync(budgetsFile, 'place,budget_kw\nS/A/A2/A2-05,6\n');
    const source = { id: 'p', kind: 'prometheus', name: 'Main', site: 'S', url: server.url, budgetsFile };
    const sites = [{ site: 'S', pricePerKWh: 0.2, currency: 'EUR', pue: 1.5 }];
    engine = startEngine({ pollMs: 5000, staleMs: 60_000, sources: [source], sites }, systemClock);
    await engine.until((frame) => frame.summary.gpusReporting === 8);
    layout = await engine.call('layout', {});
  });
  afterAll(async () => {
    engine?.remove();
    await server?.stop();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  const that = (title: string, run: () => Promise<void>) => test.skipIf(skip)(titled(title, ...needs), run);
  const placeOf = (path: string) => layout.path.indexOf(path);
  const at = async <Name extends CallAt>(name: Name, arg: CallArg<Name>) =>
    (await engine.call('askAt', { time: TIME, name, arg })) as CallResult<Name>;
  /** The server's one number at the instant. */
  async function says(query: string): Promise<number> {
    const answers = await ask(server.url, query, TIME / 1000);
    expect(answers, query).toHaveLength(1);
    return answers[0].value;
  }

  that('power: draw, headroom and feeds; stranded power is of the hour before', async () => {
    const report = await at('power', { place: placeOf('S/A/A2/A2-05'), windowMs: HOUR });
    const feeds = await says('10 * sum(rPDU2DeviceStatusPower)');
    expect(report?.place.drawW).toBeCloseTo(feeds, 2);
    expect(report?.place.headroomW).toBeCloseTo(6000 - feeds, 2);
    const b = await says('10 * sum(rPDU2DeviceStatusPower{pduName="pdu-a2-05-b"})');
    expect(report?.feeds.find(({ name }) => name === 'B')?.drawW).toBeCloseTo(b, 2);
    // Of its minutes, 1 in 100 may be higher: with 61 of them the highest but none.
    const most = await says('max_over_time((10 * sum(rPDU2DeviceStatusPower))[59m:1m])');
    expect(report?.place.p99W).toBeLessThanOrEqual(most + 0.01);
    expect(report?.place.p99W).toBeGreaterThan(feeds - 400);
    expect(report?.place.strandedW).toBeCloseTo(6000 - (report?.place.p99W ?? Number.NaN), 2);
    expect(report?.windowMs).toBeGreaterThanOrEqual(HOUR - MINUTE);
    expect(report?.windowMs).toBeLessThanOrEqual(HOUR + MINUTE);
  });

  that('energy and cost are of what the server has of the day before', async () => {
    const [row] = await at('energy', {});
    expect(row).toMatchObject({ site: 'S', currency: 'EUR' });
    // Its record began 190 min before END.
    const recorded = (TIME - (END - 190 * MINUTE)) / MINUTE;
    expect(Math.abs(row.measuredMin - recorded)).toBeLessThanOrEqual(10);
    expect(row.measuredMin + row.gapMin).toBeCloseTo(24 * 60, 6);
    // Mean watts by the server × the time that was measured; steps of 5 min of a saw of 5 min.
    const mean = await says(`avg_over_time((10 * sum(rPDU2DeviceStatusPower))[${Math.floor(row.measuredMin)}m:15s])`);
    const kWh = (mean / 1000) * (row.measuredMin / 60);
    expect(Math.abs(row.kWh - kWh)).toBeLessThan(kWh * 0.05);
    expect(row.cost).toBeCloseTo(row.kWh * 0.3, 9);
    expect(row.costPerHour).toBeCloseTo(((await says('10 * sum(rPDU2DeviceStatusPower)')) / 1000) * 0.3, 6);
  });

  that('links: rates in both directions and the share of the rate', async () => {
    const links = await at('links', { under: -1, kinds: ['ethernet'], most: 40 });
    expect(links.map(({ label }) => label).sort()).toEqual(['a2-05-n1 eth0', 'a2-05-n2 eth0']);
    for (const { rxBps, txBps, use, rateBps } of links) {
      expect(rxBps).toBeCloseTo(await says('max(rate(node_network_receive_bytes_total[1m]))'), 0);
      expect(txBps).toBeCloseTo(await says('max(rate(node_network_transmit_bytes_total[1m]))'), 0);
      expect(rateBps).toBe(await says('max(node_network_speed_bytes)'));
      expect(use).toBeCloseTo(1e9 / 1.25e9, 6);
    }
  });

  that('work: the boards of a pod and what they draw', async () => {
    const { jobs } = await at('work', { under: placeOf('S') });
    expect(jobs.map(({ name, gpus }) => [name, gpus])).toEqual([['ml/train-0', 3]]);
    expect(jobs[0].powerW).toBeCloseTo(await says('sum(DCGM_FI_DEV_POWER_USAGE{pod="train-0"})'), 2);
    expect(jobs[0].powerW).toBe([0, 1, 2].reduce((sum, gpu) => sum + wattsAt(gpu, TIME), 0));
  });

  that('an instant that was moved on from leaves no query running at the server', async () => {
    const watch = { signal: 'power' as const, gpus: true, racks: [] };
    const times = Array.from({ length: 12 }, (_, i) => TIME - (i + 1) * SCRAPE_MS);
    const told = await Promise.allSettled(times.map((time) => engine.call('frameAt', { time, watch, latest: true })));
    expect(told.at(-1)).toMatchObject({ status: 'fulfilled', value: { time: times.at(-1) } });
    const refused = told.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    // The gauge itself is read by a query that does not count.
    await expect
      .poll(async () => /^prometheus_engine_queries (\d+)$/m.exec(await read(`${server.url}/metrics`))?.[1])
      .toBe('0');
  });
});
