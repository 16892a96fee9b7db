import type { EpochMs } from '../../shared/units.ts';
import { type Load, type NodeState, newNodeState } from './load.ts';
import { unit } from './noise.ts';

/** Ethernet rates of the two node ports, bytes per second: 100 GbE storage and 1 GbE management. */
const ETHERNET = [
  { device: 'eth0', rate: 1.25e10 },
  { device: 'eth1', rate: 1.25e8 },
];
/** Ticks a second of an HCA's wait counter; device specific, so that only ratios mean something. */
const TICKS = 156_250_000;

/** Counters of one node: lo, then per Ethernet port rx and tx, then per InfiniBand port rx, tx and wait. */
const LO = 0;
const ETH = 1;
const IB = ETH + 2 * ETHERNET.length;

/** node_exporter of every node of a fleet. Counters are advanced by each read and never go back. */
export class NodeText {
  readonly #load: Load;
  readonly #seed: number;
  readonly #startedAt: EpochMs;
  readonly #counters: readonly Float64Array[];
  readonly #readAt: Float64Array;
  readonly #state: NodeState;

  constructor(load: Load, seed: number, startedAt: EpochMs) {
    const { plan } = load;
    this.#load = load;
    this.#seed = seed;
    this.#startedAt = startedAt;
    this.#readAt = new Float64Array(plan.nodes.length).fill(startedAt);
    this.#state = newNodeState(plan.nodes.reduce((most, node) => Math.max(most, node.gpus), 0));
    this.#counters = plan.nodes.map((node, index) => {
      const counters = new Float64Array(IB + 3 * node.gpus);
      for (let i = 0; i < counters.length; i++) counters[i] = Math.round(unit(seed + 211 + i, index) * 4e15);
      return counters;
    });
  }

  /** The exposition of the node (index in the plan) at a time. */
  read(index: number, time: EpochMs): string {
    const node = this.#load.plan.nodes[index];
    this.#load.read(node, time, this.#state);
    this.#advance(index, time);
    const bootS = Math.round(this.#startedAt / 1000 - (5 + 55 * unit(this.#seed + 107, node.rack)) * 86_400);
    const { machine } = this.#load.plan.racks[node.rack];
    return (
      system(node.name, machine.arch, bootS, time / 1000, this.#state.util[0]) +
      ethernet(this.#counters[index]) +
      infiniband(this.#counters[index], node.gpus, machine.portBps)
    );
  }

  /** Bytes that the node sent and received on its 100 GbE port until a time, as its counters would say then. */
  ethernetBytes(index: number, time: EpochMs): { readonly tx: number; readonly rx: number } {
    this.#load.read(this.#load.plan.nodes[index], time, this.#state);
    this.#advance(index, time);
    return { rx: this.#counters[index][ETH], tx: this.#counters[index][ETH + 1] };
  }

  #advance(index: number, time: EpochMs): void {
    const elapsedS = Math.max(0, time - this.#readAt[index]) / 1000;
    this.#readAt[index] += elapsedS * 1000;
    const counters = this.#counters[index];
    const { gpus } = this.#load.plan.nodes[index];
    const { portBps } = this.#load.plan.racks[this.#load.plan.nodes[index].rack].machine;
    const { util, portTx, portRx, portWait } = this.#state;
    counters[LO] += 2e6 * elapsedS;
    ETHERNET.forEach(({ rate }, port) => {
      counters[ETH + 2 * port] += rate * (0.02 + 0.12 * util[0]) * elapsedS;
      counters[ETH + 2 * port + 1] += rate * (0.01 + 0.05 * util[0]) * elapsedS;
    });
    for (let i = 0; i < gpus; i++) {
      counters[IB + 3 * i] += portRx[i] * portBps * elapsedS;
      counters[IB + 3 * i + 1] += portTx[i] * portBps * elapsedS;
      counters[IB + 3 * i + 2] += portWait[i] * TICKS * elapsedS;
    }
  }
}

function family(name: string, type: 'gauge' | 'counter', help: string, rows: readonly (readonly [string, number])[]) {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const [labels, value] of rows) text += `${name}${labels} ${value}\n`;
  return text;
}

function system(host: string, arch: string, bootS: number, nowS: number, util: number): string {
  const release = '6.8.0-1021-nvidia';
  const uname = `{domainname="(none)",machine="${arch}",nodename="${host}",release="${release}",sysname="Linux",version="#23-Ubuntu SMP PREEMPT_DYNAMIC"}`;
  return (
    family('node_uname_info', 'gauge', 'Labeled system information as provided by the uname system call.', [
      [uname, 1],
    ]) +
    family('node_boot_time_seconds', 'gauge', 'Node boot time, in unixtime.', [['', bootS]]) +
    family('node_time_seconds', 'gauge', 'System time in seconds since epoch (1970).', [['', nowS]]) +
    family('node_load1', 'gauge', '1m load average.', [['', Math.round(6400 * util + 300) / 100]]) +
    family('node_memory_MemTotal_bytes', 'gauge', 'Memory information field MemTotal_bytes.', [['', 2.16e12]]) +
    family('node_memory_MemAvailable_bytes', 'gauge', 'Memory information field MemAvailable_bytes.', [
      ['', Math.round(2.16e12 * (0.9 - 0.4 * util))],
    ])
  );
}

function ethernet(counters: Float64Array): string {
  const rows = (offset: number): (readonly [string, number])[] => [
    ...ETHERNET.map(
      ({ device }, port) => [`{device="${device}"}`, Math.floor(counters[ETH + 2 * port + offset])] as const,
    ),
    ['{device="lo"}', Math.floor(counters[LO])],
  ];
  const zero = [...ETHERNET.map(({ device }) => device), 'lo'].map((device) => [`{device="${device}"}`, 0] as const);
  return (
    family('node_network_receive_bytes_total', 'counter', 'Network device statistic receive_bytes.', rows(0)) +
    family('node_network_receive_errs_total', 'counter', 'Network device statistic receive_errs.', zero) +
    family('node_network_speed_bytes', 'gauge', 'Network device property: speed_bytes', [
      ...ETHERNET.map(({ device, rate }) => [`{device="${device}"}`, rate] as const),
    ]) +
    family('node_network_transmit_bytes_total', 'counter', 'Network device statistic transmit_bytes.', rows(1)) +
    family('node_network_up', 'gauge', "Value is 1 if operstate is 'up', 0 otherwise.", [
      ...ETHERNET.map(({ device }) => [`{device="${device}"}`, 1] as const),
      ['{device="lo"}', 0],
    ])
  );
}

function infiniband(counters: Float64Array, ports: number, rate: number): string {
  const rows = (value: (port: number) => number): (readonly [string, number])[] =>
    Array.from({ length: ports }, (_, port) => [`{device="mlx5_${port}",port="1"}`, value(port)] as const);
  const count = (offset: number) => rows((port) => Math.floor(counters[IB + 3 * port + offset]));
  return (
    family(
      'node_infiniband_link_downed_total',
      'counter',
      'Number of times the link failed to recover from an error state and went down',
      rows(() => 0),
    ) +
    family(
      'node_infiniband_physical_state_id',
      'gauge',
      'Physical state of the InfiniBand port (0: no change, 1: sleep, 2: polling, 3: disable, 4: shift, 5: link up, 6: link error recover, 7: phytest)',
      rows(() => 5),
    ) +
    family(
      'node_infiniband_port_data_received_bytes_total',
      'counter',
      'Number of data octets received on all links',
      count(0),
    ) +
    family(
      'node_infiniband_port_data_transmitted_bytes_total',
      'counter',
      'Number of data octets transmitted on all links',
      count(1),
    ) +
    family(
      'node_infiniband_port_transmit_wait_total',
      'counter',
      'Number of ticks during which the port had data to transmit but no data was sent during the entire tick',
      count(2),
    ) +
    family(
      'node_infiniband_rate_bytes_per_second',
      'gauge',
      'Maximum signal transfer rate',
      rows(() => rate),
    ) +
    family(
      'node_infiniband_state_id',
      'gauge',
      'State of the InfiniBand port (0: no change, 1: down, 2: init, 3: armed, 4: active, 5: act defer)',
      rows(() => 4),
    )
  );
}
