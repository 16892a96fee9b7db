import { expect, test } from 'vitest';
import { fed, valuesOf } from '../../fleet.fixture.ts';
import { NODE } from '../../topology.ts';

/** infiniband_exporter's HCA collector on a host that is no node of the fabric's racks. */
const EXPORTER = { key: 'ib', targetLabels: new Map([['instance', 'ib-mon:9315']]) };
const hca = (
  guid: string,
  name: string,
  bytes: number,
) => `infiniband_hca_port_transmit_data_bytes_total{guid="${guid}",port="1"} ${bytes}
infiniband_hca_port_receive_data_bytes_total{guid="${guid}",port="1"} ${2 * bytes}
infiniband_hca_port_transmit_wait_total{guid="${guid}",port="1"} ${bytes / 100}
infiniband_hca_port_symbol_error_total{guid="${guid}",port="1"} 0
infiniband_hca_port_receive_errors_total{guid="${guid}",port="1"} ${bytes / 1e6}
infiniband_hca_port_transmit_discards_total{guid="${guid}",port="1"} 7
infiniband_hca_port_link_downed_total{guid="${guid}",port="1"} 3
infiniband_hca_rate_bytes_per_second{guid="${guid}"} 1.25e+10
infiniband_hca_uplink_info{guid="${guid}",hca="${name}",port="1",uplink="leaf-1",uplink_guid="0x1",uplink_port="35",uplink_type="SW",uplink_lid="1"} 1
`;

test('infiniband_hca_*: ports of a fabric stand on the nodes that their HCAs name, by hand values', () => {
  const { take, at } = fed();
  for (const [seconds, bytes] of [
    [0, 0],
    [10, 6e9],
    [20, 12e9],
  ])
    take(hca('0xa', 'a2-05-n1 HCA-1', bytes) + hca('0xb', 'a2-05-n2 mlx5_0', bytes * 2), seconds, EXPORTER);
  const { topology } = at(20);
  const links = topology.linkName.map((name, link) => `${topology.path[topology.linkNode[link]]} ${name}`);
  expect(links).toEqual(['S/A/A2/A2-05/a2-05-n1 HCA-1/1', 'S/A/A2/A2-05/a2-05-n2 mlx5_0/1']);
  // Its own host is no node.
  expect(topology.path.slice(topology.start[NODE])).toHaveLength(2);
  const of = (signal: Parameters<typeof valuesOf>[1]) => valuesOf(at(20), signal);
  expect(of('link.tx')).toEqual({ 'HCA-1/1': 6e8, 'mlx5_0/1': 1.2e9 });
  expect(of('link.rx')).toEqual({ 'HCA-1/1': 1.2e9, 'mlx5_0/1': Math.fround(2.4e9) });
  expect(of('link.rate')).toEqual({ 'HCA-1/1': Math.fround(1.25e10), 'mlx5_0/1': Math.fround(1.25e10) });
  expect(of('link.wait')).toEqual({ 'HCA-1/1': 6e6, 'mlx5_0/1': 1.2e7 });
  expect(of('link.errors')).toEqual({ 'HCA-1/1': 600, 'mlx5_0/1': 1200 });
  expect(of('link.discards')).toEqual({ 'HCA-1/1': 0, 'mlx5_0/1': 0 });
  expect(of('link.downs')).toEqual({ 'HCA-1/1': 3, 'mlx5_0/1': 3 });
  expect(of('link.state')).toEqual({ 'HCA-1/1': 4, 'mlx5_0/1': 4 });
});

test('cards that nobody named are no ports of a machine called as their maker calls them', () => {
  const { take, at } = fed();
  const unnamed = 'MT4123 ConnectX6   Mellanox Technologies';
  for (const [seconds, bytes] of [
    [0, 0],
    [10, 6e9],
    [20, 12e9],
  ])
    take(
      hca('0xa', unnamed, bytes) + hca('0xb', unnamed, 2 * bytes) + hca('0xc', 'a2-05-n1 HCA-1', bytes),
      seconds,
      EXPORTER,
    );
  const { topology } = at(20);
  expect(topology.path.slice(topology.start[NODE])).toEqual(['S/A/A2/A2-05/a2-05-n1']);
  expect(valuesOf(at(20), 'link.tx')).toEqual({ 'HCA-1/1': 6e8 });
});

test('a port that its node tells too counts once, by the node’s own name or by the fabric’s', () => {
  const { take, at } = fed();
  const node = (bytes: number) =>
    `${['received', 'transmitted']
      .map((way) => `node_infiniband_port_data_${way}_bytes_total{device="mlx5_0",port="1"} ${bytes}`)
      .join('\n')}\nnode_infiniband_rate_bytes_per_second{device="mlx5_0",port="1"} 1.25e10\n`;
  const own = (name: string) => ({ key: name, targetLabels: new Map([['instance', `${name}:9100`]]) });
  for (const [seconds, bytes] of [
    [0, 0],
    [10, 6e9],
    [20, 12e9],
  ]) {
    take(hca('0xa', 'a2-05-n1 HCA-1', bytes) + hca('0xb', 'a2-05-n2 mlx5_0', bytes), seconds, EXPORTER);
    for (const name of ['a2-05-n1', 'a2-05-n2']) take(node(bytes), seconds, own(name));
  }
  const { topology, columns } = at(20);
  const tx = [...topology.linkNode].map((node, link) => [
    topology.path[node].slice(-2),
    topology.linkName[link],
    columns.get('link.tx')?.value[link],
  ]);
  expect(tx.filter(([, , value]) => !Number.isNaN(value)).sort()).toEqual([
    ['n1', 'mlx5_0/1', 6e8],
    ['n2', 'mlx5_0/1', 6e8],
  ]);
});

test('Moneo: traffic is bytes a second already, its ports are those of node_exporter by name', () => {
  const { take, at } = fed();
  const target = { key: 'moneo', targetLabels: new Map([['instance', 'a2-05-n1:8001']]) };
  const port = (name: string) => `{ib_port="${name}",ib_sys_guid="********",job_id="None"}`;
  const text = (errors: number) => `ib_port_xmit_data${port('mlx5_ib0:1')} 4.8e10
ib_port_rcv_data${port('mlx5_ib0:1')} 1.2e10
ib_port_physical_state${port('mlx5_ib0:1')} 1
ib_port_physical_state${port('mlx5_ib1:1')} 0
ib_port_physical_state${port('mlx5_ib2:1')} -1
ib_port_rcv_errors${port('mlx5_ib0:1')} ${errors}
ib_port_xmit_discards${port('mlx5_ib0:1')} ${errors * 2}
`;
  expect(take(text(5), 0, target).bad).toBe(0);
  take(text(25), 10, target);
  take('node_infiniband_rate_bytes_per_second{device="mlx5_ib0",port="1"} 5e+10\n', 10, {
    ...target,
    key: 'node',
    targetLabels: new Map([['instance', 'a2-05-n1:9100']]),
  });
  const of = (signal: Parameters<typeof valuesOf>[1]) => valuesOf(at(10), signal);
  expect(of('link.tx')).toEqual({ 'mlx5_ib0/1': Math.fround(4.8e10) });
  expect(of('link.rx')).toEqual({ 'mlx5_ib0/1': Math.fround(1.2e10) });
  expect(of('link.rate')).toEqual({ 'mlx5_ib0/1': Math.fround(5e10) });
  expect(of('link.state')).toEqual({ 'mlx5_ib0/1': 4, 'mlx5_ib1/1': 0 });
  expect(of('link.errors')).toEqual({ 'mlx5_ib0/1': 2 });
  expect(of('link.discards')).toEqual({ 'mlx5_ib0/1': 4 });
});
