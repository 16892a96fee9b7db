import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExpositionReader } from '../../shared/exposition/reader.ts';
import { type Demo, startDemo } from './demo.ts';
import { type Exporter, exportersOf } from './exporters.ts';
import { Load } from './load.ts';
import { mixedPlans } from './plan.ts';

const START = Date.UTC(2026, 10, 23, 14, 32, 10);
let now = START;
let demo: Demo;

beforeAll(async () => {
  demo = await startDemo({ mixed: true, now: () => now });
});
afterAll(() => demo.close());

/** Reads one exporter: series text → value. */
async function read(path: string): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${demo.port}${path}`);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && line[0] !== '#');
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const sumOf = (values: ReadonlyMap<string, number>, name: string) =>
  [...values].reduce((sum, [series, value]) => (series.startsWith(`${name}{`) ? sum + value : sum), 0);

test('three sites, each with files of its own, and no UUID or serial number twice', async () => {
  expect(demo.sites.map(({ site }) => site)).toEqual(['PDX-1', 'AMS-2', 'EDGE-3']);
  const ids: string[] = [];
  for (const { targetsFile, prometheusConfig, site } of demo.sites) {
    expect(await readFile(prometheusConfig, 'utf8')).toContain(`targets-${site}.json`);
    const groups = JSON.parse(await readFile(targetsFile, 'utf8')) as { labels: Record<string, string> }[];
    expect(new Set(groups.map(({ labels }) => labels.site))).toEqual(new Set([site]));
    for (const { labels } of groups) {
      if (labels.job !== 'dcgm' && labels.job !== 'amd') continue;
      const body = [...(await read(labels.__metrics_path__)).keys()].join('\n');
      const ofBody = [...body.matchAll(/UUID="([^"]+)"|serial_number="([^"]+)"/g)].map((found) => found[1] ?? found[2]);
      ids.push(...new Set(ofBody));
    }
  }
  expect(ids).toHaveLength(44 * 8);
  expect(new Set(ids).size).toBe(44 * 8);
});

test('feeds, BMCs and boards of a rack agree with the truth', async () => {
  const truth = demo.truth(now).find(({ path }) => path === 'AMS-2/B/B1/B1-01');
  if (!truth) throw new Error('the rack is not there');
  const feed = async (name: 'A' | 'B') => {
    const body = await read(`/AMS-2/pdu/B1-01-${name}/metrics`);
    return body.get('measurementsInletSensorValue{inletId="1",pduId="1",sensorType="activePower"}');
  };
  expect([await feed('A'), await feed('B')]).toEqual([truth.feedW.A, truth.feedW.B]);
  expect(Math.abs(truth.feedW.A + truth.feedW.B - truth.drawW)).toBeLessThanOrEqual(0.5);
  let [boards, nodes] = [0, 0];
  for (const name of ['B1-01-n1', 'B1-01-n2', 'B1-01-n3', 'B1-01-n4']) {
    boards += sumOf(await read(`/AMS-2/${name}/amd/metrics`), 'gpu_package_power');
    const node = (await read(`/AMS-2/${name}/ipmi/metrics`)).get('ipmi_dcmi_power_consumption_watts') ?? Number.NaN;
    expect(Math.abs(node - truth.nodeW[name])).toBeLessThanOrEqual(0.5);
    nodes += node;
  }
  expect(Math.abs(boards - truth.gpuW)).toBeLessThanOrEqual(32 * 0.5);
  expect(Math.abs(nodes - truth.drawW)).toBeLessThanOrEqual(4 * 0.5);
  // 750 W boards at full load and what goes with them: 8 × (1.4 × 750 + 240) a node.
  expect(truth.drawW).toBeLessThan(4 * 8 * (1.4 * 750 * 1.02 + 240));
});

test("a server makes its model's tokens of the joules of the boards in its pod", async () => {
  const [rows, energy] = ['/A2-01-n1/vllm/metrics', '/A2-01-n1/dcgm/metrics'];
  const tokens = async () => sumOf(await read(rows), 'vllm:generation_tokens_total');
  const joules = async () => sumOf(await read(energy), 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION') / 1000;
  const before = [await tokens(), await joules()];
  now += 60_000;
  const after = [await tokens(), await joules()];
  expect((after[0] - before[0]) / (after[1] - before[1])).toBeCloseTo(0.62, 2);
  const board = [...(await read(energy)).keys()].find((series) => series.startsWith('DCGM_FI_DEV_FB_USED'));
  expect(board).toContain('container="vllm",namespace="inference",pod="vllm-a2-01-n1"');
  now = START;
});

test('every body decodes without a warning, and a later one by the cached layout', () => {
  const bytes = new TextEncoder();
  const every = mixedPlans().flatMap((plan): readonly Exporter[] => exportersOf(new Load(plan, 1, START), 1, START));
  expect(new Set(every.map(({ job }) => job))).toEqual(new Set(['dcgm', 'amd', 'node', 'ipmi', 'vllm', 'pdu']));
  for (const { path, body } of every) {
    const reader = new ExpositionReader();
    const first = reader.read(bytes.encode(body?.(START)), 'prometheus');
    expect([path, first.warnings, first.duplicates]).toEqual([path, [], 0]);
    reader.read(bytes.encode(body?.(START + 5000)), 'prometheus');
    expect([path, reader.fullParses]).toEqual([path, 1]);
  }
});

test('a mixed fleet takes no number of nodes', async () => {
  await expect(startDemo({ mixed: true, nodes: 3 })).rejects.toThrow('a mixed fleet has a size of its own');
});
