import { expect, test } from 'vitest';
import type { Layout } from './decoded.ts';
import { cellOf, T0, valuesOf } from './fleet.fixture.ts';
import { Fleet } from './fleet.ts';
import { MEASURED, STALE } from './frame.ts';
import { type PlannedQuery, planQueries } from './promql.ts';

const plan = planQueries({ rateWindow: '1m' });
const FLITS = 'DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_L3';
const STATE = 'DCGM_FI_DEV_NVLINK_GET_STATE';
const links = planQueries({ rateWindow: '1m', present: new Set([FLITS, STATE]) });

/** Answers to planned queries, by the query's id: [labels, with __name__ for the metric's name; value]. */
function answered(...answers: readonly [string, ...(readonly [Record<string, string>, number])[]][]) {
  const fleet = new Fleet({ mappings: [] });
  for (const [id, ...rows] of answers) {
    const series = rows.map(([labels]) => {
      const { __name__: name = '', ...rest } = labels;
      return { name, labels: new Map(Object.entries(rest)) };
    });
    const layout: Layout = { series };
    const values = Float64Array.from(rows, ([, value]) => value);
    const decoded = { layout, values, times: null, duplicates: 0, warnings: [] };
    const query = [...plan, ...links].find((one) => one.id === id);
    expect(query, id).toBeDefined();
    const where = { key: id, sourceId: 'p', site: 'S', targetLabels: new Map(), time: T0 };
    fleet.ingest({ ...where, decoded, ...(query ? { query } : {}) });
  }
  return fleet.frame(T0, 60_000);
}

const GPU_A = { UUID: 'GPU-a' };
const seconds = T0 / 1000;
const sampled = { profile: 'dcgm', ...GPU_A, gpu: '0', instance: 'n1:9400' };
const ENERGY = 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION';

test('a metric that is a meter and, by its growth, a power is each from its own query', () => {
  const meter = ['gpu-power', [{ __name__: ENERGY, ...GPU_A }, 5e12]] as [string, [Record<string, string>, number]];
  const frame = answered(['gpu-times', [sampled, seconds]], meter);
  expect(valuesOf(frame, 'gpu.energy')).toEqual({ 'GPU-a': 5e9 });
  expect(valuesOf(frame, 'gpu.power')).toEqual({});
  // 700,000 mJ a second are 700 W.
  const both = answered(['gpu-times', [sampled, seconds]], meter, ['gpu-rates', [{ ...GPU_A, metric: ENERGY }, 7e5]]);
  expect(valuesOf(both, 'gpu.energy')).toEqual({ 'GPU-a': 5e9 });
  expect(valuesOf(both, 'gpu.power')).toEqual({ 'GPU-a': 700 });
});

test('a value is as old as its own exporter says, not as another one of the same board', () => {
  const smi = { profile: 'nvidia-smi', uuid: 'a', instance: 'n1:9835' };
  const frame = answered(
    ['gpu-times', [sampled, seconds - 200], [smi, seconds - 5]],
    ['gpu-power', [{ __name__: 'DCGM_FI_DEV_POWER_USAGE', ...GPU_A }, 500]],
    ['gpu-temp', [{ __name__: 'nvidia_smi_temperature_gpu', uuid: 'a' }, 60]],
  );
  expect(cellOf(frame, 'gpu.power', 'GPU-a')).toMatchObject({ value: Number.NaN, quality: STALE, time: T0 - 200_000 });
  expect(cellOf(frame, 'gpu.temp', 'GPU-a')).toMatchObject({ value: 60, quality: MEASURED, time: T0 - 5000 });
});

test('a single NVLink is as old as its board, by its number in the name or in a label', () => {
  const frame = answered(
    ['gpu-times', [sampled, seconds - 20]],
    ['nvlink-values', [{ __name__: STATE, gpu_uuid: 'GPU-a', nvlink: '5' }, 0], [{ ...GPU_A, metric: FLITS }, 2]],
  );
  const at = (signal: 'nvlink.state' | 'nvlink.crcFlit', link: number) => {
    const { value, time, quality } = frame.columns.get(signal) ?? expect.fail(signal);
    return [value[link], time[link], quality[link]];
  };
  expect(at('nvlink.state', 5)).toEqual([0, T0 - 20_000, MEASURED]);
  expect(at('nvlink.crcFlit', 3)).toEqual([2, T0 - 20_000, MEASURED]);
  expect(valuesOf(frame, 'gpu.nvlinkErrors')).toEqual({ 'GPU-a': 2 });
});

test("a node's value is as old as its own exporter says", () => {
  const node = { profile: 'node', nodename: 'n1', instance: 'n1:9100' };
  const rapl = { instance: 'n1:9100', index: '0', path: 'p', metric: 'node_rapl_package_joules_total' };
  const frame = answered(
    ['gpu-times', [sampled, seconds - 1]],
    ['node-times', [node, seconds - 30]],
    ['node-rates', [rapl, 200]],
  );
  const path = 'S/Unmapped/Unmapped/Unmapped/n1';
  expect(cellOf(frame, 'node.cpuPower', path)).toMatchObject({ value: 200, time: T0 - 30_000 });
});

test('what no clock tells the age of is not live', () => {
  const frame = answered(['gpu-power', [{ __name__: 'DCGM_FI_DEV_POWER_USAGE', ...GPU_A }, 500]]);
  expect(frame.topology.path).toEqual([]);
});

/** Bytes of the longest query, as a server counts them. */
const longest = (queries: readonly PlannedQuery[]) =>
  Math.max(...queries.flatMap(({ promql, begun = '' }) => [promql, begun].map((text) => Buffer.byteLength(text))));

test('no query is longer than VictoriaMetrics takes by default (-search.maxQueryLen, 16 KiB)', () => {
  expect(longest(plan)).toBeLessThan(16_384);
});

test.each([
  ['ASCII', 'PDX1-A'],
  ['three bytes a letter', '東京第一棟'],
])('nor is one where many racks are looked at: rates come in parts then, and each counter once (%s)', (_, named) => {
  const racks = Array.from({ length: 76 }, (_, i) => `${named}${i % 9}-${String(i).padStart(2, '0')}`);
  const counters = ['receive', 'transmit'].flatMap((way) =>
    ['bytes', 'drop', 'errs'].map((what) => `node_network_${way}_${what}_total`),
  );
  const ports = ['port_data_received_bytes', 'port_data_transmitted_bytes', 'port_transmit_wait', 'symbol_error'];
  const all = [...counters, ...ports.map((what) => `node_infiniband_${what}_total`), 'DCGM_FI_DEV_POWER_USAGE'];
  const present = new Set([...all, 'rack:fleetwatt_gpus:count']);
  const many = planQueries({ rateWindow: '1m', present, racks });
  expect(longest(many)).toBeLessThan(16_384);
  const parts = many.filter(({ id }) => /^node-(rates|values)/.test(id));
  expect(parts.length).toBeGreaterThan(1);
  expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length);
  const asked = parts.flatMap(({ promql }) => [...promql.matchAll(/rate\((\w+)/g)].map(([, name]) => name)).sort();
  const one = planQueries({ rateWindow: '1m', present, racks: racks.slice(0, 2) }).filter(
    ({ id }) => id === 'node-rates',
  );
  expect(asked).toEqual([...(one[0]?.promql ?? '').matchAll(/rate\((\w+)/g)].map(([, name]) => name).sort());
  expect(asked).toContain('node_network_receive_bytes_total');
});

test('counters of which the larger counts come in one part, however many racks are looked at', () => {
  const heat = ['HW', 'SW'].map((by) => `DCGM_FI_DEV_CLOCKS_EVENT_REASON_${by}_THERM_SLOWDOWN_NS`);
  const others = ['SW_POWER_CAP', 'HW_POWER_BRAKE_SLOWDOWN', 'SYNC_BOOST'].map(
    (by) => `DCGM_FI_DEV_CLOCKS_EVENT_REASON_${by}_NS`,
  );
  const present = new Set([...heat, ...others, 'DCGM_FI_DEV_POWER_USAGE', 'rack:fleetwatt_gpus:count']);
  const parts = new Set<number>();
  for (let count = 50; count < 500; count += 10) {
    const racks = Array.from({ length: count }, (_, i) => `R-${i}`);
    const rates = planQueries({ rateWindow: '1m', present, racks }).filter(({ id }) => id.startsWith('gpu-rates'));
    parts.add(rates.length);
    const having = (name: string) => rates.filter(({ promql }) => promql.includes(name)).map(({ id }) => id);
    expect(having(heat[1])).toEqual(having(heat[0]));
    expect(having(heat[0])).toHaveLength(1);
  }
  expect(Math.max(...parts)).toBeGreaterThan(1);
});

test('nodes of two sites of one server that share an instance are two', () => {
  const target = (site: string) => ({ instance: 'n1:9100', site });
  const node = (site: string) => ({ profile: 'node', nodename: 'n1', ...target(site) });
  const rapl = (site: string) => ({ ...target(site), index: '0', metric: 'node_rapl_package_joules_total' });
  const frame = answered(
    ['node-times', [node('X'), seconds - 30], [node('Y'), seconds - 20]],
    ['node-rates', [rapl('X'), 200], [rapl('Y'), 300]],
  );
  const cell = (site: string) => cellOf(frame, 'node.cpuPower', `${site}/Unmapped/Unmapped/Unmapped/n1`);
  expect(cell('X')).toMatchObject({ value: 200, time: T0 - 30_000 });
  expect(cell('Y')).toMatchObject({ value: 300, time: T0 - 20_000 });
  // The server is asked for what tells them apart.
  for (const { id, promql } of plan.filter(({ kind }) => kind === 'node'))
    expect([id, /by \([^)]*\binstance\b(?![^)]*\bsite\b)/.test(promql)]).toEqual([id, false]);
});
