import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo } from '../../electron/demo/demo.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { PrometheusReader } from '../../electron/engine/sources/prometheus.ts';
import { quantities } from '../../shared/alerting/quantities.ts';
import { sceneOf } from '../../shared/alerting/scene.fixture.ts';
import { Fleet } from '../../shared/fleet.ts';
import { recordingGroups } from '../../shared/recorded/rules.ts';
import { type PrometheusSource, sourceSchema } from '../../shared/settings.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { NODE, RACK } from '../../shared/topology.ts';
import { ask, read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import type { Running } from './running.ts';
import { startPrometheus } from './servers.ts';

/**
 * A scrape and an evaluation take together longer than the stale limit, as with 30 s each and 60 s: here 4 s each and
 * 4 s. Racks must be shown all the same, and where the rules stop they are waited for, never silent.
 */
const ROUND_S = 4;
const STALE_MS = 4000;
const prometheus = requireReal('prometheus');

let demo: Demo;
let server: Running;
let rules: string;
let reader: PrometheusReader;
const fleet = new Fleet({ mappings: [] });

const everyRound = (seconds: number) => {
  const groups = recordingGroups({ profiles, rateWindow: '1m', intervalS: seconds });
  // JSON is YAML.
  writeFileSync(rules, JSON.stringify({ groups: groups.map((one) => ({ ...one, interval: `${seconds}s` })) }));
};
const reload = async () => expect((await fetch(`${server.url}/-/reload`, { method: 'POST' })).ok).toBe(true);

beforeAll(async () => {
  if (prometheus.skip !== null) return;
  demo = await startDemo({ nodes: 8 });
  const [{ prometheusConfig }] = demo.sites;
  const folder = dirname(prometheusConfig);
  rules = join(folder, 'recording.json');
  everyRound(ROUND_S);
  const config = join(folder, 'with-rules.yml');
  // A busy machine answers late, and an exporter that does not answer is silent.
  const text = readFileSync(prometheusConfig, 'utf8').replace('scrape_interval: 5s', `scrape_interval: ${ROUND_S}s`);
  expect(text).toContain(`scrape_interval: ${ROUND_S}s\n  scrape_timeout: 4s`);
  writeFileSync(config, `${text}rule_files: [recording.json]\n`);
  server = await startPrometheus({ config });
  const common = { id: 'p', name: 'p', site: 'S', kind: 'prometheus' };
  const source = sourceSchema.parse({ ...common, url: server.url }) as PrometheusSource;
  reader = new PrometheusReader(source, fleet, systemClock, undefined, () => []);
});
afterAll(async () => {
  reader?.close();
  await server?.stop();
  await demo?.close();
});

interface Look {
  readonly racks: number;
  /** Racks whose numbers are shown, and the age of the oldest of them, ms. */
  readonly shown: number;
  readonly oldestMs: number;
  readonly silent: number;
  readonly unknown: number;
}

/** One refresh, and what is seen of racks after it. */
async function look(): Promise<Look> {
  await reader.readAll(Math.floor(Date.now() / 1000) * 1000 - 1000);
  const now = Date.now();
  const frame = fleet.frame(now, STALE_MS);
  const { start } = frame.topology;
  const racks = Array.from({ length: start[NODE] - start[RACK] }, (_, i) => start[RACK] + i);
  const counted = frame.columns.get('place.gpus');
  const silent = quantities.get('data.silent')?.column(sceneOf(frame), 'rack') ?? [];
  const shown = racks.filter((rack) => (counted?.value[rack] ?? 0) > 0);
  return {
    racks: racks.length,
    shown: shown.length,
    oldestMs: Math.max(0, ...shown.map((rack) => now - (counted?.time[rack] ?? now))),
    silent: racks.filter((rack) => silent[rack] === 1).length,
    unknown: racks.filter((rack) => Number.isNaN(silent[rack])).length,
  };
}

/** Whether Prometheus itself heard every exporter, each time, from the round before the last on: else one may be silent. */
async function everyoneHeard(): Promise<boolean> {
  const targets = JSON.parse(await read(`${server.url}/api/v1/targets?state=active`)) as {
    data: { activeTargets: unknown[] };
  };
  const query = `count(min_over_time(up[1m]) == 1 and count_over_time(up[1m] offset ${2 * ROUND_S}s) > 0)`;
  const [heard] = await ask(server.url, query);
  return heard?.value === targets.data.activeTargets.length;
}

/** Looks again and again until it is as wanted; no rack was silent in any of the looks while Prometheus heard them all. */
async function lookUntil(wanted: (seen: Look) => boolean): Promise<void> {
  const until = performance.now() + 120_000;
  for (;;) {
    const seen = await look();
    if (seen.silent > 0) expect(await everyoneHeard(), `${seen.silent} silent, and Prometheus heard all`).toBe(false);
    else if (wanted(seen)) return;
    if (performance.now() > until) throw new Error(`Seen last: ${JSON.stringify(seen)}`);
    await new Promise((resume) => setTimeout(resume, 250));
  }
}

describe.skipIf(prometheus.skip !== null)(titled('rounds of recording rules on a real Prometheus', prometheus), () => {
  test('racks whose numbers get older than the stale limit in each round are shown, and none is silent', async () => {
    await lookUntil(({ racks, shown, oldestMs }) => racks > 0 && shown === racks && oldestMs > STALE_MS);
  });

  test('where the rules stop racks are waited for and the source says so; then they are shown again', async () => {
    everyRound(3600);
    await reload();
    await lookUntil(({ racks, unknown }) => unknown === racks);
    await look();
    expect(reader.health([]).partial?.said).toMatch(/^what its rules recorded of racks last is \d+ s old/);
    everyRound(ROUND_S);
    await reload();
    await lookUntil(({ racks, shown, unknown }) => shown === racks && unknown === 0);
    expect(reader.health([]).partial).toBe(null);
  });
});
