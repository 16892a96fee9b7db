import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run as cli } from '../../electron/cli/main.ts';
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
  return `${lines.join('\n')}\n# EOF\n`;
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
}, 60_000);
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
