import type { LinkKind } from '../../topology.ts';
import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';
import { nodePower } from './node-power.ts';

/** Ethernet devices that are not a cable of the machine: their bytes would be counted twice or are no network's. */
export const VIRTUAL_DEVICE =
  'lo|veth.*|docker.*|podman.*|br-.*|br[0-9]+|bridge.*|virbr.*|vmbr.*|vnet.*|tun.*|tap.*|macvtap.*|macvlan.*|ipvlan.*|wg.*|bond.*|team.*|vlan.*|.*\\.[0-9]+|cali.*|cni.*|nerdctl.*|vxlan.*|geneve.*|flannel.*|cilium.*|lxc.*|kube.*|dummy.*|ovs.*|nodelocaldns|ib[0-9]+.*|ibp.*|usb.*|sit.*|ip6tnl.*|gre.*|erspan.*';

/**
 * Ends of InfiniBand's counters that are narrower than 32 bits, by what node_exporter calls them (PortCounters of the
 * InfiniBand Architecture; their widths stand in the kernel's drivers/infiniband/core/sysfs.c).
 */
const NARROW: Readonly<Record<string, number>> = {
  symbol_error_total: 0xffff,
  link_error_recovery_total: 0xff,
  link_downed_total: 0xff,
  port_errors_received_total: 0xffff,
  port_receive_remote_physical_errors_total: 0xffff,
  local_link_integrity_errors_total: 0xf,
  excessive_buffer_overrun_errors_total: 0xf,
  port_discards_transmitted_total: 0xffff,
  port_constraint_errors_received_total: 0xff,
  port_constraint_errors_transmitted_total: 0xff,
  vl15_dropped_total: 0xffff,
};

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const nameOf = (link: LinkKind, name: string) => `node_${link === 'ethernet' ? 'network' : 'infiniband'}_${name}`;

const port = (names: readonly string[], link: LinkKind, signal: SignalId, more: More): Mapping =>
  mapping(
    names.map((name) => nameOf(link, name)),
    signal,
    signal === 'link.wait' || signal === 'link.cnp' || signal === 'link.retries'
      ? 'Run node_exporter with its infiniband collector (on by default) on a node with HCAs'
      : 'Run node_exporter with its netdev, netclass and infiniband collectors (on by default)',
    // A port is of one kind, so the kinds' ranks never meet on it.
    { link, rank: link === 'ethernet' ? 0 : 1, ...more },
  );

const ethernet = (name: string, signal: SignalId, more: More = {}) =>
  port([name], 'ethernet', signal, { unless: { device: VIRTUAL_DEVICE }, ...more });
const infiniband = (names: readonly string[], signal: SignalId, more: More = {}) => {
  const narrow = names.filter((name) => name in NARROW);
  const pegged = Object.fromEntries(narrow.map((name) => [nameOf('infiniband', name), NARROW[name]]));
  return port(names, 'infiniband', signal, { ...(narrow.length > 0 ? { pegged } : {}), ...more });
};
const counter = { kind: 'counter' } as const;
/** Counters of different things: as many as the device has add up. */
const added = { ...counter, rows: 'sum', parts: ['__name__'] } as const;

const ETHTOOL = 'Run node_exporter with --collector.ethtool; its driver must count them (mlx5, bnxt_en, ionic)';
const PRIORITIES = [0, 1, 2, 3, 4, 5, 6, 7];
/**
 * Priority pause frames as drivers call them, by priority but for ionic; ethtool's collector spells rx and tx out:
 * mlx5 "rx_prio3_pause", bnxt_en "rx_pfc_ena_frames_pri3", ionic "frames_rx_pripause".
 */
const PAUSES = ['received', 'transmitted'].flatMap((way) => [
  ...PRIORITIES.flatMap((priority) => [
    `node_ethtool_${way}_prio${priority}_pause`,
    `node_ethtool_${way}_pfc_ena_frames_pri${priority}`,
  ]),
  `node_ethtool_frames_${way}_pripause`,
]);

/**
 * Ethernet and InfiniBand ports of a node; InfiniBand data counters are bytes there already (×4 is done). RoCE devices are
 * told by the same collector and nobody says which are, so that they are InfiniBand ports here. Marks that the kernel
 * sees (ethtool) are not those of RDMA, which only the device counts. node-power.ts has what a node draws.
 */
export const nodeProfile: Profile = {
  id: 'node',
  title: 'node_exporter',
  source:
    'prometheus/node_exporter a7dcc3a collector/infiniband_linux.go, netclass_linux.go, ethtool_linux.go, fixtures/e2e-output.txt; names of ethtool: the drivers’ own in the Linux kernel',
  identity: {},
  mappings: [
    ethernet('receive_bytes_total', 'link.rx', counter),
    infiniband(['port_data_received_bytes_total'], 'link.rx', counter),
    ethernet('transmit_bytes_total', 'link.tx', counter),
    infiniband(['port_data_transmitted_bytes_total'], 'link.tx', counter),
    // A port without a known speed says −1 Mb/s.
    ethernet('speed_bytes', 'link.rate', { absentUpTo: 0 }),
    infiniband(['rate_bytes_per_second'], 'link.rate', { absentUpTo: 0 }),
    infiniband(['port_transmit_wait_total'], 'link.wait', counter),
    // 1 where there is a carrier, and 4 is "active" in InfiniBand's own numbers.
    ethernet('carrier', 'link.state', { scale: 4 }),
    infiniband(['state_id'], 'link.state'),
    ...['receive_errs_total', 'transmit_errs_total'].map((name) => ethernet(name, 'link.errors', counter)),
    infiniband(
      [
        ...['symbol_error_total', 'link_error_recovery_total', 'port_errors_received_total'],
        ...['local_link_integrity_errors_total', 'excessive_buffer_overrun_errors_total'],
        'port_receive_remote_physical_errors_total',
      ],
      'link.errors',
      added,
    ),
    ...['receive_drop_total', 'transmit_drop_total'].map((name) => ethernet(name, 'link.discards', counter)),
    infiniband(
      [
        ...['port_discards_transmitted_total', 'port_discards_received_total', 'vl15_dropped_total'],
        ...['port_constraint_errors_received_total', 'port_constraint_errors_transmitted_total'],
        'out_of_buffer_drops_total',
      ],
      'link.discards',
      added,
    ),
    ethernet('carrier_down_changes_total', 'link.downs'),
    infiniband(['link_downed_total'], 'link.downs'),
    infiniband(['np_ecn_marked_roce_packets_received_total'], 'link.ecn', counter),
    // Where marks are not counted: a receiver tells of them, of one flow once in a while, so that it is the least.
    infiniband(['np_cnp_packets_sent_total'], 'link.ecn', { ...counter, rank: 2, quality: 'derived' }),
    infiniband(['rp_cnp_packets_handled_total'], 'link.cnp', counter),
    infiniband(
      [
        ...['out_of_sequence_packets_received_total', 'packet_sequence_errors_total', 'local_ack_timeout_errors_total'],
        ...['rnr_nak_retry_packets_received_total', 'roce_adp_retransmits_total'],
      ],
      'link.retries',
      added,
    ),
    // Drivers of cards only have them, so that no device need be left out.
    mapping(PAUSES, 'link.pfc', ETHTOOL, { link: 'ethernet', ...added }),
    mapping(['node_ethtool_received_ecn_mark'], 'link.ecn', ETHTOOL, { link: 'ethernet', ...counter }),
    ...nodePower,
  ],
};
