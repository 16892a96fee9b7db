import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { CoverageRow, TestReply, TestStep, TestStepName } from '../../shared/contract/sources.ts';
import { Fleet } from '../../shared/fleet.ts';
import type { SourceSettings } from '../../shared/settings.ts';
import { signalOf } from '../../shared/signals/catalogue.ts';
import { dcgmProfile } from '../../shared/signals/profiles/dcgm.ts';
import { nodeProfile } from '../../shared/signals/profiles/node-exporter.ts';
import { raritanProfile } from '../../shared/signals/profiles/raritan.ts';
import { GPU } from '../../shared/topology.ts';
import { FaultError, faultOf, socketFault } from './fault.ts';
import { Fetcher, tlsOptions } from './fetch.ts';
import type { Clock } from './schedule.ts';
import { authorization } from './secrets.ts';
import { ExportersScraper } from './sources/exporters.ts';
import { targetsOf } from './sources/file-sd.ts';
import { PrometheusReader } from './sources/prometheus.ts';

/**
 * Signals and what was found of each. Of the exporters that were found, what they lack too, and what enables it: a
 * site of one maker is not told of the others'. Where nothing is found, what the usual exporters give.
 */
export function coverageOf(fleet: Fleet, sourceId: string, now: number): CoverageRow[] {
  const found = fleet.coverage(sourceId);
  const rows: CoverageRow[] = found.map(({ signal, metric, series, pegged, time }) => ({
    signal,
    label: signalOf(signal).label,
    metric,
    series,
    pegged,
    ageMs: Number.isNaN(time) ? null : Math.max(0, now - time),
    enable: '',
  }));
  const seen = new Set(found.map((row) => row.signal));
  const metrics = new Set(found.map(({ metric }) => metric));
  const here = fleet.profiles.filter(({ mappings }) =>
    mappings.some(({ names }) => names.some((name) => metrics.has(name))),
  );
  for (const mapping of (here.length > 0 ? here : USUAL).flatMap((profile) => profile.mappings)) {
    const { signal } = mapping;
    if (seen.has(signal)) continue;
    seen.add(signal);
    rows.push({ ...none, signal, label: signalOf(signal).label, metric: null, enable: mapping.enable });
  }
  const order = new Map(rows.map((row, index) => [row.signal, index]));
  rows.sort((a, b) => (order.get(a.signal) ?? 0) - (order.get(b.signal) ?? 0));
  const unsupported = here.flatMap(({ unsupported: all = [] }) => all);
  const lacking = unsupported.map(({ label, names, why }) => ({ label, metric: names[0], enable: why }));
  return [...rows, ...lacking.map((one) => ({ ...none, signal: '' as const, ...one }))];
}

/** Numbers of what is not there. */
const none = { series: 0, pegged: 0, ageMs: null } as const;

const USUAL = [dcgmProfile, nodeProfile, raritanProfile];

/** Opens a socket, with the TLS of the source where `tls` is given, and closes it. @throws FaultError */
function socketOpens(url: URL, timeoutMs: number, tls?: ReturnType<typeof tlsOptions>): Promise<void> {
  return new Promise((resolve, reject) => {
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = tls
      ? tlsConnect({ host, port, ...(isIP(host) ? {} : { servername: host }), ...tls })
      : connect({ host, port });
    socket.setTimeout(timeoutMs, () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'ETIMEDOUT'
          ? new FaultError(
              'timeout',
              `${url.host} did not answer within ${timeoutMs / 1000} s`,
              'Check the address and the firewall.',
            )
          : socketFault(error, url.host),
      );
    });
  });
}

/** The six steps in order; the first that fails ends the test, and the rest are skipped. */
export async function testConnection(source: SourceSettings, clock: Clock): Promise<TestReply> {
  const steps: TestStep[] = [];
  const fleet = new Fleet({ mappings: [] });
  let failed = false;
  const step = async (name: TestStepName, work: () => Promise<string>): Promise<void> => {
    if (failed) {
      steps.push({ step: name, state: 'skipped', ms: 0, text: '' });
      return;
    }
    const begin = clock.now();
    try {
      const text = await work();
      steps.push({ step: name, state: text.startsWith('Not used') ? 'skipped' : 'ok', ms: clock.now() - begin, text });
    } catch (error) {
      const { message, hint } = faultOf(error);
      steps.push({ step: name, state: 'failed', ms: clock.now() - begin, text: `${message} ${hint}`.trim() });
      failed = true;
    }
  };
  await reach(source, step);
  await ask(source, fleet, clock, step);
  return { ok: !failed, steps, ...found(fleet, source, clock.now()) };
}

type Step = (name: TestStepName, work: () => Promise<string>) => Promise<void>;

async function firstUrl(source: SourceSettings): Promise<URL> {
  if (source.kind === 'prometheus') return new URL(source.url);
  const target = (await targetsOf(source))[0];
  if (!target)
    throw new FaultError('no-targets', 'The source has no targets', 'Give at least one URL or a file_sd file.');
  return new URL(target.url);
}

async function reach(source: SourceSettings, step: Step): Promise<void> {
  let url = new URL('http://invalid.invalid');
  await step('resolve', async () => {
    // Through a proxy nothing else is resolved or reached from here.
    url = source.proxy ? new URL(source.proxy.url) : await firstUrl(source);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host)) return `${host} is an address`;
    try {
      return `${url.hostname} is ${(await lookup(host)).address}`;
    } catch (error) {
      throw socketFault(error as NodeJS.ErrnoException, url.hostname);
    }
  });
  await step('connect', async () => {
    await socketOpens(url, source.timeoutMs);
    return `Connected to ${source.proxy ? 'the proxy ' : ''}${url.host}`;
  });
  await step('tls', async () => {
    const tls = tlsOptions(source);
    if (source.proxy) return 'Not used: the tunnel through the proxy is tried in the next step';
    if (url.protocol !== 'https:') return 'Not used: the address is http';
    await socketOpens(url, source.timeoutMs, tls);
    return source.insecure ? 'Encrypted, but the certificate is not checked' : 'Certificate accepted';
  });
}

async function ask(source: SourceSettings, fleet: Fleet, clock: Clock, step: Step): Promise<void> {
  await step('auth', async () => {
    authorization(source.auth);
    if (source.kind === 'prometheus') {
      const fetcher = new Fetcher(source, { now: clock.now, sockets: 1 });
      try {
        await fetcher.ask({
          url: `${source.url.replace(/\/+$/, '')}/api/v1/query`,
          accept: 'application/json',
          form: { query: 'vector(1)' },
        });
      } finally {
        fetcher.close();
      }
    }
    if (source.auth.kind !== 'none') return 'Credentials accepted';
    return source.clientCert ? 'Client certificate accepted, no other credentials needed' : 'No credentials needed';
  });
  await step('query', async () => {
    const time = clock.now();
    const reader =
      source.kind === 'prometheus'
        ? new PrometheusReader(source, fleet, clock)
        : new ExportersScraper(source, fleet, clock);
    try {
      await reader.readAll(source.kind === 'prometheus' ? Math.floor(time / 1000) * 1000 : time);
    } finally {
      reader.close();
    }
    const { series, targets, targetsUp, fault } = reader.health([]);
    if (targetsUp === 0)
      throw new FaultError(fault?.code ?? 'down', fault?.message ?? 'Nothing answered', fault?.hint ?? '');
    return source.kind === 'prometheus'
      ? `${series.toLocaleString('en-US')} series`
      : `${targetsUp} of ${targets} targets, ${series.toLocaleString('en-US')} series`;
  });
  await step('dcgm', async () => {
    const gpus = found(fleet, source, clock.now()).gpus;
    if (gpus === 0)
      throw new FaultError(
        'no-gpus',
        'No GPU metrics found',
        'Fleetwatt looked for DCGM_FI_DEV_POWER_USAGE. Check that dcgm-exporter is scraped.',
      );
    return `${gpus.toLocaleString('en-US')} GPUs`;
  });
}

function found(
  fleet: Fleet,
  source: SourceSettings,
  now: number,
): Pick<TestReply, 'coverage' | 'gpus' | 'models' | 'mapping'> {
  const { topology } = fleet.frame(now, 3_600_000);
  const models = new Map<string, number>();
  let inferred = 0;
  for (let gpu = topology.start[GPU]; gpu < topology.start[GPU + 1]; gpu++) {
    const model = topology.model[gpu] ?? '';
    models.set(model, (models.get(model) ?? 0) + 1);
    inferred += topology.inferred[gpu] ?? 0;
  }
  const gpus = topology.start[GPU + 1] - topology.start[GPU];
  const racks = topology.start[4] - topology.start[3];
  const mapping =
    gpus === 0
      ? ''
      : inferred === 0
        ? `${racks} racks from labels`
        : `${racks} racks guessed from host names; topology.csv or a label mapping makes it sure`;
  return {
    coverage: coverageOf(fleet, source.id, now),
    gpus,
    models: [...models].map(([model, count]) => ({ model, gpus: count })).sort((a, b) => b.gpus - a.gpus),
    mapping,
  };
}
