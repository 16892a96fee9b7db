import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { formatCount } from '../../shared/format.ts';
import { sourceSchema } from '../../shared/settings.ts';
import { parseBudgetsCsv, parseTopologyCsv } from '../../shared/topology-csv.ts';
import { FleetView } from '../../shared/view.ts';
import { type Demo, type RackTruth, startDemo } from '../demo/demo.ts';
import { TOKENS_PER_JOULE } from '../demo/vllm.ts';
import { runHeadless } from '../engine/headless.ts';
import { run } from './main.ts';
import { forPerson, type Totals, totals } from './summary.ts';

/** AMS-2, NVIDIA and AMD with PDUs, BMCs and vLLM, on a clock that stands still but between two ticks. */
let time = Date.UTC(2026, 10, 23, 14, 32, 10);
const TICK_MS = 5000;
let demo: Demo;
let told: Totals;
let targets = 0;
/** The truth at both ticks. */
const truths: (readonly RackTruth[])[] = [];
const budgetW = new Map<string, number>();

beforeAll(async () => {
  demo = await startDemo({ mixed: true, now: () => time });
  const [, { targetsFile }] = demo.sites;
  const groups = JSON.parse(readFileSync(targetsFile, 'utf8')) as { targets: string[] }[];
  targets = groups.flatMap((group) => group.targets).length;
  const source = sourceSchema.parse({ id: 'x', name: 'x', site: 'AMS-2', kind: 'exporters', files: [targetsFile] });
  const budgets = parseBudgetsCsv(readFileSync(demo.budgetsFile, 'utf8')).rows;
  for (const row of budgets) budgetW.set(row.place, row.budgetW);
  const view = new FleetView({ historyBytes: 1e6, pollMs: TICK_MS, staleMs: 60_000, warnRatio: 0.9, critRatio: 1 });
  const later = (task: () => void) => {
    time += TICK_MS;
    queueMicrotask(task);
    return () => {};
  };
  const result = await runHeadless({
    ...{ source, budgets, topology: parseTopologyCsv(readFileSync(demo.topologyFile, 'utf8')), ticks: 2 },
    ...{ pollMs: TICK_MS, staleMs: 60_000, clock: { now: () => time, later } },
    onTick: (frame, at, bad) => {
      view.update(frame, [], bad, at, true);
      truths.push(demo.truth(at).filter(({ path }) => path.startsWith('AMS-2/')));
    },
  });
  told = totals(result, view);
});
afterAll(() => demo.close());

const draw = ({ feedW }: RackTruth) => feedW.A + feedW.B;
const inside = (path: string) => (rack: RackTruth) => `${rack.path}/`.startsWith(`${path}/`);
const total = (racks: readonly RackTruth[]) => racks.reduce((sum, rack) => sum + draw(rack), 0);

test('feeds, headroom and stranded power of every place are those of its racks', () => {
  const [before, now] = truths;
  const feeds = now.flatMap(({ path, feedW }) => (['A', 'B'] as const).map((name) => [path, name, feedW[name]]));
  expect(told.feeds.map(({ rack, name, drawW }) => [rack, name, drawW]).sort()).toEqual(feeds.sort());
  const paths = [...budgetW.keys()].filter((path) => now.some(inside(path)));
  expect(Object.keys(told.headroomW).sort()).toEqual(paths.sort());
  for (const path of paths) {
    const [first, second] = [before, now].map((racks) => total(racks.filter(inside(path))));
    const budget = budgetW.get(path) as number;
    expect([path, Math.abs(told.headroomW[path] - (budget - second)) < 0.5]).toEqual([path, true]);
    // Of two draws the least that 99 % of them do not exceed is the higher one.
    const p99 = Math.max(first, second);
    expect([path, Math.abs(told.strandedW[path] - (budget - p99)) < 0.5]).toEqual([path, true]);
  }
});

test('jobs have the boards and watts of their nodes, and a model makes the tokens of a joule that it makes', () => {
  const nodes = truths[1].flatMap((rack) => rack.nodes);
  const wanted = new Map<string, { gpus: number; nodes: number; watts: number }>();
  for (const { name, job, serves, gpus, gpuW } of nodes) {
    const work = serves === '' ? `job ${job}` : `inference/vllm-${name.toLowerCase()}`;
    const sum = wanted.get(work) ?? { gpus: 0, nodes: 0, watts: 0 };
    wanted.set(work, { gpus: sum.gpus + gpus, nodes: sum.nodes + 1, watts: sum.watts + gpuW });
  }
  expect(told.jobs.map(({ name }) => name).sort()).toEqual([...wanted.keys()].sort());
  for (const { name, site, gpus, nodes: on, powerW, silentGpus } of told.jobs) {
    const { watts, ...counts } = wanted.get(name) ?? { watts: Number.NaN };
    expect([name, site, { gpus, nodes: on }, silentGpus]).toEqual([name, 'AMS-2', counts, 0]);
    // AMD's exporter prints whole watts.
    expect([name, Math.abs((powerW ?? 0) - watts) <= gpus / 2]).toEqual([name, true]);
  }
  expect(Object.keys(told.tokensPerJoule)).toEqual(['qwen3-235b']);
  expect(told.tokensPerJoule['qwen3-235b'] / TOKENS_PER_JOULE['qwen3-235b']).toBeCloseTo(1, 3);
});

test('a person is told headroom, stranded power, feeds, links, jobs and tokens per joule too', () => {
  const [before, now] = truths.map((racks) => total(racks));
  const kilowatts = (watts: number) => `  AMS-2  ${(watts / 1000).toFixed(1)} kW`;
  const budget = budgetW.get('AMS-2') as number;
  const lines = forPerson(told).split('\n');
  const after = (title: string) => lines[lines.indexOf(title) + 1];
  expect(after('headroom')).toBe(kilowatts(budget - now));
  expect(after('stranded power, by the refreshes that were read')).toBe(kilowatts(budget - Math.max(before, now)));
  expect(lines).toContain(`feeds: ${2 * truths[1].length} of ${2 * truths[1].length} report`);
  expect(lines.filter((line) => /^links: 0 with a trouble, fullest \S+ \S+ at \d/.test(line))).toHaveLength(1);
  expect(after('jobs')).toMatch(/^ {2}AMS-2 job \d+ {2}\d+ GPUs, [\d.]+ kW, \w+: \d+% busy/);
  expect(Number(after('tokens per joule').split(/ +/).at(-1))).toBeCloseTo(Object.values(told.tokensPerJoule)[0], 3);
  expect(lines.filter((line) => line.includes('in part'))).toEqual([]);
  const partly = forPerson({ ...told, partial: 'store-3 is out of reach' }).split('\n');
  expect(partly.at(-3)).toBe('answered in part, so that draws are lower bounds: store-3 is out of reach');
  // Each target once a tick.
  expect(told.read.requests).toBe(2 * targets);
  expect(lines.at(-2)).toMatch(
    new RegExp(`^read by ${formatCount(2 * targets)} requests, [\\d.]+ [kM]B, .* in \\d+ ms$`),
  );
});

test('a server that wants to be left alone is told of with how long', async () => {
  const server = createServer((_, response) => response.writeHead(429, { 'retry-after': '120' }).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const said: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await run(['summary', '--source', url])).toBe(1);
    expect(said.join('')).toMatch(/429.* It asks to be left alone for 2 min 0 s\.\n$/);
  } finally {
    write.mockRestore();
    server.close();
  }
});

test('links are the fifty fullest, with what they truly carry', () => {
  const ports = truths[1].flatMap(({ nodes }) =>
    nodes.flatMap((node) => node.ports.map((port, i) => [`${node.name} mlx5_${i}/1` as string, port] as const)),
  );
  const busiest = ports.map(([, { tx, rx }]) => Math.max(tx, rx)).sort((a, b) => b - a);
  const infiniband = told.links.filter(({ kind }) => kind === 'infiniband');
  expect([told.links.length, infiniband.length > 20]).toEqual([50, true]);
  expect(Math.max(infiniband[0].txBps ?? 0, infiniband[0].rxBps ?? 0) / busiest[0]).toBeCloseTo(1, 6);
  const truth = new Map(ports);
  for (const { label, txBps, rxBps } of infiniband) {
    const { tx, rx } = truth.get(label) ?? { tx: Number.NaN, rx: Number.NaN };
    expect(
      [label, (txBps ?? 0) / tx, (rxBps ?? 0) / rx].map((one) => (typeof one === 'number' ? one.toFixed(5) : one)),
    ).toEqual([...[label, '1.00000', '1.00000']]);
  }
});
