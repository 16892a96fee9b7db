import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Journal } from '../../electron/engine/alerts/journal.ts';
import { Store } from '../../electron/engine/store/database.ts';
import type { HistoryPage } from '../../shared/alerting/alert.ts';

/** 200 and more show what a few cannot: FLEETWATT_KILLS=200 npx vitest run e2e/real/host-kill.test.ts */
const KILLS = Number(process.env.FLEETWATT_KILLS ?? 2);
const root = resolve(import.meta.dirname, '../..');
const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-host-kill-'));

const GPUS = 64;
/** An exporter of eight nodes; at every scrape another third of their GPUs is in power brake. */
let scrapes = 0;
const exporter = createServer((_, response) => {
  scrapes++;
  const lines = Array.from({ length: GPUS }, (_, gpu) => {
    const labels = `{gpu="${gpu % 8}",UUID="GPU-${gpu}",Hostname="a1-01-n0${1 + Math.floor(gpu / 8)}",modelName="NVIDIA H100 80GB HBM3"}`;
    const bits = (gpu + scrapes) % 3 === 0 ? 0x80 : 0;
    return `DCGM_FI_DEV_POWER_USAGE${labels} 650\nDCGM_FI_DEV_CLOCK_THROTTLE_REASONS${labels} ${bits}\n`;
  });
  response.end(lines.join(''));
});

let host: ChildProcess | undefined;
/** Ends the host and everything that it started, at once. */
async function killAll(): Promise<void> {
  const child = host;
  host = undefined;
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // Its engine, which has the same output, is gone as well then.
  const gone = once(child, 'close');
  // It leads a group of its own, so that its engine is hit by the same signal.
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'build/run.mjs'), 'build'], { cwd: root });
  exporter.listen(0, '127.0.0.1');
  await once(exporter, 'listening');
  const { port } = exporter.address() as AddressInfo;
  mkdirSync(profile, { recursive: true });
  const source = { kind: 'exporters', id: 'storm', name: 'Storm', site: 'S' };
  const targets = [{ url: `http://127.0.0.1:${port}/metrics`, labels: {} }];
  const settings = { schema: 1, pollMs: 1000, sources: [{ ...source, targets }] };
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings));
});
afterAll(async () => {
  await killAll();
  exporter.close();
  exporter.closeAllConnections();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts the host as an operator does; a viewer asks for the journal from then on. */
async function start() {
  const began = performance.now();
  const args = [join(root, 'build/run.mjs'), 'fleetwatt', 'serve', '--profile', profile, '--port', '0'];
  // The launcher ends with the npm that started it: here that is none.
  const env = { ...process.env, npm_lifecycle_event: '' };
  const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  host = child;
  let text = '';
  const url = await new Promise<string>((done, fail) => {
    const hear = (chunk: unknown) => {
      text += String(chunk);
      const at = /ready at (\S+)/.exec(text)?.[1];
      if (at) done(at);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => fail(new Error(`serve ended with ${code}: ${text}`)));
  });
  const { origin, host: address, hash } = new URL(url);
  const session = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ key: hash.slice('#key='.length) }),
  });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = new WebSocket(`ws://${address}/link`, { headers: { origin, cookie } });
  socket.on('error', () => {});
  await once(socket, 'open');
  let shown = 0;
  let calls = 0;
  const ask = () =>
    socket.send(JSON.stringify({ id: ++calls, call: 'alertHistory', arg: { most: 1, kinds: ['firing', 'resolved'] } }));
  /** The next answer: the highest row that a viewer was shown. */
  const next = async (): Promise<number> => {
    const answer = new Promise<HistoryPage>((done, fail) => {
      socket.on('message', function hear(data: Buffer, isBinary) {
        const message = isBinary ? {} : (JSON.parse(String(data)) as { id?: number; value?: HistoryPage });
        if (message.id !== calls) return;
        socket.off('message', hear);
        if (message.value) done(message.value);
        else fail(new Error(String(data)));
      });
    });
    ask();
    shown = Math.max(shown, (await answer).rows[0]?.seq ?? 0);
    return shown;
  };
  const first = await next();
  return { next, first, startMs: performance.now() - began, end: () => socket.terminate() };
}

it(`a host that is killed −9 with its engine, ${KILLS} ×, loses no row that was shown`, {
  timeout: 3_600_000,
}, async () => {
  let [rows, slowest, before] = [0, 0, 0];
  for (let n = 0; n < KILLS; n++) {
    const viewer = await start();
    slowest = Math.max(slowest, viewer.startMs);
    expect(viewer.first, 'what was shown before is shown again').toBeGreaterThanOrEqual(before);
    let shown = viewer.first;
    while (shown <= rows) shown = await viewer.next();
    // Not a wait for something to happen: the moment is what is being tried, and it is another each time.
    await new Promise((done) => setTimeout(done, (n * 37) % 31));
    const last = viewer.next().catch(() => shown);
    await Promise.race([last, new Promise((done) => setTimeout(done, (n * 13) % 7))]);
    await killAll();
    viewer.end();
    const store = new Store(profile, Date.now());
    try {
      expect(store.repaired).toBe('');
      expect(Object.values(store.get('PRAGMA integrity_check') ?? {})).toEqual(['ok']);
      const { count, most } = store.get('SELECT count(*) AS count, max(seq) AS most FROM journal') ?? {};
      expect(count, 'no row is missing').toBe(most);
      expect(Number(most), 'every row that was shown is there').toBeGreaterThanOrEqual(shown);
      const journal = new Journal(store);
      journal.page({ most: 1000 });
      expect(journal.damagedRows).toBe(0);
      rows = Number(most);
      before = shown;
    } finally {
      store.close(Date.now());
    }
  }
  process.stdout.write(`    ${KILLS} kills of the host, ${rows} rows, slowest start ${Math.round(slowest)} ms\n`);
});
