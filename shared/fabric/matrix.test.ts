import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fed } from '../fleet.fixture.ts';
import type { Frame } from '../frame.ts';
import { layFabric } from './cables.ts';
import { type CableRow, parseFabricCsv } from './fabric-csv.ts';
import { fieldOf, type MatrixRow, matrixOf, wholeOf } from './matrix.ts';
import { nvlinkDomains } from './matrix-rows.ts';
import { FabricMemory } from './memory.ts';
import { summaryOf } from './overview.ts';
import type { AnyLinkKind } from './reading.ts';

const matrix = (frame: Frame, kind: AnyLinkKind = 'infiniband', file: readonly CableRow[] = [], pod = '') => {
  const layout = kind === 'infiniband' || kind === 'ethernet' ? layFabric(frame.topology, file, kind) : undefined;
  const field = fieldOf(frame, kind, layout);
  return matrixOf(kind, field, wholeOf(frame, kind, field, new FabricMemory().sinceOf), pod);
};

/** One cable of infiniband_exporter's text: leaf port → spine port, bytes and ticks so far. */
interface End {
  readonly leaf: number;
  readonly port: number;
  readonly spine: number;
  readonly tx: number;
  readonly wait?: number;
}
const RATE = 5e10;
function exposition(ends: readonly End[], hosts = true): string {
  const leaves = [...new Set(ends.map(({ leaf }) => leaf))];
  return [
    ...ends.flatMap(({ leaf, port, spine, tx, wait = 0 }) => [
      `infiniband_switch_uplink_info{guid="0xa${leaf}",port="${port}",switch="leaf-${leaf}",uplink="spine-${spine}",uplink_guid="0xb${spine}",uplink_port="${leaf}",uplink_type="SW"} 1`,
      `infiniband_switch_port_rate_bytes_per_second{guid="0xa${leaf}",port="${port}"} ${RATE}`,
      `infiniband_switch_port_transmit_data_bytes_total{guid="0xa${leaf}",port="${port}"} ${tx}`,
      `infiniband_switch_port_receive_data_bytes_total{guid="0xa${leaf}",port="${port}"} ${tx / 2}`,
      `infiniband_switch_port_transmit_wait_total{guid="0xa${leaf}",port="${port}"} ${wait}`,
    ]),
    ...(hosts ? leaves : []).map(
      (leaf) =>
        `infiniband_switch_uplink_info{guid="0xa${leaf}",port="60",switch="leaf-${leaf}",uplink="a1-0${leaf % 9}-n1 mlx5_0",uplink_guid="0xc${leaf}",uplink_port="1",uplink_type="CA"} 1`,
    ),
    '',
  ].join('\n');
}

test('cells by hand: bytes in 10 s against the rate, waiting by the source’s tick', () => {
  const { fleet, take, at } = fed();
  fleet.setWaitTick('src', 320);
  // In 10 s port 1 sends 485 GB of 500 (97 %) and waits 484,375,000 ticks of 320 B: 155 GB of 500, 31 % of the time.
  const now = [
    { leaf: 1, port: 1, spine: 1, tx: 485e9, wait: 484_375_000 },
    { leaf: 1, port: 2, spine: 2, tx: 250e9, wait: 0 },
    { leaf: 2, port: 1, spine: 1, tx: 480e9, wait: 15_625_000 },
  ];
  take(exposition(now.map((end) => ({ ...end, tx: 0, wait: 0 }))), 0);
  take(exposition(now), 10);
  const { rows, columns, tx, rx, wait, links, txBps, word } = matrix(at(10));
  expect(word).toBe('leaf');
  expect(columns).toEqual(['spine-1', 'spine-2']);
  expect(rows.map(({ name, severity }) => [name, severity])).toEqual([
    ['leaf-1', 'critical'],
    ['leaf-2', null],
  ]);
  expect(tx).toEqual([0.97, 0.5, 0.96, null]);
  expect(rx).toEqual([0.485, 0.25, 0.48, null]);
  // 15,625,000 × 320 B ÷ 500 GB = 1 %: full and hardly waiting is good use.
  expect(wait).toEqual([0.31, 0, 0.01, null]);
  expect(rows[0]).toMatchObject({ tx: 0.735, wait: 0.155, full: 1, saturated: 1, cells: 2, txBps: 36.75e9 });
  expect(links).toEqual({ of: 3, down: 0, missing: 0 });
  // Columns hold 32-bit floats.
  expect(txBps / 121.5e9).toBeCloseTo(1, 6);
});

test('without the tick there are raw ticks and no alarm', () => {
  const { take, at } = fed();
  take(exposition([{ leaf: 1, port: 1, spine: 1, tx: 0, wait: 0 }]), 0);
  take(exposition([{ leaf: 1, port: 1, spine: 1, tx: 490e9, wait: 1e9 }]), 10);
  const { rows, waitKnown, ticksKnown } = matrix(at(10));
  expect(rows[0]).toMatchObject({ severity: null, wait: null, ticks: 1e8, full: 1, saturated: 0 });
  expect([waitKnown, ticksKnown]).toEqual([false, true]);
});

test('one direction that is read is enough: the cable is up, the other direction is not known', () => {
  const { take, at } = fed();
  const sent = (bytes: number) =>
    exposition([{ leaf: 1, port: 1, spine: 1, tx: bytes }])
      .split('\n')
      .filter((line) => !line.includes('receive_data'))
      .join('\n');
  take(sent(0), 0);
  take(sent(250e9), 10);
  const { rows, tx, rx } = matrix(at(10));
  expect([tx, rx, rows[0].severity]).toEqual([[0.5], [null], null]);
});

test('a cable that the file has and the switch names no neighbour for is down; one that nobody reads is missing', () => {
  const file = parseFabricCsv(
    'leaf,leaf_port,spine,spine_port\nleaf-1,1,spine-1,1\nleaf-1,2,spine-1,2\nleaf-9,1,spine-1,9\n',
  ).rows;
  const { take, at } = fed();
  take(exposition([{ leaf: 1, port: 1, spine: 1, tx: 0 }]), 0);
  // Port 2 has counters, as every port of a switch, and no neighbour.
  const idle = 'infiniband_switch_port_transmit_data_bytes_total{guid="0xa1",port="2"} 7\n';
  take(exposition([{ leaf: 1, port: 1, spine: 1, tx: 250e9 }]) + idle, 10);
  const { rows, state, up, of, tx, links } = matrix(at(10), 'infiniband', file);
  expect(rows.map(({ name, severity, down }) => [name, severity, down])).toEqual([
    ['leaf-1', 'warning', ['p2 to spine-1']],
    ['leaf-9', 'nodata', []],
  ]);
  // CELL_STATES: part, missing.
  expect(state).toEqual([2, 4]);
  expect([up, of, tx]).toEqual([
    [1, 0],
    [2, 1],
    [0.5, null],
  ]);
  expect(links).toEqual({ of: 3, down: 1, missing: 1 });
});

test('a neighbour that is not named any more is a cable that is down', () => {
  const { take, at } = fed();
  const two = [
    { leaf: 1, port: 1, spine: 1, tx: 0 },
    { leaf: 1, port: 2, spine: 2, tx: 0 },
  ];
  take(exposition(two), 0);
  for (const seconds of [30, 60, 90]) take(exposition([{ ...two[0], tx: seconds * 25e9 }]), seconds);
  expect(matrix(at(30)).links).toEqual({ of: 2, down: 0, missing: 1 });
  expect(matrix(at(90)).rows[0]).toMatchObject({ severity: 'warning', down: ['p2 to spine-2'] });
});

test('above 128 leaves: pods with the worst of their leaves, and the leaves of one', () => {
  const { fleet, take, at } = fed();
  fleet.setWaitTick('src', 320);
  const ends = Array.from({ length: 130 }, (_, i) => ({ leaf: i + 1, port: 1, spine: 1, tx: 0, wait: 0 }));
  const rows = ends.map(({ leaf }) => `leaf-${leaf},spine-1,${leaf <= 80 ? 'North' : 'South'}`);
  const file = parseFabricCsv(`leaf,spine,pod\n${rows.join('\n')}\n`).rows;
  take(exposition(ends), 0);
  // All at half but leaf-7: 490 GB of 500 in 10 s, and it waits 20 %.
  take(
    exposition(ends.map((end) => ({ ...end, ...(end.leaf === 7 ? { tx: 490e9, wait: 312_500_000 } : { tx: 250e9 }) }))),
    10,
  );
  const all = matrix(at(10), 'infiniband', file);
  expect([all.word, all.each]).toEqual(['pod', 'leaf']);
  expect(all.pods).toEqual([
    { name: 'North', rows: 80 },
    { name: 'South', rows: 50 },
  ]);
  // North: 79 × 250 + 490 of 80 × 500.
  expect(all.tx).toEqual([Number(((79 * 250 + 490) / 40_000).toPrecision(5)), 0.5]);
  expect(all.rows[0]).toMatchObject({ severity: 'critical', saturated: 1, full: 1, cells: 80, members: 80, wait: 0.2 });
  expect(all.rows[1]).toMatchObject({ severity: null, saturated: 0, members: 50, wait: 0 });
  const north = matrix(at(10), 'infiniband', file, 'North');
  expect([north.word, north.each, north.pod, north.rows.length]).toEqual(['leaf', 'leaf', 'North', 80]);
  // A row by its key leads to the pod that it is in.
  expect(matrix(at(10), 'infiniband', file, north.rows[6].key)).toMatchObject({ word: 'leaf', pod: 'North' });
  expect(matrix(at(10), 'infiniband', file, 'West').word).toBe('pod');
  const hot = north.rows.findIndex(({ name }) => name === 'leaf-7');
  expect([north.rows[hot].severity, north.tx[hot]]).toEqual(['critical', 0.98]);
});

test('NVLink: the rack of an NVL72, the node elsewhere, and what the fabric’s labels say before either', () => {
  const line = (node: string, index: number, model: string, more = '') =>
    `DCGM_FI_PROF_NVLINK_TX_BYTES{gpu="${index}",UUID="GPU-${node}-${index}",modelName="${model}",hostname="${node}"${more}} 4.5e+11\n`;
  const clique = ',DCGM_FI_DEV_FABRIC_CLUSTER_UUID="c1",DCGM_FI_DEV_FABRIC_CLIQUE_ID="2"';
  const text = ['a1-01-n1', 'a1-01-n2'].map((node) => line(node, 0, 'GB200')).join('');
  const { fleet, at } = fed(
    text + line('a1-02-n1', 0, 'NVIDIA H200', clique) + line('a1-03-n1', 0, 'NVIDIA H200', clique),
  );
  const place = { site: 'S', hall: 'A', row: 'A1', rack: 'A1-01', u: 1, model: 'GB200 NVL72', gpus: 1 };
  fleet.setTopology(['a1-01-n1', 'a1-01-n2'].map((node) => ({ ...place, node })));
  const domains = nvlinkDomains(at()).map(({ name, nodes }) => [name, nodes.length]);
  // An NVL72 has 18 trays, whether they report or not.
  expect(domains.find(([name]) => name === 'A1-01')).toEqual(['A1-01', 18]);
  expect(domains.some(([name, nodes]) => name === 'c1.2' && nodes === 2)).toBe(true);
  // 450 GB/s of GB200's 900 in one direction, and of H200's 450.
  const { rows } = matrix(at(), 'nvlink');
  expect(rows.map(({ tx }) => tx).sort()).toEqual([0.5, 1]);
});

test('NVLinks that are inactive and that like boards have are down in their domain; the others have their part of the rate', () => {
  const labels = (gpu: number) => `gpu="${gpu}",UUID="GPU-${gpu}",modelName="NVIDIA H200",hostname="n1"`;
  const state = (gpu: number, link: number) =>
    `DCGM_FI_DEV_NVLINK_GET_STATE{nvlink="${link}",${labels(gpu)}} ${gpu === 1 && link > 15 ? 0 : 1}\n`;
  const text = [0, 1, 2].map(
    (gpu) =>
      `DCGM_FI_PROF_NVLINK_TX_BYTES{${labels(gpu)}} 2e+11\n${Array.from({ length: 18 }, (_, link) => state(gpu, link)).join('')}`,
  );
  const { rows, tx, up, of, links } = matrix(fed(text.join('')).at(), 'nvlink');
  expect(rows.map(({ severity, down }) => [severity, down])).toEqual([['warning', ['g1 NVLink 16', 'g1 NVLink 17']]]);
  // 200 of 450 GB/s, and of 16 ÷ 18 of it: 400.
  expect(tx).toEqual([0.44444, 0.5, 0.44444]);
  expect([up, of]).toEqual([
    [18, 16, 18],
    [18, 18, 18],
  ]);
  expect(links).toEqual({ of: 54, down: 2, missing: 0 });
});

test('memory: since when a row is flagged, and its last hour with gaps as gaps', () => {
  const memory = new FabricMemory();
  const row = (tx: number | null, severity: MatrixRow['severity']) =>
    [{ kind: 'infiniband' as const, row: { key: 'k', tx, rx: null, wait: 0.25, severity } as MatrixRow }] as const;
  memory.add(row(0.5, null), 1000);
  memory.add(row(0.97, 'critical'), 6000);
  memory.add([], 11_000);
  memory.add(row(null, null), 16_000);
  memory.add(row(0.98, 'critical'), 21_000);
  // A dip of some polls did not end it; a minute without it does.
  expect(memory.sinceOf('infiniband', 'k', 'critical')).toBe(6000);
  expect(memory.sinceOf('infiniband', 'k', 'warning')).toBeNull();
  const { times, tx, rx } = memory.history('infiniband', 'k');
  expect(times).toEqual([1000, 6000, 16_000, 21_000]);
  expect(tx).toEqual([0.5, 0.97, null, 0.98]);
  expect(rx).toEqual([null, null, null, null]);
  memory.add(row(0.5, null), 81_001);
  expect(memory.sinceOf('infiniband', 'k', 'critical')).toBeNull();
});

const beside = new URL('../../../shared/fixtures/infiniband_exporter/switch-and-hca.prom', import.meta.url);
describe.skipIf(!existsSync(beside))(
  'infiniband_exporter’s own test text (skipped where it does not lie beside)',
  () => {
    test('one leaf with two HCAs, one cable to a spine; the counters of a scrape before make its rate', () => {
      const text = readFileSync(beside, 'utf8');
      const grown = text.replace(
        /(transmit_data_bytes_total\{guid="0x7cfe9003009ce5b0",port="1"\}) \S+/,
        '$1 1.45242107443712e+14',
      );
      expect(grown).not.toBe(text);
      const { take, at } = fed(text);
      take(grown, 10);
      const { rows, columns, tx, rx } = matrix(at(10));
      expect([rows.map(({ name }) => name), columns]).toEqual([['ib-i1l1s01'], ['ib-i1l2s01']]);
      // 50 GB more in 10 s: 5 of 12.5 GB/s (EDR).
      expect([tx, rx]).toEqual([[0.4], [0]]);
    });
  },
);

test('rows of two networks that are one place are told, and which of them are saturated in both', () => {
  const row = (key: string, severity: 'critical' | null) => ({ key, severity, wait: null, down: [] }) as never;
  const links = { of: 3, down: 0, missing: 0 };
  const matrix = { kind: 'ethernet', word: 'rack', rows: [1, 2, 3], links } as never;
  const ethernet = [row('a', 'critical'), row('b', null), row('c', 'critical')];
  expect(summaryOf(matrix, ethernet, [row('a', 'critical'), row('b', 'critical')]).again).toEqual({
    ...{ rows: 2, saturated: 1 },
  });
});

test('halls and rows of one name in two sites stay apart', () => {
  const { take, at } = fed();
  for (const site of ['AMS', 'PDX']) {
    const labels = { site, hall: 'A', row: 'A1', rack: 'A1-01', instance: `${site}-n1:9100` };
    const targetLabels = new Map(Object.entries(labels));
    take('node_network_speed_bytes{device="eth0"} 1.25e8\n', 0, { key: site, targetLabels });
  }
  const { rows } = fieldOf(at(), 'ethernet', undefined);
  expect(rows.map(({ name, group, pod }) => [name, group, pod])).toEqual([
    ['AMS A1-01', 'Hall A of AMS', 'Row A1 of AMS'],
    ['PDX A1-01', 'Hall A of PDX', 'Row A1 of PDX'],
  ]);
});

test('full ports that are marked well above the others are critical, RoCE’s own devices among them', () => {
  const { take, at } = fed();
  const rack = (n: number) => ({ key: `n${n}`, targetLabels: new Map([['instance', `a1-0${n}-n1:9100`]]) });
  const text = (bytes: number, marks: number) => `node_infiniband_rate_bytes_per_second{device="mlx5_0",port="1"} 1e10
node_infiniband_port_data_transmitted_bytes_total{device="mlx5_0",port="1"} ${bytes}
node_infiniband_port_data_received_bytes_total{device="mlx5_0",port="1"} ${bytes}
node_infiniband_port_transmit_wait_total{device="mlx5_0",port="1"} 0
node_infiniband_np_ecn_marked_roce_packets_received_total{device="mlx5_0",port="1"} ${marks}
`;
  for (const n of [1, 2, 3]) {
    take(text(0, 0), 0, rack(n));
    // 98 % of 10 GB/s for 10 s; the second is marked a thousand times as often.
    take(text(9.8e10, n === 2 ? 1e6 : 1000), 10, rack(n));
  }
  expect(matrix(at(10)).rows.map(({ severity, ecn }) => [severity, ecn])).toEqual([
    [null, 100],
    ['critical', 1e5],
    [null, 100],
  ]);
});

test('a leaf says what its supplies give, how warm it is and its slowest fan, where ibswinfo is asked', () => {
  const own = `infiniband_switch_power_supply_watts{guid="0xa1",psu="0"} 154
infiniband_switch_power_supply_watts{guid="0xa1",psu="1"} 134
infiniband_switch_temperature_celsius{guid="0xa1"} 53
infiniband_switch_fan_rpm{fan="1",guid="0xa1"} 6125
infiniband_switch_fan_rpm{fan="2",guid="0xa1"} 5251
`;
  const { take, at } = fed();
  const ends = [1, 2].map((leaf) => ({ leaf, port: 1, spine: 1, tx: 0 }));
  take(exposition(ends) + own, 0);
  take(exposition(ends) + own, 10);
  // Port 0 is the switch itself and no cable of it.
  const { rows, links } = matrix(at(10));
  expect(rows.map(({ about }) => about)).toEqual(['288 W, 53 °C, slowest fan 5,251 rpm', '']);
  expect(links.of).toBe(2);
});
