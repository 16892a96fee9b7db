import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startDemo } from '../../electron/demo/demo.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { Engine } from '../../electron/engine/engine.ts';
import type { Alert, Rule } from '../../shared/alerting/alert.ts';
import { pack } from '../../shared/alerting/pack.ts';
import type { CallArg, CallName, CallResult, FromEngine } from '../../shared/contract.ts';
import { fingerprintOf } from '../../shared/interop/told-alert.ts';
import { alertingFile } from '../../shared/recorded/alerting.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { parseBudgetsCsv } from '../../shared/topology-csv.ts';
import { read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { until } from './interop.fixture.ts';
import { startPrometheus } from './servers.ts';

const real = requireReal('prometheus');
/** Seconds between evaluations; the pack's own `for` where a longer run is asked for, else at most this. */
const INTERVAL_S = 5;
const LONG = Boolean(process.env.FLEETWATT_LONG);
const FOR_MS = LONG ? Number.POSITIVE_INFINITY : 10_000;
/** The row whose climb is the incident of the script. */
const ROW = 'PDX-1/A/A2';
/**
 * The script begins with the row at 97.8 % of its budget, ± 0.8 points with the steps of its jobs, and climbs by 0.29 a
 * minute. Some minutes before it is well below the critical share of 97 %, some minutes later well above.
 */
const BEFORE_MS = -540_000;
const AFTER_MS = 310_000;
/** Rules that are told of the same samples by both; forecasts and silence need more past than a minute. */
const RULES = [
  'BudgetNearCap',
  'BudgetAtCap',
  'FeedImbalance',
  'HwPowerBrake',
  'FatalXid',
  'UncorrectableEcc',
  'RowRemap',
  'SilentThrottle',
  'PcieDowntrained',
];
const rules: readonly Rule[] = pack
  .filter(({ name }) => RULES.includes(name))
  .map((rule) => ({
    ...rule,
    forMs: Math.min(rule.forMs, FOR_MS),
    at: rule.at?.filter((level) => level === 'row' || level === 'rack' || level === 'gpu'),
  }));

/** Calls of an engine in this process. */
function openEngine(profile: string) {
  const waiting = new Map<number, (value: FromEngine & { kind: 'reply' }) => void>();
  let hear: (message: unknown) => void = () => {};
  let calls = 0;
  const port = {
    post(message: unknown) {
      const told = message as FromEngine;
      if (told.kind === 'reply') waiting.get(told.id)?.(told);
    },
    onMessage: (listener: (message: unknown) => void) => {
      hear = listener;
    },
    close() {},
  };
  const engine = new Engine(port, { profile, clock: systemClock });
  hear({ kind: 'open', viewer: 1, role: 'operate' });
  return {
    stop: () => engine.stop(),
    call: <Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>> =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, (reply) =>
          reply.ok ? resolve(reply.value as CallResult<Name>) : reject(new Error(reply.fault.message)),
        );
        hear({ kind: 'call', viewer: 1, id, name, arg });
      }),
  };
}

interface Theirs {
  readonly labels: Record<string, string>;
  readonly state: string;
  readonly activeAt: string;
}

test.skipIf(real.skip !== null)(
  titled('a real Prometheus with the exported rules and our engine fire the same alerts with the same start', real),
  { timeout: LONG ? 600_000 : 180_000 },
  async () => {
    let leap = 0;
    const now = () => Date.now() + leap;
    const demo = await startDemo({ now });
    leap = BEFORE_MS;
    const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-same-'));
    const [inRow, path] = [
      (line: string) =>
        line.startsWith('site,') ||
        line.startsWith('place,') ||
        line.includes(ROW.replaceAll('/', ',')) ||
        line.startsWith(`${ROW}`),
      (name: string) => join(folder, name),
    ];
    const targets = (JSON.parse(readFileSync(demo.targetsFile, 'utf8')) as { labels: Record<string, string> }[]).filter(
      ({ labels }) => `${labels.site}/${labels.hall}/${labels.row}` === ROW && labels.job !== 'node',
    );
    writeFileSync(path('targets.json'), JSON.stringify(targets));
    const budgets = readFileSync(demo.budgetsFile, 'utf8').split('\n').filter(inRow).join('\n');
    writeFileSync(path('budgets.csv'), budgets);
    writeFileSync(path('topology.csv'), readFileSync(demo.topologyFile, 'utf8').split('\n').filter(inRow).join('\n'));
    const { groups } = alertingFile(rules, {
      ...{ profiles, rateWindow: '20s', intervalS: INTERVAL_S, constants: { warn_ratio: 0.9, crit_ratio: 0.97 } },
      budgets: parseBudgetsCsv(budgets).rows.map(({ place, budgetW, ...row }) => ({
        ...row,
        path: place,
        watts: budgetW,
      })),
    });
    writeFileSync(path('rules.yml'), stringify({ groups }, { lineWidth: 0 }));
    const server = await startPrometheus({
      configText: `global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: ${INTERVAL_S}s}
rule_files: ['${path('rules.yml')}']
scrape_configs: [{job_name: demo, honor_labels: true, file_sd_configs: [{files: ['${path('targets.json')}']}]}]
`,
    });
    const source = { kind: 'exporters', id: 'demo', name: 'Demo', site: 'PDX-1', files: [path('targets.json')] };
    writeFileSync(path('settings.json'), JSON.stringify({ schema: 1, pollMs: 1000, sources: [source] }));
    const engine = openEngine(folder);
    try {
      for (const rule of rules)
        await engine.call('saveRule', { rule: { ...rule, runbook: { ...rule.runbook } } as never, who: 'test' });
      const ours = async () => (await engine.call('alerts', {})).alerts.filter(({ rule }) => RULES.includes(rule));
      const theirs = async () =>
        (JSON.parse(await read(`${server.url}/api/v1/alerts`)) as { data: { alerts: Theirs[] } }).data.alerts;
      // Both are awake: what holds from the begin on holds for both.
      await until(theirs, (all) => all.some(({ labels }) => labels.alertname === 'BudgetNearCap'), 60_000);
      await until(ours, (all) => all.some(({ rule }) => rule === 'BudgetNearCap'), 60_000);
      const leapt = Date.now();
      leap = AFTER_MS;
      const atCap = (all: readonly { labels: Readonly<Record<string, string>>; state: string }[]) =>
        all.some(
          ({ labels, state }) => labels.alertname === 'BudgetAtCap' && labels.rack === undefined && state === 'firing',
        );
      await until(ours, atCap, 120_000);
      await until(theirs, atCap, 120_000);
      const mine = new Map(
        (await ours()).filter(({ state }) => state === 'firing').map((alert) => [keyOf(alert), alert.activeAt]),
      );
      const other = new Map(
        (await theirs())
          .filter(({ state }) => state === 'firing')
          .map((alert) => [keyOf(alert), Date.parse(alert.activeAt)]),
      );
      const since = [...mine].filter(([, activeAt]) => activeAt >= leapt);
      expect(since.length, 'the leap began something').toBeGreaterThan(0);
      for (const [key, activeAt] of since)
        expect(Math.abs((other.get(key) ?? Number.NaN) - activeAt), key).toBeLessThanOrEqual(INTERVAL_S * 1000);
      expect([...mine.keys()].sort()).toEqual([...other.keys()].sort());
    } finally {
      engine.stop();
      await server.stop();
      await demo.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

const keyOf = ({ labels }: Pick<Alert, 'labels'>) => fingerprintOf(new Map(Object.entries(labels)));
