import type { EpochMs } from '../../shared/units.ts';
import type { Load, NodeState } from './load.ts';
import { newNodeState } from './load.ts';
import type { Machine } from './machines.ts';
import { hash32, unit } from './noise.ts';
import type { NodePlan } from './plan.ts';
import { podOf } from './vllm.ts';

/** Counters of one GPU, in the order of the accumulator array. */
const ENERGY = 0;
const POWER_VIOLATION = 1;
const THERMAL_VIOLATION = 2;
const COUNTERS = 3;

type Read = (state: NodeState, gpu: number, machine: Machine, counters: Float64Array, at: number) => number;

interface Field {
  /** Names since DCGM 4.6.0 and before; `''`: an exporter with that spelling does not print the field. */
  readonly name: string;
  readonly legacy: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly read: Read;
}

const round = Math.round;
const fixed = (value: number, digits: number): number => round(value * digits) / digits;

/** Prefix-free names; all begin with DCGM_FI_. A single name stands for both spellings. */
function field(names: string, type: Field['type'], help: string, read: Read): Field {
  const [name, legacy = name] = names.split('/');
  const full = (short: string): string => (short === '-' ? '' : `DCGM_FI_${short}`);
  return { name: full(name), legacy: full(legacy), type, help, read };
}

/**
 * The counters file of the demo's exporters: the defaults of dcgm-exporter 4.8 and the opt-in rows for limits, clock
 * events and violations. Names and types of signals.md 1; help texts as in the exporter's default-counters.csv.
 * The legacy exporters print NVLink traffic as field 449, declared a counter as their file has it (trap 4).
 */
const FIELDS: readonly Field[] = [
  field('DEV_SM_CLOCK', 'gauge', 'SM clock frequency (in MHz).', (s, i) => s.clockMhz[i]),
  field('DEV_MAX_SM_CLOCK', 'gauge', 'Maximum SM clock frequency (in MHz).', (_s, _i, m) => m.maxClockMhz),
  field('DEV_MEMORY_TEMP_CELSIUS/DEV_MEMORY_TEMP', 'gauge', 'Memory temperature (in C).', (s, i) => s.memoryC[i]),
  field('DEV_GPU_TEMP_CELSIUS/DEV_GPU_TEMP', 'gauge', 'GPU temperature (in C).', (s, i) => s.tempC[i]),
  field(
    'DEV_GPU_TEMP_SLOWDOWN_CELSIUS/DEV_SLOWDOWN_TEMP',
    'gauge',
    'Slowdown temperature (in C).',
    (_s, _i, m) => m.slowdownC,
  ),
  field('DEV_BOARD_POWER_WATTS/DEV_POWER_USAGE', 'gauge', 'Power draw (in W).', (s, i) => fixed(s.powerW[i], 1000)),
  field(
    'DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS/DEV_ENFORCED_POWER_LIMIT',
    'gauge',
    'Effective power limit that the driver enforces (in W).',
    (_s, _i, m) => m.limitW,
  ),
  field(
    'DEV_TOTAL_ENERGY_CONSUMPTION',
    'counter',
    'Total energy consumption since boot (in mJ).',
    (_s, _i, _m, counters, at) => round(counters[at + ENERGY]),
  ),
  field('DEV_GPU_UTIL_RATIO/DEV_GPU_UTIL', 'gauge', 'GPU utilization (in %).', (s, i) => round(s.util[i] * 100)),
  field(
    'PROF_GR_ENGINE_UTIL_RATIO/PROF_GR_ENGINE_ACTIVE',
    'gauge',
    'Ratio of time the graphics engine is active.',
    (s, i) => fixed(s.util[i], 1e6),
  ),
  field('DEV_FB_FREE', 'gauge', 'Framebuffer memory free (in MiB).', (s, i, m) => m.memoryMib - memoryUsed(s, i, m)),
  field('DEV_FB_USED', 'gauge', 'Framebuffer memory used (in MiB).', memoryUsed),
  field(
    'DEV_CLOCKS_EVENT_REASONS/DEV_CLOCK_THROTTLE_REASONS',
    'gauge',
    'Current clock event reasons (bitmask of DCGM_CLOCKS_EVENT_REASON_*).',
    (s, i) => s.reasons[i],
  ),
  field(
    'DEV_POWER_VIOLATION',
    'counter',
    'Throttling duration due to power constraints (in ns).',
    (_s, _i, _m, counters, at) => round(counters[at + POWER_VIOLATION]),
  ),
  field(
    'DEV_THERMAL_VIOLATION',
    'counter',
    'Throttling duration due to thermal constraints (in ns).',
    (_s, _i, _m, counters, at) => round(counters[at + THERMAL_VIOLATION]),
  ),
  field(
    '-/DEV_NVLINK_BANDWIDTH_TOTAL',
    'counter',
    'Total number of NVLink bandwidth counters for all lanes.',
    (s, i, m) => round((s.fabric[i] * m.nvlinkBps) / 1e6),
  ),
  field(
    'PROF_NVLINK_TX_BYTES/-',
    'gauge',
    'The rate of data transmitted over NVLink including both protocol headers and data payloads, in bytes per second.',
    (s, i, m) => round((s.fabric[i] * m.nvlinkBps) / 2),
  ),
  field(
    'PROF_NVLINK_RX_BYTES/-',
    'gauge',
    'The rate of data received over NVLink including both protocol headers and data payloads, in bytes per second.',
    (s, i, m) => round((s.fabric[i] * m.nvlinkBps * 0.99) / 2),
  ),
  field(
    'PROF_PCIE_TX_BYTES',
    'gauge',
    'The rate of data transmitted over the PCIe bus including both protocol headers and data payloads, in bytes per second.',
    (s, i, m) => round(s.portTx[i] * m.portBps * 1.04),
  ),
  field(
    'PROF_PCIE_RX_BYTES',
    'gauge',
    'The rate of data received over the PCIe bus including both protocol headers and data payloads, in bytes per second.',
    (s, i, m) => round(s.portRx[i] * m.portBps * 1.04),
  ),
  field('DEV_XID_ERROR/DEV_XID_ERRORS', 'gauge', 'Value of the last XID error encountered.', () => 0),
];

function memoryUsed(state: NodeState, gpu: number, machine: Machine): number {
  return state.util[gpu] === 0 ? 612 : round(machine.memoryMib * (0.86 + 0.09 * state.util[gpu]));
}

/** The UUID of a GPU: the same for the same seed. */
export function gpuUuid(seed: number, gpu: number): string {
  const hex = [0, 1, 2, 3]
    .map((part) =>
      hash32(seed + 101 + part, gpu)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return `GPU-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
}

const DRIVER = '580.105.08';

/** dcgm-exporter of every node of a fleet. Counters are advanced by each read and never go back. */
export class DcgmText {
  readonly #load: Load;
  readonly #seed: number;
  readonly #labels: string[] = [];
  readonly #counters: Float64Array;
  readonly #readAt: Float64Array;
  readonly #state: NodeState;

  constructor(load: Load, seed: number, startedAt: EpochMs) {
    const { plan } = load;
    this.#load = load;
    this.#seed = seed;
    this.#counters = new Float64Array(plan.gpus * COUNTERS);
    this.#readAt = new Float64Array(plan.nodes.length).fill(startedAt);
    this.#state = newNodeState(plan.nodes.reduce((most, node) => Math.max(most, node.gpus), 0));
    for (const node of plan.nodes) this.#boot(node);
  }

  #boot(node: NodePlan): void {
    const { machine, newNames } = this.#load.plan.racks[node.rack];
    const host = `${newNames ? 'hostname' : 'Hostname'}="${node.name}"`;
    const pod = node.serves === '' ? '' : `,container="vllm",namespace="inference",pod="${podOf(node.name)}"`;
    const work = node.job === '' ? pod : `,hpc_job="${node.job}"`;
    for (let i = 0; i < node.gpus; i++) {
      const gpu = node.firstGpu + i;
      const bus = (0x18 + i * 0x11).toString(16).toUpperCase().padStart(2, '0');
      this.#labels[gpu] =
        `{gpu="${i}",UUID="${gpuUuid(this.#seed, gpu)}",pci_bus_id="00000000:${bus}:00.0",device="nvidia${i}",` +
        `modelName="${machine.gpuModel}",${host},DCGM_FI_DRIVER_VERSION="${DRIVER}"${work}} `;
      // Up for 5 to 60 days at some 70 % of the limit, in mJ.
      const upS = (5 + 55 * unit(this.#seed + 107, node.rack)) * 86_400;
      this.#counters[gpu * COUNTERS + ENERGY] = upS * machine.limitW * 700;
      this.#counters[gpu * COUNTERS + POWER_VIOLATION] = upS * 1e7;
    }
  }

  /** The exposition of the node (index in the plan) at a time. */
  read(index: number, time: EpochMs): string {
    const { plan } = this.#load;
    const node = plan.nodes[index];
    const { machine, newNames } = plan.racks[node.rack];
    const state = this.#state;
    this.#load.read(node, time, state);
    this.#advance(index, node, time);
    let text = '';
    for (const { name, legacy, type, help, read } of FIELDS) {
      const metric = newNames ? name : legacy;
      if (metric === '') continue;
      text += `# HELP ${metric} ${help}\n# TYPE ${metric} ${type}\n`;
      for (let i = 0; i < node.gpus; i++) {
        const gpu = node.firstGpu + i;
        text += `${metric}${this.#labels[gpu]}${read(state, i, machine, this.#counters, gpu * COUNTERS)}\n`;
      }
    }
    return text;
  }

  #advance(index: number, node: NodePlan, time: EpochMs): void {
    const elapsedS = Math.max(0, time - this.#readAt[index]) / 1000;
    this.#readAt[index] += elapsedS * 1000;
    const { powerW, capHeld, heatHeld } = this.#state;
    for (let i = 0; i < node.gpus; i++) {
      const at = (node.firstGpu + i) * COUNTERS;
      this.#counters[at + ENERGY] += powerW[i] * 1000 * elapsedS;
      this.#counters[at + POWER_VIOLATION] += capHeld[i] * 1e9 * elapsedS;
      this.#counters[at + THERMAL_VIOLATION] += heatHeld[i] * 1e9 * elapsedS;
    }
  }
}
