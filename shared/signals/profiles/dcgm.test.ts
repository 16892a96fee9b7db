import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cellOf, decodedOf, fed, valuesOf } from '../../fleet.fixture.ts';
import { RACK, type Topology } from '../../topology.ts';
import { type SignalId, signalOf } from '../catalogue.ts';
import { dcgmProfile } from './dcgm.ts';

/**
 * Every DCGM field of signals.md 1, in all its spellings: what a raw number is in the signal's unit, worked out by hand
 * from the unit there. A counter is given its growth within five seconds.
 */
type Row = readonly [id: number, names: readonly string[], raw: number, signal: SignalId, value: number];

const MIB = 1_048_576;
const GAUGES: readonly Row[] = [
  [155, ['DEV_POWER_USAGE', 'DEV_BOARD_POWER_WATTS'], 612.5, 'gpu.power', 612.5],
  [157, ['DEV_POWER_USAGE_INSTANT', 'DEV_BOARD_POWER_RAW_WATTS'], 640, 'gpu.power', 640],
  // mJ
  [156, ['DEV_TOTAL_ENERGY_CONSUMPTION'], 3.6e9, 'gpu.energy', 3.6e6],
  [160, ['DEV_POWER_MGMT_LIMIT', 'DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS'], 650, 'gpu.powerLimit', 650],
  [161, ['DEV_POWER_MGMT_LIMIT_MIN', 'DEV_BOARD_POWER_LIMIT_MIN_WATTS'], 200, 'gpu.powerLimitMin', 200],
  [162, ['DEV_POWER_MGMT_LIMIT_MAX', 'DEV_BOARD_POWER_LIMIT_MAX_WATTS'], 700, 'gpu.powerLimitMax', 700],
  [163, ['DEV_POWER_MGMT_LIMIT_DEF', 'DEV_BOARD_POWER_LIMIT_DEFAULT_WATTS'], 700, 'gpu.powerLimitDefault', 700],
  [164, ['DEV_ENFORCED_POWER_LIMIT', 'DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS'], 600, 'gpu.powerLimit', 600],
  [112, ['DEV_CLOCK_THROTTLE_REASONS', 'DEV_CLOCKS_EVENT_REASONS'], 4, 'gpu.throttle', 4],
  [100, ['DEV_SM_CLOCK'], 1755, 'gpu.clock', 1755],
  [101, ['DEV_MEM_CLOCK'], 2619, 'gpu.memClock', 2619],
  [113, ['DEV_MAX_SM_CLOCK'], 1980, 'gpu.clockMax', 1980],
  [110, ['DEV_APP_SM_CLOCK'], 1830, 'gpu.clockApp', 1830],
  [150, ['DEV_GPU_TEMP', 'DEV_GPU_TEMP_CELSIUS'], 61, 'gpu.temp', 61],
  [140, ['DEV_MEMORY_TEMP', 'DEV_MEMORY_TEMP_CELSIUS'], 72, 'gpu.memTemp', 72],
  [153, ['DEV_GPU_TEMP_LIMIT', 'DEV_GPU_TEMP_MARGIN_CELSIUS'], 26, 'gpu.tempMargin', 26],
  [158, ['DEV_SLOWDOWN_TEMP', 'DEV_GPU_TEMP_SLOWDOWN_CELSIUS'], 87, 'gpu.tempLimit', 87],
  [159, ['DEV_SHUTDOWN_TEMP', 'DEV_GPU_TEMP_SHUTDOWN_CELSIUS'], 92, 'gpu.tempShutdown', 92],
  // Percent under both names.
  [203, ['DEV_GPU_UTIL', 'DEV_GPU_UTIL_RATIO'], 97, 'gpu.util', 0.97],
  [204, ['DEV_MEM_COPY_UTIL'], 40, 'gpu.memBusy', 0.4],
  [206, ['DEV_ENC_UTIL'], 5, 'gpu.encoder', 0.05],
  [207, ['DEV_DEC_UTIL'], 7, 'gpu.decoder', 0.07],
  [252, ['DEV_FB_USED'], 1024, 'gpu.memUsed', 1024 * MIB],
  [250, ['DEV_FB_TOTAL'], 81_559, 'gpu.memTotal', 81_559 * MIB],
  [253, ['DEV_FB_RESERVED'], 551, 'gpu.memReserved', 551 * MIB],
  // 0 to 1 under both names.
  [254, ['DEV_FB_USED_PERCENT', 'DEV_FB_USED_RATIO'], 0.25, 'gpu.memUse', 0.25],
  [230, ['DEV_XID_ERRORS', 'DEV_XID_ERROR'], 79, 'gpu.xid', 79],
  [310, ['DEV_ECC_SBE_VOL_TOTAL'], 3, 'gpu.eccCorrected', 3],
  [311, ['DEV_ECC_DBE_VOL_TOTAL'], 1, 'gpu.eccUncorrected', 1],
  [312, ['DEV_ECC_SBE_AGG_TOTAL'], 30, 'gpu.eccCorrected', 30],
  [313, ['DEV_ECC_DBE_AGG_TOTAL'], 10, 'gpu.eccUncorrected', 10],
  [395, ['DEV_ROW_REMAP_FAILURE', 'DEV_ROW_REMAP_FAILED'], 1, 'gpu.remapFailed', 1],
  [396, ['DEV_ROW_REMAP_PENDING'], 1, 'gpu.remapPending', 1],
  [392, ['DEV_RETIRED_PENDING', 'DEV_PAGE_RETIRED_PENDING'], 2, 'gpu.remapPending', 2],
  [237, ['DEV_PCIE_LINK_GEN'], 4, 'gpu.pcieGen', 4],
  [238, ['DEV_PCIE_LINK_WIDTH'], 8, 'gpu.pcieWidth', 8],
  [235, ['DEV_PCIE_MAX_LINK_GEN'], 5, 'gpu.pcieGenMax', 5],
  [236, ['DEV_PCIE_MAX_LINK_WIDTH'], 16, 'gpu.pcieWidthMax', 16],
  [1009, ['PROF_PCIE_TX_BYTES'], 2e9, 'gpu.pcieTx', 2e9],
  [1010, ['PROF_PCIE_RX_BYTES'], 1e9, 'gpu.pcieRx', 1e9],
  // KB/s
  [200, ['DEV_PCIE_TX_THROUGHPUT'], 500, 'gpu.pcieTx', 500_000],
  [201, ['DEV_PCIE_RX_THROUGHPUT'], 250, 'gpu.pcieRx', 250_000],
  // MB/s
  [449, ['DEV_NVLINK_BANDWIDTH_TOTAL', 'DEV_NVLINK_THROUGHPUT_TOTAL'], 300, 'gpu.nvlink', 3e8],
  [843, ['DEV_NVLINK_TX_BANDWIDTH_TOTAL', 'DEV_NVLINK_TX_THROUGHPUT_TOTAL'], 200, 'gpu.nvlinkTx', 2e8],
  [897, ['DEV_NVLINK_RX_BANDWIDTH_TOTAL', 'DEV_NVLINK_RX_THROUGHPUT_TOTAL'], 100, 'gpu.nvlinkRx', 1e8],
  [1011, ['PROF_NVLINK_TX_BYTES'], 4e9, 'gpu.nvlinkTx', 4e9],
  [1012, ['PROF_NVLINK_RX_BYTES'], 3e9, 'gpu.nvlinkRx', 3e9],
  [
    1211,
    ['DEV_NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS', 'DEV_NVLINK_RECOVERY_SUCCESSFUL_TOTAL'],
    ...([5, 'gpu.nvlinkRecovered', 5] as const),
  ],
  [
    1212,
    ['DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS', 'DEV_NVLINK_RECOVERY_FAILED_TOTAL'],
    ...([2, 'gpu.nvlinkRecoveryFailed', 2] as const),
  ],
  [
    1216,
    ['DEV_NVLINK_COUNT_SYMBOL_BER_FLOAT', 'DEV_NVLINK_SYMBOL_BER_RATIO'],
    ...([2e-7, 'gpu.nvlinkSymbolBer', 2e-7] as const),
  ],
  [
    1218,
    ['DEV_NVLINK_COUNT_EFFECTIVE_BER_FLOAT', 'DEV_NVLINK_EFFECTIVE_BER_RATIO'],
    ...([3e-9, 'gpu.nvlinkEffectiveBer', 3e-9] as const),
  ],
  [175, ['DEV_FABRIC_HEALTH_SUMMARY'], 3, 'gpu.fabricHealth', 3],
  [174, ['DEV_FABRIC_HEALTH_MASK'], 0x99, 'gpu.fabricMask', 0x99],
  [173, ['DEV_FABRIC_CLIQUE_ID'], 2, 'gpu.clique', 2],
  [573, ['DEV_PLATFORM_CHASSIS_SLOT_NUMBER'], 9, 'gpu.slot', 9],
  [574, ['DEV_PLATFORM_TRAY_INDEX'], 17, 'gpu.tray', 17],
  [575, ['DEV_PLATFORM_HOST_ID'], 1, 'gpu.host', 1],
  [577, ['DEV_PLATFORM_MODULE_ID'], 3, 'gpu.module', 3],
  [1001, ['PROF_GR_ENGINE_ACTIVE', 'PROF_GR_ENGINE_UTIL_RATIO'], 0.5, 'gpu.util', 0.5],
  [1002, ['PROF_SM_ACTIVE', 'PROF_SM_UTIL_RATIO'], 0.5, 'gpu.smActive', 0.5],
  [1003, ['PROF_SM_OCCUPANCY', 'PROF_SM_OCCUPANCY_RATIO'], 0.25, 'gpu.occupancy', 0.25],
  [1004, ['PROF_PIPE_TENSOR_ACTIVE', 'PROF_TENSOR_UTIL_RATIO'], 0.75, 'gpu.tensor', 0.75],
  [1005, ['PROF_DRAM_ACTIVE', 'PROF_DRAM_UTIL_RATIO'], 0.125, 'gpu.dram', 0.125],
  [1130, ['DEV_CPU_POWER_UTIL_CURRENT', 'DEV_CPU_POWER_WATTS'], 150, 'node.cpuPower', 150],
  [1131, ['DEV_CPU_POWER_LIMIT', 'DEV_CPU_POWER_LIMIT_WATTS'], 300, 'node.cpuPowerLimit', 300],
  [1132, ['DEV_SYSIO_POWER_UTIL_CURRENT'], 45, 'node.sysioPower', 45],
  [1133, ['DEV_MODULE_POWER_UTIL_CURRENT'], 2300, 'node.modulePower', 2300],
  [858, ['DEV_NVSWITCH_TEMPERATURE_CURRENT', 'DEV_NVSWITCH_TEMP_CELSIUS'], 48, 'node.switchTemp', 48],
  [856, ['DEV_NVSWITCH_FATAL_ERRORS', 'DEV_SXID_FATAL_ERROR'], 20_034, 'node.switchFault', 20_034],
  [1425, ['DEV_PWR_SMOOTHING_ENABLED'], 1, 'gpu.smoothing', 1],
  [1426, ['DEV_PWR_SMOOTHING_PRIV_LVL'], 2, 'gpu.smoothingLevel', 2],
  [1427, ['DEV_PWR_SMOOTHING_IMM_RAMP_DOWN_ENABLED'], 1, 'gpu.smoothingRampDown', 1],
  [1428, ['DEV_PWR_SMOOTHING_APPLIED_TMP_CEIL'], 1400, 'gpu.smoothingCeiling', 1400],
  [1429, ['DEV_PWR_SMOOTHING_APPLIED_TMP_FLOOR'], 900, 'gpu.smoothingFloor', 900],
  // Percent
  [1430, ['DEV_PWR_SMOOTHING_MAX_PERCENT_TMP_FLOOR_SETTING'], 90, 'gpu.smoothingFloorMax', 0.9],
  [1431, ['DEV_PWR_SMOOTHING_MIN_PERCENT_TMP_FLOOR_SETTING'], 10, 'gpu.smoothingFloorMin', 0.1],
  [1432, ['DEV_PWR_SMOOTHING_HW_CIRCUITRY_PERCENT_LIFETIME_REMAINING'], 98, 'gpu.smoothingLife', 0.98],
  [1523, ['DEV_GET_GPU_RECOVERY_ACTION', 'DEV_GPU_RECOVERY_ACTION'], 1, 'gpu.recovery', 1],
];

/** 2.5 s of 5 s in nanoseconds are half of the time. */
const held = (id: number, name: string, signal: SignalId): Row => [id, [name], 2.5e9, signal, 0.5];
const COUNTERS: readonly Row[] = [
  held(1420, 'DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP_NS', 'gpu.powerThrottle'),
  held(1421, 'DEV_CLOCKS_EVENT_REASON_SYNC_BOOST_NS', 'gpu.syncThrottle'),
  held(1422, 'DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS', 'gpu.thermalThrottle'),
  held(1423, 'DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS', 'gpu.thermalThrottle'),
  held(1424, 'DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS', 'gpu.brakeThrottle'),
  held(240, 'DEV_POWER_VIOLATION', 'gpu.powerThrottle'),
  held(241, 'DEV_THERMAL_VIOLATION', 'gpu.thermalThrottle'),
  held(242, 'DEV_SYNC_BOOST_VIOLATION', 'gpu.syncThrottle'),
  held(243, 'DEV_BOARD_LIMIT_VIOLATION', 'gpu.boardThrottle'),
  held(244, 'DEV_LOW_UTIL_VIOLATION', 'gpu.lowUtilThrottle'),
  held(245, 'DEV_RELIABILITY_VIOLATION', 'gpu.reliabilityThrottle'),
  held(246, 'DEV_TOTAL_APP_CLOCKS_VIOLATION', 'gpu.appClockThrottle'),
  held(247, 'DEV_TOTAL_BASE_CLOCKS_VIOLATION', 'gpu.baseClockThrottle'),
  // 3,500 J in 5 s
  [156, ['DEV_TOTAL_ENERGY_CONSUMPTION'], 3.5e6, 'gpu.power', 700],
  [202, ['DEV_PCIE_REPLAY_COUNTER', 'DEV_PCIE_REPLAY_TOTAL'], 10, 'gpu.pcieReplay', 2],
  [1091, ['PROF_PCIE_TX_BYTES_TOTAL'], 5e9, 'gpu.pcieTx', 1e9],
  [1092, ['PROF_PCIE_RX_BYTES_TOTAL'], 5e9, 'gpu.pcieRx', 1e9],
  [1201, ['DEV_NVLINK_COUNT_TX_BYTES', 'DEV_NVLINK_TX_BYTES_TOTAL'], 5e10, 'gpu.nvlinkTx', 1e10],
  [1203, ['DEV_NVLINK_COUNT_RX_BYTES', 'DEV_NVLINK_RX_BYTES_TOTAL'], 5e10, 'gpu.nvlinkRx', 1e10],
  [1206, ['DEV_NVLINK_COUNT_RX_ERRORS', 'DEV_NVLINK_RX_ERROR_TOTAL'], 20, 'gpu.nvlinkErrors', 4],
  [
    1213,
    ['DEV_NVLINK_COUNT_LINK_RECOVERY_EVENTS', 'DEV_NVLINK_RECOVERY_EVENT_TOTAL'],
    ...([10, 'gpu.nvlinkRecoveries', 2] as const),
  ],
  [1509, ['DEV_NVLINK_PPCNT_IBPC_PORT_XMIT_WAIT'], 5e6, 'gpu.nvlinkWait', 1e6],
];

/** Fields that make one value only together: each is given the number. */
const TOGETHER: readonly (readonly [ids: readonly number[], names: readonly (readonly string[])[], Row])[] = [
  [
    [251, 252],
    [['DEV_FB_FREE', 'DEV_FB_USED']],
    // 24 MiB twice
    [0, [], 24, 'gpu.memTotal', 48 * MIB],
  ],
  [
    [393, 394],
    [
      ['DEV_UNCORRECTABLE_REMAPPED_ROWS', 'DEV_CORRECTABLE_REMAPPED_ROWS'],
      ['DEV_ROW_REMAP_UNCORRECTABLE_TOTAL', 'DEV_ROW_REMAP_CORRECTABLE_TOTAL'],
    ],
    [0, [], 3, 'gpu.rowsRemapped', 6],
  ],
  [
    [390, 391],
    [
      ['DEV_RETIRED_SBE', 'DEV_RETIRED_DBE'],
      ['DEV_PAGE_RETIRED_SBE_TOTAL', 'DEV_PAGE_RETIRED_DBE_TOTAL'],
    ],
    [0, [], 4, 'gpu.pagesRetired', 8],
  ],
  [
    [705, 706, 707],
    [
      ['DEV_NVSWITCH_POWER_VDD', 'DEV_NVSWITCH_POWER_DVDD', 'DEV_NVSWITCH_POWER_HVDD'],
      ['DEV_NVSWITCH_POWER_VDD_WATTS', 'DEV_NVSWITCH_POWER_DVDD_WATTS', 'DEV_NVSWITCH_POWER_HVDD_WATTS'],
    ],
    [0, [], 50, 'node.switchPower', 150],
  ],
];
const ERRORS = ['CRC_FLIT', 'CRC_DATA', 'REPLAY', 'RECOVERY'];

/** Which fields come as labels of other series: dcgm-exporter prints a string as one where its CSV says `label`. */
const LABELS = [
  [172, 'DEV_FABRIC_CLUSTER_UUID', ({ nvlinkDomain }: Topology) => nvlinkDomain[0]],
  // A node whose name says nothing stands in the rack of its chassis.
  [572, 'DEV_PLATFORM_CHASSIS_SERIAL_NUMBER', ({ name, start }: Topology) => name[start[RACK]]],
  [571, 'DEV_PLATFORM_INFINIBAND_GUID', ({ gpuGuid }: Topology) => gpuGuid[0]],
] as const;
const UNSUPPORTED = [165, 166, 167, 780, 781];

const LABELLED = 'gpu="0",UUID="GPU-a",modelName="Unheard Of",hostname="n1"';
const seriesOf = (name: string) => `DCGM_FI_${name}{${LABELLED}}`;
const objectOf = (signal: SignalId) => (signalOf(signal).kind === 'gpu' ? 'GPU-a' : 'S/Unmapped/Unmapped/Unmapped/n1');
const spelled = (rows: readonly Row[]) =>
  rows.flatMap(([, names, raw, signal, value]) => names.map((name) => [name, raw, signal, value] as const));

test.each(spelled(GAUGES))('%s %d is %s %d', (name, raw, signal, value) => {
  const { take, at } = fed();
  expect(take(`${seriesOf(name)} ${raw}\n`).bad).toBe(0);
  expect(cellOf(at(), signal, objectOf(signal)).value).toBe(Math.fround(value));
});

test.each(spelled(COUNTERS))('%s growing by %d in 5 s is %s %d', (name, growth, signal, value) => {
  const { take, at } = fed();
  const body = decodedOf(`${seriesOf(name)} 1000\n`);
  take(body);
  take({ ...body, values: Float64Array.of(1000 + growth) }, 5);
  expect(cellOf(at(5), signal, objectOf(signal)).value).toBe(Math.fround(value));
});

test.each(
  TOGETHER.flatMap(([, spellings, [, , raw, signal, value]]) =>
    spellings.map((names) => [names, raw, signal, value] as const),
  ),
)('%j of %d each make %s %d', (names, raw, signal, value) => {
  const { take, at } = fed();
  take(names.map((name) => `${seriesOf(name)} ${raw}\n`).join(''));
  expect(cellOf(at(), signal, objectOf(signal)).value).toBe(Math.fround(value));
});

test.each(['ERROR_COUNT_TOTAL', 'ERROR_TOTAL'])('NVLink errors of four kinds (…_%s) are one rate', (ending) => {
  const { take, at } = fed();
  const body = decodedOf(ERRORS.map((kind) => `${seriesOf(`DEV_NVLINK_${kind}_${ending}`)} 0\n`).join(''));
  take(body);
  take({ ...body, values: Float64Array.of(5, 10, 15, 20) }, 5);
  expect(valuesOf(at(5), 'gpu.nvlinkErrors')).toEqual({ 'GPU-a': 10 });
});

test.each([
  ['DCGM_EXP_CLOCK_EVENTS_COUNT', 'clock_event'],
  ['DCGM_FI_EXP_CLOCK_THROTTLE_REASONS_COUNT', 'throttle_reason'],
])('%s counts what holds clocks, and not being idle', (name, label) => {
  const { take, at } = fed();
  const row = (reason: string, count: number) =>
    `${name}{${LABELLED},window_size_in_ms="300000",${label}="${reason}"} ${count}\n`;
  take(row('gpu_idle', 50) + row('power_cap', 7) + row('hw_thermal', 2));
  expect(valuesOf(at(), 'gpu.clockEvents')).toEqual({ 'GPU-a': 9 });
});

test.each(LABELS)('field %i, %s, is a label of the others', (_id, name, told) => {
  const { take, at } = fed();
  take(`DCGM_FI_DEV_GPU_TEMP{${LABELLED},DCGM_FI_${name}="0x1820"} 50\n`);
  expect(told(at().topology)).toBe('0x1820');
});

test('the worst NVLink peer tells the status of a board', () => {
  const { take, at } = fed();
  const row = (peer: number, code: number, word: string) =>
    `DCGM_EXP_P2P_STATUS{${LABELLED},peer_gpu="${peer}",link_status="${word}"} ${code}\n`;
  take(row(1, 0, 'OK') + row(2, 4, 'DisabledByRegKey') + row(3, 0, 'OK'));
  expect(valuesOf(at(), 'gpu.p2p')).toEqual({ 'GPU-a': 4 });
});

/** The reference lies beside the project, not in it. */
const beside = (name: string) => new URL(`../../../../shared/reference/${name}`, import.meta.url);
const absent = !existsSync(beside('signals.md')) || !existsSync(beside('dcgm-field-aliases.json'));

describe.skipIf(absent)(`against signals.md 1${absent ? ' (skipped: ../shared/reference is not there)' : ''}`, () => {
  const fields: readonly { field_id: number; canonical_since_4_6_0: string; legacy: readonly string[] }[] = absent
    ? []
    : JSON.parse(readFileSync(beside('dcgm-field-aliases.json'), 'utf8')).fields;
  const namesOf = new Map(fields.map((one) => [one.field_id, [...one.legacy, one.canonical_since_4_6_0].sort()]));

  /** Numbers of fields in the table: "240-245", "705-707", "246/247", "110". */
  const idsOfTable = (): readonly number[] => {
    const text = readFileSync(beside('signals.md'), 'utf8');
    const table = text.slice(text.indexOf('| Signal | Metric (legacy'), text.indexOf('### Clock-event-reason bits'));
    const cells = table.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.split('|')[2]] : []));
    const ids = new Set<number>();
    for (const cell of cells) {
      for (const [, from, to] of cell.matchAll(/(?<![\w.{}])(\d{3,4})(?:-(\d{3,4}))?(?![\w%])/g)) {
        for (let id = Number(from); id <= Number(to ?? from); id++) if (namesOf.has(id)) ids.add(id);
      }
    }
    // "PWR_SMOOTHING_ENABLED 1425, … 1432 …" means those between as well.
    for (let id = 1425; id <= 1432; id++) ids.add(id);
    return [...ids];
  };

  const tried = new Map<number, string[]>();
  const add = (id: number, names: readonly string[]) => tried.set(id, [...(tried.get(id) ?? []), ...names]);
  for (const [id, names] of [...GAUGES, ...COUNTERS]) add(id, names);
  for (const [ids, spellings] of TOGETHER)
    for (const [i, id] of ids.entries())
      add(
        id,
        spellings.map((names) => names[i]),
      );
  for (const [i, kind] of ERRORS.entries())
    add(409 + 10 * i, [`DEV_NVLINK_${kind}_ERROR_COUNT_TOTAL`, `DEV_NVLINK_${kind}_ERROR_TOTAL`]);
  const spellingsOf = (id: number) => [...new Set((tried.get(id) ?? []).map((name) => `DCGM_FI_${name}`))].sort();

  test('every field of its table is read in every spelling, is a label, or is told to be unsupported', () => {
    const ids = idsOfTable();
    expect(ids.length).toBeGreaterThan(100);
    const missing = ids.filter((id) => {
      if (UNSUPPORTED.includes(id)) return false;
      const label = LABELS.find(([of]) => of === id);
      if (label) return JSON.stringify([`DCGM_FI_${label[1]}`]) !== JSON.stringify(namesOf.get(id));
      return JSON.stringify(spellingsOf(id)) !== JSON.stringify(namesOf.get(id));
    });
    expect(missing.map((id) => [id, namesOf.get(id), spellingsOf(id)])).toEqual([]);
  });

  test('every field of a single NVLink is read in both spellings', () => {
    const kinds = /NVLINK_(L\d+_[TR]X_BYTES|((CRC_FLIT|CRC_DATA|REPLAY|RECOVERY)_ERROR|([TR]X_)?THROUGHPUT)_L\d+)/;
    const wanted = fields.filter(({ canonical_since_4_6_0: name }) => kinds.test(name) && !/NVSWITCH/.test(name));
    // 18 links: four kinds of error, three of throughput, two directions of profiling.
    expect(wanted).toHaveLength(18 * 9);
    const read = new Set(
      dcgmProfile.mappings.flatMap(({ names, signal }) => (signal.startsWith('nvlink.') ? names : [])),
    );
    const missing = wanted.flatMap(({ field_id }) => namesOf.get(field_id) ?? []).filter((name) => !read.has(name));
    expect(missing).toEqual([]);
  });

  test('what is unsupported is told under all its names', () => {
    const told = dcgmProfile.unsupported?.flatMap(({ names }) => names) ?? [];
    for (const id of UNSUPPORTED) for (const name of namesOf.get(id) ?? []) expect(told).toContain(name);
  });
});
