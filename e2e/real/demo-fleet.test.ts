import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo } from '../../electron/demo/demo.ts';
import { askUntil, read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import type { Running } from './running.ts';
import { startPrometheus, startVictoriaMetrics } from './servers.ts';

/** The clock of the fleet stands still, so that scrapes at different moments must all see the very same watts. */
const FROZEN = Date.UTC(2026, 10, 23, 14, 32, 10);
const BOARD_POWER = '{__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS"}';

const promtool = requireReal('promtool');

/** promtool's word on its input: exit code and what it wrote. */
function judge(args: readonly string[], input: string): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = execFile(promtool.path as string, args, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

describe('promtool', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ now: () => FROZEN });
  });
  afterAll(() => demo.close());

  // Exit 1 is text that cannot be read. Exit 3 is taste in names ("counter metrics should have _total suffix"),
  // which the real exporters share: DCGM_FI_DEV_POWER_VIOLATION, measurementsInletSensorValue.
  test
    .skipIf(promtool.skip !== null)
    .each([
      '/A1-05-n01/dcgm/metrics',
      '/B4-03-n4/dcgm/metrics',
      '/A2-05-n18/node/metrics',
      '/B1-01-n1/node/metrics',
      '/pdu/A2-05-A/metrics',
      '/pdu/B3-05-B/metrics',
    ])(titled('check metrics reads %s', promtool), async (path) => {
    const { code, text } = await judge(['check', 'metrics'], await read(`http://127.0.0.1:${demo.port}${path}`));
    expect([0, 3], text).toContain(code);
    expect(text).not.toMatch(/error while linting|no help text|parse/i);
  });

  test.skipIf(promtool.skip !== null)(titled('check config accepts prometheus.yml', promtool), async () => {
    const { code, text } = await judge(['check', 'config', demo.prometheusConfig], '');
    expect(code, text).toBe(0);
    expect(text).toContain('is valid prometheus config file syntax');
  });
});

const servers = [
  ['Prometheus', requireReal('prometheus'), startPrometheus],
  ['VictoriaMetrics', requireReal('victoriaMetrics'), startVictoriaMetrics],
] as const;

describe.each(servers)('%s scrapes the demo fleet', (_name, need, start) => {
  let demo: Demo;
  let server: Running | undefined;
  beforeAll(async () => {
    demo = await startDemo({ nodes: 20, gpus: 8, now: () => FROZEN });
    if (need.skip === null) server = await start({ config: demo.prometheusConfig });
  });
  afterAll(async () => {
    await server?.stop();
    await demo.close();
  });

  test.skipIf(need.skip !== null)(titled('and sums its board power to what the fleet says', need), async () => {
    const url = (server as Running).url;
    // Of one instant at which all are there: a scrape that comes too late takes its series away for a while.
    const sumOf = async (series: string, count: number) => {
      const [sum] = await askUntil(
        url,
        `sum(${series}) and (count(${series}) == ${count})`,
        ([one]) => one !== undefined,
      );
      return sum?.value ?? Number.NaN;
    };
    expect((await sumOf(`max by (UUID)(${BOARD_POWER})`, 160)) / demo.gpuPowerW(FROZEN)).toBeCloseTo(1, 6);
    // Ten feeds, each rounded to a watt.
    const feeds = await sumOf('measurementsInletSensorValue{sensorType="activePower"}', 10);
    expect(Math.abs(feeds - demo.rackPowerW(FROZEN))).toBeLessThan(5);
  });

  test.skipIf(need.skip !== null)(
    titled('under the job, instance and place labels of targets.json', need),
    async () => {
      const up = await askUntil((server as Running).url, 'up == 1', (answers) => answers.length === 50);
      const jobs = (job: string) => up.filter(({ metric }) => metric.job === job);
      expect([jobs('dcgm').length, jobs('node').length, jobs('pdu').length]).toEqual([20, 20, 10]);
      const one = up.find(({ metric }) => metric.instance === 'A1-02-n3:9400')?.metric;
      expect(one).toMatchObject({ site: 'PDX-1', hall: 'A', row: 'A1', rack: 'A1-02', node: 'A1-02-n3' });
      expect(dirname(demo.targetsFile)).toBe(dirname(demo.prometheusConfig));
    },
  );
});
