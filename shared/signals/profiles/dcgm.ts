import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

const dcgm = (
  names: readonly string[],
  signal: SignalId,
  scale = 1,
  more: Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>> = {},
): Mapping =>
  mapping(
    names.map((name) => `DCGM_FI_${name}`),
    signal,
    `Add "DCGM_FI_${names[0]}, ${more.kind ?? 'gauge'}, ${signal}" to the counters CSV of dcgm-exporter`,
    { scale, ...more },
  );

const MIB = 1024 * 1024;
const counter = { kind: 'counter' } as const;
const links = { rows: 'sum', parts: ['nvlink'] } as const;
const instances = { rows: 'sum', parts: ['GPU_I_ID'] } as const;

/**
 * NVIDIA dcgm-exporter. Boards' sensors stand on every MIG instance's row; memory is divided among the instances.
 * GPU_UTIL is "some kernel ran" and is not supported on MIG instances, so graphics engine activity is preferred.
 */
export const dcgmProfile: Profile = {
  id: 'dcgm',
  title: 'NVIDIA dcgm-exporter',
  source: 'dcgm-exporter 4.8 etc/*.csv and render_metrics.go; dcgm_fields.h of DCGM 4.5.3 and 4.6.0',
  blanks: 'DCGM_FI_',
  identity: { gpu: { id: ['UUID', 'gpu_uuid'], index: ['gpu'], model: ['modelName', 'model_name'] } },
  mappings: [
    dcgm(['DEV_POWER_USAGE', 'DEV_BOARD_POWER_WATTS'], 'gpu.power'),
    dcgm(['DEV_POWER_USAGE_INSTANT', 'DEV_BOARD_POWER_RAW_WATTS'], 'gpu.power', 1, { rank: 1 }),
    dcgm(['DEV_ENFORCED_POWER_LIMIT', 'DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS'], 'gpu.powerLimit'),
    dcgm(['DEV_POWER_MGMT_LIMIT', 'DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS'], 'gpu.powerLimit', 1, {
      rank: 1,
      quality: 'derived',
    }),
    dcgm(['PROF_GR_ENGINE_ACTIVE', 'PROF_GR_ENGINE_UTIL_RATIO'], 'gpu.util'),
    dcgm(['DEV_GPU_UTIL', 'DEV_GPU_UTIL_RATIO'], 'gpu.util', 0.01, { rank: 1 }),
    dcgm(['DEV_GPU_TEMP', 'DEV_GPU_TEMP_CELSIUS'], 'gpu.temp'),
    dcgm(['DEV_SLOWDOWN_TEMP', 'DEV_GPU_TEMP_SLOWDOWN_CELSIUS'], 'gpu.tempLimit'),
    dcgm(['DEV_GPU_TEMP_LIMIT', 'DEV_GPU_TEMP_MARGIN_CELSIUS'], 'gpu.tempMargin'),
    dcgm(['DEV_MEMORY_TEMP', 'DEV_MEMORY_TEMP_CELSIUS'], 'gpu.memTemp'),
    dcgm(['DEV_SM_CLOCK'], 'gpu.clock'),
    dcgm(['DEV_MAX_SM_CLOCK'], 'gpu.clockMax'),
    dcgm(['DEV_CLOCKS_EVENT_REASONS', 'DEV_CLOCK_THROTTLE_REASONS'], 'gpu.throttle'),
    // Nanoseconds, whatever the help text of exporters before December 2025 says.
    dcgm(['DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP_NS'], 'gpu.powerThrottle', 1e-9, counter),
    dcgm(['DEV_POWER_VIOLATION'], 'gpu.powerThrottle', 1e-9, { ...counter, rank: 1 }),
    // Soft and hard slowdown may overlap, so the longer of the two is what is sure.
    dcgm(
      ['DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS', 'DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS'],
      'gpu.thermalThrottle',
      1e-9,
      counter,
    ),
    dcgm(['DEV_THERMAL_VIOLATION'], 'gpu.thermalThrottle', 1e-9, { ...counter, rank: 1 }),
    // Gauges in bytes per second although old CSVs say counter.
    dcgm(['PROF_NVLINK_TX_BYTES'], 'gpu.nvlinkTx', 1, links),
    dcgm(['PROF_NVLINK_RX_BYTES'], 'gpu.nvlinkRx', 1, links),
    dcgm(['DEV_NVLINK_COUNT_TX_BYTES', 'DEV_NVLINK_TX_BYTES_TOTAL'], 'gpu.nvlinkTx', 1, {
      ...links,
      ...counter,
      rank: 1,
    }),
    dcgm(['DEV_NVLINK_COUNT_RX_BYTES', 'DEV_NVLINK_RX_BYTES_TOTAL'], 'gpu.nvlinkRx', 1, {
      ...links,
      ...counter,
      rank: 1,
    }),
    // A gauge in MB/s over both directions although the CSV says counter: never rate() it.
    dcgm(['DEV_NVLINK_BANDWIDTH_TOTAL', 'DEV_NVLINK_THROUGHPUT_TOTAL'], 'gpu.nvlink', 1e6, {
      ...links,
      rank: 2,
      quality: 'derived',
    }),
    dcgm(['PROF_PCIE_TX_BYTES'], 'gpu.pcieTx'),
    dcgm(['PROF_PCIE_RX_BYTES'], 'gpu.pcieRx'),
    dcgm(['PROF_PCIE_TX_BYTES_TOTAL'], 'gpu.pcieTx', 1, { ...counter, rank: 1 }),
    dcgm(['PROF_PCIE_RX_BYTES_TOTAL'], 'gpu.pcieRx', 1, { ...counter, rank: 1 }),
    dcgm(['DEV_FB_USED'], 'gpu.memUsed', MIB, instances),
    dcgm(['DEV_XID_ERRORS', 'DEV_XID_ERROR'], 'gpu.xid'),
  ],
};
