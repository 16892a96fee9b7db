import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;
const counter = { kind: 'counter' } as const;
const percent = { scale: 0.01 } as const;

const gaudi = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([`habanalabs_${name}`], signal, 'Run the Habana metric exporter (port 41611) on the node', more);

/**
 * Intel Gaudi. Types are not documented; they are taken as gauges, as the exporter's source declares them. The default
 * limit stands for the limit, since no enforced one is exported. Units of `habanalabs_energy` and `habanalabs_pcie_tx`
 * and `_rx` are not documented, so they are not read; neither are the states of its many ports.
 */
export const gaudiProfile: Profile = {
  id: 'gaudi',
  title: 'Intel Gaudi metric exporter',
  source: 'docs.habana.ai, Prometheus Metric Exporter; the exporter of the same name in public source',
  identity: { gpu: { id: ['UUID', 'uuid'], index: ['id', 'index'], model: ['product_name'] } },
  mappings: [
    gaudi('power_mW', 'gpu.power', { scale: 1e-3 }),
    gaudi('power_default_limit_mW', 'gpu.powerLimitDefault', { scale: 1e-3 }),
    gaudi('power_default_limit_mW', 'gpu.powerLimit', { scale: 1e-3, rank: 2, quality: 'derived' }),
    gaudi('utilization', 'gpu.util', percent),
    gaudi('temperature_onchip', 'gpu.temp'),
    gaudi('temperature_threshold_slowdown', 'gpu.tempLimit', { absentUpTo: 0 }),
    gaudi('clock_soc_mhz', 'gpu.clock'),
    gaudi('clock_soc_max_mhz', 'gpu.clockMax'),
    gaudi('memory_used_bytes', 'gpu.memUsed'),
    gaudi('memory_total_bytes', 'gpu.memTotal'),
    gaudi('pci_link_width', 'gpu.pcieWidth', { absentUpTo: 0 }),
    gaudi('pcie_replay_count', 'gpu.pcieReplay', counter),
    gaudi('pending_rows_state', 'gpu.remapPending'),
  ],
};

const devices = { rows: 'sum', parts: ['event_type', 'neuron_device_index'] } as const;
const neuron = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([name], signal, 'Run neuron-monitor with neuron-monitor-prometheus.py on the instance', more);

/**
 * AWS Neuron (Trainium, Inferentia): one NeuronCore is one accelerator here, since nothing tells its device. No power
 * is exported. Memory of a core is what its five categories hold together, over all runtimes; ECC events are counted by
 * device, which can't be told of a core, and so are the node's.
 */
export const neuronProfile: Profile = {
  id: 'neuron',
  title: 'AWS neuron-monitor',
  source: 'AWS Neuron tools, neuron-monitor-prometheus.py',
  identity: { gpu: { id: [], index: ['neuroncore'], model: ['instance_type'] } },
  mappings: [
    neuron('neuroncore_utilization_ratio', 'gpu.util'),
    ...['constants', 'model_code', 'model_shared_scratchpad', 'runtime_memory', 'tensors'].map((category) =>
      neuron(`neuroncore_memory_usage_${category}`, 'gpu.memUsed', { rows: 'sum', parts: ['runtime_tag'] }),
    ),
    // Since the driver was loaded; a counter by its type, of which the count is told.
    neuron('hardware_ecc_events_total', 'node.eccCorrected', { ...devices, where: { event_type: '.+_ecc_corrected' } }),
    neuron('hardware_ecc_events_total', 'node.eccUncorrected', {
      ...devices,
      where: { event_type: '.+_ecc_uncorrected' },
    }),
    // Others have a metric of that name too, without an instance type.
    neuron('execution_errors_total', 'node.runErrors', {
      ...{ ...counter, rows: 'sum', parts: ['error_type', 'runtime_tag'] },
      where: { error_type: '.+', instance_type: '.+' },
    }),
  ],
};

const tpu = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping(
    [`kubernetes_io:node_accelerator_${name}`],
    signal,
    'Read the GKE system metrics through the PromQL endpoint of Google Cloud Monitoring',
    more,
  );

/**
 * Google TPU, as GKE's system metrics kubernetes.io/node/accelerator/… are called in PromQL. Percentages are 0 to 100;
 * no power is exported. libtpu's own metrics have no Prometheus names.
 */
export const tpuProfile: Profile = {
  id: 'tpu',
  title: 'Google TPU (GKE system metrics)',
  source: 'Google Cloud, GKE system metrics; PromQL for Cloud Monitoring, mapping of names',
  identity: { gpu: { id: ['accelerator_id'], index: [], model: ['model'] }, node: { labels: ['node_name'] } },
  mappings: [
    tpu('duty_cycle', 'gpu.util', percent),
    tpu('tensorcore_utilization', 'gpu.tensor', percent),
    tpu('memory_bandwidth_utilization', 'gpu.dram', percent),
    tpu('memory_used', 'gpu.memUsed'),
    tpu('memory_total', 'gpu.memTotal'),
  ],
};

const furiosa = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([`furiosa_npu_${name}`], signal, 'Run furiosa-metrics-exporter on the node', more);

/**
 * Furiosa. Use is exported of every core; a board shows its busiest, marked as derived. Power of exporters that print
 * microwatts is out of range and dropped.
 */
export const furiosaProfile: Profile = {
  id: 'furiosa',
  title: 'Furiosa metrics exporter',
  source: 'furiosa-ai/furiosa-metrics-exporter README and collector sources',
  identity: {
    gpu: { id: ['uuid'], index: ['device'], model: ['arch'] },
    node: { labels: ['kubernetes_node_name', 'kubernetes_node'] },
  },
  mappings: [
    furiosa('hw_power', 'gpu.power', { where: { label: 'rms' } }),
    furiosa('hw_temperature', 'gpu.temp', { where: { label: 'peak' } }),
    furiosa('core_utilization', 'gpu.util', { ...percent, quality: 'derived' }),
    furiosa('core_frequency', 'gpu.clock'),
    furiosa('alive', 'gpu.healthy', { rows: 'min', parts: ['core'] }),
  ],
};

const allSmi = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([`all_smi_${name}`], signal, 'Run "all-smi api --port 9090" on the node', more);

/** all-smi: one vocabulary for NVIDIA, AMD, Gaudi, TPU, Furiosa, Rebellions and Tenstorrent. `gpu` is the model. */
export const allSmiProfile: Profile = {
  id: 'all-smi',
  title: 'all-smi',
  source: 'lablup/all-smi API.md and src/api/metrics/gpu.rs, energy.rs (0.26)',
  identity: { gpu: { id: ['uuid', 'gpu_uuid'], index: ['index', 'gpu_index'], model: ['gpu'] } },
  mappings: [
    allSmi('gpu_power_consumption_watts', 'gpu.power'),
    allSmi('energy_consumed_joules_total', 'gpu.power', {
      ...counter,
      rank: 9,
      quality: 'derived',
      where: { scope: 'gpu' },
    }),
    allSmi('gpu_power_limit_current_watts', 'gpu.powerLimit'),
    allSmi('gpu_power_limit_max_watts', 'gpu.powerLimitMax'),
    allSmi('gpu_utilization', 'gpu.util', { ...percent, rank: 1 }),
    allSmi('gpu_temperature_celsius', 'gpu.temp'),
    allSmi('gpu_frequency_mhz', 'gpu.clock'),
    allSmi('gpu_memory_used_bytes', 'gpu.memUsed'),
    allSmi('gpu_memory_total_bytes', 'gpu.memTotal'),
  ],
};
