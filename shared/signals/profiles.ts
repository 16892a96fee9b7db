import type { LinkKind } from '../topology.ts';
import type { SignalId } from './catalogue.ts';

/**
 * Profiles: which metric of which exporter is which signal. Data only; names, units and traps are those of the
 * exporters' own sources (dcgm-exporter etc/*.csv and dcgm_fields.h of DCGM 4.5.3 and 4.6.0; node_exporter
 * collector/infiniband_linux.go; snmp_exporter snmp.yml, module raritan_pdu2).
 */
export interface Mapping {
  /** Names that mean the same: legacy first, then renamed. Both occur inside one fleet. */
  readonly names: readonly string[];
  readonly signal: SignalId | 'feed.digits';
  /** How the metric really behaves, whatever TYPE says. A counter becomes a rate per second. */
  readonly kind: 'gauge' | 'counter';
  /** Value (or rate) × scale is in the signal's unit. */
  readonly scale: number;
  /** Among mappings of one signal the lowest rank with a fresh value wins; those of one rank add up, or none counts. */
  readonly rank: number;
  /** Rows of MIG instances: sensors of the board stand on each (max), memory is divided among them (sum). */
  readonly instances: 'max' | 'sum';
  /** Which kind of port the series are of. */
  readonly link?: LinkKind;
  /** Only series with this label value. */
  readonly where?: readonly [string, string];
  readonly quality?: 'derived' | 'assumed';
  /** What a person changes to get it. */
  readonly enable: string;
}

export interface Profile {
  readonly id: 'dcgm' | 'node' | 'raritan';
  readonly title: string;
  readonly object: 'gpu' | 'link' | 'feed';
  readonly mappings: readonly Mapping[];
}

const dcgm = (
  names: readonly string[],
  signal: Mapping['signal'],
  scale: number,
  more: Partial<Mapping> & { readonly csv?: string } = {},
): Mapping => ({
  names: names.map((name) => `DCGM_FI_${name}`),
  signal,
  kind: 'gauge',
  scale,
  rank: 0,
  instances: 'max',
  enable: `Add "DCGM_FI_${names[0]}, ${more.kind ?? 'gauge'}, ${signal}" to the counters CSV of dcgm-exporter`,
  ...more,
});

const MIB = 1024 * 1024;

export const dcgmProfile: Profile = {
  id: 'dcgm',
  title: 'NVIDIA dcgm-exporter',
  object: 'gpu',
  mappings: [
    dcgm(['DEV_POWER_USAGE', 'DEV_BOARD_POWER_WATTS'], 'gpu.power', 1),
    dcgm(['DEV_POWER_USAGE_INSTANT', 'DEV_BOARD_POWER_RAW_WATTS'], 'gpu.power', 1, { rank: 1 }),
    dcgm(['DEV_ENFORCED_POWER_LIMIT', 'DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS'], 'gpu.powerLimit', 1),
    dcgm(['DEV_POWER_MGMT_LIMIT', 'DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS'], 'gpu.powerLimit', 1, {
      rank: 1,
      quality: 'derived',
    }),
    // Graphics engine activity is preferred: GPU_UTIL is "some kernel ran" and is not supported on MIG instances.
    dcgm(['PROF_GR_ENGINE_ACTIVE', 'PROF_GR_ENGINE_UTIL_RATIO'], 'gpu.util', 1),
    dcgm(['DEV_GPU_UTIL', 'DEV_GPU_UTIL_RATIO'], 'gpu.util', 0.01, { rank: 1 }),
    dcgm(['DEV_GPU_TEMP', 'DEV_GPU_TEMP_CELSIUS'], 'gpu.temp', 1),
    dcgm(['DEV_SLOWDOWN_TEMP', 'DEV_GPU_TEMP_SLOWDOWN_CELSIUS'], 'gpu.tempLimit', 1),
    dcgm(['DEV_GPU_TEMP_LIMIT', 'DEV_GPU_TEMP_MARGIN_CELSIUS'], 'gpu.tempMargin', 1),
    dcgm(['DEV_MEMORY_TEMP', 'DEV_MEMORY_TEMP_CELSIUS'], 'gpu.memTemp', 1),
    dcgm(['DEV_SM_CLOCK'], 'gpu.clock', 1),
    dcgm(['DEV_MAX_SM_CLOCK'], 'gpu.clockMax', 1),
    dcgm(['DEV_CLOCKS_EVENT_REASONS', 'DEV_CLOCK_THROTTLE_REASONS'], 'gpu.throttle', 1),
    // Nanoseconds, whatever the help text of exporters before December 2025 says.
    dcgm(['DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP_NS'], 'gpu.powerThrottle', 1e-9, { kind: 'counter' }),
    dcgm(['DEV_POWER_VIOLATION'], 'gpu.powerThrottle', 1e-9, { kind: 'counter', rank: 1 }),
    // Soft and hard slowdown may overlap, so the longer of the two is what is sure.
    dcgm(
      ['DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS', 'DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS'],
      'gpu.thermalThrottle',
      1e-9,
      { kind: 'counter' },
    ),
    dcgm(['DEV_THERMAL_VIOLATION'], 'gpu.thermalThrottle', 1e-9, { kind: 'counter', rank: 1 }),
    // Gauges in bytes per second although old CSVs say counter.
    dcgm(['PROF_NVLINK_TX_BYTES'], 'gpu.nvlink', 1),
    dcgm(['PROF_NVLINK_RX_BYTES'], 'gpu.nvlink', 1),
    dcgm(['DEV_NVLINK_COUNT_TX_BYTES', 'DEV_NVLINK_TX_BYTES_TOTAL'], 'gpu.nvlink', 1, { kind: 'counter', rank: 1 }),
    dcgm(['DEV_NVLINK_COUNT_RX_BYTES', 'DEV_NVLINK_RX_BYTES_TOTAL'], 'gpu.nvlink', 1, { kind: 'counter', rank: 1 }),
    // A gauge in MB/s over both directions although the CSV says counter: never rate() it.
    dcgm(['DEV_NVLINK_BANDWIDTH_TOTAL', 'DEV_NVLINK_THROUGHPUT_TOTAL'], 'gpu.nvlink', 1e6, {
      rank: 2,
      quality: 'derived',
    }),
    dcgm(['PROF_PCIE_TX_BYTES'], 'gpu.pcie', 1),
    dcgm(['PROF_PCIE_RX_BYTES'], 'gpu.pcie', 1),
    dcgm(['PROF_PCIE_TX_BYTES_TOTAL'], 'gpu.pcie', 1, { kind: 'counter', rank: 1 }),
    dcgm(['PROF_PCIE_RX_BYTES_TOTAL'], 'gpu.pcie', 1, { kind: 'counter', rank: 1 }),
    dcgm(['DEV_FB_USED'], 'gpu.memUsed', MIB, { instances: 'sum' }),
    dcgm(['DEV_XID_ERRORS', 'DEV_XID_ERROR'], 'gpu.xid', 1),
  ],
};

/** A port is of one kind, so the kinds' ranks never meet on it. */
const port = (name: string, link: LinkKind, signal: SignalId, kind: Mapping['kind']): Mapping => ({
  names: [name],
  signal,
  kind,
  scale: 1,
  rank: link === 'ethernet' ? 0 : 1,
  instances: 'max',
  link,
  enable:
    signal === 'link.wait'
      ? 'Run node_exporter with its infiniband collector (on by default) on a node with HCAs'
      : 'Run node_exporter with its netdev, netclass and infiniband collectors (on by default)',
});

/** Ethernet and InfiniBand ports of node_exporter; InfiniBand data counters are bytes there already. */
export const nodeProfile: Profile = {
  id: 'node',
  title: 'node_exporter',
  object: 'link',
  mappings: [
    port('node_network_receive_bytes_total', 'ethernet', 'link.rx', 'counter'),
    port('node_infiniband_port_data_received_bytes_total', 'infiniband', 'link.rx', 'counter'),
    port('node_network_transmit_bytes_total', 'ethernet', 'link.tx', 'counter'),
    port('node_infiniband_port_data_transmitted_bytes_total', 'infiniband', 'link.tx', 'counter'),
    port('node_network_speed_bytes', 'ethernet', 'link.rate', 'gauge'),
    port('node_infiniband_rate_bytes_per_second', 'infiniband', 'link.rate', 'gauge'),
    port('node_infiniband_port_transmit_wait_total', 'infiniband', 'link.wait', 'counter'),
  ],
};

/** Raritan PX2/PX3 by snmp_exporter: values are integers, scaled by the inlet's DecimalDigits. */
export const raritanProfile: Profile = {
  id: 'raritan',
  title: 'Raritan PX2 (snmp_exporter, raritan_pdu2)',
  object: 'feed',
  mappings: [
    {
      names: ['measurementsInletSensorValue'],
      signal: 'feed.power',
      kind: 'gauge',
      scale: 1,
      rank: 0,
      instances: 'max',
      where: ['sensorType', 'activePower'],
      enable: 'Scrape the PDU by snmp_exporter with module raritan_pdu2',
    },
    {
      names: ['inletSensorDecimalDigits', 'measurementsInletSensorDecimalDigits'],
      signal: 'feed.digits',
      kind: 'gauge',
      scale: 1,
      rank: 0,
      instances: 'max',
      where: ['sensorType', 'activePower'],
      enable: 'Keep inletSensorDecimalDigits in the module raritan_pdu2',
    },
  ],
};

export const profiles: readonly Profile[] = [dcgmProfile, nodeProfile, raritanProfile];

/** Ethernet devices that are not a cable of the machine: their bytes would be counted twice or are no network's. */
export const VIRTUAL_DEVICE =
  '^(lo|veth.*|docker.*|podman.*|br-.*|br[0-9]+|bridge.*|virbr.*|vmbr.*|vnet.*|tun.*|tap.*|macvtap.*|macvlan.*|ipvlan.*|wg.*|bond.*|team.*|vlan.*|.*\\.[0-9]+|cali.*|cni.*|nerdctl.*|vxlan.*|geneve.*|flannel.*|cilium.*|lxc.*|kube.*|dummy.*|ovs.*|nodelocaldns|ib[0-9]+.*|ibp.*|usb.*|sit.*|ip6tnl.*|gre.*|erspan.*)$';

/** A 32-bit counter that stands at its end: its rate is 0 for ever and says nothing (signals.md 2). */
export const PEGGED = 4_294_967_295;
