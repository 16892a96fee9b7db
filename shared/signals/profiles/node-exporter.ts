import type { LinkKind } from '../../topology.ts';
import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

/** Ethernet devices that are not a cable of the machine: their bytes would be counted twice or are no network's. */
export const VIRTUAL_DEVICE =
  'lo|veth.*|docker.*|podman.*|br-.*|br[0-9]+|bridge.*|virbr.*|vmbr.*|vnet.*|tun.*|tap.*|macvtap.*|macvlan.*|ipvlan.*|wg.*|bond.*|team.*|vlan.*|.*\\.[0-9]+|cali.*|cni.*|nerdctl.*|vxlan.*|geneve.*|flannel.*|cilium.*|lxc.*|kube.*|dummy.*|ovs.*|nodelocaldns|ib[0-9]+.*|ibp.*|usb.*|sit.*|ip6tnl.*|gre.*|erspan.*';

/** A 32-bit counter that stands at its end: its rate is 0 for ever and says nothing (signals.md 2). */
export const PEGGED = 4_294_967_295;

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const port = (names: readonly string[], link: LinkKind, signal: SignalId, more: More): Mapping =>
  mapping(
    names.map((name) => `node_${link === 'ethernet' ? 'network' : 'infiniband'}_${name}`),
    signal,
    signal === 'link.wait'
      ? 'Run node_exporter with its infiniband collector (on by default) on a node with HCAs'
      : 'Run node_exporter with its netdev, netclass and infiniband collectors (on by default)',
    // A port is of one kind, so the kinds' ranks never meet on it.
    { link, rank: link === 'ethernet' ? 0 : 1, ...more },
  );

const ethernet = (name: string, signal: SignalId, more: More = {}) =>
  port([name], 'ethernet', signal, { unless: { device: VIRTUAL_DEVICE }, ...more });
const infiniband = (name: string, signal: SignalId, more: More = {}) => port([name], 'infiniband', signal, more);
const counter = { kind: 'counter' } as const;

/** Several counters of one meaning: all of them together, or none counts. */
const together = (names: readonly string[], signal: SignalId, make: typeof ethernet) =>
  names.map((name) => make(name, signal, counter));

/**
 * Ethernet and InfiniBand ports of a node; InfiniBand data counters are bytes there already (×4 is done), and counters
 * of 32 bits stop at their end. RAPL needs root. Sensors of hwmon mean what the chip's maker says, so none is read.
 */
export const nodeProfile: Profile = {
  id: 'node',
  title: 'node_exporter',
  source: 'prometheus/node_exporter collector/infiniband_linux.go, netclass_linux.go, fixtures/e2e-output.txt',
  identity: {},
  mappings: [
    ethernet('receive_bytes_total', 'link.rx', counter),
    infiniband('port_data_received_bytes_total', 'link.rx', counter),
    ethernet('transmit_bytes_total', 'link.tx', counter),
    infiniband('port_data_transmitted_bytes_total', 'link.tx', counter),
    // A port without a known speed says −1 Mb/s.
    ethernet('speed_bytes', 'link.rate', { absentUpTo: 0 }),
    infiniband('rate_bytes_per_second', 'link.rate', { absentUpTo: 0 }),
    infiniband('port_transmit_wait_total', 'link.wait', { ...counter, pegged: PEGGED }),
    // 1 where there is a carrier, and 4 is "active" in InfiniBand's own numbers.
    ethernet('carrier', 'link.state', { scale: 4 }),
    infiniband('state_id', 'link.state'),
    ...together(['receive_errs_total', 'transmit_errs_total'], 'link.errors', ethernet),
    ...together(['symbol_error_total', 'port_errors_received_total'], 'link.errors', infiniband),
    ...together(['receive_drop_total', 'transmit_drop_total'], 'link.discards', ethernet),
    infiniband('port_discards_transmitted_total', 'link.discards', counter),
    ethernet('carrier_down_changes_total', 'link.downs'),
    infiniband('link_downed_total', 'link.downs'),
    ...together(['np_cnp_packets_sent_total', 'rp_cnp_packets_handled_total'], 'link.ecn', infiniband),
    mapping(['node_rapl_package_joules_total'], 'node.cpuPower', 'Run node_exporter as root, for its rapl collector', {
      ...counter,
      rank: 1,
      rows: 'sum',
      parts: ['index', 'path'],
    }),
  ],
};
