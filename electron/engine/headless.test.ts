import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, read } from '../../e2e/real/ask.ts';
import { requireReal, titled } from '../../e2e/real/available.ts';
import { eventually } from '../../e2e/real/eventually.ts';
import type { Running } from '../../e2e/real/running.ts';
import { startPrometheus, startVictoriaMetrics } from '../../e2e/real/servers.ts';
import { type SourceSettings, sourceSchema } from '../../shared/settings.ts';
import { GPU } from '../../shared/topology.ts';
import { type Demo, startDemo } from '../demo/demo.ts';
import { systemClock } from './clock.ts';
import { type HeadlessResult, runHeadless } from './headless.ts';

const NODES = 20;
const GPUS = NODES * 8;
const BOARD_POWER = '{__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS"}';
/** 0.1 % of what the server says. */
const SHARE = 0.001;

/** One refresh of a source. */
function readOnce(source: object): Promise<HeadlessResult> {
  return runHeadless({
    source: sourceSchema.parse({ id: 'test', name: 'test', site: 'PDX-1', ...source }) as SourceSettings,
    ...{ topology: undefined, budgets: [], ticks: 1, pollMs: 1000, staleMs: 60_000, clock: systemClock },
  });
}

/** Watts by UUID, as the frame has them. */
function wattsOf({ frame }: HeadlessResult): Map<string, number> {
  const { start, path } = frame.topology;
  const column = frame.columns.get('gpu.power');
  const watts = new Map<string, number>();
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    watts.set((path[gpu] ?? '').split('/').at(-1) ?? '', column?.value[gpu] ?? Number.NaN);
  }
  return watts;
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

function expectClose(ours: number | undefined, theirs: number, what: string): void {
  expect(Math.abs((ours ?? Number.NaN) - theirs), `${what}: ${ours} against ${theirs}`).toBeLessThanOrEqual(
    Math.abs(theirs) * SHARE,
  );
}

const servers = [
  ['Prometheus', requireReal('prometheus'), startPrometheus],
  ['VictoriaMetrics', requireReal('victoriaMetrics'), startVictoriaMetrics],
] as const;

describe.each(servers)('%s', (_name, need, start) => {
  let demo: Demo;
  let server: Running | undefined;
  beforeAll(async () => {
    if (need.skip !== null) return;
    demo = await startDemo({ nodes: NODES, gpus: 8 });
    const configText = `global: {scrape_interval: 3s, scrape_timeout: 3s}
scrape_configs:
  - job_name: demo
    file_sd_configs: [{files: ['${demo.targetsFile}']}]
`;
    server = await start({ configText });
  });
  afterAll(async () => {
    await server?.stop();
    await demo?.close();
  });

  test.skipIf(need.skip !== null)(
    titled('has the power that we have, GPU for GPU, at the same time', need),
    async () => {
      const { url } = server as Running;
      // Again where a scrape was missing at that instant, or came to the server only after we had read.
      await eventually(async () => {
        const result = await readOnce({ kind: 'prometheus', url });
        const ours = wattsOf(result);
        const theirs = await ask(url, `max by (UUID)(${BOARD_POWER})`, result.time / 1000);
        const [total] = await ask(url, `sum(max by (UUID)(${BOARD_POWER}))`, result.time / 1000);
        expect(theirs).toHaveLength(GPUS);
        expect(ours.size).toBe(GPUS);
        for (const { metric, value } of theirs) expectClose(ours.get(metric.UUID ?? ''), value, metric.UUID ?? '');
        expectClose(sum(ours.values()), total?.value ?? Number.NaN, 'sum');
        expect(result.health).toMatchObject({ state: 'up', fault: null });
        expect(result.badSamples).toBe(0);
      });
    },
  );
});

test('directly from the exporters: the watts that they print, GPU for GPU', async () => {
  // The fleet's clock stands still, so that our scrape and the test's see the very same watts.
  const at = Date.UTC(2026, 10, 23, 14, 32, 10);
  const demo = await startDemo({ nodes: NODES, gpus: 8, now: () => at });
  try {
    const ours = wattsOf(await readOnce({ kind: 'exporters', files: [demo.targetsFile] }));
    expect(ours.size).toBe(GPUS);
    const printed = new Map<string, number>();
    for (const target of demo.targets.filter((url) => url.includes('/dcgm/'))) {
      const body = await read(target);
      for (const line of body.matchAll(/^DCGM_FI_DEV_(?:BOARD_POWER_WATTS|POWER_USAGE)\{.*UUID="([^"]+)".*\} (\S+)$/gm))
        printed.set(line[1] as string, Number(line[2]));
    }
    expect(printed.size).toBe(GPUS);
    for (const [uuid, watts] of printed) expectClose(ours.get(uuid), watts, uuid);
    expectClose(sum(ours.values()), demo.gpuPowerW(at), 'sum');
  } finally {
    await demo.close();
  }
});

test('a source that gives nothing is a fault', async () => {
  // A port that is given to nobody.
  await expect(readOnce({ kind: 'prometheus', url: 'http://127.0.0.1:1' })).rejects.toThrow(/Nothing listens there/);
});
