import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run as cli } from '../../electron/cli/main.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { gather, pack } from '../../electron/engine/snapshots/assemble.ts';
import { record } from '../../electron/engine/snapshots/record.ts';
import { prometheusSource } from '../../shared/settings.ts';
import { ask, askUntil } from './ask.ts';
import { requireReal, titled } from './available.ts';
import type { Running } from './running.ts';
import { startReal } from './running.ts';

const prometheus = requireReal('prometheus');
const promtool = requireReal('promtool');
const STEP = 30;
/** A whole multiple of the step, two hours ago. */
const FROM = Math.floor((Date.now() / 1000 - 7200) / STEP) * STEP;
const HOUR = 3600;
const GPU =
  'UUID="GPU-a",gpu="0",modelName="NVIDIA H200",Hostname="n1",instance="n1:9400",site="S",hall="A",row="A1",rack="A1-01"';

const iso = (at: number) => new Date((FROM + at) * 1000).toISOString().replace('.000Z', 'Z');
let server: Running;
let folder: string;

/** An hour of two GPUs: one over 80 from the tenth to the twentieth minute, with a gap of a scrape; one that counts up. */
function history(): string {
  const lines = ['# TYPE gpu_temp gauge'];
  for (let at = 0; at <= HOUR; at += 15) {
    const hot = at >= 600 && at < 1200;
    lines.push(
      `gpu_temp{gpu="a"} ${hot ? 85 : 60} ${FROM + at}`,
      `gpu_temp{gpu="b"} ${at % 120 === 0 ? 'NaN' : 79} ${FROM + at}`,
    );
  }
  lines.push('# TYPE replay counter');
  for (let at = 0; at <= HOUR; at += 15)
    lines.push(`replay_total{gpu="a"} ${at < 1800 ? at : 1800 + (at - 1800) * 10} ${FROM + at}`);
  for (const [name, hot, cool] of [
    ['DCGM_FI_DEV_GPU_TEMP', 85, 60],
    ['DCGM_FI_DEV_POWER_USAGE', 690, 400],
  ] as const) {
    lines.push(`# TYPE ${name} gauge`);
    for (let at = 0; at <= HOUR; at += 15)
      lines.push(`${name}{${GPU}} ${at >= 600 && at < 1200 ? hot : cool} ${FROM + at}`);
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

/** A real server that answers only who has the token and names the tenant. */
async function guarded(url: string): Promise<{ url: string; close: () => void }> {
  const proxy = createServer(async (request, response) => {
    const { authorization, 'x-scope-orgid': tenant, 'x-team': team } = request.headers;
    if (authorization !== 'Bearer open sesame' || tenant !== 'dc1' || team !== 'power') {
      response.writeHead(401).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
    const type = request.headers['content-type'] ?? 'application/x-www-form-urlencoded';
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': type },
      ...body,
    });
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(Buffer.from(await answer.arrayBuffer()));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close };
}

/** The rules of the cases as the server's own, evaluated by promtool's backfill: an independent answer. */
beforeAll(async () => {
  if (prometheus.skip !== null || promtool.skip !== null) return;
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-back-test-'));
  writeFileSync(join(folder, 'history.om'), history());
  server = await startReal('prometheus', '/-/ready', async (at, port) => {
    writeFileSync(join(at, 'prometheus.yml'), 'global: {}\n');
    const made = spawnSync(promtool.path, [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      join(folder, 'history.om'),
      join(at, 'data'),
    ]);
    expect(made.status, String(made.stderr)).toBe(0);
    return [
      `--config.file=${join(at, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(at, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ];
  });
  await askUntil(server.url, 'gpu_temp', ([one]) => one !== undefined, 1);
});
afterAll(async () => {
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function output(...args: string[]): Promise<{ code: number; text: string; errors: string }> {
  const write = { out: vi.spyOn(process.stdout, 'write'), err: vi.spyOn(process.stderr, 'write') };
  let [text, errors] = ['', ''];
  write.out.mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  write.err.mockImplementation((chunk) => {
    errors += String(chunk);
    return true;
  });
  try {
    return { code: await cli(args), text, errors };
  } finally {
    write.out.mockRestore();
    write.err.mockRestore();
  }
}

describe.skipIf(prometheus.skip !== null || promtool.skip !== null)(
  titled('a rule over what a server has', prometheus, promtool),
  () => {
    const cases = (rule: object) => {
      const file = join(folder, 'rule.json');
      writeFileSync(file, JSON.stringify({ format: 'fleetwatt-alert-cases/1', cases: [{ id: 'last-week', rule }] }));
      return ['rules', 'test', file, '--source', server.url, '--step', String(STEP)];
    };
    const range = ['--from', String(FROM + 7), '--to', new Date((FROM + HOUR) * 1000).toISOString()];

    test('fires when the server itself says that it would have', async () => {
      const rule = { kind: 'gauge', metric: 'gpu_temp', op: '>', threshold: 80, for: 120, keepFiringFor: 60 };
      const { code, text } = await output(...cases(rule), ...range, '--json');
      expect(code).toBe(0);
      const [alert] = JSON.parse(text).cases[0].alerts;
      expect(alert.labels).toEqual({ gpu: 'a' });
      const first = alert.states.indexOf('P');
      expect(alert.activeAt[first]).toBe(FROM + 600);
      // The instants at which the server's own expression holds.
      const asked = await Promise.all(
        Array.from({ length: alert.states.length }, (_, i) => ask(server.url, 'gpu_temp > 80', FROM + i * STEP)),
      );
      const holds = asked.map((answer) => answer.length > 0);
      const since = holds.indexOf(true);
      const until = holds.lastIndexOf(true);
      const expected = holds
        .map((_, i) => (i < since ? '-' : i < since + 4 ? 'P' : i <= until + 2 ? 'F' : '-'))
        .join('');
      expect(alert.states).toBe(expected);
      const told = await output(...cases(rule), ...range);
      expect(told.text).toContain(
        `${new Date((FROM + 720) * 1000).toISOString().replace('.000Z', 'Z')}  firing  {"gpu":"a"}`,
      );
    });

    test('rates and absence are the server’s', async () => {
      const rate = await output(
        ...cases({ kind: 'rate', metric: 'replay_total', range: 60, threshold: 5, op: '>' }),
        ...range,
        '--json',
      );
      expect(
        JSON.parse(rate.text).cases[0].alerts[0].activeAt.find((time: number | null) => time !== null),
      ).toBeGreaterThanOrEqual(FROM + 1800);
      const absent = await output(
        ...cases({ kind: 'absent', metric: 'gpu_temp', selector: { gpu: 'c' } }),
        ...range,
        '--json',
      );
      expect(JSON.parse(absent.text).cases[0].alerts).toMatchObject([
        { labels: { gpu: 'c' }, states: /^F+$/.exec('F'.repeat(121))?.[0] },
      ]);
    });

    // Hot from minute 10 to 20, `for` 2 min, an evaluation each half minute: by hand.
    const STATES = `${'-'.repeat(20)}${'P'.repeat(4)}${'F'.repeat(16)}`;
    const short = ['--from', String(FROM), '--to', String(FROM + 1500)];
    const OWN = '- { name: Hot, when: gpu.temp > 80, for: 2m, severity: warning, labels: { team: cooling } }\n';
    const BOARD = { severity: 'warning', team: 'cooling', site: 'S', hall: 'A', row: 'A1', rack: 'A1-01', node: 'n1' };

    test('rules of the user’s own and of the pack fire as the engine would have, behind a token as well', async () => {
      writeFileSync(join(folder, 'own.yaml'), OWN);
      writeFileSync(join(folder, 'token'), 'open sesame', { mode: 0o600 });
      writeFileSync(join(folder, 'budgets.csv'), 'place,budget_kw\nS/A/A1/A1-01,0.75\n');
      const behind = await guarded(server.url);
      const access = ['--bearer-file', join(folder, 'token'), '--tenant', 'dc1', '--header', 'X-Team: power'];
      try {
        const own = ['rules', 'test', join(folder, 'own.yaml'), '--source', behind.url, ...short];
        const refused = await output(...own);
        expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining('401')]);
        const { code, text } = await output(...own, ...access, '--json');
        expect(code).toBe(0);
        const { cases: results, times } = JSON.parse(text);
        expect([times.length, times[0], times.at(-1)]).toEqual([51, FROM, FROM + 1500]);
        expect(results).toMatchObject([{ id: 'Hot', alerts: [{ labels: { ...BOARD, UUID: 'GPU-a' } }] }]);
        expect(results[0].alerts[0].states).toBe(STATES.padEnd(times.length, '-'));
        expect(results[0].alerts[0].activeAt[30]).toBe(FROM + 600);
      } finally {
        behind.close();
      }
      // 690 of 750 W is 92 %: near the cap from minute 10 on, for a minute at least; 97 % never.
      const whole = [
        'rules',
        'test',
        'BudgetNearCap,BudgetAtCap',
        '--source',
        server.url,
        '--budgets',
        join(folder, 'budgets.csv'),
        ...short,
      ];
      const told = await output(...whole);
      const lines = told.text.split('\n').filter((line) => line.includes('  firing '));
      expect(lines).toEqual([`${iso(660)}  firing    warning  BudgetNearCap  Rack A1-01 at 92.0% of budget`]);
      expect(told.text).toContain(`${iso(1200)}  resolved  warning  BudgetNearCap  `);
    });

    test('and over a snapshot of the same hours', async () => {
      const source = prometheusSource.parse({ kind: 'prometheus', id: 'p', name: 'p', site: 'S', url: server.url });
      const { ring, topology, from, to, ...told } = await record({
        ...{ source, clock: systemClock, topology: undefined, budgets: [], minutes: 120, stepMs: 60_000 },
      });
      const writer = await gather(ring.chunks(from, to), topology, { from, to, stepMs: 0 }, () => {});
      const { papers, origins, missing } = told;
      const made = { at: to, by: 'test', reason: 'command' as const, version: '0' };
      const cover = { id: '0'.repeat(32), title: 'An hour', at: to, scope: '', origins, redacted: [], missing, made };
      const { bytes } = await pack({ cover, topology, papers, draft: writer.finish() }, undefined, () => {});
      const file = join(folder, 'hour.fwsnap');
      writeFileSync(file, bytes);
      const { text } = await output('rules', 'test', join(folder, 'own.yaml'), '--series', file, '--json');
      const [{ alerts }] = JSON.parse(text).cases;
      expect(alerts.map(({ states }: { states: string }) => states.replace(/^-+/, '').replace(/-+$/, ''))).toEqual([
        'PPFFFFFFFF',
      ]);
      const whole = await output('rules', 'test', file);
      expect([whole.code, whole.text]).toEqual([
        0,
        expect.stringMatching(/\n121 evaluations, 26 rules, 1 of them fired/),
      ]);
      expect((await output('rules', 'test', 'NoSuch', '--series', file)).errors).toMatch(/There is no rule NoSuch/);
    });

    test('what cannot be asked is said in one line', async () => {
      const rule = { kind: 'gauge', metric: 'gpu_temp', threshold: 1 };
      expect(await output(...cases(rule), '--from', 'yesterday', '--to', '5')).toMatchObject({
        code: 2,
        errors: expect.stringContaining('--from takes a time'),
      });
      expect(await output(...cases(rule), '--from', '50', '--to', '5')).toMatchObject({ code: 2 });
      const nobody = ['rules', 'test', join(folder, 'rule.json'), '--source', 'http://127.0.0.1:1', ...range];
      expect(await output(...nobody)).toMatchObject({
        code: 1,
        errors: expect.stringContaining('Nothing listens there'),
      });
    });
  },
);
