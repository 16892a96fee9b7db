// What the wall's soak looks at: a real Prometheus that has a past of some 30 hours, and `serve` on it, which goes through them
// by the fast clock. The server itself cannot be hurried, but it answers for any instant as it would have then.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { fastServe, fastTime, HOUR } from './fast.mjs';

const [NODES, GPUS_A_NODE] = [8, 2];
export const GPUS = NODES * GPUS_A_NODE;
/** Simulated times of a poll, of a scrape, and of what is too old. */
const [POLL_MS, SCRAPE_MS] = [60_000, 60_000];
export const STALE_MS = 180_000;
const SILENT_MS = HOUR;

/** Profile of a console on the server, with budgets that the climbing row stays below. */
function profileOn(folder, fleet, url) {
  const profile = join(folder, 'profile');
  mkdirSync(profile);
  const roomier = readFileSync(fleet.budgetsFile, 'utf8').replace(/,(\d+(?:\.\d+)?)(?=,)/g, (_, kw) => `,${kw * 1.6}`);
  writeFileSync(join(profile, 'budgets.csv'), roomier);
  writeFileSync(join(profile, 'topology.csv'), readFileSync(fleet.topologyFile));
  const source = { kind: 'prometheus', id: 'own', name: 'Own fleet', site: 'PDX-1', url, rateWindow: '3m' };
  const settings = { schema: 1, pollMs: POLL_MS, staleMs: STALE_MS, sources: [source] };
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings));
  return profile;
}

/**
 * Passes everything on to a server and its answers back, with their Date by the fast clock: by that the engine tells how
 * far a server's clock is from its own. While the server is away a connection ends without an answer.
 */
async function startDating(url, now) {
  const server = createServer((question, response) => {
    const { method, headers } = question;
    const passed = request(url + question.url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, { ...answer.headers, date: new Date(now()).toUTCString() });
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    passed.on('error', () => response.destroy());
    question.pipe(passed);
  });
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * Starts both for some simulated hours. `prometheus` can be killed and started again; from half of the hours on, `silent`
 * (epoch ms by the fast clock), the exporters behind it did not answer for an hour.
 */
export async function startWallFleet(hours) {
  const { pastFleet, pastText, startPrometheus } = await import(
    pathToFileURL(await bundle('build/measure/wall-past.ts', 'wall-past')).href
  );
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-soak-'));
  const begin = Math.floor(fastTime(Date.now()) / SCRAPE_MS) * SCRAPE_MS;
  const fleet = await pastFleet(folder, NODES, GPUS_A_NODE, begin);
  const silent = [begin + (hours / 2) * HOUR, begin + (hours / 2) * HOUR + SILENT_MS];
  const times = { from: begin - HOUR / 4, to: begin + (hours + 1) * HOUR, stepMs: SCRAPE_MS };
  const prometheus = await startPrometheus(
    { configText: 'scrape_configs: []\n' },
    pastText(fleet.exporters, times, silent),
  );
  // Only now: the fast clock must not run while the past is written.
  const base = Date.now();
  const dating = await startDating(prometheus.url, () => fastTime(base));
  const serve = await fastServe(profileOn(folder, fleet, dating.url), base);
  return {
    ...{ url: serve.url, pid: serve.pid, base, begin, prometheus, silent },
    async stop() {
      await serve.stop();
      dating.close();
      await prometheus.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
