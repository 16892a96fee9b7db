import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PrometheusReader } from '../../electron/engine/sources/prometheus.ts';
import { Fleet } from '../../shared/fleet.ts';
import { recordingGroups } from '../../shared/recorded/rules.ts';
import { prometheusSource } from '../../shared/settings.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { GPU } from '../../shared/topology.ts';
import { titled } from './available.ts';
import { type PastForm, serversOfPast } from './past-servers.ts';
import type { Running } from './running.ts';

const STEP_S = 5;
/** A whole minute some hours ago. */
const END_S = Math.floor(Date.now() / 60_000) * 60 - 3600;

interface Line {
  readonly series: string;
  /** Seconds before the end: from when to when it is there. */
  readonly from: number;
  readonly to: number;
  readonly valueAt: (secondsBeforeEnd: number) => number;
}

const RACK = 'site="S",hall="A",row="A1",rack="A1-01"';
const port = (way: string, node: string) =>
  `node_network_${way}_bytes_total{instance="${node}:9100",device="eth0",${RACK}}`;
const board = (pod: string) => `instance="n1:9400",Hostname="n1",gpu="0",UUID="GPU-a",${RACK}${pod}`;
const growing = (perSecond: number) => (before: number) => (600 - before) * perSecond;

/** n1 has been there for ten minutes, n2 for 20 s; the board of n1 was given to a pod 20 s ago and has worked since. */
const LINES: readonly Line[] = [
  ...['n1', 'n2'].flatMap((node) => {
    const from = node === 'n1' ? 600 : 20;
    const at = { from, to: 0, valueAt: growing(1000) };
    return [
      { series: `node_uname_info{instance="${node}:9100",nodename="${node}",${RACK}}`, from, to: 0, valueAt: () => 1 },
      ...['receive', 'transmit'].map((way) => ({ ...at, series: port(way, node) })),
    ];
  }),
  ...[
    { pod: '', from: 600, to: 25 },
    { pod: ',namespace="ml",pod="train-0"', from: 20, to: 0 },
  ].flatMap(({ pod, from, to }) => [
    { series: `DCGM_FI_DEV_POWER_USAGE{${board(pod)}}`, from, to, valueAt: () => 700 },
    // Nanoseconds held by the power cap: never before, and half of the time since.
    {
      ...{ series: `DCGM_FI_DEV_POWER_VIOLATION{${board(pod)}}`, from, to },
      valueAt: (before: number) => Math.max(0, 20 - before) * 0.5e9,
    },
  ]),
];

function pastText(form: PastForm): string {
  const lines = LINES.flatMap(({ series, from, to, valueAt }) =>
    Array.from({ length: (from - to) / STEP_S + 1 }, (_, i) => {
      const before = from - i * STEP_S;
      return `${series} ${valueAt(before)} ${form === 'openmetrics' ? END_S - before : (END_S - before) * 1000}`;
    }),
  );
  if (form === 'import') return `${lines.join('\n')}\n`;
  const names = [...new Set(lines.map((line) => line.slice(0, line.indexOf('{'))))];
  const family = (name: string) => lines.filter((line) => line.startsWith(`${name}{`));
  return `${names.flatMap((name) => [`# TYPE ${name} unknown`, ...family(name)]).join('\n')}\n# EOF\n`;
}

describe.each(serversOfPast(pastText))(
  'series that began within the window of rate(), asked of a real %s',
  (_name, need, start) => {
    let server: Running | undefined;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'fleetwatt-begun-'));
      if (need.skip === null) server = await start();
    });
    afterAll(async () => {
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Reads the instants one after another, as refreshes do, seconds before the end; and the rates of the last one. */
    async function ratesAt(...instants: number[]) {
      const settings = { id: 'p', kind: 'prometheus', name: 'p', site: 'S', url: server?.url, rateWindow: '1m' };
      let now = 0;
      const clock = { now: () => now, later: () => () => {} };
      const fleet = new Fleet({ mappings: [] });
      const reader = new PrometheusReader(prometheusSource.parse(settings), fleet, clock as never);
      for (const before of instants) {
        now = (END_S - before) * 1000;
        await reader.readAll(now);
      }
      reader.close();
      // The server is of today, and its clock is believed.
      const { topology, columns } = fleet.frame(now, 7_200_000);
      const nodeOf = (link: number) => topology.path[topology.linkNode[link]].split('/').at(-1);
      const rx = Object.fromEntries(
        topology.linkName.map((_, link) => [nodeOf(link), columns.get('link.rx')?.value[link]]),
      );
      const held = columns.get('gpu.powerThrottle')?.value[topology.start[GPU]];
      return { rx, held };
    }

    test.skipIf(need.skip !== null)(titled('the first reading has the whole rate of both', need), async () => {
      expect(await ratesAt(0)).toEqual({ rx: { n1: 1000, n2: 1000 }, held: 0.5 });
    });

    test.skipIf(need.skip !== null)(titled('so has one that had others before', need), async () => {
      expect((await ratesAt(300, 200, 10)).rx).toEqual({ n1: 1000, n2: 1000 });
      expect(await ratesAt(300, 200, 10, 5, 0)).toEqual({ rx: { n1: 1000, n2: 1000 }, held: 0.5 });
    });

    test.skipIf(need.skip !== null).each([
      ['rack:fleetwatt_link_receive_bytes_per_second:sum', 2000],
      ['rack:fleetwatt_link_transmit_bytes_per_second:sum', 2000],
      ['board:fleetwatt_power_throttle_ratio', 0.5],
    ])(titled('and what is recorded of them: %s', need), async (record, whole) => {
      const rules = recordingGroups({ profiles, rateWindow: '1m' }).flatMap((group) => group.rules);
      const expr = rules.find((rule) => rule.record === record)?.expr ?? '';
      const form = new URLSearchParams({ query: expr, time: String(END_S) });
      const answer = await fetch(`${server?.url}/api/v1/query`, { method: 'POST', body: form });
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
      expect(data.result.map(({ value }) => Number(value[1]))).toEqual([whole]);
    });
  },
);
