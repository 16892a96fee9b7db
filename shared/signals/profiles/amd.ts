import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

/** The prefix is configurable; AMD's example configuration has `amd_`. */
const amd = (names: readonly string[], signal: SignalId, scale = 1, more: More = {}): Mapping =>
  mapping(
    names.flatMap((name) => [name, `amd_${name}`]),
    signal,
    `Add ${names[0].toUpperCase()} to GPUConfig.Fields of device-metrics-exporter`,
    { scale, ...more },
  );

/** A board's sensors are those of its first partition: the others report 0 (CPX, DPX, QPX), which is no reading. */
const board = { where: { gpu_partition_id: '0?' } } as const;
const partitions = { rows: 'sum', parts: ['gpu_partition_id'] } as const;
const links = { rows: 'sum', parts: ['link_index'] } as const;
const counter = { kind: 'counter' } as const;
const clockOf = (type: string) => ({ where: { clock_type: `(GPU_CLOCK_TYPE_)?${type}` } });
const MB = 1e6;
const violation = (name: string) => `gpu_violation_${name}_percentage`;

/**
 * AMD device-metrics-exporter, MI2xx and MI3xx. Every metric is declared a gauge, accumulators too. No power limit is
 * exported: it is the hardware table's, or omnistat's. A board is its serial number, which its partitions share; names
 * of labels were upper case in the earliest release. "MB" of memory are 10^6 bytes (64 GiB are told as 68,702); "KB" of
 * xGMI are taken as 1,024 bytes, which nobody documents. Bandwidths of PCIe accumulated in "GB/s" and the 32-byte beats
 * of single neighbours are not read.
 */
export const amdProfile: Profile = {
  id: 'amd',
  title: 'AMD device-metrics-exporter',
  source: 'ROCm/device-metrics-exporter docs/configuration/metricslist.md and tools/metricutil',
  identity: {
    gpu: {
      id: ['serial_number', 'SERIAL_NUMBER', 'gpu_uuid', 'GPU_UUID'],
      index: ['gpu_id', 'GPU_ID'],
      model: ['card_series', 'CARD_SERIES', 'card_model', 'CARD_MODEL'],
      partition: 'gpu_partition_id',
    },
  },
  mappings: [
    amd(['gpu_package_power'], 'gpu.power', 1, board),
    amd(['gpu_average_package_power'], 'gpu.power', 1, { ...board, rank: 1 }),
    amd(['gpu_power_usage'], 'gpu.power', 1, { ...board, rank: 2 }),
    amd(['gpu_energy_consumed'], 'gpu.power', 1e-6, { ...board, ...counter, rank: 9, quality: 'derived' }),
    amd(['gpu_energy_consumed'], 'gpu.energy', 1e-6, board),
    amd(['gpu_gfx_activity'], 'gpu.util', 0.01),
    amd(['gpu_usage'], 'gpu.util', 0.01, { rank: 1 }),
    amd(['gpu_umc_activity'], 'gpu.memBusy', 0.01),
    amd(['gpu_junction_temperature'], 'gpu.temp', 1, board),
    amd(['gpu_edge_temperature'], 'gpu.temp', 1, { ...board, rank: 1 }),
    amd(['gpu_memory_temperature'], 'gpu.memTemp', 1, board),
    amd(['gpu_clock'], 'gpu.clock', 1, clockOf('SYSTEM')),
    amd(['gpu_max_clock'], 'gpu.clockMax', 1, clockOf('SYSTEM')),
    amd(['gpu_clock'], 'gpu.memClock', 1, clockOf('MEMORY')),
    amd([violation('ppt_residency')], 'gpu.powerThrottle', 0.01),
    amd([violation('gfx_clock_below_host_limit_power')], 'gpu.powerThrottle', 0.01, { rank: 1 }),
    // Causes may overlap, so the longest is what is sure.
    amd(
      ['socket_thermal_residency', 'vr_thermal_residency', 'hbm_thermal_residency', 'processor_hot_residency'].map(
        violation,
      ),
      'gpu.thermalThrottle',
      0.01,
    ),
    amd(['gpu_used_vram'], 'gpu.memUsed', MB, partitions),
    amd(['gpu_used_memory'], 'gpu.memUsed', MB, { ...partitions, rank: 1 }),
    amd(['gpu_total_vram'], 'gpu.memTotal', MB, partitions),
    amd(['gpu_total_memory'], 'gpu.memTotal', MB, { ...partitions, rank: 1 }),
    amd(['gpu_xgmi_link_tx'], 'gpu.nvlinkTx', 1024, { ...links, ...counter, quality: 'derived' }),
    amd(['gpu_xgmi_link_rx'], 'gpu.nvlinkRx', 1024, { ...links, ...counter, quality: 'derived' }),
    // Mb/s.
    amd(['pcie_bandwidth'], 'gpu.pcie', 125_000, board),
    amd(['pcie_speed'], 'gpu.pcieSpeed', 1, { ...board, absentUpTo: 0 }),
    amd(['pcie_max_speed'], 'gpu.pcieSpeedMax', 1, { ...board, absentUpTo: 0 }),
    amd(['pcie_replay_count'], 'gpu.pcieReplay', 1, { ...board, ...counter }),
    amd(['gpu_ecc_correct_total'], 'gpu.eccCorrected'),
    amd(['gpu_ecc_uncorrect_total'], 'gpu.eccUncorrected'),
    amd(['gpu_health'], 'gpu.healthy', 1, { rows: 'min', parts: ['gpu_partition_id'] }),
  ],
};

const omni = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([`rocm_${name}`], signal, 'Run omnistat-monitor with enable_amd_smi = True (and enable_power_cap)', more);

/** omnistat names a GPU by node and `card` only; only rocm_version_info tells its model. */
export const omnistatProfile: Profile = {
  id: 'omnistat',
  title: 'AMD omnistat',
  source: 'ROCm/omnistat documentation and omnistat/collector_smi.py',
  identity: { gpu: { id: [], index: ['card'], model: ['type'] } },
  info: ['rocm_version_info'],
  mappings: [
    omni('average_socket_power_watts', 'gpu.power'),
    omni('energy_joules', 'gpu.power', { ...counter, rank: 9, quality: 'derived' }),
    omni('energy_joules', 'gpu.energy'),
    omni('power_cap_watts', 'gpu.powerLimit'),
    omni('utilization_percentage', 'gpu.util', { scale: 0.01 }),
    omni('vram_busy_percentage', 'gpu.memBusy', { scale: 0.01 }),
    omni('temperature_celsius', 'gpu.temp'),
    omni('temperature_memory_celsius', 'gpu.memTemp'),
    omni('sclk_clock_mhz', 'gpu.clock'),
    omni('mclk_clock_mhz', 'gpu.memClock'),
    omni('vram_total_bytes', 'gpu.memTotal'),
  ],
};

const nic = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping([`nic_${name}`, `amd_nic_${name}`], signal, `Add NIC_${name.toUpperCase()} to NICConfig.Fields`, {
    ...{ link: 'ethernet', rows: 'sum', parts: ['port_id'] },
    ...more,
  });

/**
 * Pollara and Vulcano cards by their number; ports of one card add up, as its highest speed is the card's. Rates are
 * gauges in bit/s; counts are gauges by their TYPE and count on. Where node_exporter is read as well, a card's port
 * stands there once more by the name of its interface; nobody documents which, so they are paired by their rates. A priority pause in either direction is a pause.
 */
export const amdNicProfile: Profile = {
  id: 'amd-nic',
  title: 'AMD device-metrics-exporter, AI NICs',
  source:
    'ROCm/device-metrics-exporter docs/configuration/network-metricslist.md, pkg/amdnic/nicagent/nicagent_metrics.go',
  identity: { link: { device: ['nic_id'], card: true } },
  mappings: [
    nic('port_stats_rx_bps', 'link.rx', { scale: 1 / 8 }),
    nic('port_stats_tx_bps', 'link.tx', { scale: 1 / 8 }),
    // Gb/s.
    nic('max_speed', 'link.rate', { scale: 1.25e8, rows: 'max', parts: [] }),
    nic('port_stats_frames_rx_pripause', 'link.pfc', counter),
    nic('port_stats_frames_tx_pripause', 'link.pfc', counter),
    nic('port_stats_frames_rx_bad_all', 'link.errors', counter),
    nic('port_stats_frames_tx_bad', 'link.errors', counter),
    nic('port_stats_frames_rx_dropped', 'link.discards', counter),
  ],
};
