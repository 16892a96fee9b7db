import type { EpochMs } from '../../shared/units.ts';
import type { NodeText } from './node.ts';
import type { FleetPlan } from './plan.ts';

/** Ethernet of one hall in two tiers: a leaf a rack, one cable of 100 GbE from each leaf to each spine. */
export interface EthernetPlan {
  readonly hall: string;
  readonly leaves: readonly { readonly name: string; readonly rack: number }[];
  readonly spines: readonly string[];
}

/** As many as a rack has nodes, so that what its nodes send at full rate finds room. */
const SPINES = 4;
/** ifHighSpeed counts Mb/s. */
const MEGABITS = 100_000;
/** Flows are spread by their hash and not by their size: each spine's share of a leaf's traffic. */
const SHARES = [0.28, 0.26, 0.24, 0.22];

export function ethernetPlan(plan: FleetPlan, hall: string): EthernetPlan {
  const racks = plan.racks.flatMap((rack, index) => (plan.rows[rack.row].hall === hall ? [index] : []));
  return {
    hall,
    leaves: racks.map((rack) => ({ name: `leaf-${plan.racks[rack].name}`, rack })),
    spines: Array.from({ length: SPINES }, (_, i) => `spine-${hall}-0${i + 1}`),
  };
}

/** RoCE's priority and queue. */
const LOSSLESS = 3;
/** One packet in 5,000 of 4 KiB is marked (0.02 %), and a leaf whose receivers are slow is paused once in 400 MB. */
const BYTES_A_MARK = 5000 * 4096;
const BYTES_A_PAUSE = 4e8;
/** The leaf with slow receivers. */
const PAUSED = 5;

/** The uplinks of every leaf of a hall as snmp_exporter tells of them by if_mib and a module for Arista's own counters. */
export class EthernetText {
  readonly #ethernet: EthernetPlan;
  readonly #plan: FleetPlan;
  readonly #nodes: NodeText;

  constructor(ethernet: EthernetPlan, plan: FleetPlan, nodes: NodeText) {
    this.#ethernet = ethernet;
    this.#plan = plan;
    this.#nodes = nodes;
  }

  /** The exposition of one leaf (index in the plan of the hall). What its nodes send leaves it by its uplinks. */
  read(leaf: number, time: EpochMs): string {
    const { firstNode, nodes } = this.#plan.racks[this.#ethernet.leaves[leaf].rack];
    let [tx, rx] = [0, 0];
    for (let node = firstNode; node < firstNode + nodes; node++) {
      const bytes = this.#nodes.ethernetBytes(node, time);
      tx += bytes.tx;
      rx += bytes.rx;
    }
    const { spines } = this.#ethernet;
    // Neighbours spread their flows by other seeds: the fullest uplink is not the same everywhere.
    const share = (port: number) => SHARES[(port + leaf) % SHARES.length];
    const rows = (value: (port: number) => number) =>
      spines.map((spine, port) => {
        const name = portName(port);
        return [`{ifAlias="${spine}",ifDescr="${name}",ifIndex="${port + 1}",ifName="${name}"}`, value(port)] as const;
      });
    return [
      family(
        'ifHCInOctets',
        'counter',
        '1.3.6.1.2.1.31.1.1.1.6',
        rows((port) => Math.floor(rx * share(port))),
      ),
      family(
        'ifHCOutOctets',
        'counter',
        '1.3.6.1.2.1.31.1.1.1.10',
        rows((port) => Math.floor(tx * share(port))),
      ),
      family(
        'ifHighSpeed',
        'gauge',
        '1.3.6.1.2.1.31.1.1.1.15',
        rows(() => MEGABITS),
      ),
      family(
        'ifInErrors',
        'counter',
        '1.3.6.1.2.1.2.2.1.14',
        rows(() => 0),
      ),
      family(
        'ifOperStatus',
        'gauge',
        '1.3.6.1.2.1.2.2.1.8',
        rows(() => 1),
      ),
      ...congestion(spines.length, leaf, (port) => tx * share(port)),
    ].join('');
  }
}

/** Marks and pauses of a leaf's uplinks, which count on with the bytes that they sent. */
function congestion(ports: number, leaf: number, sent: (port: number) => number): readonly string[] {
  const rows = (index: string, value: (port: number) => number) =>
    Array.from({ length: ports }, (_, port) => {
      const name = portName(port);
      const labels = `{${index}="${LOSSLESS}",ifDescr="${name}",ifIndex="${port + 1}",ifName="${name}"}`;
      return [labels, Math.floor(value(port))] as const;
    });
  const pauses = rows('aristaPfcPriorityIndex', (port) => (leaf === PAUSED ? sent(port) / BYTES_A_PAUSE : 0));
  return [
    family(
      'aristaEcnQueuePktsMarked',
      'counter',
      '1.3.6.1.4.1.30065.3.13.1.9.1.4',
      rows('aristaEcnEgressQueueIndex', (port) => sent(port) / BYTES_A_MARK),
    ),
    family('aristaPfcPriorityIndications', 'counter', 'Priority pause frames received', pauses),
  ];
}

const portName = (port: number) => `Ethernet1/${port + 1}`;

function family(name: string, type: string, oid: string, rows: readonly (readonly [string, number])[]): string {
  const text = rows.map(([labels, value]) => `${name}${labels} ${value}\n`).join('');
  return `# HELP ${name} ${oid}\n# TYPE ${name} ${type}\n${text}`;
}

/** The cabling of a hall in the form of fabric.csv; snmp_exporter's if_mib knows no neighbours. */
export function ethernetCsv({ hall, leaves, spines }: EthernetPlan): string {
  const cables = leaves.flatMap(({ name }, leaf) =>
    spines.map(
      (spine, port) => `ethernet,${name},${portName(port)},${spine},Ethernet1/${leaf + 1},,Hall ${hall},100\n`,
    ),
  );
  return cables.join('');
}
