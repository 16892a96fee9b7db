import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const counter = { kind: 'counter', link: 'ethernet' } as const;
/** Sent and received: both say that somebody had to stop. */
const both = { ...counter, rows: 'sum' } as const;

const snmp = (mib: string) =>
  `Write an snmp_exporter module for ${mib} that looks ifName up by the interface's index: none is shipped`;
const of =
  (mib: string) =>
  (names: readonly string[], signal: SignalId, more: More): Mapping =>
    mapping(names, signal, snmp(mib), more);

const cisco = of('CISCO-PFC-EXT-MIB');
const ieee = of('IEEE8021-PFC-MIB');
const arista = of('ARISTA-PFC-MIB and ARISTA-QOS-MIB');

/**
 * Priority pause frames and ECN marks of Ethernet switches by SNMP, from MIBs for which snmp_exporter ships no module, so
 * that a module of the site's own has to name ports as if_mib does (`ifName`). Cisco's is told by SONiC's agent too; its
 * totals are of all priorities. Requests are pauses sent, indications pauses received. Of marks only Arista's are counted
 * by port: packets that left a queue with the mark, whoever made it. Tried on hand-made texts only.
 */
export const snmpCongestionProfile: Profile = {
  id: 'snmp-congestion',
  title: 'snmp_exporter, PFC and ECN (modules of your own)',
  source:
    'CISCO-PFC-EXT-MIB 2017-05-26 (cpfcIfTable; sonic-net/sonic-snmpagent implements it), IEEE8021-PFC-MIB 2018-06-28, ARISTA-PFC-MIB (aristaPfcPriorityTable), ARISTA-QOS-MIB 2022-01-11 (aristaEcnQueueCounterTable)',
  identity: { port: { switch: ['sysName', 'switch', 'instance'], port: ['ifName', 'ifDescr'], name: [] } },
  mappings: [
    cisco(['cpfcIfRequests', 'cpfcIfIndications'], 'port.pfc', { ...both, parts: ['__name__'] }),
    ieee(['ieee8021PfcRequests', 'ieee8021PfcIndications'], 'port.pfc', { ...both, rank: 1, parts: ['__name__'] }),
    arista(['aristaPfcPriorityRequests', 'aristaPfcPriorityIndications'], 'port.pfc', {
      ...{ ...both, rank: 2, parts: ['__name__', 'aristaPfcPriorityIndex'] },
    }),
    arista(['aristaEcnQueuePktsMarked'], 'port.ecn', { ...both, parts: ['aristaEcnEgressQueueIndex'] }),
  ],
};

const OTLP =
  'Let Cumulus Linux export interface statistics with its traffic classes and priority groups by OpenTelemetry (nv set system telemetry interface-stats …), and Prometheus take them';
const cumulus = (names: readonly string[], signal: SignalId, more: More): Mapping => mapping(names, signal, OTLP, more);

/**
 * NVIDIA Spectrum switches with Cumulus Linux, by OpenTelemetry into Prometheus. All are gauge streams that count on. Labels
 * of traffic class and priority are nowhere documented but for `interface`: of several the busiest counts, which is the
 * least that the port marked or paused, hence *derived*. How a switch is named depends on the collector; what is told here
 * is read beside if_mib's traffic where both name it alike. Tried on hand-made texts only.
 */
export const cumulusProfile: Profile = {
  id: 'cumulus',
  title: 'Cumulus Linux, OpenTelemetry',
  source: 'docs.nvidia.com Cumulus Linux 5.11 to 5.19, Open Telemetry Export, tables of interface statistics',
  identity: { port: { switch: ['host_name', 'net_host_name', 'instance'], port: ['interface'], name: [] } },
  mappings: [
    // Bits: 1 is up, 2 is down; 4 is "active" in InfiniBand's numbers.
    cumulus(['nvswitch_interface_oper_state'], 'port.state', { link: 'ethernet', scale: 4 }),
    cumulus(['nvswitch_interface_tc_tx_ecn_marked_tc'], 'port.ecn', { ...counter, quality: 'derived' }),
    cumulus(['nvswitch_interface_pg_rx_pause', 'nvswitch_interface_pg_tx_pause'], 'port.pfc', {
      ...{ ...both, parts: ['__name__'], quality: 'derived' },
    }),
    cumulus(['nvswitch_interface_sp_rx_pause', 'nvswitch_interface_sp_tx_pause'], 'port.pfc', {
      ...{ ...both, rank: 1, parts: ['__name__'], quality: 'derived' },
    }),
    cumulus(['nvswitch_interface_dot3_stats_symbol_errors'], 'port.errors', counter),
  ],
};
