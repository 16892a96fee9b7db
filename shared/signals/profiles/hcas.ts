import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const counter = { kind: 'counter' } as const;
/** Behind node_exporter's own, which are of the port itself. */
const BEHIND = { link: 'infiniband', rank: 2 } as const;

const HCA = 'Run infiniband_exporter with --collector.hca on a host of the fabric';
const hca = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([`infiniband_hca_${name}`], signal, HCA, { ...BEHIND, ...more });
/** Counters of different things: as many as are told add up. */
const hcaTogether = (names: readonly string[], signal: SignalId): Mapping =>
  mapping(
    names.map((name) => `infiniband_hca_port_${name}_total`),
    signal,
    HCA,
    { ...BEHIND, ...counter, rows: 'sum', parts: ['__name__'] },
  );

/**
 * Ports of HCAs as perfquery sees them from one host of the fabric, by GUID; `infiniband_hca_uplink_info` says in `hca`
 * whose they are ("n1 mlx5_0", "n1 HCA-1", as the node calls itself). Data counters are bytes since v0.10.0, before they
 * were quarter words. The rate is of the device: of one with several ports only the first has it. A port whose link is
 * down is no longer listed.
 */
export const hcaProfile: Profile = {
  id: 'infiniband-hca',
  title: 'infiniband_exporter, HCAs',
  source: 'treydock/infiniband_exporter collectors/hca.go; infiniband_exporter_test.go',
  identity: { link: { device: ['guid'], port: ['port'], owner: 'hca', card: true, unrecorded: true } },
  mappings: [
    hca('uplink_info', 'link.state', { scale: 4, parts: ['hca'] }),
    hca('port_transmit_data_bytes_total', 'link.tx', counter),
    hca('port_receive_data_bytes_total', 'link.rx', counter),
    hca('rate_bytes_per_second', 'link.rate', { absentUpTo: 0 }),
    hca('port_transmit_wait_total', 'link.wait', counter),
    hcaTogether(
      [
        ...['symbol_error', 'receive_errors', 'link_error_recovery', 'receive_remote_physical_errors'],
        ...['local_link_integrity_errors', 'excessive_buffer_overrun_errors'],
      ],
      'link.errors',
    ),
    hcaTogether(
      ['transmit_discards', 'transmit_constraint_errors', 'receive_constraint_errors', 'vl15_dropped'],
      'link.discards',
    ),
    hca('port_link_downed_total', 'link.downs'),
  ],
};

const MONEO = 'Run Moneo’s net_exporter on the nodes';
const moneo = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([`ib_port_${name}`], signal, MONEO, { ...BEHIND, ...more });

/**
 * HCAs of a node by Moneo's net_exporter. Traffic is a gauge already: words since its last look × 4 ÷ its interval, bytes
 * per second of a tenth of a second unless it was started otherwise. Discards and errors are the counters of sysfs. The
 * state is 1 for LinkUp, 0 for Polling and −1 for what it could not read. It tells no rate.
 */
export const moneoProfile: Profile = {
  id: 'moneo-net',
  title: 'Moneo, net_exporter',
  source: 'Azure/Moneo src/worker/exporters/net_exporter.py',
  identity: { link: { device: ['ib_port'], unrecorded: true } },
  mappings: [
    moneo('xmit_data', 'link.tx'),
    moneo('rcv_data', 'link.rx'),
    moneo('physical_state', 'link.state', { scale: 4, absentUpTo: -1 }),
    moneo('rcv_errors', 'link.errors', counter),
    moneo('xmit_discards', 'link.discards', counter),
  ],
};
