import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as cli } from '../../electron/cli/main.ts';
import { pack } from '../../shared/alerting/pack.ts';
import { requireReal, titled } from './available.ts';

const promtool = requireReal('promtool');
let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-alerting-'));
  writeFileSync(file('budgets.csv'), 'place,budget_kw\nS,100\nS/A/A1/A1-01,10\nS/A/A1/A1-02,10\n');
  const made = await cli([
    'rules',
    'export',
    '--kind',
    'alerting',
    '--budgets',
    file('budgets.csv'),
    '--out',
    file('rules.yml'),
  ]);
  expect(made).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const promtoolSays = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(promtool.path as string, args, { cwd: folder, timeout: 120_000 });
  return [status, `${stdout}${stderr}`] as const;
};

const rack = (name: string) => `site="S",hall="A",row="A1",rack="${name}"`;
const gpu = (uuid: string, in_ = 'A1-01', node = 'n1') =>
  `{instance="${node}:9400",gpu="0",UUID="${uuid}",Hostname="${node}",${rack(in_)}}`;
const inlet = (name: string, feed: string) =>
  `measurementsInletSensorValue{instance="${name}-${feed}",pduId="1",inletId="1",sensorType="activePower",feed="${feed}",${rack(name)}}`;
const of = (name: string) => ({ site: 'S', hall: 'A', row: 'A1', rack: name });
const board = (uuid: string) => ({ ...of('A1-01'), node: 'n1', UUID: uuid });

/** Every 30 s; the pack's condition begins at the fifth minute (sample 10) unless it says otherwise. */
const SERIES: Readonly<Record<string, string>> = {
  // 9.5 kW of 10 kW from the start on, 8.9 kW (below 0.9, above 0.88) from 10 min on, 8.7 kW from 20 min on.
  [inlet('A1-01', 'A')]: '4750x19 4450x19 4350x40',
  [inlet('A1-01', 'B')]: '4750x19 4450x19 4350x40',
  // A carries a third more than B.
  [inlet('A1-02', 'A')]: '3000x80',
  [inlet('A1-02', 'B')]: '2000x80',
  [`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')}`]: '300x80',
  [`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-gone')}`]: '300x9 stale',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${gpu('GPU-a')}`]: '0x9 128x4 0x60',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${gpu('GPU-hot')}`]: '0x9 64x70',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${gpu('GPU-capped', 'A1-02', 'n2')}`]: '4x80',
  [`DCGM_FI_DEV_XID_ERRORS${gpu('GPU-a')}`]: '31x9 79x70',
  [`DCGM_FI_DEV_XID_ERRORS${gpu('GPU-old')}`]: '79x80',
  [`DCGM_FI_DEV_ECC_DBE_VOL_TOTAL${gpu('GPU-a')}`]: '3x9 4x70',
  [`DCGM_FI_DEV_ROW_REMAP_PENDING${gpu('GPU-a')}`]: '0x9 1x70',
};

/** What fires at a time, by the server's own series of alerts. */
const at = (eval_time: string, alertname: string, severity: string, alerts: readonly object[]) => ({
  expr: `ALERTS{alertname="${alertname}",alertstate="firing"}`,
  eval_time,
  exp_samples: alerts.map((labels) => {
    const all = Object.entries({ alertname, alertstate: 'firing', severity, ...labels });
    return { labels: `ALERTS{${all.map(([name, value]) => `${name}="${value}"`).join(',')}}`, value: 1 };
  }),
});

describe.skipIf(promtool.skip !== null)(titled('the pack as a rule file', promtool), () => {
  test('promtool check rules accepts it; every rule of the pack is in it or said not to be', () => {
    const [status, text] = promtoolSays('check', 'rules', 'rules.yml');
    expect(status, text).toBe(0);
    const rules = readFileSync(file('rules.yml'), 'utf8');
    for (const { name, runbook } of pack) {
      if (rules.includes(`# Not in this file: ${name}:`)) continue;
      expect(rules, name).toMatch(new RegExp(`alert: ${name}\\b|Not in this file: ${name} of`));
      if (rules.includes(`alert: ${name}\n`)) expect(rules).toContain(runbook.act.slice(0, 30));
    }
  });

  test('promtool fires what the conditions say, with the labels of our own alerts, and keeps it by its clear condition', () => {
    const tests = {
      rule_files: ['rules.yml'],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '30s',
          input_series: Object.entries(SERIES).map(([series, values]) => ({ series, values })),
          promql_expr_test: [
            at('30s', 'BudgetNearCap', 'warning', []),
            at('2m', 'BudgetNearCap', 'warning', [of('A1-01')]),
            at('15m', 'BudgetNearCap', 'warning', [of('A1-01')]),
            at('22m', 'BudgetNearCap', 'warning', []),
            at('2m', 'BudgetAtCap', 'critical', []),
            at('12m', 'FeedImbalance', 'warning', [of('A1-02')]),
            at('4m', 'HwPowerBrake', 'critical', []),
            at('5m', 'HwPowerBrake', 'critical', [board('GPU-a')]),
            at('8m', 'HwPowerBrake', 'critical', []),
            at('12m', 'HwThermalSlowdown', 'critical', [board('GPU-hot')]),
            at('12m', 'GpusHeldByPowerCap', 'warning', [of('A1-02')]),
            at('4m', 'FatalXid', 'critical', []),
            at('6m', 'FatalXid', 'critical', [board('GPU-a')]),
            at('30m', 'FatalXid', 'critical', []),
            at('6m', 'UncorrectableEcc', 'critical', [board('GPU-a')]),
            at('6m', 'RowRemap', 'critical', [board('GPU-a')]),
            at('7m', 'StoppedReporting', 'warning', [board('GPU-gone')]),
          ],
        },
      ],
    };
    writeFileSync(file('tests.json'), JSON.stringify(tests));
    const [status, text] = promtoolSays('test', 'rules', 'tests.json');
    expect(text).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
