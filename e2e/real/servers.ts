import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireReal } from './available.ts';
import { type Running, startReal } from './running.ts';

/** A configuration that lies somewhere (its relative paths count from there), or its text. */
export type Config = { readonly config: string } | { readonly configText: string };

async function configPath(folder: string, name: string, config: Config): Promise<string> {
  if ('config' in config) return config.config;
  const path = join(folder, name);
  await writeFile(path, config.configText);
  return path;
}

/**
 * A real Prometheus with a database of its own.
 * @param past OpenMetrics text with timestamps: what it had scraped before it was started
 */
export function startPrometheus(config: Config, past?: string): Promise<Running> {
  return startReal('prometheus', '/-/ready', async (folder, port) => {
    if (past !== undefined) await backfill(folder, past);
    return [
      `--config.file=${await configPath(folder, 'prometheus.yml', config)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-lifecycle',
      // Found targets are scraped at once, not with the next of its rounds of 5 s.
      '--scrape.discovery-reload-interval=100ms',
      '--log.level=warn',
    ];
  });
}

/** A real Prometheus that scrapes nothing and evaluates a rule file every second. */
export function startPrometheusWithRules(rules: string): Promise<Running> {
  return startReal('prometheus', '/-/ready', async (folder, port) => {
    await writeFile(join(folder, 'rules.yml'), rules);
    const configText = 'global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\n';
    return [
      `--config.file=${await configPath(folder, 'prometheus.yml', { configText })}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ];
  });
}

async function backfill(folder: string, past: string): Promise<void> {
  const { path } = requireReal('promtool');
  const text = join(folder, 'past.txt');
  await writeFile(text, past);
  // Few blocks: the text is read once for each.
  const few = '--max-block-duration=48h';
  const args = ['tsdb', 'create-blocks-from', few, 'openmetrics', '--quiet', text, join(folder, 'data')];
  await promisify(execFile)(path ?? 'promtool', args);
}

/** A real VictoriaMetrics (single node) that scrapes a Prometheus configuration. */
export function startVictoriaMetrics(config: Config): Promise<Running> {
  return startReal('victoriaMetrics', '/health', async (folder, port) => [
    `-promscrape.config=${await configPath(folder, 'promscrape.yml', config)}`,
    `-storageDataPath=${join(folder, 'data')}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=1',
    // Answers with samples as soon as they are written, as Prometheus does.
    '-search.latencyOffset=0s',
    '-loggerLevel=WARN',
  ]);
}

/** A real Alertmanager on its own: no cluster port. */
export function startAlertmanager(
  config: Config = { configText: 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n' },
): Promise<Running> {
  return startReal('alertmanager', '/-/ready', async (folder, port) => [
    `--config.file=${await configPath(folder, 'alertmanager.yml', config)}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ]);
}

/** A real node_exporter that reads this machine. */
export function startNodeExporter(): Promise<Running> {
  return startReal('nodeExporter', '/', async (_folder, port) => [
    `--web.listen-address=127.0.0.1:${port}`,
    '--no-collector.systemd',
  ]);
}
