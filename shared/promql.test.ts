import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planQueries } from './promql.ts';
import { profiles } from './signals/profiles/all.ts';
import { dcgmProfile } from './signals/profiles/dcgm.ts';

const plan = planQueries({ rateWindow: '2m' });

test('at most 12 queries of a fleet of two makers with two networks, 13 of everything that is known', () => {
  const ids = [
    'dcgm',
    'amd',
    'amd-nic',
    'node',
    'infiniband-exporter',
    'infiniband-hca',
    'if-mib',
    'apc',
    'ipmi',
    'vllm',
  ];
  const mappings = profiles.filter(({ id }) => ids.includes(id)).flatMap((profile) => profile.mappings);
  const told = mappings.flatMap(({ names, per = [] }) => [...names, ...per]);
  // Pauses as mlx5 calls them: a card has one driver. Fields of single NVLinks are asked for in queries of their own.
  const left = /pfc_ena|ethtool_frames|NVLINK\w*_L\d|PER_LINK|NVLINK_(GET_STATE|LINK_STATUS|\w*RECOVERY_EVENT)/;
  const present = new Set(['node_uname_info', ...told.filter((name) => !left.test(name))]);
  expect(present.size).toBeGreaterThan(300);
  expect(planQueries({ rateWindow: '2m', present }).length).toBeLessThanOrEqual(12);
  expect(plan.length).toBeLessThanOrEqual(13);
});

test('sample times are asked before the values that are as old as them', () => {
  for (const kind of ['gpu', 'node', 'feed']) {
    const [first, ...rest] = plan.filter((query) => query.kind === kind).map((query) => query.times);
    expect([first, ...rest]).toEqual([true, ...rest.map(() => false)]);
  }
});

test('every metric of the profiles is asked for once: gauges as they are, counters as rates over the window', () => {
  const values = plan.filter((query) => !query.times).map((query) => query.promql);
  const asked = (name: string) => values.flatMap((promql) => promql.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []);
  const rated = (name: string) =>
    values.some((promql) => new RegExp(`rate\\(${name}(\\{[^}]*\\})?\\[2m\\]\\)`).test(promql));
  const gauged = (name: string) => values.some((promql) => new RegExp(`__name__=~"[^"]*\\b${name}\\b`).test(promql));
  // What is recorded says nothing that its sources do not.
  const read = profiles.filter(({ identity }) => !identity.place);
  for (const { names, kind } of read.flatMap((profile) =>
    profile.mappings.filter(({ signal }) => !signal.startsWith('nvlink.')),
  ))
    for (const name of names) {
      expect(kind === 'counter' ? rated(name) : gauged(name), name).toBe(true);
      // A rate names its metric twice, and once more where it may stand at its end.
      expect(asked(name).length, name).toBeLessThanOrEqual((rated(name) ? 3 : 0) + (gauged(name) ? 1 : 0));
    }
});

test('of a metric that stands for many quantities only those of the profiles are asked for', () => {
  const present = new Set(['measurementsInletSensorValue', 'inletSensorDecimalDigits', 'upsOutputPower']);
  const values = planQueries({ rateWindow: '2m', present }).find(({ id }) => id === 'feed-values')?.promql ?? '';
  const selectors = [...values.matchAll(/\{(__name__=~"[^}]*)\}/g)].map(([, inside]) => inside);
  const sensors = selectors.filter((one) => one.includes('InletSensor') || one.includes('inletSensor'));
  expect(sensors).toHaveLength(1);
  expect(sensors[0]).toMatch(/sensorType=~"([a-zA-Z|]+\|)?activePower[a-zA-Z|]*"/);
});

test('only what the server has is asked for', () => {
  const present = new Set(['DCGM_FI_DEV_GPU_TEMP', 'node_network_receive_bytes_total']);
  const few = planQueries({ rateWindow: '2m', present });
  const { guid = '', placement = [] } = dcgmProfile.identity.gpu ?? {};
  const labels = [guid, ...placement];
  expect(few.map(({ id }) => id)).toEqual(['gpu-times', 'gpu-temp', 'node-times', 'node-rates']);
  for (const { promql } of few)
    for (const [name] of promql.matchAll(/\b(DCGM|node|gpu|rocm|nvidia_smi)_\w+_\w+/g))
      expect([...present, ...labels]).toContain(name);
  expect(planQueries({ rateWindow: '2m', present: new Set() })).toEqual([]);
});

test('single NVLinks are asked for where the server has them, by what tells them apart, in queries that none refuses', () => {
  const fields = (name: string) => Array.from({ length: 18 }, (_, link) => name.replace('{}', String(link)));
  const present = new Set([
    ...['DCGM_FI_DEV_GPU_TEMP', 'DCGM_FI_DEV_NVLINK_GET_STATE', 'DCGM_FI_DEV_NVLINK_RX_ERROR_TOTAL'],
    ...fields('DCGM_FI_DEV_NVLINK_TX_BANDWIDTH_L{}'),
    ...['CRC_FLIT', 'CRC_DATA', 'REPLAY'].flatMap((kind) => fields(`DCGM_FI_DEV_NVLINK_${kind}_ERROR_COUNT_L{}`)),
  ]);
  const asked = planQueries({ rateWindow: '2m', present });
  const links = asked.filter(({ id }) => id.startsWith('nvlink'));
  for (const name of present)
    expect(asked.filter(({ promql }) => new RegExp(`\\b${name}\\b`).test(promql)).length, name).toBeGreaterThan(0);
  for (const { promql, kind } of links) {
    expect([promql.length < 16_384, kind]).toEqual([true, 'gpu']);
    expect(promql).toMatch(/^max by \((__name__|metric), UUID, gpu_uuid, nvlink\)/);
  }
  // What has a total too comes with its own label among the boards' rates, and is not asked for twice.
  const errors = asked.filter(({ promql }) => promql.includes('NVLINK_RX_ERROR_TOTAL'));
  expect(errors.map(({ id, promql }) => [id, /by \(metric, UUID, gpu_uuid, nvlink\)/.test(promql)])).toEqual([
    ['gpu-rates', true],
  ]);
  expect(planQueries({ rateWindow: '2m' }).some(({ id }) => id.startsWith('nvlink'))).toBe(false);
});

test('with recorded racks: those, their feeds, and GPUs and nodes of the racks that are named', () => {
  const present = new Set([
    ...['rack:fleetwatt_gpus:count', 'DCGM_FI_DEV_POWER_USAGE', 'node_network_receive_bytes_total'],
    ...['node_uname_info', 'rPDU2DeviceStatusPower', 'vllm:generation_tokens_total'],
  ]);
  const ids = (racks: readonly string[]) => planQueries({ rateWindow: '2m', present, racks }).map(({ id }) => id);
  const always = ['place-times', 'place-values', 'node-times', 'node-values', 'feed-times', 'feed-values'];
  expect(ids([])).toEqual(always);
  const [times, values, nodes, ...rest] = always;
  expect(ids(['A1-01'])).toEqual([times, values, 'gpu-times', 'gpu-power', nodes, 'node-rates', ...rest]);
  for (const { id, promql } of planQueries({ rateWindow: '2m', present, racks: ['A1-01', 'B.2'] })) {
    const inRacks = promql.includes('rack=~"A1-01|B\\\\.2"');
    expect([id, inRacks]).toEqual([id, ['gpu-times', 'gpu-power', 'node-times', 'node-rates'].includes(id)]);
    if (inRacks) expect(promql).not.toMatch(/(DCGM_FI_DEV_POWER_USAGE|node_uname_info)[^{"|]/);
  }
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const promtool = hasPromtool();
test.skipIf(!promtool)(promtool ? 'promtool reads them' : 'promtool reads them (skipped: it is not installed)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-promql-'));
  try {
    const rules = plan.map(({ id, promql }) => ({ record: id.replaceAll('-', ':'), expr: promql }));
    // JSON is YAML.
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'plan', rules }] }));
    const said = execFileSync('promtool', ['check', 'rules', join(folder, 'rules.yml')], { encoding: 'utf8' });
    expect(said).toContain(`SUCCESS: ${plan.length} rules found`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
