import { describe, expect, it } from 'vitest';
import { fed, T0 } from '../../fleet.fixture.ts';
import { DERIVED, type Frame, MEASURED } from '../../frame.ts';
import { NODE } from '../../topology.ts';
import type { SignalId } from '../catalogue.ts';

/** Hand-made texts with the names of the exporters' own sources; values worked out by hand. */
const TARGET = { targetLabels: new Map([['instance', 'n1:9100']]) };

const linksOf = ({ topology, columns }: Frame, signal: SignalId) =>
  Object.fromEntries(
    topology.linkName.flatMap((name, link) => {
      const value = columns.get(signal)?.value[link] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [[name, value]];
    }),
  );
const portsOf = ({ topology, columns }: Frame, signal: SignalId) =>
  Object.fromEntries(
    topology.ports.flatMap((port, index) => {
      const value = columns.get(signal)?.value[index] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [[`${port.name} ${port.port}`, value]];
    }),
  );
const nodeOf = ({ topology, columns }: Frame, signal: SignalId) => columns.get(signal)?.value[topology.start[NODE]];

/** Counters at 0 s and 10 s later: each line is a name with labels, and how much it grew. */
function twice(lines: readonly (readonly [string, number])[], gauges = '') {
  const { take, at, fleet } = fed();
  const text = (factor: number) =>
    lines.map(([series, grown]) => `${series} ${1000 + grown * factor}\n`).join('') + gauges;
  take(text(0), 0, TARGET);
  const { bad } = take(text(1), 10, TARGET);
  return { frame: at(10), bad, take, at, fleet };
}

describe('node_exporter', () => {
  const mlx = (name: string) => `node_infiniband_${name}{device="mlx5_0",port="1"}`;

  it('RoCE: marks, notifications obeyed, retries; marks stand before the notifications that are sent of them', () => {
    const { frame } = twice([
      [mlx('np_ecn_marked_roce_packets_received_total'), 5000],
      [mlx('np_cnp_packets_sent_total'), 400],
      [mlx('rp_cnp_packets_handled_total'), 120],
      [mlx('out_of_sequence_packets_received_total'), 10],
      [mlx('packet_sequence_errors_total'), 20],
      [mlx('local_ack_timeout_errors_total'), 30],
      [mlx('rnr_nak_retry_packets_received_total'), 40],
      [mlx('roce_adp_retransmits_total'), 50],
    ]);
    expect(linksOf(frame, 'link.ecn')).toEqual({ 'mlx5_0/1': 500 });
    expect(frame.columns.get('link.ecn')?.quality[0]).toBe(MEASURED);
    expect(linksOf(frame, 'link.cnp')).toEqual({ 'mlx5_0/1': 12 });
    expect(linksOf(frame, 'link.retries')).toEqual({ 'mlx5_0/1': 15 });
  });

  it('RoCE without a count of marks: notifications sent are the least of them', () => {
    const { frame } = twice([[mlx('np_cnp_packets_sent_total'), 400]]);
    expect(linksOf(frame, 'link.ecn')).toEqual({ 'mlx5_0/1': 40 });
    expect(frame.columns.get('link.ecn')?.quality[0]).toBe(DERIVED);
  });

  it('InfiniBand: what tells of a bad cable adds up, as many counters as the device has', () => {
    const { frame } = twice([
      [mlx('link_error_recovery_total').replace('mlx5_0', 'mlx5_9'), 20],
      [mlx('symbol_error_total'), 100],
      [mlx('port_errors_received_total'), 70],
      [mlx('port_receive_remote_physical_errors_total'), 30],
      [mlx('port_discards_transmitted_total'), 60],
      [mlx('vl15_dropped_total'), 40],
      [mlx('port_constraint_errors_received_total'), 10],
    ]);
    expect(linksOf(frame, 'link.errors')).toEqual({ 'mlx5_0/1': 20, 'mlx5_9/1': 2 });
    expect(linksOf(frame, 'link.discards')).toEqual({ 'mlx5_0/1': 11 });
  });

  it('counters of one device that add up keep apart when another series comes between two scrapes', () => {
    const { take, at } = fed();
    const text = `${mlx('symbol_error_total')} 100\n${mlx('port_errors_received_total')} 20000\n`;
    take(text, 0, TARGET);
    take(`${text}node_network_carrier{device="eth0"} 1\n`, 10, TARGET);
    expect(linksOf(at(10), 'link.errors')).toEqual({ 'mlx5_0/1': 0 });
  });

  it('ethtool: priority pauses of both directions and all priorities, marks that the kernel sees', () => {
    const of = (name: string, device: string) => `node_ethtool_${name}{device="${device}"}`;
    const { frame } = twice([
      [of('received_prio3_pause', 'eth0'), 700],
      [of('transmitted_prio3_pause', 'eth0'), 200],
      [of('received_prio5_pause', 'eth0'), 100],
      [of('received_ecn_mark', 'eth0'), 90],
      [of('received_pfc_ena_frames_pri3', 'eth1'), 50],
      [of('frames_transmitted_pripause', 'eth2'), 30],
      // How long, and how often it began, are no frames.
      [of('received_prio3_pause_duration', 'eth0'), 99_999],
      [of('received_prio3_pause_transition', 'eth0'), 99_999],
    ]);
    expect(linksOf(frame, 'link.pfc')).toEqual({ eth0: 100, eth1: 5, eth2: 3 });
    expect(linksOf(frame, 'link.ecn')).toEqual({ eth0: 9 });
    expect(frame.topology.linkKind).toEqual(['ethernet', 'ethernet', 'ethernet']);
  });

  it('RAPL: processors of all packages; cores are a part of them, memory stands beside', () => {
    const zone = (name: string, index: number, path: string) =>
      `node_rapl_${name}_joules_total{index="${index}",path="/sys/class/powercap/${path}"}`;
    const { frame } = twice([
      [zone('package', 0, 'intel-rapl:0'), 2000],
      [zone('package', 1, 'intel-rapl:1'), 1500],
      [zone('package', 0, 'intel-rapl-mmio:0'), 2000],
      [zone('core', 0, 'intel-rapl:0:0'), 1200],
      [zone('core', 1, 'intel-rapl:1:0'), 800],
      [zone('dram', 0, 'intel-rapl:0:1'), 300],
      [zone('dram', 1, 'intel-rapl:1:1'), 250],
    ]);
    expect(nodeOf(frame, 'node.cpuPower')).toBe(350);
    expect(nodeOf(frame, 'node.cpuCorePower')).toBe(200);
    expect(nodeOf(frame, 'node.dramPower')).toBe(55);
    expect(nodeOf(frame, 'node.power') ?? Number.NaN).toBeNaN();
  });

  it('RAPL with the label of the zone, and of processors of two dies', () => {
    const zone = (name: string, path: string) => `node_rapl_joules_total{index="0",path="${path}",rapl_zone="${name}"}`;
    const { frame } = twice([
      [zone('package', 'a'), 2000],
      [zone('core', 'b'), 1200],
      [zone('dram', 'c'), 300],
    ]);
    expect([
      nodeOf(frame, 'node.cpuPower'),
      nodeOf(frame, 'node.cpuCorePower'),
      nodeOf(frame, 'node.dramPower'),
    ]).toEqual([200, 120, 30]);
    const dies = twice([
      ['node_rapl_package_0_die_joules_total{index="0",path="x"}', 1000],
      ['node_rapl_package_0_die_joules_total{index="1",path="y"}', 900],
    ]);
    expect(nodeOf(dies.frame, 'node.cpuPower')).toBe(190);
  });

  const hwmon = (name: string, chip: string, watts: number, sensor = 'power1') =>
    `node_hwmon_power_${name}{chip="${chip}",sensor="${sensor}"} ${watts}\n`;
  const drawn = (text: string) => {
    const { take, at } = fed();
    take(text, 0, TARGET);
    return at();
  };

  it('hwmon: the only ACPI power meter is the input of the node, after any BMC; other chips are shown as what they are', () => {
    const meter = hwmon('average_watt', 'lnxsybus:00_acpi000d:00', 5310);
    const others = hwmon('watt', 'i2c_7_58', 1480) + hwmon('input_watt', 'pci0000:00_0000:0b:00_0', 45);
    const frame = drawn(meter + others);
    expect(nodeOf(frame, 'node.power')).toBe(5310);
    expect(frame.columns.get('node.power')?.quality[frame.topology.start[NODE]]).toBe(DERIVED);
    expect(nodeOf(drawn(others), 'node.power') ?? Number.NaN).toBeNaN();
    expect(nodeOf(drawn(others), 'node.sensorPower')).toBe(1480);
    expect(nodeOf(drawn(`${meter}ipmi_dcmi_power_consumption_watts 5400\n`), 'node.power')).toBe(5400);
  });

  it('hwmon: of the four meters of a Grace module none is the input of the node', () => {
    const meters = [412, 160, 110, 50].map((watts, i) => hwmon('average_watt', `lnxsybus:00_acpi000d:0${i}`, watts));
    expect(nodeOf(drawn(meters.join('')), 'node.power') ?? Number.NaN).toBeNaN();
    expect(nodeOf(drawn(meters.join('')), 'node.sensorPower')).toBe(412);
    expect(nodeOf(drawn(hwmon('average_watt', 'acpi_acpi000d:00', 0)), 'node.power') ?? Number.NaN).toBeNaN();
  });
});

describe('counters that stand at their end', () => {
  /** Exporter by exporter: the series, what it stands at, and the signal that says nothing then. */
  const ENDS: readonly (readonly [string, number, SignalId])[] = [
    ['node_infiniband_port_transmit_wait_total{device="m",port="1"}', 2 ** 32 - 1, 'link.wait'],
    ['node_infiniband_port_data_received_bytes_total{device="m",port="1"}', 2 ** 64 - 1, 'link.rx'],
    ['node_infiniband_link_downed_total{device="m",port="1"}', 255, 'link.downs'],
    ['node_infiniband_symbol_error_total{device="m",port="1"}', 65_535, 'link.errors'],
    ['node_infiniband_local_link_integrity_errors_total{device="m",port="1"}', 15, 'link.errors'],
    ['node_network_receive_bytes_total{device="eth0"}', 2 ** 32 - 1, 'link.rx'],
    ['infiniband_hca_port_transmit_wait_total{guid="0xa",port="1"}', 2 ** 32 - 1, 'link.wait'],
    ['infiniband_switch_port_transmit_wait_total{guid="0x1",port="1"}', 2 ** 32 - 1, 'port.wait'],
    ['PortXmitWaitExtended{node_guid="1",port_num="2"}', 2 ** 64 - 1, 'port.wait'],
    ['LinkDownedCounterExtended{node_guid="1",port_num="2"}', 2 ** 32 - 1, 'port.downs'],
    ['ifHCInOctets{ifName="Et1"}', 2 ** 64 - 1, 'port.rx'],
    ['ifInErrors{ifName="Et1"}', 2 ** 32 - 1, 'port.errors'],
    ['ib_port_xmit_discards{ib_port="mlx5_0:1"}', 2 ** 32 - 1, 'link.discards'],
    ['cpfcIfRequests{ifName="Et1"}', 2 ** 32 - 1, 'port.pfc'],
  ];
  const owner =
    'infiniband_hca_uplink_info{guid="0xa",hca="n1 mlx5_0",port="1",uplink="l",uplink_guid="0x1",uplink_port="1",uplink_type="SW"} 1\n';

  it.each(ENDS)('%s at %d: no %s, counted as bad and told', (series, end, signal) => {
    const { take, at, fleet } = fed();
    for (const seconds of [0, 10]) expect(take(`${owner}${series} ${end}\n`, seconds, TARGET).bad).toBe(1);
    const column = at(10).columns.get(signal);
    expect([...(column?.value ?? [])].every(Number.isNaN)).toBe(true);
    expect([...(column?.quality ?? [])].every((quality) => quality === 0)).toBe(true);
    expect(fleet.coverage('src').find((row) => row.signal === signal)).toMatchObject({ series: 1, pegged: 1 });
  });

  it('one that gets there takes back what it said, and counts again when it was reset', () => {
    const wait = 'node_infiniband_port_transmit_wait_total{device="m",port="1"}';
    const { take, at, fleet } = fed();
    take(`${wait} 4294967000\n`, 0, TARGET);
    take(`${wait} 4294967200\n`, 10, TARGET);
    expect(linksOf(at(10), 'link.wait')).toEqual({ 'm/1': 20 });
    take(`${wait} 4294967295\n`, 20, TARGET);
    expect(linksOf(at(20), 'link.wait')).toEqual({});
    expect(at(20).columns.get('link.wait')?.quality[0]).toBe(0);
    take(`${wait} 100\n`, 30, TARGET);
    take(`${wait} 300\n`, 40, TARGET);
    expect(linksOf(at(40), 'link.wait')).toEqual({ 'm/1': 20 });
    expect(fleet.coverage('src')).toMatchObject([{ pegged: 0 }]);
  });
});

describe('a counter at its end beside others of one sum', () => {
  const errors = (seconds: number, received: number) =>
    `node_infiniband_symbol_error_total{device="m",port="1"} 65535 ${T0 + seconds * 1000}
node_infiniband_port_errors_received_total{device="m",port="1"} ${received} ${T0 + seconds * 1000}
`;

  it('takes nothing back that was told of the same sample: an exporter may say it again before its next', () => {
    const { take, at } = fed();
    take(errors(0, 0), 0, TARGET);
    take(errors(10, 100), 10, TARGET);
    expect(linksOf(at(10), 'link.errors')).toEqual({ 'm/1': 10 });
    take(errors(10, 100), 15, TARGET);
    expect(linksOf(at(15), 'link.errors')).toEqual({ 'm/1': 10 });
  });
});

describe('switches', () => {
  it('infiniband_exporter: recoveries and other faults beside symbol errors; ibswinfo at port 0', () => {
    const of = (name: string, port = '35') => `infiniband_switch_port_${name}_total{guid="0x7c",port="${port}"}`;
    const { frame } = twice(
      [
        [of('symbol_error'), 10],
        [of('link_error_recovery'), 20],
        [of('receive_errors'), 30],
        [of('local_link_integrity_errors'), 40],
        [of('excessive_buffer_overrun_errors'), 50],
        [of('transmit_discards'), 70],
        [of('vl15_dropped'), 80],
      ],
      // A failed supply tells no watts (collectors/ibswinfo_test.go has 287 W beside one).
      `infiniband_switch_power_supply_watts{guid="0x7c",psu="0"} 154
infiniband_switch_power_supply_watts{guid="0x7c",psu="1"} 133
infiniband_switch_temperature_celsius{guid="0x7c"} 47
infiniband_switch_fan_rpm{fan="1",guid="0x7c"} 5959
infiniband_switch_fan_rpm{fan="2",guid="0x7c"} 5251
`,
    );
    expect(portsOf(frame, 'port.errors')).toEqual({ '0x7c 35': 1 });
    expect(portsOf(frame, 'port.faults')).toEqual({ '0x7c 35': 14 });
    expect(portsOf(frame, 'port.discards')).toEqual({ '0x7c 35': 15 });
    expect(portsOf(frame, 'port.switchPower')).toEqual({ '0x7c 0': 287 });
    expect(portsOf(frame, 'port.switchTemp')).toEqual({ '0x7c 0': 47 });
    expect(portsOf(frame, 'port.switchFan')).toEqual({ '0x7c 0': 5251 });
  });

  it('UFM: words of four bytes, recoveries and discards by either spelling', () => {
    const of = (name: string, port = 2) => `${name}{source="0x2",node_guid="2c9",port_guid="2ca",port_num="${port}"}`;
    const { frame } = twice([
      [of('PortXmitDataExtended'), 1e9],
      [of('PortRcvDataExtended'), 5e8],
      [of('SymbolErrorCounterExtended'), 30],
      [of('LinkErrorRecoveryCounterExtended'), 40],
      [of('PortRcvErrorsExtended'), 60],
      [of('PortXmitDiscards'), 10],
      [of('PortXmitDiscardsExtended', 3), 20],
    ]);
    expect(portsOf(frame, 'port.tx')).toEqual({ '2c9 2': 4e8 });
    expect(portsOf(frame, 'port.rx')).toEqual({ '2c9 2': 2e8 });
    expect(portsOf(frame, 'port.errors')).toEqual({ '2c9 2': 3 });
    expect(portsOf(frame, 'port.faults')).toEqual({ '2c9 2': 10 });
    expect(portsOf(frame, 'port.discards')).toEqual({ '2c9 2': 1, '2c9 3': 2 });
  });

  it('if_mib: octets, Mb/s, the operational state; errors and discards of both directions, or of the one that is told', () => {
    const of = (name: string, port: string) =>
      `${name}{ifAlias="spine-1",ifDescr="${port}",ifIndex="7",ifName="${port}"}`;
    const { frame } = twice(
      [
        [of('ifHCOutOctets', 'Et1'), 2.5e10],
        [of('ifHCInOctets', 'Et1'), 1e10],
        [of('ifInErrors', 'Et1'), 20],
        [of('ifOutErrors', 'Et1'), 10],
        [of('ifOutDiscards', 'Et1'), 50],
        [of('ifInErrors', 'Et2'), 70],
      ],
      `${of('ifHighSpeed', 'Et1')} 400000\n${of('ifOperStatus', 'Et1')} 1\n${of('ifOperStatus', 'Et2')} 2\n`,
    );
    const name = (port: string) => `n1:9100 ${port}`;
    expect(portsOf(frame, 'port.tx')).toEqual({ [name('Et1')]: 2.5e9 });
    expect(portsOf(frame, 'port.rx')).toEqual({ [name('Et1')]: 1e9 });
    expect(portsOf(frame, 'port.rate')).toEqual({ [name('Et1')]: Math.fround(5e10) });
    expect(portsOf(frame, 'port.state')).toEqual({ [name('Et1')]: 4, [name('Et2')]: 8 });
    expect(portsOf(frame, 'port.errors')).toEqual({ [name('Et1')]: 3, [name('Et2')]: 7 });
    expect(portsOf(frame, 'port.discards')).toEqual({ [name('Et1')]: 5 });
  });

  it('PFC and ECN by SNMP: Cisco and SONiC, the IEEE’s own, Arista by priority and queue, at the ports of if_mib', () => {
    const of = (name: string, port: string, more = '') => `${name}{ifName="${port}"${more}}`;
    const { frame } = twice([
      [of('ifHCOutOctets', 'Et1'), 1e9],
      [of('cpfcIfRequests', 'Et1'), 300],
      [of('cpfcIfIndications', 'Et1'), 200],
      [of('ieee8021PfcRequests', 'Et2'), 40],
      [of('ieee8021PfcIndications', 'Et2'), 20],
      [of('aristaPfcPriorityRequests', 'Et3', ',aristaPfcPriorityIndex="3"'), 10],
      [of('aristaPfcPriorityRequests', 'Et3', ',aristaPfcPriorityIndex="4"'), 30],
      [of('aristaPfcPriorityIndications', 'Et3', ',aristaPfcPriorityIndex="3"'), 50],
      [of('aristaEcnQueuePktsMarked', 'Et3', ',aristaEcnEgressQueueIndex="3"'), 5000],
      [of('aristaEcnQueuePktsMarked', 'Et3', ',aristaEcnEgressQueueIndex="5"'), 1000],
      // Without a name a port cannot be told from those of if_mib.
      ['cpfcIfRequests{ifIndex="9"}', 99],
    ]);
    expect(portsOf(frame, 'port.pfc')).toEqual({ 'n1:9100 Et1': 50, 'n1:9100 Et2': 6, 'n1:9100 Et3': 9 });
    expect(portsOf(frame, 'port.ecn')).toEqual({ 'n1:9100 Et3': 600 });
    expect(frame.topology.ports).toHaveLength(3);
  });

  it('Cumulus: the busiest priority and class of a port, and said to be derived', () => {
    const of = (name: string, more = '') => `nvswitch_interface_${name}{interface="swp1"${more}}`;
    const { frame } = twice(
      [
        [of('tc_tx_ecn_marked_tc', ',tc="3"'), 900],
        [of('tc_tx_ecn_marked_tc', ',tc="0"'), 10],
        [of('pg_rx_pause', ',pg="3"'), 60],
        [of('pg_tx_pause', ',pg="3"'), 20],
      ],
      'nvswitch_interface_oper_state{interface="swp1"} 1\nnvswitch_interface_oper_state{interface="swp2"} 2\n',
    );
    expect(portsOf(frame, 'port.ecn')).toEqual({ 'n1:9100 swp1': 90 });
    expect(portsOf(frame, 'port.pfc')).toEqual({ 'n1:9100 swp1': 8 });
    expect(frame.columns.get('port.pfc')?.quality[0]).toBe(DERIVED);
    expect(portsOf(frame, 'port.state')).toEqual({ 'n1:9100 swp1': 4, 'n1:9100 swp2': 8 });
  });
});
