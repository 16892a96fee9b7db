import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Source } from '../../electron/engine/sources/source.ts';
import { prometheusSource } from '../../shared/settings.ts';
import { read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { ourAlert, startInterop, until } from './interop.fixture.ts';
import { startReal } from './running.ts';
import { startAlertmanager, startVictoriaMetrics } from './servers.ts';

const real = ['prometheus', 'alertmanager', 'victoriaMetrics'].map((name) => requireReal(name as 'prometheus'));
const missing = real.some(({ skip }) => skip !== null);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const RACK = { site: 'PDX-1', rack: 'a1', severity: 'warning' };
const RULES = JSON.stringify({
  groups: [
    {
      name: 'site',
      rules: [
        { alert: 'RackNearCap', expr: 'vector(1)', labels: RACK },
        { alert: 'Soon', expr: 'vector(1)', for: '1h', annotations: { summary: 'Not yet' } },
        { alert: 'Never', expr: 'vector(0) > 1' },
        { record: 'recorded', expr: 'vector(1)' },
      ],
    },
  ],
});

/** A source that is only configured; what is asked of it beside its reads is counted. */
function sourceAt(id: string, url: string): Source & { asked: number } {
  const settings = prometheusSource.parse({ kind: 'prometheus', id, name: id, site: 'PDX-1', url });
  const source = {
    ...{ settings, asked: 0, start() {}, readAll: async () => {}, settled: () => true, close() {} },
    spent() {
      source.asked++;
    },
  };
  return source as unknown as Source & { asked: number };
}

test.skipIf(missing)(
  titled('alerts of a real Prometheus stand beside ours and an Alertmanager’s, one entry a label set', ...real),
  async () => {
    const manager = await startAlertmanager();
    closing.push(() => manager.stop());
    const prometheus = await startReal('prometheus', '/-/ready', async (folder, port) => {
      writeFileSync(join(folder, 'rules.yml'), RULES);
      writeFileSync(
        join(folder, 'prometheus.yml'),
        `global: {evaluation_interval: 1s, external_labels: {cluster: east, replica: a, site: PDX-1}}\nrule_files: [rules.yml]\nalerting: {alert_relabel_configs: [{action: labeldrop, regex: replica}], alertmanagers: [{static_configs: [{targets: ['127.0.0.1:${manager.port}']}]}]}\n`,
      );
      return [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'd')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // Its first alert is sent before it has found the Alertmanager.
        '--rules.alert.resend-delay=1s',
        '--log.level=warn',
      ];
    });
    closing.push(() => prometheus.stop());
    const victoria = await startVictoriaMetrics({ configText: 'scrape_configs: []\n' });
    closing.push(() => victoria.stop());
    const sources = [sourceAt('prom', prometheus.url), sourceAt('vm', victoria.url)];
    const running = startInterop({ alertmanagers: [{ id: 'am', name: 'AM', url: manager.url }] }, sources);
    closing.push(() => running.close());
    running.evaluated = { at: Date.now(), intervalMs: 5000, alerts: [ourAlert('a1', { firedAt: Date.now() - 1000 })] };
    running.tick();

    // It reaches the Alertmanager with labels that the server itself does not show.
    const sent = async () => JSON.parse(await read(`${manager.url}/api/v2/alerts`)) as { labels: object }[];
    expect(await until(sent, (all) => all.some(({ labels }) => 'cluster' in labels))).toContainEqual(
      expect.objectContaining({ labels: { alertname: 'RackNearCap', cluster: 'east', ...RACK } }),
    );
    const { alerts, silent } = await until(
      () => running.call('othersAlerts', {}),
      (told) =>
        told.alerts.some(({ labels, seenBy }) => 'rack' in labels && seenBy.length === 2) &&
        told.total === 2 &&
        told.silent.length === 0,
    );
    expect(silent).toEqual([]);
    const [both, soon] = alerts;
    expect(both).toMatchObject({ ours: true, state: 'firing', labels: { alertname: 'RackNearCap', rack: 'a1' } });
    expect(both?.seenBy.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'alertmanager firing',
      'prometheus firing',
    ]);
    expect(soon).toMatchObject({
      ours: false,
      state: 'pending',
      annotations: { summary: 'Not yet' },
      labels: { alertname: 'Soon' },
    });

    const rules = await until(
      () => running.call('othersRules', {}),
      (told) => told.some(({ state }) => state === 'pending'),
    );
    expect(rules.map(({ name, state, for: forS }) => [name, state, forS])).toEqual([
      ['RackNearCap', 'firing', 0],
      ['Soon', 'pending', 3600],
      ['Never', 'inactive', 0],
    ]);
    const { prometheus: states } = await until(
      () => running.call('interop', {}),
      (told) => told.prometheus.every(({ state }) => state === 'up'),
    );
    expect(states.find(({ id }) => id === 'prom')).toMatchObject({ state: 'up', alerts: 2, rules: 3, failedRules: 0 });
    expect(states.find(({ id }) => id === 'vm')?.alerts).toBe(0);
    expect(states.find(({ id }) => id === 'vm')?.fault).toBeNull();
    expect(sources[0]?.asked, 'questions count as the source’s').toBeGreaterThan(1);

    await prometheus.kill();
    const later = await until(
      () => running.call('othersAlerts', {}),
      (told) => told.silent.some(({ name }) => name === 'prom'),
    );
    const kept = later.alerts.find(({ labels }) => labels.alertname === 'Soon');
    expect(kept?.seenBy[0]?.silentSince, 'kept and marked: a fault ends no alert').toEqual(expect.any(Number));
  },
);
