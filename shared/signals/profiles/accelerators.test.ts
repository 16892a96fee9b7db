import { expect, test } from 'vitest';
import { cellOf, decodedOf, fed, valuesOf } from '../../fleet.fixture.ts';
import { Fleet } from '../../fleet.ts';
import { ASSUMED, DERIVED, MEASURED, UNSUPPORTED } from '../../frame.ts';
import { GPU, NODE } from '../../topology.ts';
import type { SignalId } from '../catalogue.ts';

/**
 * Synthetic texts: names, labels and units are those of signals.md 1 and 6 and the exporters' own documentation; the
 * expected values are worked out by hand from the units there. One reading: [profile, text, signal, id, value].
 */
const B = 'gpu="0",UUID="GPU-a",modelName="NVIDIA H100 80GB HBM3"';
const A = 'gpu_id="0",serial_number="S1",card_series="AMD Instinct MI300X",hostname="n1"';
const NIC = 'nic_id="0",serial_number="P1",hostname="n1"';
const FURIOSA = 'arch="rngd",device="npu0",uuid="F1",kubernetes_node_name="n1"';
const SMI = 'uuid="a"';
const MIB = 1_048_576;

const readings: readonly (readonly [string, string, SignalId, string, number])[] = [
  // dcgm-exporter: what several series make; each alone is in dcgm.test.ts and boards.test.ts
  ['dcgm', `DCGM_FI_DEV_FB_USED{${B}} 24\nDCGM_FI_DEV_FB_FREE{${B}} 40`, 'gpu.memTotal', 'GPU-a', 64 * MIB],
  ['dcgm', `DCGM_FI_PROF_PCIE_TX_BYTES{${B}} 2e9\nDCGM_FI_PROF_PCIE_RX_BYTES{${B}} 1e9`, 'gpu.pcie', 'GPU-a', 3e9],
  [
    'dcgm',
    `DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{${B}} 2\nDCGM_FI_DEV_ROW_REMAP_CORRECTABLE_TOTAL{${B}} 3`,
    'gpu.rowsRemapped',
    'GPU-a',
    5,
  ],
  [
    'dcgm',
    `DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{${B}} 4\nDCGM_FI_DEV_ECC_DBE_AGG_TOTAL{${B}} 9`,
    'gpu.eccUncorrected',
    'GPU-a',
    4,
  ],
  [
    'dcgm',
    `DCGM_EXP_XID_ERRORS_COUNT{${B},xid="79"} 1\nDCGM_EXP_XID_ERRORS_COUNT{${B},xid="13"} 4`,
    'gpu.xidCount',
    'GPU-a',
    5,
  ],
  [
    'dcgm',
    ['gpu_idle"} 50', 'power_cap"} 7', 'hw_thermal"} 2']
      .map((e) => `DCGM_EXP_CLOCK_EVENTS_COUNT{${B},clock_event="${e}`)
      .join('\n'),
    'gpu.clockEvents',
    'GPU-a',
    9,
  ],
  [
    'dcgm',
    `DCGM_EXP_GPU_HEALTH_STATUS{${B},health_watch="PCIE"} 0\nDCGM_EXP_GPU_HEALTH_STATUS{${B},health_watch="MEM"} 20`,
    'gpu.healthStatus',
    'GPU-a',
    20,
  ],
  [
    'dcgm',
    `DCGM_FI_DEV_NVLINK_COUNT_SYMBOL_BER_FLOAT{${B},nvlink="0"} 1.5e-254
DCGM_FI_DEV_NVLINK_SYMBOL_BER_RATIO{${B},nvlink="1"} 2e-7`,
    'gpu.nvlinkSymbolBer',
    'GPU-a',
    2e-7,
  ],
  [
    'dcgm',
    [0, 1].map((i) => `DCGM_FI_DEV_NVLINK_RECOVERY_FAILED_TOTAL{${B},nvlink="${i}"} ${i + 1}`).join('\n'),
    'gpu.nvlinkRecoveryFailed',
    'GPU-a',
    3,
  ],
  // AI NICs: bit/s and Gb/s; 400 Gb/s are 5e10 bytes a second. Ports of a card add up.
  ['amd-nic', `nic_max_speed{${NIC}} 400`, 'link.rate', '0', 5e10],
  ['amd-nic', `amd_nic_port_stats_tx_bps{${NIC},port_name="a",port_id="1"} 3.2e11`, 'link.tx', '0', 4e10],
  [
    'amd-nic',
    ['1', '2'].map((port) => `nic_port_stats_rx_bps{${NIC},port_name="p",port_id="${port}"} 8e9`).join('\n'),
    'link.rx',
    '0',
    2e9,
  ],
  // nvidia-smi: SI units, no prefix GPU-
  // AMD: MB are 10^6 bytes, percent, Mb/s
  ['amd', `amd_gpu_package_power{${A}} 748`, 'gpu.power', 'S1', 748],
  ['amd', `gpu_average_package_power{${A}} 300\ngpu_power_usage{${A}} 299`, 'gpu.power', 'S1', 300],
  [
    'amd',
    `gpu_clock{${A},clock_type="GPU_CLOCK_TYPE_SYSTEM",clock_index="0"} 1533\ngpu_clock{${A},clock_type="GPU_CLOCK_TYPE_MEMORY"} 1900`,
    'gpu.clock',
    'S1',
    1533,
  ],
  [
    'amd',
    `gpu_clock{${A},clock_type="MEMORY"} 1900\ngpu_clock{${A},clock_type="SYSTEM"} 1533`,
    'gpu.memClock',
    'S1',
    1900,
  ],
  [
    'amd',
    `gpu_violation_vr_thermal_residency_percentage{${A}} 5\ngpu_violation_hbm_thermal_residency_percentage{${A}} 30`,
    'gpu.thermalThrottle',
    'S1',
    0.3,
  ],
  [
    'neuron',
    'neuroncore_utilization_ratio{neuroncore="3",instance_type="trn1.32xlarge"} 0.5',
    'gpu.util',
    'S/n1/gpu3',
    0.5,
  ],
  [
    'neuron',
    ['constants', 'model_code', 'model_shared_scratchpad', 'runtime_memory', 'tensors']
      .map((kind, i) => `neuroncore_memory_usage_${kind}{neuroncore="0",runtime_tag="7"} ${2 ** i}`)
      .join('\n'),
    'gpu.memUsed',
    'S/n1/gpu0',
    31,
  ],
  [
    'furiosa',
    `furiosa_npu_hw_temperature{${FURIOSA},label="ambient"} 35\nfuriosa_npu_hw_temperature{${FURIOSA},label="peak"} 52`,
    'gpu.temp',
    'F1',
    52,
  ],
];

test.each(readings)('%s: %s', (_profile, text, signal, id, value) => {
  const { take, at } = fed();
  expect(take(`${text}\n`, 0, { targetLabels: new Map([['instance', 'n1:9']]) }).bad).toBe(0);
  expect(valuesOf(at(), signal)).toEqual({ [id]: Math.fround(value) });
});

/** Counters five seconds apart: [profile, series, first, last, signal, rate in the signal's unit]. */
test.each([
  // 3,500,000 mJ in 5 s are 700 W.
  ['dcgm', `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${B}}`, 5e12, 5e12 + 3.5e6, 'gpu.power', 700],
  // 2.5 s of 5 s, in nanoseconds.
  ['dcgm', `DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS{${B}}`, 0, 2.5e9, 'gpu.brakeThrottle', 0.5],
  ['dcgm', `DCGM_FI_DEV_PCIE_REPLAY_TOTAL{${B}}`, 10, 20, 'gpu.pcieReplay', 2],
  [
    'nvidia-smi',
    `nvidia_smi_clocks_event_reasons_counters_sw_power_cap_seconds{${SMI}}`,
    100,
    101,
    'gpu.powerThrottle',
    0.2,
  ],
  // µJ declared as a gauge: 3,750 J in 5 s.
  ['amd', `gpu_energy_consumed{${A}}`, 1.4e17, 1.4e17 + 3.75e9, 'gpu.power', 750],
  ['amd', `gpu_xgmi_link_tx{${A},link_index="0"}`, 0, 5e6, 'gpu.nvlinkTx', 1.024e9],
  ['dcgm', `DCGM_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_EVENTS{${B},nvlink="0"}`, 7, 17, 'gpu.nvlinkRecoveries', 2],
  ['omnistat', 'rocm_energy_joules{card="0"}', 2.6e7, 2.6e7 + 1000, 'gpu.power', 200],
] as const)('%s: %s is a counter', (_profile, series, first, last, signal, rate) => {
  const { take, at } = fed();
  const body = decodedOf(`${series} ${first}\n`);
  const more = { targetLabels: new Map([['instance', 'n1:9']]) };
  take(body, 0, more);
  expect(valuesOf(at(), signal)).toEqual({});
  take({ ...body, values: Float64Array.of(last) }, 5, more);
  expect(Object.values(valuesOf(at(5), signal))).toEqual([Math.fround(rate)]);
});

test('of the ports of one node and rate the longer list counts, as cards or as interfaces; never both', () => {
  const { take, at } = fed();
  const card = (id: number) =>
    `nic_max_speed{nic_id="${id}",hostname="n1"} 400\nnic_port_stats_rx_bps{nic_id="${id}",hostname="n1",port_id="1"} 8e9\nnic_port_stats_tx_bps{nic_id="${id}",hostname="n1",port_id="1"} 8e9\n`;
  const ports = (bytes: number) =>
    ['eth0', 'benic1']
      .flatMap((device) => [
        `node_network_speed_bytes{device="${device}"} ${device === 'eth0' ? 1.25e8 : 5e10}`,
        ...['receive', 'transmit'].map((way) => `node_network_${way}_bytes_total{device="${device}"} ${bytes}`),
      ])
      .join('\n');
  const uname = 'node_uname_info{nodename="n1"} 1\n';
  take(card(0) + card(1), 0, { key: 'amd' });
  take(`${uname}${ports(0)}\n`, 0, { key: 'node' });
  take(card(0) + card(1), 10, { key: 'amd' });
  take(`${uname}${ports(9e9)}\n`, 10, { key: 'node' });
  // benic1 is one of the two cards, and nobody says which; eth0 has another rate.
  expect(valuesOf(at(10), 'link.rx')).toEqual({ eth0: 9e8, 0: 1e9, 1: 1e9 });
  // With as many interfaces as cards those of the node count.
  take(card(0), 20, { key: 'amd' });
  take(`${uname}${ports(18e9)}\n`, 20, { key: 'node' });
  expect(valuesOf(at(75), 'link.rx')).toEqual({ eth0: 9e8, benic1: 9e8 });
  // The node's exporter is gone: the cards tell both.
  take(card(0) + card(1), 100, { key: 'amd' });
  expect(valuesOf(at(100), 'link.rx')).toEqual({ 0: 1e9, 1: 1e9 });
});

test('priority pauses of an AI NIC are those received and sent', () => {
  const { take, at } = fed();
  const body = decodedOf(
    ['rx', 'tx'].map((way) => `nic_port_stats_frames_${way}_pripause{${NIC},port_id="1"} 0\n`).join(''),
  );
  take(body, 0);
  take({ ...body, values: Float64Array.of(100, 50) }, 5);
  expect(valuesOf(at(5), 'link.pfc')).toEqual({ 0: 30 });
});

const n1 = { targetLabels: new Map([['instance', 'n1:9']]) };

test('an AMD board in eight partitions: its power once, its memory together, its first partition’s index', () => {
  const { take, at } = fed();
  const rows = Array.from({ length: 8 }, (_, i) => {
    const labels = `gpu_id="${8 + i}",serial_number="S1",gpu_partition_id="${i}",gpu_compute_partition_type="cpx"`;
    return `gpu_package_power{${labels}} ${i === 0 ? 610 : 0}\ngpu_used_vram{${labels}} 1000\n`;
  });
  take(rows.join(''), 0, n1);
  expect(valuesOf(at(), 'gpu.power')).toEqual({ S1: 610 });
  expect(valuesOf(at(), 'gpu.memUsed')).toEqual({ S1: 8e9 });
  expect(at().topology.name.slice(at().topology.start[GPU])).toEqual(['g8']);
});

test('partitions that are boards of their own count no zero watts', () => {
  const { take, at } = fed();
  const partition = (i: number) => `gpu_package_power{gpu_id="${i}",gpu_uuid="u${i}",gpu_partition_id="${i}"}`;
  take(`${partition(0)} 610\n${partition(1)} 0\n`, 0, n1);
  expect(valuesOf(at(), 'gpu.power')).toEqual({ u0: 610 });
});

test('two exporters of one board are one board: by its id, and by its index where one gives no id', () => {
  const { take, at } = fed();
  take(`DCGM_FI_DEV_POWER_USAGE{${B},Hostname="n1"} 500\n`, 0, { key: 'a', ...n1 });
  take(`nvidia_smi_temperature_gpu{${SMI}} 50\n`, 0, { key: 'b', ...n1 });
  expect(valuesOf(at(), 'gpu.temp')).toEqual({ 'GPU-a': 50 });
  // omnistat comes first, and its board gets its id from AMD's exporter.
  take('rocm_power_cap_watts{card="3"} 700\n', 0, { key: 'c', ...n1 });
  take(`gpu_package_power{${A.replace('"0"', '"3"')}} 610\n`, 0, { key: 'd', ...n1 });
  expect(valuesOf(at(), 'gpu.power')).toEqual({ 'GPU-a': 500, S1: 610 });
  expect(cellOf(at(), 'gpu.powerLimit', 'S1')).toMatchObject({ value: 700, quality: MEASURED });
  expect(at().topology.start[GPU] - at().topology.start[NODE]).toBe(1);
});

test('only info tells index and model of nvidia-smi’s boards', () => {
  const { take, at } = fed();
  take(`nvidia_smi_power_draw_watts{${SMI}} 90\nnvidia_smi_gpu_info{${SMI},index="5",name="NVIDIA L4"} 1\n`, 0, n1);
  const { topology } = at();
  expect([topology.name.at(-1), topology.model.at(-1)]).toEqual(['g5', 'NVIDIA L4']);
});

test('a limit is the enforced one, else the requested, else the nameplate’s; each says so', () => {
  const power = `DCGM_FI_DEV_POWER_USAGE{${B}} 500\n`;
  const requested = `DCGM_FI_DEV_POWER_MGMT_LIMIT{${B}} 600\n`;
  const limit = (text: string) => {
    const { take, at } = fed();
    take(text, 0, n1);
    const { value, quality } = cellOf(at(), 'gpu.powerLimit', 'GPU-a');
    return [value, quality];
  };
  expect(limit(`${power}${requested}DCGM_FI_DEV_ENFORCED_POWER_LIMIT{${B}} 550\n`)).toEqual([550, MEASURED]);
  expect(limit(power + requested)).toEqual([600, DERIVED]);
  expect(limit(power)).toEqual([700, ASSUMED]);
  expect(limit(power.replace('H100 80GB HBM3', 'Unheard Of'))).toEqual([Number.NaN, UNSUPPORTED]);
});

test('MIG: activity of the engine where GPU_UTIL is not supported', () => {
  const { take, at } = fed();
  const instance = (id: number) => `DCGM_FI_PROF_GR_ENGINE_ACTIVE{${B},GPU_I_ID="${id}",GPU_I_PROFILE="1g.10gb"}`;
  take(`${instance(1)} 0.2\n${instance(2)} 0.7\n`, 0, n1);
  expect(valuesOf(at(), 'gpu.util')).toEqual({ 'GPU-a': Math.fround(0.7) });
});

test('Grace and NVSwitch stand on their node: processors and switches add up, and the rack has them', () => {
  const { take, at } = fed();
  const text = [0, 1]
    .map(
      (i) => `DCGM_FI_DEV_CPU_POWER_UTIL_CURRENT{cpu="${i}",hostname="a2-05-n1"} 150
DCGM_FI_DEV_SYSIO_POWER_UTIL_CURRENT{cpu="${i}",hostname="a2-05-n1"} 45
DCGM_FI_DEV_NVSWITCH_POWER_VDD{nvswitch="${i}",hostname="a2-05-n1"} 100
DCGM_FI_DEV_NVSWITCH_POWER_DVDD_WATTS{nvswitch="${i}",hostname="a2-05-n1"} 30
DCGM_FI_DEV_NVSWITCH_POWER_HVDD{nvswitch="${i}",hostname="a2-05-n1"} 20
`,
    )
    .join('');
  take(text);
  expect(cellOf(at(), 'node.cpuPower', 'S/A/A2/A2-05/a2-05-n1')).toMatchObject({ value: 300, quality: MEASURED });
  expect(cellOf(at(), 'node.sysioPower', 'S/A/A2/A2-05/a2-05-n1').value).toBe(90);
  expect(cellOf(at(), 'node.switchPower', 'S/A/A2/A2-05').value).toBe(300);
});

test('NVLinks of a board add up, in one row or in one each', () => {
  const { take, at } = fed();
  const link = (i: number) => `DCGM_FI_PROF_NVLINK_RX_BYTES{nvlink="${i}",gpu="0",gpu_uuid="GPU-a"}`;
  take(`DCGM_FI_PROF_NVLINK_TX_BYTES{${B}} 4e9\n${link(0)} 1e9\n${link(1)} 2e9\n`, 0, n1);
  expect(valuesOf(at(), 'gpu.nvlink')).toEqual({ 'GPU-a': Math.fround(7e9) });
});

test('NVLink errors of four kinds are one rate, or none where one kind is not exported', () => {
  const rateOf = (...kinds: string[]) => {
    const { take, at } = fed();
    const body = decodedOf(kinds.map((kind) => `DCGM_FI_DEV_NVLINK_${kind}_ERROR_COUNT_TOTAL{${B}} 0\n`).join(''));
    take(body, 0, n1);
    take({ ...body, values: new Float64Array(kinds.length).fill(10) }, 5, n1);
    return valuesOf(at(5), 'gpu.nvlinkErrors');
  };
  expect(rateOf('CRC_FLIT', 'CRC_DATA', 'REPLAY', 'RECOVERY')).toEqual({ 'GPU-a': 8 });
  expect(rateOf('CRC_FLIT', 'CRC_DATA', 'REPLAY')).toEqual({});
});

test('chassis and tray that a site exports as labels are kept with the node, whichever exporter came first', () => {
  const pattern = '^(?<rack>[^/]+)$';
  const fleet = new Fleet({ mappings: [{ label: 'DCGM_FI_DEV_PLATFORM_CHASSIS_SERIAL_NUMBER', pattern }] });
  const take = (key: string, text: string) =>
    fleet.ingest({ key, sourceId: 's', site: 'S', ...n1, decoded: decodedOf(text), time: 1000 });
  take('node', 'node_network_receive_bytes_total{device="eth0"} 1\n');
  take('dcgm', `DCGM_FI_DEV_GPU_TEMP{${B},DCGM_FI_DEV_PLATFORM_CHASSIS_SERIAL_NUMBER="1820"} 50\n`);
  const { topology } = fleet.frame(1000, 60_000);
  expect(topology.path.slice(topology.start[NODE], topology.start[GPU])).toEqual(['S/Hall/Row/1820/n1']);
});

test('what no series is bound to has no column', () => {
  const { at } = fed(`DCGM_FI_DEV_GPU_TEMP{${B},Hostname="n1"} 50\n`);
  expect([...at().columns.keys()].sort()).toEqual(['gpu.temp', 'gpu.tempLimit']);
});
