import { expect, test } from 'vitest';
import { decodedOf, fed, gpu, T0 } from '../../shared/fleet.fixture.ts';
import { coverageOf } from './test-connection.ts';

test('what an exporter has and we do not read is told with the reason, where the exporter is there', () => {
  const { fleet } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 300\n`);
  const rows = coverageOf(fleet, 'src', T0 + 2000);
  expect(rows[0]).toMatchObject({ signal: 'gpu.power', metric: 'DCGM_FI_DEV_POWER_USAGE', series: 1, ageMs: 2000 });
  const [traffic, profiles, ...others] = rows.filter(({ signal }) => signal === '');
  expect(traffic).toMatchObject({ series: 0, metric: 'DCGM_FI_DEV_NVSWITCH_LINK_THROUGHPUT_TX' });
  expect(traffic.enable).toMatch(/unit is not known/);
  expect(profiles).toMatchObject({ series: 0, metric: 'DCGM_FI_DEV_REQUESTED_POWER_PROFILE_MASK' });
  expect(profiles.enable).toMatch(/binary fields/);
  expect(others).toEqual([]);
  const other = fed('node_network_carrier{device="eth0",instance="n1:9100"} 1\n').fleet;
  expect(coverageOf(other, 'src', T0).filter(({ signal }) => signal === '')).toEqual([]);
});

test('counters that stand at their end are told beside their series', () => {
  const port = (name: string, value: number) =>
    `node_infiniband_${name}{device="mlx5_${value % 2}",port="1"} ${value}\n`;
  const text = port('link_downed_total', 255) + port('link_downed_total', 4) + port('state_id', 4);
  const { fleet } = fed();
  const targetLabels = new Map([['instance', 'n1:9100']]);
  fleet.ingest({ key: 'n', sourceId: 'src', site: 'S', targetLabels, decoded: decodedOf(text), time: T0 });
  const rows = coverageOf(fleet, 'src', T0).filter(({ series }) => series > 0);
  expect(rows.map(({ signal, series, pegged }) => [signal, series, pegged])).toEqual([
    ['link.downs', 2, 1],
    ['link.state', 1, 0],
  ]);
});
