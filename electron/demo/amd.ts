import type { EpochMs } from '../../shared/units.ts';
import { type Load, type NodeState, newNodeState } from './load.ts';
import type { Machine } from './machines.ts';
import { hash32, unit } from './noise.ts';
import type { NodePlan } from './plan.ts';

type Read = (state: NodeState, gpu: number, machine: Machine) => number;

const round = Math.round;

/**
 * What AMD's device-metrics-exporter prints of an MI300X (signals.md 6): lower-case names, all of them declared gauges,
 * accumulators too. No power limit is exported. A temperature of memory is declared, activity is in percent.
 */
const FIELDS: readonly (readonly [name: string, help: string, read: Read, label?: string])[] = [
  ['gpu_package_power', 'Current GPU package power (in Watts)', (s, i) => round(s.powerW[i])],
  ['gpu_junction_temperature', 'Current junction temperature (in Celsius)', (s, i) => s.tempC[i]],
  ['gpu_memory_temperature', 'Current memory temperature (in Celsius)', (s, i) => s.memoryC[i]],
  ['gpu_gfx_activity', 'Graphics engine activity (in percent)', (s, i) => round(s.util[i] * 100)],
  ['gpu_umc_activity', 'Memory controller activity (in percent)', (s, i) => round(s.util[i] * 62)],
  [
    'gpu_clock',
    'Current GPU clock (in MHz)',
    (s, i) => s.clockMhz[i],
    'clock_type="GPU_CLOCK_TYPE_SYSTEM",clock_index="0",',
  ],
  ['gpu_total_vram', 'Total VRAM (in MB)', (_s, _i, m) => m.memoryMib],
  ['gpu_used_vram', 'Used VRAM (in MB)', (s, i, m) => round(m.memoryMib * (0.3 + 0.6 * s.util[i]))],
  [
    'gpu_violation_ppt_residency_percentage',
    'Time that the power limit held the clock (in percent)',
    (s, i) => round(s.capHeld[i] * 100),
  ],
  [
    'gpu_violation_socket_thermal_residency_percentage',
    'Time that socket heat held the clock (in percent)',
    (s, i) => round(s.heatHeld[i] * 100),
  ],
  ['gpu_ecc_uncorrect_total', 'Uncorrectable ECC errors', () => 0],
  ['gpu_health', 'Health of the GPU (1 is healthy)', () => 1],
];

/** device-metrics-exporter of every AMD node of a fleet. */
export class AmdText {
  readonly #load: Load;
  readonly #seed: number;
  readonly #state: NodeState;

  constructor(load: Load, seed: number) {
    this.#load = load;
    this.#seed = seed;
    this.#state = newNodeState(load.plan.nodes.reduce((most, node) => Math.max(most, node.gpus), 0));
  }

  /** The exposition of the node (index in the plan) at a time. */
  read(index: number, time: EpochMs): string {
    const { plan } = this.#load;
    const node = plan.nodes[index];
    const { machine } = plan.racks[node.rack];
    this.#load.read(node, time, this.#state);
    let text = '# HELP gpu_nodes_total Number of GPUs of the node\n# TYPE gpu_nodes_total gauge\n';
    text += `gpu_nodes_total{hostname="${node.name}"} ${node.gpus}\n`;
    for (const [name, help, read, label = ''] of FIELDS) {
      text += `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
      for (let i = 0; i < node.gpus; i++) {
        text += `${name}{${label}${this.#labels(node, i, node.firstGpu + i)}} ${read(this.#state, i, machine)}\n`;
      }
    }
    return text;
  }

  #labels({ name: host, job }: NodePlan, index: number, gpu: number): string {
    return (
      `gpu_id="${index}",serial_number="${amdSerial(this.#seed, gpu)}",card_model="${CARD_MODEL}",` +
      `card_series="AMD Instinct MI300X",gpu_partition_id="0",gpu_compute_partition_type="spx",hostname="${host}"` +
      (job === '' ? '' : `,job_id="${job}"`)
    );
  }
}

const CARD_MODEL = '102-G30211-00';

/** The serial number of a board: the same for the same seed. */
export function amdSerial(seed: number, gpu: number): string {
  return `6922${String(hash32(seed + 401, gpu) % 100_000_000).padStart(8, '0')}${round(unit(seed + 402, gpu) * 9)}`;
}
