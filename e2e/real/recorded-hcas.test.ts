import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PrometheusReader } from '../../electron/engine/sources/prometheus.ts';
import { Fleet } from '../../shared/fleet.ts';
import { prometheusSource } from '../../shared/settings.ts';
import { titled } from './available.ts';
import { type PastForm, serversOfPast } from './past-servers.ts';
import type { Running } from './running.ts';

/** infiniband_exporter tells of a whole fabric from a host that stands in no rack, and its HCAs have no label of one. */
const STEP_S = 5;
const SINCE_S = 300;
/** A whole minute some hours ago. */
const END_S = Math.floor(Date.now() / 60_000) * 60 - 3600;

const inRack = (rack: string) => `site="S",hall="A",row="A1",rack="${rack}"`;
const GAUGES: readonly (readonly [string, number | 'now'])[] = [
  // n1 by its target, n2 by what its kernel calls it; n3 stands elsewhere.
  [`up{job="node",instance="n1.dc.example:9100",${inRack('A1-01')}}`, 1],
  [`up{job="node",instance="10.0.0.2:9100",${inRack('A1-01')}}`, 1],
  [`up{job="node",instance="n3:9100",${inRack('A1-02')}}`, 1],
  [`node_uname_info{instance="n1.dc.example:9100",nodename="n1",${inRack('A1-01')}}`, 1],
  [`node_uname_info{instance="10.0.0.2:9100",nodename="n2.dc.example",${inRack('A1-01')}}`, 1],
  [`node_uname_info{instance="n3:9100",nodename="n3",${inRack('A1-02')}}`, 1],
  ...['A1-01', 'A1-02'].flatMap((rack): [string, number | 'now'][] => [
    [`rack:fleetwatt_sample_time_seconds:min{${inRack(rack)}}`, 'now'],
    [`rack:fleetwatt_gpus:count{${inRack(rack)}}`, 8],
  ]),
  ...[1, 2, 3].flatMap((n): [string, number][] => [
    [
      `infiniband_hca_uplink_info{instance="ib:9315",guid="0x${n}",port="1",hca="n${n} mlx5_0",uplink="leaf-1",uplink_guid="0xf",uplink_port="${n}",uplink_type="SW",uplink_lid="1"}`,
      1,
    ],
    [`infiniband_hca_rate_bytes_per_second{instance="ib:9315",guid="0x${n}"}`, 5e10],
  ]),
];
const COUNTERS = [1, 2, 3].flatMap((n) =>
  ['transmit', 'receive'].map(
    (way) => `infiniband_hca_port_${way}_data_bytes_total{instance="ib:9315",guid="0x${n}",port="1"}`,
  ),
);

function pastText(form: PastForm): string {
  const times = Array.from({ length: SINCE_S / STEP_S + 1 }, (_, i) => END_S - SINCE_S + i * STEP_S);
  const lines = [
    ...GAUGES.map(([series, value]) => [series, (time: number) => (value === 'now' ? time : value)] as const),
    ...COUNTERS.map((series) => [series, (time: number) => (time - END_S + SINCE_S) * 1e9] as const),
  ].flatMap(([series, valueAt]) =>
    times.map((time) => `${series} ${valueAt(time)} ${form === 'openmetrics' ? time : time * 1000}`),
  );
  if (form === 'import') return `${lines.join('\n')}\n`;
  const nameOf = (line: string) => line.slice(0, line.indexOf('{'));
  const names = [...new Set(lines.map(nameOf))];
  const family = (name: string) => lines.filter((line) => nameOf(line) === name);
  return `${names.flatMap((name) => [`# TYPE ${name} unknown`, ...family(name)]).join('\n')}\n# EOF\n`;
}

describe.each(serversOfPast(pastText))(
  'HCAs of a fabric where racks are recorded, on a real %s',
  (_name, need, start) => {
    let server: Running | undefined;
    beforeAll(async () => {
      if (need.skip === null) server = await start();
    });
    afterAll(() => server?.stop());

    /** Bytes per second that each link sends, by its node and name. */
    async function linksOf(racks: readonly string[] | undefined) {
      const settings = { id: 'p', kind: 'prometheus', name: 'p', site: 'S', url: server?.url, rateWindow: '1m' };
      let now = 0;
      const fleet = new Fleet({ mappings: [] });
      const clock = { now: () => now, later: () => () => {} };
      const reader = new PrometheusReader(
        prometheusSource.parse(settings),
        fleet,
        clock as never,
        undefined,
        racks && (() => racks),
      );
      // Whose the devices are comes with the first refresh.
      for (const before of [STEP_S, 0]) {
        now = (END_S - before) * 1000;
        await reader.readAll(now);
      }
      reader.close();
      const { topology, columns } = fleet.frame(now, 7_200_000);
      return Object.fromEntries(
        topology.linkName.map((name, link) => [
          `${topology.path[topology.linkNode[link]]} ${name}`,
          columns.get('link.tx')?.value[link],
        ]),
      );
    }

    test.skipIf(need.skip !== null)(
      titled('those of the racks that one looks at are read, and no others', need),
      async () => {
        expect(await linksOf(['A1-01'])).toEqual({
          'S/A/A1/A1-01/n1 mlx5_0/1': 1e9,
          'S/A/A1/A1-01/n2.dc.example mlx5_0/1': 1e9,
        });
        expect(await linksOf([])).toEqual({});
      },
    );

    test.skipIf(need.skip !== null)(titled('all of them are where all is read', need), async () => {
      expect(Object.values(await linksOf(undefined))).toEqual([1e9, 1e9, 1e9]);
    });
  },
);
