import { expect, test } from 'vitest';
import { cellOf, decodedOf, fed } from '../../fleet.fixture.ts';
import { DERIVED } from '../../frame.ts';
import { type SignalId, signalOf } from '../catalogue.ts';
import type { Mapping, Profile } from '../profile.ts';
import { allSmiProfile, furiosaProfile, gaudiProfile, neuronProfile, tpuProfile } from './accelerators.ts';
import { amdProfile, omnistatProfile } from './amd.ts';
import { dcgmLowerProfile } from './dcgm-lower.ts';
import { tritonGpuProfile } from './inference.ts';
import { nvidiaSmiProfile } from './nvidia-smi.ts';

/**
 * Every mapping of every exporter of boards but DCGM's own (dcgm.test.ts): a raw number, and what it is in the signal's
 * unit, worked out by hand from the units of signals.md 6 and the exporters' documentation. Synthetic texts. A counter is
 * given its growth within five seconds. `more` are labels that a mapping looks at.
 */
type Row = readonly [name: string, raw: number, signal: SignalId, value: number, more?: string];

const MIB = 1_048_576;
const REASON = 'clocks_event_reasons_counters_';
const NEURON_ECC = 'neuron_device_index="0",event_type="mem_ecc_';

interface Table {
  readonly profile: Profile;
  readonly labels: string;
  readonly prefix: string;
  /** Identity of its board. */
  readonly board: string;
  readonly rows: readonly Row[];
}

const TABLES: readonly Table[] = [
  {
    profile: nvidiaSmiProfile,
    ...{ labels: 'uuid="a"', prefix: 'nvidia_smi_', board: 'GPU-a' },
    rows: [
      ['power_draw_average_watts', 612, 'gpu.power', 612],
      ['power_draw_instant_watts', 640, 'gpu.power', 640],
      ['energy_joules_total', 3500, 'gpu.power', 700],
      ['energy_joules_total', 5e9, 'gpu.energy', 5e9],
      ['enforced_power_limit_watts', 600, 'gpu.powerLimit', 600],
      ['power_limit_watts', 650, 'gpu.powerLimit', 650],
      ['power_default_limit_watts', 700, 'gpu.powerLimitDefault', 700],
      ['power_max_limit_watts', 700, 'gpu.powerLimitMax', 700],
      ['power_min_limit_watts', 200, 'gpu.powerLimitMin', 200],
      ['utilization_gpu_ratio', 0.97, 'gpu.util', 0.97],
      ['utilization_memory_ratio', 0.4, 'gpu.memBusy', 0.4],
      ['temperature_gpu', 61, 'gpu.temp', 61],
      ['temperature_gpu_tlimit', 26, 'gpu.tempMargin', 26],
      ['temperature_memory', 72, 'gpu.memTemp', 72],
      // Hz
      ['clocks_current_sm_clock_hz', 1.755e9, 'gpu.clock', 1755],
      ['clocks_max_sm_clock_hz', 1.98e9, 'gpu.clockMax', 1980],
      ['clocks_current_memory_clock_hz', 2.619e9, 'gpu.memClock', 2619],
      ['clocks_throttle_reasons_active', 4, 'gpu.throttle', 4],
      // Seconds: 1 of 5 is a fifth.
      [`${REASON}sw_power_cap_seconds`, 1, 'gpu.powerThrottle', 0.2],
      [`${REASON}hw_thermal_slowdown_seconds`, 1, 'gpu.thermalThrottle', 0.2],
      [`${REASON}hw_power_brake_slowdown_seconds`, 1, 'gpu.brakeThrottle', 0.2],
      [`${REASON}sync_boost_seconds`, 1, 'gpu.syncThrottle', 0.2],
      ['memory_used_bytes', 1e9, 'gpu.memUsed', 1e9],
      ['memory_total_bytes', 8e10, 'gpu.memTotal', 8e10],
      ['pcie_link_gen_current', 4, 'gpu.pcieGen', 4],
      ['pcie_link_gen_max', 5, 'gpu.pcieGenMax', 5],
      ['pcie_link_width_current', 8, 'gpu.pcieWidth', 8],
      ['pcie_link_width_max', 16, 'gpu.pcieWidthMax', 16],
      ['ecc_errors_corrected_volatile_total', 3, 'gpu.eccCorrected', 3],
      ['ecc_errors_uncorrected_volatile_total', 1, 'gpu.eccUncorrected', 1],
      ['remapped_rows_pending', 1, 'gpu.remapPending', 1],
      ['remapped_rows_failure', 1, 'gpu.remapFailed', 1],
      ['gpu_recovery_action', 1, 'gpu.recovery', 1],
      ['fabric_clique_id', 2, 'gpu.clique', 2],
    ],
  },
  {
    profile: dcgmLowerProfile,
    ...{ labels: 'gpu="0",uuid="GPU-a"', prefix: 'dcgm_', board: 'GPU-a' },
    rows: [
      ['power_usage', 250.5, 'gpu.power', 250.5],
      ['gpu_utilization', 97, 'gpu.util', 0.97],
      ['gpu_temp', 61, 'gpu.temp', 61],
      ['memory_temp', 72, 'gpu.memTemp', 72],
      ['sm_clock', 1410, 'gpu.clock', 1410],
      ['memory_clock', 1215, 'gpu.memClock', 1215],
      ['fb_used', 1024, 'gpu.memUsed', 1024 * MIB],
      ['xid_errors', 79, 'gpu.xid', 79],
    ],
  },
  {
    profile: amdProfile,
    labels: 'gpu_id="0",serial_number="S1",card_series="Unheard Of",hostname="n1"',
    ...{ prefix: '', board: 'S1' },
    rows: [
      ['gpu_package_power', 748, 'gpu.power', 748],
      ['gpu_average_package_power', 300, 'gpu.power', 300],
      ['gpu_power_usage', 299, 'gpu.power', 299],
      // µJ: 3,750 J in 5 s
      ['gpu_energy_consumed', 3.75e9, 'gpu.power', 750],
      ['gpu_energy_consumed', 5e15, 'gpu.energy', 5e9],
      ['gpu_gfx_activity', 97, 'gpu.util', 0.97],
      ['gpu_usage', 96, 'gpu.util', 0.96],
      ['gpu_umc_activity', 40, 'gpu.memBusy', 0.4],
      ['gpu_junction_temperature', 71, 'gpu.temp', 71],
      ['gpu_edge_temperature', 61, 'gpu.temp', 61],
      ['gpu_memory_temperature', 66, 'gpu.memTemp', 66],
      ['gpu_clock', 2100, 'gpu.clock', 2100, 'clock_type="GPU_CLOCK_TYPE_SYSTEM"'],
      ['gpu_max_clock', 2400, 'gpu.clockMax', 2400, 'clock_type="SYSTEM"'],
      ['gpu_clock', 1300, 'gpu.memClock', 1300, 'clock_type="GPU_CLOCK_TYPE_MEMORY"'],
      ['gpu_violation_ppt_residency_percentage', 40, 'gpu.powerThrottle', 0.4],
      ['gpu_violation_gfx_clock_below_host_limit_power_percentage', 30, 'gpu.powerThrottle', 0.3],
      ['gpu_violation_hbm_thermal_residency_percentage', 20, 'gpu.thermalThrottle', 0.2],
      // 10^6 bytes
      ['gpu_used_vram', 183_265, 'gpu.memUsed', 183_265e6],
      ['gpu_used_memory', 183_265, 'gpu.memUsed', 183_265e6],
      ['gpu_total_vram', 196_592, 'gpu.memTotal', 196_592e6],
      ['gpu_total_memory', 196_592, 'gpu.memTotal', 196_592e6],
      // 1,024 bytes, accumulated
      ['gpu_xgmi_link_tx', 5e6, 'gpu.nvlinkTx', 1.024e9, 'link_index="0"'],
      ['gpu_xgmi_link_rx', 5e6, 'gpu.nvlinkRx', 1.024e9, 'link_index="0"'],
      // Mb/s
      ['pcie_bandwidth', 800, 'gpu.pcie', 1e8],
      ['pcie_speed', 16, 'gpu.pcieSpeed', 16],
      ['pcie_max_speed', 32, 'gpu.pcieSpeedMax', 32],
      ['pcie_replay_count', 10, 'gpu.pcieReplay', 2],
      ['gpu_ecc_correct_total', 3, 'gpu.eccCorrected', 3],
      ['gpu_ecc_uncorrect_total', 1, 'gpu.eccUncorrected', 1],
      ['gpu_health', 1, 'gpu.healthy', 1],
    ],
  },
  {
    profile: omnistatProfile,
    ...{ labels: 'card="0"', prefix: 'rocm_', board: 'S/n1/gpu0' },
    rows: [
      ['average_socket_power_watts', 35, 'gpu.power', 35],
      ['energy_joules', 1000, 'gpu.power', 200],
      ['energy_joules', 2.6e7, 'gpu.energy', 2.6e7],
      ['power_cap_watts', 750, 'gpu.powerLimit', 750],
      ['utilization_percentage', 12.5, 'gpu.util', 0.125],
      ['vram_busy_percentage', 25, 'gpu.memBusy', 0.25],
      ['temperature_celsius', 45, 'gpu.temp', 45],
      ['temperature_memory_celsius', 50, 'gpu.memTemp', 50],
      ['sclk_clock_mhz', 2100, 'gpu.clock', 2100],
      ['mclk_clock_mhz', 1300, 'gpu.memClock', 1300],
      ['vram_total_bytes', 6.4e10, 'gpu.memTotal', 6.4e10],
    ],
  },
  {
    profile: gaudiProfile,
    ...{ labels: 'UUID="01P0-X",id="0"', prefix: 'habanalabs_', board: '01P0-X' },
    rows: [
      ['power_mW', 412_500, 'gpu.power', 412.5],
      ['power_default_limit_mW', 600_000, 'gpu.powerLimitDefault', 600],
      ['power_default_limit_mW', 600_000, 'gpu.powerLimit', 600],
      ['utilization', 75, 'gpu.util', 0.75],
      ['temperature_onchip', 55, 'gpu.temp', 55],
      ['temperature_threshold_slowdown', 100, 'gpu.tempLimit', 100],
      ['clock_soc_mhz', 1650, 'gpu.clock', 1650],
      ['clock_soc_max_mhz', 1800, 'gpu.clockMax', 1800],
      ['memory_used_bytes', 1e9, 'gpu.memUsed', 1e9],
      ['memory_total_bytes', 1.28e11, 'gpu.memTotal', 1.28e11],
      ['pci_link_width', 16, 'gpu.pcieWidth', 16],
      ['pcie_replay_count', 10, 'gpu.pcieReplay', 2],
      ['pending_rows_state', 1, 'gpu.remapPending', 1],
    ],
  },
  {
    profile: neuronProfile,
    labels: 'neuroncore="0",instance_type="trn1.32xlarge",runtime_tag="7"',
    ...{ prefix: '', board: 'S/n1/gpu0' },
    rows: [
      ['neuroncore_utilization_ratio', 0.5, 'gpu.util', 0.5],
      ['hardware_ecc_events_total', 4, 'node.eccCorrected', 4, `${NEURON_ECC}corrected"`],
      ['hardware_ecc_events_total', 2, 'node.eccUncorrected', 2, `${NEURON_ECC}uncorrected"`],
      // 10 in 5 s
      ['execution_errors_total', 10, 'node.runErrors', 2, 'error_type="generic"'],
    ],
  },
  {
    profile: tpuProfile,
    labels: 'accelerator_id="T-0",model="tpu-v5e",node_name="n1"',
    ...{ prefix: 'kubernetes_io:node_accelerator_', board: 'T-0' },
    rows: [
      ['duty_cycle', 40, 'gpu.util', 0.4],
      ['tensorcore_utilization', 30, 'gpu.tensor', 0.3],
      ['memory_bandwidth_utilization', 20, 'gpu.dram', 0.2],
      ['memory_used', 8e9, 'gpu.memUsed', 8e9],
      ['memory_total', 1.6e10, 'gpu.memTotal', 1.6e10],
    ],
  },
  {
    profile: furiosaProfile,
    labels: 'arch="rngd",device="npu0",uuid="F1",kubernetes_node_name="n1"',
    ...{ prefix: 'furiosa_npu_', board: 'F1' },
    rows: [
      ['hw_power', 47.5, 'gpu.power', 47.5, 'label="rms"'],
      ['hw_temperature', 52, 'gpu.temp', 52, 'label="peak"'],
      ['core_utilization', 80, 'gpu.util', 0.8, 'core="0"'],
      ['core_frequency', 1000, 'gpu.clock', 1000, 'core="0"'],
      ['alive', 1, 'gpu.healthy', 1, 'core="0"'],
    ],
  },
  {
    profile: allSmiProfile,
    ...{ labels: 'gpu="Unheard Of",uuid="GPU-a",index="0"', prefix: 'all_smi_', board: 'GPU-a' },
    rows: [
      ['gpu_power_consumption_watts', 400.5, 'gpu.power', 400.5],
      ['energy_consumed_joules_total', 3500, 'gpu.power', 700, 'scope="gpu"'],
      ['gpu_power_limit_current_watts', 650, 'gpu.powerLimit', 650],
      ['gpu_power_limit_max_watts', 700, 'gpu.powerLimitMax', 700],
      ['gpu_utilization', 25, 'gpu.util', 0.25],
      ['gpu_temperature_celsius', 61, 'gpu.temp', 61],
      ['gpu_frequency_mhz', 1755, 'gpu.clock', 1755],
      ['gpu_memory_used_bytes', 1e9, 'gpu.memUsed', 1e9],
      ['gpu_memory_total_bytes', 8e10, 'gpu.memTotal', 8e10],
    ],
  },
  {
    profile: tritonGpuProfile,
    ...{ labels: 'gpu_uuid="GPU-a"', prefix: 'nv_', board: 'GPU-a' },
    rows: [
      ['gpu_power_usage', 250, 'gpu.power', 250],
      // J: 1,250 in 5 s
      ['energy_consumption', 1250, 'gpu.power', 250],
      ['energy_consumption', 5e9, 'gpu.energy', 5e9],
      ['gpu_power_limit', 300, 'gpu.powerLimit', 300],
      ['gpu_utilization', 0.5, 'gpu.util', 0.5],
      ['gpu_memory_used_bytes', 1e9, 'gpu.memUsed', 1e9],
      ['gpu_memory_total_bytes', 8e10, 'gpu.memTotal', 8e10],
    ],
  },
];

const target = { targetLabels: new Map([['instance', 'n1:9']]) };
const mappingOf = ({ profile, prefix }: Table, [name, , signal]: Row) =>
  profile.mappings.find((one) => one.names.includes(prefix + name) && one.signal === signal);

test.each(TABLES.flatMap((table) => table.rows.map((row) => [table.profile.id, row, table] as const)))(
  '%s: %j',
  (_id, row, table) => {
    const [name, raw, signal, value, more] = row;
    const { take, at } = fed();
    const counts = mappingOf(table, row)?.kind === 'counter';
    const body = decodedOf(
      `${table.prefix}${name}{${[table.labels, more].filter(Boolean).join(',')}} ${counts ? 7 : raw}\n`,
    );
    expect(take(body, 0, target).bad).toBe(0);
    if (counts) take({ ...body, values: Float64Array.of(7 + raw) }, 5, target);
    const object = signalOf(signal).kind === 'gpu' ? table.board : 'S/Unmapped/Unmapped/Unmapped/n1';
    expect(cellOf(at(5), signal, object).value).toBe(Math.fround(value));
  },
);

test.each(TABLES.map((table) => [table.profile.id, table] as const))(
  '%s: every mapping is in its table',
  (_id, table) => {
    const tried = new Set(table.rows.map((row) => mappingOf(table, row)));
    const missing = table.profile.mappings.filter((one) => !tried.has(one) && !isPart(table.profile, one));
    expect(missing.map(({ names, signal }) => [names[0], signal])).toEqual([]);
  },
);

/** Several metrics make one value only together: below, and in accelerators.test.ts. */
const isPart = ({ mappings }: Profile, { signal, rank }: Mapping) =>
  mappings.filter((one) => one.signal === signal && one.rank === rank).length > 1;

test('rows remapped by nvidia-smi are both kinds together', () => {
  const { take, at } = fed();
  take(
    'nvidia_smi_remapped_rows_uncorrectable{uuid="a"} 2\nnvidia_smi_remapped_rows_correctable{uuid="a"} 3\n',
    0,
    target,
  );
  expect(cellOf(at(), 'gpu.rowsRemapped', 'GPU-a').value).toBe(5);
});

test('the generation of a PCIe link is told by its speed where only that is exported', () => {
  const { take, at } = fed();
  const A = '{gpu_id="0",serial_number="S1",hostname="n1"}';
  take(`pcie_speed${A} 16\npcie_max_speed${A} 32\n`);
  expect(cellOf(at(), 'gpu.pcieGen', 'S1')).toMatchObject({ value: 4, quality: DERIVED });
  expect(cellOf(at(), 'gpu.pcieGenMax', 'S1')).toMatchObject({ value: 5, quality: DERIVED });
});
