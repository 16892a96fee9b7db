import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const smi = (names: readonly string[], signal: SignalId, more: More = {}): Mapping =>
  mapping(
    names.map((name) => `nvidia_smi_${name}`),
    signal,
    'Run nvidia_gpu_exporter with its query fields left at AUTO',
    more,
  );

const second = { rank: 1 } as const;
const counter = { kind: 'counter' } as const;
const reason = 'clocks_event_reasons_counters_';

/**
 * nvidia_gpu_exporter, the vocabulary of nvidia-smi in SI units. Its `uuid` is lower case and lacks the prefix GPU-;
 * only `nvidia_smi_gpu_info` tells index and model. The NVML backend adds the energy counter.
 */
export const nvidiaSmiProfile: Profile = {
  id: 'nvidia-smi',
  title: 'nvidia_gpu_exporter (nvidia-smi)',
  source: 'utkuozdemir/nvidia_gpu_exporter docs/METRICS.md and internal/integration/testdata',
  identity: { gpu: { id: ['uuid'], idPrefix: 'GPU-', index: ['index'], model: ['name'] } },
  info: ['nvidia_smi_gpu_info'],
  mappings: [
    smi(['power_draw_average_watts', 'power_draw_watts'], 'gpu.power'),
    smi(['power_draw_instant_watts'], 'gpu.power', second),
    smi(['energy_joules_total'], 'gpu.power', { ...counter, rank: 9, quality: 'derived' }),
    smi(['energy_joules_total'], 'gpu.energy'),
    smi(['enforced_power_limit_watts'], 'gpu.powerLimit'),
    smi(['power_limit_watts'], 'gpu.powerLimit', { rank: 1, quality: 'derived' }),
    smi(['power_default_limit_watts'], 'gpu.powerLimitDefault'),
    smi(['power_max_limit_watts'], 'gpu.powerLimitMax'),
    smi(['power_min_limit_watts'], 'gpu.powerLimitMin'),
    smi(['utilization_gpu_ratio'], 'gpu.util', second),
    smi(['utilization_memory_ratio'], 'gpu.memBusy'),
    smi(['temperature_gpu'], 'gpu.temp'),
    smi(['temperature_gpu_tlimit'], 'gpu.tempMargin'),
    smi(['temperature_memory'], 'gpu.memTemp'),
    smi(['clocks_current_sm_clock_hz'], 'gpu.clock', { scale: 1e-6 }),
    smi(['clocks_max_sm_clock_hz'], 'gpu.clockMax', { scale: 1e-6 }),
    smi(['clocks_current_memory_clock_hz'], 'gpu.memClock', { scale: 1e-6 }),
    smi(['clocks_event_reasons_active', 'clocks_throttle_reasons_active'], 'gpu.throttle'),
    smi([`${reason}sw_power_cap_seconds`], 'gpu.powerThrottle', counter),
    smi(
      [`${reason}hw_thermal_slowdown_seconds`, `${reason}sw_thermal_slowdown_seconds`],
      'gpu.thermalThrottle',
      counter,
    ),
    smi([`${reason}hw_power_brake_slowdown_seconds`], 'gpu.brakeThrottle', counter),
    smi([`${reason}sync_boost_seconds`], 'gpu.syncThrottle', counter),
    smi(['memory_used_bytes'], 'gpu.memUsed'),
    smi(['memory_total_bytes'], 'gpu.memTotal'),
    smi(['pcie_link_gen_current', 'pcie_link_gen_gpucurrent'], 'gpu.pcieGen'),
    smi(['pcie_link_gen_max'], 'gpu.pcieGenMax'),
    smi(['pcie_link_width_current'], 'gpu.pcieWidth'),
    smi(['pcie_link_width_max'], 'gpu.pcieWidthMax'),
    smi(['ecc_errors_corrected_volatile_total'], 'gpu.eccCorrected'),
    smi(['ecc_errors_uncorrected_volatile_total'], 'gpu.eccUncorrected'),
    smi(['remapped_rows_uncorrectable'], 'gpu.rowsRemapped'),
    smi(['remapped_rows_correctable'], 'gpu.rowsRemapped'),
    smi(['remapped_rows_pending'], 'gpu.remapPending'),
    smi(['remapped_rows_failure'], 'gpu.remapFailed'),
    smi(['gpu_recovery_action'], 'gpu.recovery'),
    smi(['fabric_clique_id'], 'gpu.clique'),
  ],
};
