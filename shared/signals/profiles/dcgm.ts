import { NVLINKS } from '../../nvlinks.ts';
import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const dcgm = (names: readonly string[], signal: SignalId, scale = 1, more: More = {}): Mapping =>
  mapping(
    names.map((name) => `DCGM_FI_${name}`),
    signal,
    `Add "DCGM_FI_${names[0]}, ${more.kind ?? 'gauge'}, ${signal}" to the counters CSV of dcgm-exporter`,
    { scale, ...more },
  );

/** Counts that the exporter itself makes over a window of five minutes, and its health checks. */
const made = (name: string, signal: SignalId, more: More = {}): Mapping =>
  mapping(
    [`DCGM_EXP_${name}`],
    signal,
    `Add "DCGM_EXP_${name}, gauge, ${signal}" to the counters CSV of dcgm-exporter`,
    more,
  );

const MIB = 1024 * 1024;
const counter = { kind: 'counter' } as const;
const links = { rows: 'sum', parts: ['nvlink'] } as const;
const worst = { rows: 'max', parts: ['nvlink'] } as const;
const megabytes = { ...links, rank: 2, quality: 'derived' } as const;
const processors = { rows: 'sum', parts: ['cpu'] } as const;
const switches = { rows: 'sum', parts: ['nvswitch'] } as const;
const instances = { rows: 'sum', parts: ['GPU_I_ID'] } as const;
const percent = 0.01;

const POWER: readonly Mapping[] = [
  dcgm(['DEV_POWER_USAGE', 'DEV_BOARD_POWER_WATTS'], 'gpu.power'),
  dcgm(['DEV_POWER_USAGE_INSTANT', 'DEV_BOARD_POWER_RAW_WATTS'], 'gpu.power', 1, { rank: 1 }),
  // Millijoules since the driver was loaded: their growth is the mean power.
  dcgm(['DEV_TOTAL_ENERGY_CONSUMPTION'], 'gpu.power', 1e-3, { ...counter, rank: 9, quality: 'derived' }),
  dcgm(['DEV_TOTAL_ENERGY_CONSUMPTION'], 'gpu.energy', 1e-3),
  dcgm(['DEV_ENFORCED_POWER_LIMIT', 'DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS'], 'gpu.powerLimit'),
  dcgm(['DEV_POWER_MGMT_LIMIT', 'DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS'], 'gpu.powerLimit', 1, {
    rank: 1,
    quality: 'derived',
  }),
  dcgm(['DEV_POWER_MGMT_LIMIT_DEF', 'DEV_BOARD_POWER_LIMIT_DEFAULT_WATTS'], 'gpu.powerLimitDefault'),
  dcgm(['DEV_POWER_MGMT_LIMIT_MAX', 'DEV_BOARD_POWER_LIMIT_MAX_WATTS'], 'gpu.powerLimitMax'),
  dcgm(['DEV_POWER_MGMT_LIMIT_MIN', 'DEV_BOARD_POWER_LIMIT_MIN_WATTS'], 'gpu.powerLimitMin'),
];

/** Power smoothing of GB300; in-band access has to be allowed by Redfish. Names with _WATTS are of headers after 4.6.0. */
const smoothing = (names: readonly string[], signal: SignalId, scale = 1): Mapping =>
  dcgm(
    names.map((name) => `DEV_PWR_SMOOTHING_${name}`),
    signal,
    scale,
  );
const SMOOTHING: readonly Mapping[] = [
  smoothing(['ENABLED'], 'gpu.smoothing'),
  smoothing(['PRIV_LVL'], 'gpu.smoothingLevel'),
  smoothing(['IMM_RAMP_DOWN_ENABLED'], 'gpu.smoothingRampDown'),
  smoothing(['APPLIED_TMP_CEIL', 'APPLIED_TMP_CEIL_WATTS'], 'gpu.smoothingCeiling'),
  smoothing(['APPLIED_TMP_FLOOR', 'APPLIED_TMP_FLOOR_WATTS'], 'gpu.smoothingFloor'),
  smoothing(['MAX_PERCENT_TMP_FLOOR_SETTING'], 'gpu.smoothingFloorMax', percent),
  smoothing(['MIN_PERCENT_TMP_FLOOR_SETTING'], 'gpu.smoothingFloorMin', percent),
  smoothing(['HW_CIRCUITRY_PERCENT_LIFETIME_REMAINING'], 'gpu.smoothingLife', percent),
];

const ACTIVITY: readonly Mapping[] = [
  dcgm(['PROF_GR_ENGINE_ACTIVE', 'PROF_GR_ENGINE_UTIL_RATIO'], 'gpu.util'),
  dcgm(['DEV_GPU_UTIL', 'DEV_GPU_UTIL_RATIO'], 'gpu.util', percent, { rank: 1 }),
  dcgm(['PROF_SM_ACTIVE', 'PROF_SM_UTIL_RATIO'], 'gpu.smActive'),
  dcgm(['PROF_SM_OCCUPANCY', 'PROF_SM_OCCUPANCY_RATIO'], 'gpu.occupancy'),
  dcgm(['PROF_PIPE_TENSOR_ACTIVE', 'PROF_TENSOR_UTIL_RATIO'], 'gpu.tensor'),
  dcgm(['PROF_DRAM_ACTIVE', 'PROF_DRAM_UTIL_RATIO'], 'gpu.dram'),
  dcgm(['DEV_MEM_COPY_UTIL'], 'gpu.memBusy', percent),
  dcgm(['DEV_ENC_UTIL'], 'gpu.encoder', percent),
  dcgm(['DEV_DEC_UTIL'], 'gpu.decoder', percent),
  dcgm(['DEV_FB_USED'], 'gpu.memUsed', MIB, instances),
  dcgm(['DEV_FB_TOTAL'], 'gpu.memTotal', MIB, instances),
  dcgm(['DEV_FB_RESERVED'], 'gpu.memReserved', MIB, instances),
  // Used ÷ (total − reserved), 0 to 1 under both names; of MIG instances the fullest.
  dcgm(['DEV_FB_USED_PERCENT', 'DEV_FB_USED_RATIO'], 'gpu.memUse'),
  // What the driver keeps for itself is not in it.
  dcgm(['DEV_FB_USED'], 'gpu.memTotal', MIB, { ...instances, rank: 1, quality: 'derived' }),
  dcgm(['DEV_FB_FREE'], 'gpu.memTotal', MIB, { ...instances, rank: 1, quality: 'derived' }),
];

const HEAT: readonly Mapping[] = [
  dcgm(['DEV_GPU_TEMP', 'DEV_GPU_TEMP_CELSIUS'], 'gpu.temp'),
  dcgm(['DEV_SLOWDOWN_TEMP', 'DEV_GPU_TEMP_SLOWDOWN_CELSIUS'], 'gpu.tempLimit'),
  dcgm(['DEV_SHUTDOWN_TEMP', 'DEV_GPU_TEMP_SHUTDOWN_CELSIUS'], 'gpu.tempShutdown'),
  dcgm(['DEV_GPU_TEMP_LIMIT', 'DEV_GPU_TEMP_MARGIN_CELSIUS'], 'gpu.tempMargin'),
  dcgm(['DEV_MEMORY_TEMP', 'DEV_MEMORY_TEMP_CELSIUS'], 'gpu.memTemp'),
];

const NO_EVENT = 'gpu_idle|clocks_setting|display_clocks';

const CLOCKS: readonly Mapping[] = [
  dcgm(['DEV_SM_CLOCK'], 'gpu.clock'),
  dcgm(['DEV_MAX_SM_CLOCK'], 'gpu.clockMax'),
  dcgm(['DEV_APP_SM_CLOCK'], 'gpu.clockApp'),
  dcgm(['DEV_MEM_CLOCK'], 'gpu.memClock'),
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
  dcgm(['DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS'], 'gpu.brakeThrottle', 1e-9, counter),
  dcgm(['DEV_CLOCKS_EVENT_REASON_SYNC_BOOST_NS'], 'gpu.syncThrottle', 1e-9, counter),
  dcgm(['DEV_SYNC_BOOST_VIOLATION'], 'gpu.syncThrottle', 1e-9, { ...counter, rank: 1 }),
  dcgm(['DEV_BOARD_LIMIT_VIOLATION'], 'gpu.boardThrottle', 1e-9, counter),
  dcgm(['DEV_LOW_UTIL_VIOLATION'], 'gpu.lowUtilThrottle', 1e-9, counter),
  dcgm(['DEV_RELIABILITY_VIOLATION'], 'gpu.reliabilityThrottle', 1e-9, counter),
  dcgm(['DEV_TOTAL_APP_CLOCKS_VIOLATION'], 'gpu.appClockThrottle', 1e-9, counter),
  dcgm(['DEV_TOTAL_BASE_CLOCKS_VIOLATION'], 'gpu.baseClockThrottle', 1e-9, counter),
  // Being idle, set to a clock by a person, or slowed for a display is no event to count.
  made('CLOCK_EVENTS_COUNT', 'gpu.clockEvents', {
    rows: 'sum',
    parts: ['clock_event'],
    unless: { clock_event: NO_EVENT },
  }),
  // The same before release 3.4.
  dcgm(['EXP_CLOCK_THROTTLE_REASONS_COUNT'], 'gpu.clockEvents', 1, {
    rank: 1,
    rows: 'sum',
    parts: ['throttle_reason'],
    unless: { throttle_reason: NO_EVENT },
  }),
];

const TRAFFIC: readonly Mapping[] = [
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
  // Gauges in MB/s although the CSV says counter: never rate() them. The total is over both directions.
  dcgm(['DEV_NVLINK_TX_BANDWIDTH_TOTAL', 'DEV_NVLINK_TX_THROUGHPUT_TOTAL'], 'gpu.nvlinkTx', 1e6, megabytes),
  dcgm(['DEV_NVLINK_RX_BANDWIDTH_TOTAL', 'DEV_NVLINK_RX_THROUGHPUT_TOTAL'], 'gpu.nvlinkRx', 1e6, megabytes),
  dcgm(['DEV_NVLINK_BANDWIDTH_TOTAL', 'DEV_NVLINK_THROUGHPUT_TOTAL'], 'gpu.nvlink', 1e6, megabytes),
  // NVLink 5 counts errors of reception at one place; before it there are four counters, which add up.
  dcgm(['DEV_NVLINK_COUNT_RX_ERRORS', 'DEV_NVLINK_RX_ERROR_TOTAL'], 'gpu.nvlinkErrors', 1, { ...links, ...counter }),
  ...['CRC_FLIT', 'CRC_DATA', 'REPLAY', 'RECOVERY'].map((error) =>
    dcgm([`DEV_NVLINK_${error}_ERROR_COUNT_TOTAL`, `DEV_NVLINK_${error}_ERROR_TOTAL`], 'gpu.nvlinkErrors', 1, {
      ...links,
      ...counter,
      rank: 1,
    }),
  ),
  // Decoded floats of NVLink 5; the raw values beside them hold mantissa and exponent. The worst link counts.
  dcgm(['DEV_NVLINK_COUNT_SYMBOL_BER_FLOAT', 'DEV_NVLINK_SYMBOL_BER_RATIO'], 'gpu.nvlinkSymbolBer', 1, worst),
  dcgm(['DEV_NVLINK_COUNT_EFFECTIVE_BER_FLOAT', 'DEV_NVLINK_EFFECTIVE_BER_RATIO'], 'gpu.nvlinkEffectiveBer', 1, worst),
  dcgm(['DEV_NVLINK_COUNT_LINK_RECOVERY_EVENTS', 'DEV_NVLINK_RECOVERY_EVENT_TOTAL'], 'gpu.nvlinkRecoveries', 1, {
    ...links,
    ...counter,
  }),
  dcgm(
    ['DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS', 'DEV_NVLINK_RECOVERY_FAILED_TOTAL'],
    'gpu.nvlinkRecoveryFailed',
    1,
    links,
  ),
  dcgm(
    ['DEV_NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS', 'DEV_NVLINK_RECOVERY_SUCCESSFUL_TOTAL'],
    'gpu.nvlinkRecovered',
    1,
    links,
  ),
  dcgm(['DEV_NVLINK_PPCNT_IBPC_PORT_XMIT_WAIT', 'DEV_NVLINK_PPCNT_IBPC_TX_WAIT_TOTAL'], 'gpu.nvlinkWait', 1, {
    ...links,
    ...counter,
  }),
  dcgm(['PROF_PCIE_TX_BYTES'], 'gpu.pcieTx'),
  dcgm(['PROF_PCIE_RX_BYTES'], 'gpu.pcieRx'),
  dcgm(['PROF_PCIE_TX_BYTES_TOTAL'], 'gpu.pcieTx', 1, { ...counter, rank: 1 }),
  dcgm(['PROF_PCIE_RX_BYTES_TOTAL'], 'gpu.pcieRx', 1, { ...counter, rank: 1 }),
  // Deprecated gauges in KB/s.
  dcgm(['DEV_PCIE_TX_THROUGHPUT'], 'gpu.pcieTx', 1e3, { rank: 2, quality: 'derived' }),
  dcgm(['DEV_PCIE_RX_THROUGHPUT'], 'gpu.pcieRx', 1e3, { rank: 2, quality: 'derived' }),
  dcgm(['DEV_PCIE_LINK_GEN'], 'gpu.pcieGen'),
  dcgm(['DEV_PCIE_MAX_LINK_GEN'], 'gpu.pcieGenMax'),
  dcgm(['DEV_PCIE_LINK_WIDTH'], 'gpu.pcieWidth'),
  dcgm(['DEV_PCIE_MAX_LINK_WIDTH'], 'gpu.pcieWidthMax'),
  dcgm(['DEV_PCIE_REPLAY_COUNTER', 'DEV_PCIE_REPLAY_TOTAL'], 'gpu.pcieReplay', 1, counter),
];

/** A field of each link by its number in the name, where {} stands. */
const each = (...names: readonly string[]) =>
  names.flatMap((name) => Array.from({ length: NVLINKS }, (_, link) => name.replace('{}', String(link))));
/** The same fields may have one row for a GPU, which is no link's. */
const labelled = { where: { nvlink: '.+' } } as const;
const errorsOf = (kind: string) => [
  ...each(`DEV_NVLINK_${kind}_ERROR_COUNT_L{}`, `DEV_NVLINK_${kind}_ERROR_L{}_TOTAL`),
  `DEV_NVLINK_${kind}_ERROR_PER_LINK_TOTAL`,
];
const way = (way: 'TX' | 'RX', signal: SignalId): readonly Mapping[] => [
  // Without the label, which fields of a whole board lack, it is no link's.
  dcgm(
    [...each(`PROF_NVLINK_L{}_${way}_BYTES`), `PROF_NVLINK_${way}_BYTES`, `PROF_NVLINK_${way}_BYTES_PER_LINK`],
    signal,
  ),
  dcgm([`DEV_NVLINK_COUNT_${way}_BYTES`, `DEV_NVLINK_${way}_BYTES_TOTAL`], signal, 1, {
    ...{ ...counter, ...labelled, rank: 1 },
  }),
  dcgm(
    [
      ...each(`DEV_NVLINK_${way}_BANDWIDTH_L{}`, `DEV_NVLINK_${way}_THROUGHPUT_L{}`),
      `DEV_NVLINK_${way}_THROUGHPUT_PER_LINK`,
    ],
    signal,
    1e6,
    { rank: 2, quality: 'derived' },
  ),
];

/** NVLinks one by one: older fields have the number in their names, those of DCGM's link entities in the label `nvlink`. */
const NVLINK: readonly Mapping[] = [
  dcgm(['DEV_NVLINK_GET_STATE', 'DEV_NVLINK_LINK_STATUS'], 'nvlink.state', 1, labelled),
  ...way('TX', 'nvlink.tx'),
  ...way('RX', 'nvlink.rx'),
  dcgm(
    [...each('DEV_NVLINK_BANDWIDTH_L{}', 'DEV_NVLINK_THROUGHPUT_L{}'), 'DEV_NVLINK_THROUGHPUT_PER_LINK'],
    'nvlink.both',
    1e6,
    { quality: 'derived' },
  ),
  dcgm(['DEV_NVLINK_COUNT_RX_ERRORS', 'DEV_NVLINK_RX_ERROR_TOTAL'], 'nvlink.rxErrors', 1, { ...counter, ...labelled }),
  dcgm(errorsOf('CRC_FLIT'), 'nvlink.crcFlit', 1, counter),
  dcgm(errorsOf('CRC_DATA'), 'nvlink.crcData', 1, counter),
  dcgm(errorsOf('REPLAY'), 'nvlink.replays', 1, counter),
  // Counts as they are: what grew of them in ten minutes is told.
  dcgm(['DEV_NVLINK_COUNT_LINK_RECOVERY_EVENTS', 'DEV_NVLINK_RECOVERY_EVENT_TOTAL'], 'nvlink.recoveries', 1, labelled),
  dcgm(errorsOf('RECOVERY'), 'nvlink.recoveries', 1, { rank: 1 }),
  dcgm(['DEV_NVLINK_COUNT_SYMBOL_BER_FLOAT', 'DEV_NVLINK_SYMBOL_BER_RATIO'], 'nvlink.symbolBer', 1, labelled),
  dcgm(['DEV_NVLINK_COUNT_EFFECTIVE_BER_FLOAT', 'DEV_NVLINK_EFFECTIVE_BER_RATIO'], 'nvlink.effectiveBer', 1, labelled),
  dcgm(['DEV_NVLINK_PPCNT_IBPC_PORT_XMIT_WAIT', 'DEV_NVLINK_PPCNT_IBPC_TX_WAIT_TOTAL'], 'nvlink.wait', 1, {
    ...counter,
    ...labelled,
  }),
];

const HEALTH: readonly Mapping[] = [
  dcgm(['DEV_XID_ERRORS', 'DEV_XID_ERROR'], 'gpu.xid'),
  made('XID_ERRORS_COUNT', 'gpu.xidCount', { rows: 'sum', parts: ['xid'] }),
  made('GPU_HEALTH_STATUS', 'gpu.healthStatus'),
  // NVML's status of NVLink to each peer: 0 is OK, 3 that the topology has none. The worst peer counts.
  made('P2P_STATUS', 'gpu.p2p'),
  // Since the driver was loaded, else since the board was made.
  dcgm(['DEV_ECC_SBE_VOL_TOTAL'], 'gpu.eccCorrected'),
  dcgm(['DEV_ECC_SBE_AGG_TOTAL'], 'gpu.eccCorrected', 1, { rank: 1 }),
  dcgm(['DEV_ECC_DBE_VOL_TOTAL'], 'gpu.eccUncorrected'),
  dcgm(['DEV_ECC_DBE_AGG_TOTAL'], 'gpu.eccUncorrected', 1, { rank: 1 }),
  dcgm(['DEV_UNCORRECTABLE_REMAPPED_ROWS', 'DEV_ROW_REMAP_UNCORRECTABLE_TOTAL'], 'gpu.rowsRemapped'),
  dcgm(['DEV_CORRECTABLE_REMAPPED_ROWS', 'DEV_ROW_REMAP_CORRECTABLE_TOTAL'], 'gpu.rowsRemapped'),
  dcgm(['DEV_ROW_REMAP_PENDING'], 'gpu.remapPending'),
  dcgm(['DEV_RETIRED_PENDING', 'DEV_PAGE_RETIRED_PENDING'], 'gpu.remapPending', 1, { rank: 1 }),
  dcgm(['DEV_ROW_REMAP_FAILURE', 'DEV_ROW_REMAP_FAILED'], 'gpu.remapFailed'),
  dcgm(['DEV_RETIRED_SBE', 'DEV_PAGE_RETIRED_SBE_TOTAL'], 'gpu.pagesRetired'),
  dcgm(['DEV_RETIRED_DBE', 'DEV_PAGE_RETIRED_DBE_TOTAL'], 'gpu.pagesRetired'),
  dcgm(['DEV_FABRIC_HEALTH_SUMMARY'], 'gpu.fabricHealth'),
  dcgm(['DEV_FABRIC_HEALTH_MASK'], 'gpu.fabricMask'),
  dcgm(['DEV_GET_GPU_RECOVERY_ACTION', 'DEV_GPU_RECOVERY_ACTION'], 'gpu.recovery'),
  dcgm(['DEV_PLATFORM_CHASSIS_SLOT_NUMBER'], 'gpu.slot'),
  dcgm(['DEV_PLATFORM_TRAY_INDEX'], 'gpu.tray'),
  dcgm(['DEV_PLATFORM_HOST_ID'], 'gpu.host'),
  dcgm(['DEV_PLATFORM_MODULE_ID'], 'gpu.module'),
  dcgm(['DEV_FABRIC_CLIQUE_ID'], 'gpu.clique'),
];

/** Grace processors and NVSwitches stand on the node; a module is a processor with its GPUs. */
const NODE: readonly Mapping[] = [
  dcgm(['DEV_CPU_POWER_UTIL_CURRENT', 'DEV_CPU_POWER_WATTS'], 'node.cpuPower', 1, processors),
  dcgm(['DEV_CPU_POWER_LIMIT', 'DEV_CPU_POWER_LIMIT_WATTS'], 'node.cpuPowerLimit', 1, processors),
  dcgm(['DEV_SYSIO_POWER_UTIL_CURRENT', 'DEV_SYSIO_POWER_WATTS'], 'node.sysioPower', 1, processors),
  dcgm(['DEV_MODULE_POWER_UTIL_CURRENT', 'DEV_MODULE_POWER_WATTS'], 'node.modulePower', 1, processors),
  ...['VDD', 'DVDD', 'HVDD'].map((rail) =>
    dcgm([`DEV_NVSWITCH_POWER_${rail}`, `DEV_NVSWITCH_POWER_${rail}_WATTS`], 'node.switchPower', 1, switches),
  ),
  dcgm(['DEV_NVSWITCH_TEMPERATURE_CURRENT', 'DEV_NVSWITCH_TEMP_CELSIUS'], 'node.switchTemp'),
  dcgm(['DEV_NVSWITCH_FATAL_ERRORS', 'DEV_SXID_FATAL_ERROR'], 'node.switchFault'),
];

/**
 * NVIDIA dcgm-exporter. Boards' sensors stand on every MIG instance's row; memory is divided among the instances.
 * GPU_UTIL is "some kernel ran" and is not supported on MIG instances, so graphics engine activity is preferred.
 * NVSwitch throughput (780, 781) is not read: NSCQ's counters of ports are KB/s to NVIDIA's Go bindings and a total in the
 * CSVs, NVSDM's are InfiniBand's PortXmitData, and HGX H100 prints 0 (NVIDIA/DCGM#236).
 * String fields of placement (chassis serial number, fabric cluster) come as labels where a site exports them so.
 */
export const dcgmProfile: Profile = {
  id: 'dcgm',
  title: 'NVIDIA dcgm-exporter',
  source: 'dcgm-exporter 4.8 etc/*.csv and render_metrics.go; dcgm_fields.h of DCGM 4.5.3 and 4.6.0',
  blanks: 'DCGM_FI_',
  unsupported: [
    {
      label: 'NVSwitch port throughput',
      names: ['DCGM_FI_DEV_NVSWITCH_LINK_THROUGHPUT_TX', 'DCGM_FI_DEV_NVSWITCH_LINK_THROUGHPUT_RX'],
      why: 'its unit is not known, as its sources contradict each other (KB/s, or a count of words or bytes), and HGX H100 prints 0. The GPUs’ NVLink throughput is read instead.',
    },
    {
      label: 'Power profiles',
      names: [
        ...['REQUESTED', 'ENFORCED', 'VALID'].map((which) => `DCGM_FI_DEV_${which}_POWER_PROFILE_MASK`),
        ...['REQUESTED', 'ENFORCED', 'SUPPORTED'].map((which) => `DCGM_FI_DEV_BOARD_POWER_PROFILE_${which}_MASK`),
      ],
      why: 'DCGM has the masks as binary fields, which dcgm-exporter leaves out whatever its counters CSV says.',
    },
  ],
  identity: {
    gpu: {
      id: ['UUID', 'gpu_uuid'],
      always: true,
      index: ['gpu'],
      model: ['modelName', 'model_name'],
      guid: 'DCGM_FI_DEV_PLATFORM_INFINIBAND_GUID',
      placement: [
        'DCGM_FI_DEV_PLATFORM_CHASSIS_SERIAL_NUMBER',
        'DCGM_FI_DEV_PLATFORM_CHASSIS_SLOT_NUMBER',
        'DCGM_FI_DEV_PLATFORM_TRAY_INDEX',
        'DCGM_FI_DEV_PLATFORM_HOST_ID',
        'DCGM_FI_DEV_FABRIC_CLUSTER_UUID',
        'DCGM_FI_DEV_FABRIC_CLIQUE_ID',
      ],
    },
  },
  mappings: [...POWER, ...SMOOTHING, ...ACTIVITY, ...HEAT, ...CLOCKS, ...TRAFFIC, ...NVLINK, ...HEALTH, ...NODE],
};
