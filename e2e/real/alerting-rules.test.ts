import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as cli } from '../../electron/cli/main.ts';
import { Store } from '../../electron/engine/store/database.ts';
import type { Rule } from '../../shared/alerting/alert.ts';
import { pack } from '../../shared/alerting/pack.ts';
import { requireReal, titled } from './available.ts';

const promtool = requireReal('promtool');
let folder: string;
let engine: Store;
const file = (name: string) => join(folder, name);
const BUDGETS = `place,budget_kw,feed_a_kw,feed_b_kw
S,100,,
S/A/A1/A1-01,10,8,8
S/A/A1/A1-02,10,3.2,8
S/A/A1/A1-05,10,,
`;
const OWN = `
- name: Hot
  when: gpu.temp > 80
  severity: warning
  overrides:
    - { place: S/A/A1/A1-01, when: gpu.temp > 90 }
    - { place: S/A/A1/A1-01/n1, when: gpu.temp > 70, for: 2m }
- { name: RackHot, when: gpu.temp > 84, at: [rack], severity: advisory }
`;
const shipped = (name: string) => pack.find((rule) => rule.name === name) as Rule;
/** Changed in the console, whose engine has the database open. */
const CHANGED: readonly Rule[] = [
  { ...shipped('SwThermalSlowdown'), enabled: false },
  { ...shipped('FeedImbalance'), when: 'rack.feed_imbalance > 10%', clear: 'rack.feed_imbalance < 8%' },
];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-alerting-'));
  mkdirSync(file('rules'));
  writeFileSync(file('budgets.csv'), BUDGETS);
  writeFileSync(file('rules/own.yaml'), OWN);
  writeFileSync(file('settings.json'), JSON.stringify({ schema: 1, critRatio: 0.94 }));
  engine = new Store(folder, Date.now());
  for (const rule of CHANGED)
    engine.write([['INSERT INTO rule VALUES (?, ?)', [rule.name, JSON.stringify(rule)]]], Date.now());
  const options = ['--profile', folder, '--wait-tick', '64', '--interval', '60', '--out', file('rules.yml')];
  expect(await cli(['rules', 'export', '--kind', 'alerting', ...options])).toBe(0);
});
afterAll(() => {
  engine.close(Date.now());
  rmSync(folder, { recursive: true, force: true });
});

const promtoolSays = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(promtool.path as string, args, { cwd: folder, timeout: 120_000 });
  return [status, `${stdout}${stderr}`] as const;
};

const rack = (name: string) => `site="S",hall="A",row="A1",rack="${name}"`;
const gpu = (uuid: string, in_ = 'A1-01', node = 'n1') =>
  `{instance="${node}:9400",gpu="0",UUID="${uuid}",Hostname="${node}",${rack(in_)}}`;
const inlet = (name: string, feed: string) =>
  `measurementsInletSensorValue{instance="${name}-${feed}",pduId="1",inletId="1",sensorType="activePower",feed="${feed}",${rack(name)}}`;
const hca = (metric: string, node: string, device = 'mlx5_0') =>
  `node_infiniband_${metric}{instance="${node}:9100",device="${device}",port="1",${rack('A1-01')}}`;
const leaf = (metric: string, port: number, more = '') =>
  `infiniband_switch_${metric}{site="S",guid="0x1",switch="L1",port="${port}"${more}}`;
const neighbour = (kind: string) => `,uplink="x",uplink_guid="0x2",uplink_port="1",uplink_type="${kind}"`;
const group = (metric: string) => `prometheus_rule_group_${metric}{rule_group="/etc/rules.yml;fleetwatt-alerts"}`;
const of = (name: string) => ({ site: 'S', hall: 'A', row: 'A1', rack: name });
const board = (uuid: string, in_ = 'A1-01', node = 'n1') => ({ ...of(in_), node, UUID: uuid });
const port = (node: string, device = 'mlx5_0/1') => ({ ...of('A1-01'), node, device });

/** Bytes a minute at 98 % of 50 GB/s, and the ticks of 64 bytes that are a tenth of the time. */
const FULL = '0+2940000000000x25';
const WAITS = '0+4687500000x25';
/** One error a second for ten minutes, then a hundred. */
const WORSE = '0+60x9 6540+6000x15';

/** A sample a minute. What is wrong begins at minute 5 unless it says otherwise. */
const SERIES: Readonly<Record<string, string>> = {
  // 9.5 kW of 10 kW from the start on, 8.9 kW (below 0.9, above 0.88) from minute 10 on, 8.7 kW from 20 on.
  [inlet('A1-01', 'A')]: '4750x9 4450x9 4350x10',
  // The same sensor with its sign.
  [inlet('A1-01', 'A').replace('SensorValue', 'SensorSignedValue')]: '4750x9 4450x9 4350x10',
  [inlet('A1-01', 'B')]: '4750x9 4450x9 4350x10',
  // A carries 15 % more than B, and is at 94 % of the 3.2 kW it is rated for.
  [inlet('A1-02', 'A')]: '3000x25',
  [inlet('A1-02', 'B')]: '2550x25',
  [inlet('A1-03', 'A')]: '100x4 stale',
  // 6.13 of 10 kW: the whole PDU and its phases are one inlet.
  [`rPDU2DeviceStatusPower{instance="apc",rPDU2DeviceStatusIndex="1",feed="A",${rack('A1-05')}}`]: '613x25',
  ...Object.fromEntries(
    [300, 313].map((power, i) => [
      `rPDU2PhaseStatusPower{instance="apc",rPDU2PhaseStatusIndex="${i + 1}",feed="A",${rack('A1-05')}}`,
      `${power}x25`,
    ]),
  ),
  [`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')}`]: '300x25',
  [`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-gone')}`]: '300x4 stale',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${gpu('GPU-a')}`]: '0x4 128x1 0x20',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${gpu('GPU-hot')}`]: '0x4 64x20',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${gpu('GPU-capped', 'A1-02', 'n2')}`]: '4x25',
  [`DCGM_FI_DEV_XID_ERRORS${gpu('GPU-a')}`]: '31x4 79x20',
  [`DCGM_FI_DEV_XID_ERRORS${gpu('GPU-old')}`]: '79x25',
  [`DCGM_FI_DEV_ECC_DBE_VOL_TOTAL${gpu('GPU-a')}`]: '3x4 4x20',
  // A series that begins with a fault is news where another GPU of the node was read before; else reading of it begins.
  ...Object.fromEntries(
    [
      ...[['GPU-first', 'n3', '_x7 79x17'] as const, ['GPU-known', 'n3', '0x25'] as const],
      ...[['GPU-read', 'n4', '_x7 79x17'] as const, ['GPU-beside', 'n4', '_x7 0x17'] as const],
      ['GPU-alone', 'n5', '_x7 79x17'] as const,
    ].flatMap(([uuid, node, fault]) => {
      const of = gpu(uuid, 'A1-02', node);
      return [
        [`DCGM_FI_DEV_POWER_USAGE${of}`, '300x25'],
        [`DCGM_FI_DEV_XID_ERRORS${of}`, fault],
        [`DCGM_FI_DEV_ECC_DBE_VOL_TOTAL${of}`, fault],
      ];
    }),
  ),
  [`DCGM_FI_DEV_ROW_REMAP_PENDING${gpu('GPU-a')}`]: '0x4 1x20',
  [`DCGM_FI_DEV_PCIE_REPLAY_COUNTER${gpu('GPU-a')}`]: '0+60x25',
  [`DCGM_FI_DEV_PCIE_REPLAY_COUNTER${gpu('GPU-hot')}`]: WORSE,
  // Of three links one goes down, one rests and one was never up.
  ...Object.fromEntries(
    [['0', '1x4 0x20'] as const, ['1', '1x9 2x15'] as const, ['2', '0x25'] as const].map(([link, states]) => [
      `DCGM_FI_DEV_NVLINK_GET_STATE{instance="n1:9400",nvlink="${link}",gpu="0",gpu_uuid="GPU-a",Hostname="n1",${rack('A1-01')}}`,
      states,
    ]),
  ),
  [`DCGM_FI_DEV_GPU_TEMP${gpu('GPU-a')}`]: '75x25',
  [`DCGM_FI_DEV_GPU_TEMP${gpu('GPU-warm', 'A1-01', 'n2')}`]: '85x25',
  [`DCGM_FI_DEV_GPU_TEMP${gpu('GPU-capped', 'A1-02', 'n2')}`]: '85x25',
  // n1 is full and waits, n2 is full and does not; n3 has half their rate.
  ...Object.fromEntries(
    ['n1', 'n2', 'n3'].map((node) => [
      hca('rate_bytes_per_second', node),
      node === 'n3' ? '25000000000x25' : '50000000000x25',
    ]),
  ),
  ...Object.fromEntries(['n1', 'n2'].map((node) => [hca('port_data_transmitted_bytes_total', node), FULL])),
  [hca('port_transmit_wait_total', 'n1')]: WAITS,
  [hca('port_transmit_wait_total', 'n2')]: '0x25',
  // Of three RoCE ports one is full and marked.
  ...Object.fromEntries(
    ['n1', 'n2', 'n3'].flatMap((node) => [
      [hca('rate_bytes_per_second', node, 'mlx5_1'), '50000000000x25'],
      [hca('port_data_transmitted_bytes_total', node, 'mlx5_1'), FULL],
      [hca('np_cnp_packets_sent_total', node, 'mlx5_1'), node === 'n2' ? '0+60000x25' : '0x25'],
      [hca('rp_cnp_packets_handled_total', node, 'mlx5_1'), '0x25'],
    ]),
  ),
  [hca('state_id', 'n2')]: '4x4 1x20',
  [hca('state_id', 'n3')]: '1x25',
  [hca('link_downed_total', 'n1')]: '5x4 6 7 8x20',
  [hca('symbol_error_total', 'n1')]: WORSE,
  [hca('port_errors_received_total', 'n1')]: '0x25',
  [hca('symbol_error_total', 'n2')]: '0+6000x25',
  [hca('port_errors_received_total', 'n2')]: '0x25',
  [leaf('uplink_info', 1, neighbour('CA'))]: '1x25',
  [leaf('uplink_info', 33, neighbour('SW'))]: '1x25',
  ...Object.fromEntries(
    [1, 33].flatMap((at) => [
      [leaf('port_rate_bytes_per_second', at), '50000000000x25'],
      [leaf('port_transmit_data_bytes_total', at), FULL],
      [leaf('port_transmit_wait_total', at), at === 33 ? WAITS : '0x25'],
    ]),
  ),
  // All of dcgm is down, half of pdu.
  'up{job="dcgm",instance="a",site="S"}': '1x4 0x20',
  'up{job="pdu",instance="a",site="S"}': '1x4 0x20',
  'up{job="pdu",instance="b",site="S"}': '1x25',
  [group('last_evaluation_timestamp_seconds')]: '0+60x4 240x20',
  [group('interval_seconds')]: '60x25',
};

/** Minutes at which the rule does not fire, or does for these; each follows from `SERIES` and the pack by hand. */
const FIRES: readonly (readonly [rule: string, severity: string, minute: number, ...alerts: object[]])[] = [
  ['BudgetNearCap', 'warning', 0],
  ['BudgetNearCap', 'warning', 2, of('A1-01'), { ...of('A1-02'), feed: 'A' }],
  ['BudgetNearCap', 'warning', 15, of('A1-01'), { ...of('A1-02'), feed: 'A' }],
  ['BudgetNearCap', 'warning', 22, { ...of('A1-02'), feed: 'A' }],
  ['BudgetAtCap', 'critical', 2, of('A1-01')],
  ['BudgetAtCap', 'critical', 22],
  ['FeedLossNotSurvivable', 'warning', 6, { site: 'S', feed: 'A' }, { site: 'S', feed: 'B' }],
  ['FeedImbalance', 'warning', 12, of('A1-02')],
  ['HwPowerBrake', 'critical', 4],
  ['HwPowerBrake', 'critical', 5, board('GPU-a')],
  ['HwPowerBrake', 'critical', 8],
  ['HwThermalSlowdown', 'critical', 12, board('GPU-hot')],
  ['GpusHeldByPowerCap', 'warning', 12, of('A1-02')],
  ['FatalXid', 'critical', 4],
  ['FatalXid', 'critical', 6, board('GPU-a')],
  ['FatalXid', 'critical', 8, board('GPU-a'), board('GPU-first', 'A1-02', 'n3')],
  ['FatalXid', 'critical', 24],
  ['UncorrectableEcc', 'critical', 6, board('GPU-a')],
  ['UncorrectableEcc', 'critical', 8, board('GPU-a'), board('GPU-first', 'A1-02', 'n3')],
  ['UncorrectableEcc', 'critical', 24],
  ['RowRemap', 'critical', 6, board('GPU-a')],
  ['LinkSaturated', 'critical', 6, port('n1'), port('n2', 'mlx5_1/1')],
  ['LeafSaturated', 'critical', 6, { site: 'S', leaf: 'L1' }],
  ['LinkDegraded', 'warning', 4, port('n3')],
  ['LinkDown', 'warning', 4],
  ['LinkDown', 'warning', 8, port('n2')],
  ['LinkDown', 'warning', 22, port('n2')],
  ['NvlinkDown', 'warning', 4],
  ['NvlinkDown', 'warning', 8, board('GPU-a')],
  ['NvlinkDown', 'warning', 22, board('GPU-a')],
  ['LinkFlapping', 'warning', 8],
  ['LinkFlapping', 'warning', 10, port('n1')],
  ['LinkFlapping', 'warning', 18],
  ['LinkErrors', 'warning', 9],
  ['LinkErrors', 'warning', 18, port('n1')],
  ['GpuLinkErrors', 'warning', 18, board('GPU-hot')],
  ['StoppedReporting', 'warning', 8, board('GPU-gone'), { ...of('A1-03'), feed: 'A' }],
  ['SourceDown', 'critical', 4],
  ['SourceDown', 'critical', 7, { site: 'S', source: 'dcgm' }],
  ['RulesCannotRun', 'critical', 6],
  ['RulesCannotRun', 'critical', 7, { rule: 'fleetwatt-alerts' }],
  ['Hot', 'warning', 1, board('GPU-capped', 'A1-02', 'n2')],
  ['Hot', 'warning', 3, board('GPU-a'), board('GPU-capped', 'A1-02', 'n2')],
  ['RackHot', 'advisory', 1, of('A1-01'), of('A1-02')],
];

/** What fires at a minute, by the server's own series of alerts. */
const at = ([alertname, severity, minute, ...alerts]: (typeof FIRES)[number]) => ({
  expr: `ALERTS{alertname="${alertname}",alertstate="firing"}`,
  eval_time: `${minute}m`,
  exp_samples: alerts.map((labels) => {
    const all = Object.entries({ alertname, alertstate: 'firing', severity, ...labels });
    return { labels: `ALERTS{${all.map(([name, value]) => `${name}="${value}"`).join(',')}}`, value: 1 };
  }),
});

describe.skipIf(promtool.skip !== null)(titled('the rules in use as a rule file', promtool), () => {
  test('promtool check rules accepts it; every rule is in it with its runbook, or named with why not', () => {
    const [status, text] = promtoolSays('check', 'rules', 'rules.yml');
    expect(status, text).toBe(0);
    const rules = readFileSync(file('rules.yml'), 'utf8');
    expect([...rules.matchAll(/# Not in this file: (.*)/g)].map(([, line]) => line)).toEqual([
      ...['BudgetNearCap', 'BudgetAtCap', 'CapForecast'].flatMap((name) =>
        ['hall', 'row'].map((level) => `${name} of a ${level}: no ${level} has a budget in budgets.csv.`),
      ),
      'SwThermalSlowdown: it is switched off.',
    ]);
    for (const { name, runbook } of pack) {
      if (name === 'SwThermalSlowdown') continue;
      expect(rules).toContain(`alert: ${name}\n`);
      for (const words of Object.values(runbook)) expect(rules, name).toContain(words.slice(0, 30));
    }
  });

  test('promtool fires what the conditions say, with the labels of our own alerts, and keeps it by its clear condition', () => {
    const input_series = Object.entries(SERIES).map(([series, values]) => ({ series, values }));
    const tests = [{ interval: '1m', input_series, promql_expr_test: FIRES.map(at) }];
    writeFileSync(file('tests.json'), JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests }));
    const [status, text] = promtoolSays('test', 'rules', 'tests.json');
    expect(text).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('without a profile the pack is written as it ships', async () => {
    expect(await cli(['rules', 'export', '--kind', 'alerting', '--out', file('shipped.yml')])).toBe(0);
    const rules = readFileSync(file('shipped.yml'), 'utf8');
    expect(promtoolSays('check', 'rules', 'shipped.yml')[0]).toBe(0);
    for (const { name } of pack)
      expect(rules).toMatch(new RegExp(`alert: ${name}\\n|Not in this file: ${name}(:| of)`));
    expect(rules).toContain(
      'LinkSaturated, a part of its condition: what a tick of the wait counter stands for is not said',
    );
    expect(rules).toContain('# Not in this file: LeafSaturated: what a tick of the wait counter');
  });
});
