// server-cost and direct-scrape: what a refresh costs a real Prometheus, and what it costs to do without.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, request } from 'node:http';
import { connect, createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { median } from './peer.mjs';

const ROUNDS = 5;
/** Seconds between refreshes, and between evaluations of the rules, as both ship. */
const [POLL_S, RULES_S] = [5, 30];
const METRICS = [
  ...['POWER_USAGE', 'ENFORCED_POWER_LIMIT', 'GPU_TEMP', 'SLOWDOWN_TEMP', 'MEMORY_TEMP', 'SM_CLOCK', 'MEM_CLOCK'],
  ...['CLOCKS_EVENT_REASONS', 'GPU_UTIL', 'FB_USED'],
].map((name) => `DCGM_FI_DEV_${name}`);

/** 80 samples of 8 GPUs, as dcgm-exporter prints them. */
function bodyOf(node, tick) {
  const rows = METRICS.flatMap((name) =>
    Array.from({ length: 8 }, (_, gpu) => {
      const labels = `gpu="${gpu}",UUID="GPU-${node}-${gpu}",pci_bus_id="00000000:0${gpu}:00.0",device="nvidia${gpu}",modelName="NVIDIA H100 80GB HBM3",Hostname="n${node}"`;
      return `${name}{${labels}} ${name.endsWith('REASONS') ? 0 : 40 + ((node * 8 + gpu + tick) % 40)}\n`;
    }),
  );
  return rows.join('');
}

const rackOf = (node) => ({ site: 'S', hall: 'A', row: `A${node >> 6}`, rack: `A${node >> 6}-${(node >> 2) & 15}` });

async function exporters(nodes) {
  let tick = 0;
  const server = createServer((question, response) =>
    response.end(bodyOf(Number(question.url.split('/')[1]), tick++ & 7)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, host: `127.0.0.1:${server.address().port}`, nodes };
}

const answered = (url) =>
  new Promise((resolve) => {
    get(url, (response) => response.resume().on('end', () => resolve(response.statusCode === 200))).on('error', () =>
      resolve(false),
    );
  });

async function startPrometheus(folder, host, nodes, groups) {
  const targets = Array.from({ length: nodes }, (_, node) => ({
    targets: [host],
    labels: { __metrics_path__: `/${node}/metrics`, instance: `n${node}:9400`, ...rackOf(node) },
  }));
  writeFileSync(join(folder, 'targets.json'), JSON.stringify(targets));
  writeFileSync(
    join(folder, 'rules.json'),
    JSON.stringify({ groups: groups.map((one) => ({ ...one, interval: `${RULES_S}s` })) }),
  );
  writeFileSync(
    join(folder, 'prometheus.yml'),
    'global: {scrape_interval: 10s}\nrule_files: [rules.json]\nscrape_configs: [{job_name: dcgm, file_sd_configs: [{files: [targets.json]}]}]\n',
  );
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const failed = once(child, 'error').then(() => {
    throw new Error('There is no prometheus on PATH; on Debian: apt-get install prometheus');
  });
  const url = `http://127.0.0.1:${port}`;
  const ready = async () => {
    for (let i = 0; i < 150 && !(await answered(`${url}/-/ready`)); i++) await new Promise((go) => setTimeout(go, 200));
  };
  await Promise.race([failed, ready()]);
  return { child, url };
}

/** Bytes of an answer, unpacked by nobody: plain, or gzip where that is asked for. */
const ask = (url, query, time, encoding = 'identity') =>
  new Promise((resolve, reject) => {
    const body = new URLSearchParams({ query, time: String(time) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-encoding': encoding };
    const question = request(`${url}/api/v1/query`, { method: 'POST', headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    question.on('error', reject);
    question.end(body);
  });

async function until(url, query, wanted) {
  for (let i = 0; i < 300; i++) {
    const { data } = JSON.parse(await ask(url, query, Date.now() / 1000));
    if (Number(data?.result?.[0]?.value?.[1]) === wanted) return;
    await new Promise((go) => setTimeout(go, 500));
  }
  throw new Error(`Prometheus did not come to ${wanted} for ${query}`);
}

/** Passes everything on to a server and counts what comes back: what an answer weighs on the wire, with its headers. */
async function counted(url) {
  const { hostname, port } = new URL(url);
  const way = { bytes: 0, url: '', close: () => proxy.close() };
  const proxy = createTcp((client) => {
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) socket.on('error', () => [client, server].map((one) => one.destroy()));
    client.pipe(server);
    server.on('data', (chunk) => {
      way.bytes += chunk.length;
    });
    server.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  way.url = `http://127.0.0.1:${proxy.address().port}`;
  return way;
}

async function took(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export async function serverRows({ size }) {
  const nodes = Math.round((size / 100_000) * 1250);
  const { Fleet, PrometheusReader, ExportersScraper, sourceSchema, systemClock, recordingGroups, profiles } =
    await import(pathToFileURL(await bundle('build/measure/servers-entry.ts', 'servers')));
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-measure-'));
  const { server, host } = await exporters(nodes);
  const { child, url } = await startPrometheus(folder, host, nodes, recordingGroups({ profiles, rateWindow: '1m' }));
  try {
    await until(url, 'count(DCGM_FI_DEV_POWER_USAGE)', nodes * 8);
    await until(url, 'sum(rack:fleetwatt_gpus:count)', nodes * 8);
    // The refreshes of one round of the rules lie in the past: all of its numbers must be there.
    await until(url, 'min(count_over_time(rack:fleetwatt_sample_time_seconds:min[65s]))', 2);
    const common = { id: 's', name: 's', site: 'S', timeoutMs: 60_000 };
    const source = sourceSchema.parse({ ...common, kind: 'prometheus', url });
    const targets = Array.from({ length: nodes }, (_, node) => ({
      url: `http://${host}/${node}/metrics`,
      labels: { instance: `n${node}:9400`, ...rackOf(node) },
    }));
    const direct = new ExportersScraper(
      sourceSchema.parse({ ...common, kind: 'exporters', targets }),
      new Fleet({ mappings: [] }),
      systemClock,
    );
    const whole = new PrometheusReader(source, new Fleet({ mappings: [] }), systemClock);
    const racks = new PrometheusReader(source, new Fleet({ mappings: [] }), systemClock, undefined, () => []);
    const times = { naive: [], whole: [], racks: [], direct: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      const now = Math.floor(Date.now() / 5000) * 5000 - 5000;
      const one = {
        naive: await took(async () => {
          const bodies = await Promise.all(METRICS.map((name) => ask(url, name, now / 1000)));
          for (const body of bodies) JSON.parse(body);
        }),
        whole: await took(() => whole.readAll(now)),
        racks: (await took(() => readRound(racks, now))) / (RULES_S / POLL_S),
        direct: await took(() => direct.readAll(Date.now())),
      };
      // The first round binds labels and opens connections.
      if (round > 0) for (const [name, ms] of Object.entries(one)) times[name].push(ms);
    }
    for (const source of [direct, whole, racks]) source.close();
    return rowsOf(
      nodes,
      times,
      await weighed(
        url,
        (at, racksOf) =>
          new PrometheusReader({ ...source, url: at }, new Fleet({ mappings: [] }), systemClock, undefined, racksOf),
      ),
    );
  } finally {
    child.kill();
    server.close();
    server.closeAllConnections();
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every refresh from one evaluation of the rules to the next. */
async function readRound(reader, now) {
  for (let before = RULES_S - POLL_S; before >= 0; before -= POLL_S) await reader.readAll(now - before * 1000);
}

/** What one refresh weighs on the wire, in bytes; of racks the mean over a round. */
async function weighed(url, readerAt) {
  const now = Math.floor(Date.now() / 5000) * 5000 - 5000;
  const weigh = async (work) => {
    const way = await counted(url);
    await work(way.url);
    way.close();
    return way.bytes;
  };
  const naive = (encoding) => (at) => Promise.all(METRICS.map((name) => ask(at, name, now / 1000, encoding)));
  const ours = (racksOf, read) => async (at) => {
    const reader = readerAt(at, racksOf);
    await read(reader);
    reader.close();
  };
  return {
    naive: await weigh(naive('identity')),
    zipped: await weigh(naive('gzip')),
    whole: await weigh(ours(undefined, (reader) => reader.readAll(now))),
    racks:
      (await weigh(
        ours(
          () => [],
          (reader) => readRound(reader, now),
        ),
      )) /
      (RULES_S / POLL_S),
  };
}

function rowsOf(nodes, times, bytes) {
  const [naive, whole, racks, direct] = ['naive', 'whole', 'racks', 'direct'].map((name) => median(times[name]));
  const megabytes = (count) => `${(count / 1e6).toFixed(2)} MB`;
  const gpus = `${(nodes * 8).toLocaleString('en-US')} GPUs × ${METRICS.length} metrics on a real Prometheus`;
  const row = (name, ours, theirs, goal, holds, workload, peer) => ({
    name,
    unit: 'ms',
    ours,
    theirs,
    ratio: theirs / ours,
    goal,
    holds,
    workload,
    peer,
  });
  const peer = 'naive raw queries, parsed';
  return [
    row(
      'server-cost',
      whole,
      naive,
      '≤ 0.25 × bytes, ≤ 0.5 × time',
      whole <= 0.5 * naive && bytes.whole <= 0.25 * bytes.naive,
      `${gpus}: one overview refresh, on the wire ${megabytes(bytes.whole)} against ${megabytes(bytes.naive)}, in gzip ${megabytes(bytes.zipped)}`,
      peer,
    ),
    row(
      'server-cost-recorded',
      racks,
      naive,
      '≤ 0.02 × time',
      racks <= 0.02 * naive,
      `${gpus} with our recording rules, mean of the refreshes of a round of ${RULES_S} s, on the wire ${megabytes(bytes.racks)}`,
      peer,
    ),
    row(
      'direct-scrape',
      direct,
      whole,
      '≥ 4 ×',
      whole >= 4 * direct,
      `${nodes.toLocaleString('en-US')} exporters, ${(nodes * 80).toLocaleString('en-US')} samples on loopback`,
      'the same through Prometheus',
    ),
  ];
}
