import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const counter = { kind: 'counter' } as const;
/** Counters of different things: as many as the switch tells add up. */
const added = { ...counter, rows: 'sum', parts: ['__name__'] } as const;
/** Labels of the cable: they stand on the series that says what is at the other end. */
const PEER = { name: 'uplink', switch: 'uplink_guid', port: 'uplink_port', kind: 'uplink_type' } as const;

const INFINIBAND = 'Run infiniband_exporter with its switch collector on a host of the fabric';
const ib = (names: readonly string[], signal: SignalId, more: More = {}): Mapping =>
  mapping(
    names.map((name) => `infiniband_switch_${name}`),
    signal,
    INFINIBAND,
    { link: 'infiniband', ...more },
  );
/** Of a switch as a whole; its own power supplies are not said to be metered at their inlets or outlets. */
const whole = (name: string, signal: SignalId, more: More = {}): Mapping => ({
  ...ib([name], signal, more),
  enable: 'Run infiniband_exporter with --collector.ibswinfo and the tool ibswinfo',
});

/**
 * Switch ports as perfquery and ibnetdiscover see them, with the cables between them. Data counters are bytes since
 * v0.10.0; before, they were quarter words and the rates here are a quarter of the true ones. A port whose link is
 * down is no longer listed by ibnetdiscover: its uplink_info series ends. What ibswinfo tells of a switch itself stands at
 * its port 0; a supply that failed tells no watts, so that what is told is what the others give.
 */
export const infinibandExporterProfile: Profile = {
  id: 'infiniband-exporter',
  title: 'infiniband_exporter',
  source:
    'treydock/infiniband_exporter 992ebe1 collectors/switch.go, ibswinfo.go and ibnetdiscover.go; infiniband_exporter_test.go',
  identity: { port: { switch: ['guid', 'switch'], port: ['port'], itself: '0', name: ['switch'], peer: PEER } },
  mappings: [
    ib(['port_transmit_data_bytes_total'], 'port.tx', counter),
    ib(['port_receive_data_bytes_total'], 'port.rx', counter),
    ib(['port_rate_bytes_per_second'], 'port.rate', { absentUpTo: 0 }),
    ib(['port_transmit_wait_total'], 'port.wait', counter),
    ib(['port_symbol_error_total'], 'port.errors', counter),
    ib(
      [
        ...['port_link_error_recovery_total', 'port_receive_errors_total', 'port_receive_remote_physical_errors_total'],
        ...['port_local_link_integrity_errors_total', 'port_excessive_buffer_overrun_errors_total'],
      ],
      'port.faults',
      added,
    ),
    ib(
      [
        ...['port_transmit_discards_total', 'port_transmit_constraint_errors_total'],
        ...['port_receive_constraint_errors_total', 'port_vl15_dropped_total'],
      ],
      'port.discards',
      added,
    ),
    ib(['port_link_downed_total'], 'port.downs'),
    ib(['uplink_info'], 'port.linked', { parts: ['switch', ...Object.values(PEER)] }),
    whole('power_supply_watts', 'port.switchPower', { rows: 'sum', parts: ['psu'] }),
    whole('temperature_celsius', 'port.switchTemp'),
    whole('fan_rpm', 'port.switchFan', { rows: 'min', parts: ['fan'] }),
  ],
};

const UFM = 'Let UFM Telemetry’s Prometheus endpoint export these counters (.cset file)';
const ufm = (names: readonly string[], signal: SignalId, more: More = {}): Mapping =>
  mapping(names, signal, UFM, { link: 'infiniband', ...counter, ...more });

/**
 * UFM Telemetry: raw counters of every port by GUID and number; data are in words of four bytes. It tells neither
 * names nor cables: fabric.csv does. Its ports include those of HCAs, which no cable of the file leads to.
 */
export const ufmProfile: Profile = {
  id: 'ufm',
  title: 'NVIDIA UFM Telemetry',
  source:
    'UFM Telemetry User Manual v1.8, "Prometheus Endpoint Support"; counter names of v1.17 and v1.22, and of Mellanox/ufm_sdk_3.0',
  identity: {
    port: { switch: ['node_guid', 'source'], port: ['port_num'], name: ['node_description', 'device_name'] },
  },
  mappings: [
    ufm(['PortXmitDataExtended'], 'port.tx', { scale: 4 }),
    ufm(['PortRcvDataExtended'], 'port.rx', { scale: 4 }),
    ufm(['PortXmitWaitExtended'], 'port.wait'),
    ufm(['SymbolErrorCounterExtended'], 'port.errors'),
    ufm(
      [
        ...['LinkErrorRecoveryCounterExtended', 'PortRcvErrorsExtended', 'PortRcvRemotePhysicalErrorsExtended'],
        ...['LocalLinkIntegrityErrorsExtended', 'ExcessiveBufferOverrunErrorsExtended'],
      ],
      'port.faults',
      added,
    ),
    // One counter by two spellings.
    ufm(['PortXmitDiscards', 'PortXmitDiscardsExtended'], 'port.discards'),
    ufm(['LinkDownedCounterExtended'], 'port.downs', { kind: 'gauge' }),
  ],
};

const SNMP = 'Read the switches by snmp_exporter with module if_mib';
const mib = (names: readonly string[], signal: SignalId, more: More = {}): Mapping =>
  mapping(names, signal, SNMP, { link: 'ethernet', ...more });

/** Ports of Ethernet switches. if_mib knows no neighbours (fabric.csv does); congestion is in MIBs of its own, below. */
export const ifMibProfile: Profile = {
  id: 'if-mib',
  title: 'snmp_exporter, if_mib',
  source: 'prometheus/snmp_exporter snmp.yml, module if_mib (IF-MIB, RFC 2863)',
  identity: { port: { switch: ['sysName', 'switch', 'instance'], port: ['ifName', 'ifDescr', 'ifIndex'], name: [] } },
  mappings: [
    mib(['ifHCOutOctets'], 'port.tx', counter),
    mib(['ifHCInOctets'], 'port.rx', counter),
    // Mb/s.
    mib(['ifHighSpeed'], 'port.rate', { scale: 125_000, absentUpTo: 0 }),
    // 1 is "up" (RFC 2863) and 4 is "active" in InfiniBand's numbers.
    mib(['ifOperStatus'], 'port.state', { scale: 4 }),
    mib(['ifInErrors', 'ifOutErrors'], 'port.errors', added),
    mib(['ifInDiscards', 'ifOutDiscards'], 'port.discards', added),
  ],
};
