import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as cli } from '../../electron/cli/main.ts';
import { recordingGroups } from '../../shared/recorded/rules.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { requireReal, titled } from './available.ts';

const promtool = requireReal('promtool');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-rules-'));
  // JSON is YAML.
  writeFileSync(
    join(folder, 'rules.json'),
    JSON.stringify({ groups: recordingGroups({ profiles, rateWindow: '2m' }) }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(promtool.path as string, args, { cwd: folder, timeout: 120_000 });
  return { status, text: `${stdout}${stderr}` };
};

const rack = (name: string) => `site="S",hall="A",row="A1",rack="${name}"`;
const board = (uuid: string, gpu: number, in_ = 'A1-01', more = '') =>
  `{instance="n1:9400",gpu="${gpu}",UUID="${uuid}",modelName="NVIDIA H100 80GB HBM3",${rack(in_)}${more}}`;
const port = (device: string, more = '', node = 'n1', in_ = 'A1-01') =>
  `{instance="${node}:9100",device="${device}",${rack(in_)}${more}}`;
/** A port of an AMD card of 400 Gb/s, in bits a second. */
const card = (nic: number, node: string, id: number, bits: number, in_ = 'A1-03') => {
  const labels = `instance="${node}:5000",hostname="${node}",nic_id="${nic}",${rack(in_)}`;
  return {
    [`nic_max_speed{${labels}}`]: '400x10',
    [`nic_port_stats_rx_bps{${labels},port_id="${id}"}`]: `${bits}x10`,
    [`nic_port_stats_tx_bps{${labels},port_id="${id}"}`]: `${bits}x10`,
  };
};

/** An interface of 400 Gb/s with 1,100 bytes a second each way. */
const interface_ = (node: string, in_ = 'A1-04') => ({
  [`node_network_speed_bytes${port('benic1', '', node, in_)}`]: '50000000000x10',
  [`node_network_carrier${port('benic1', '', node, in_)}`]: '1x10',
  [`node_network_receive_bytes_total${port('benic1', '', node, in_)}`]: '0+33000x10',
  [`node_network_transmit_bytes_total${port('benic1', '', node, in_)}`]: '0+33000x10',
});

const OWN_POD = 'namespace="gpu-operator",pod="nvidia-dcgm-exporter-x"';
const IN_POD = `${OWN_POD},exported_namespace="inf",exported_pod="vllm-0"`;

/** A rack of three boards, of which one is cut into two instances and one has the new names; and another maker's rack. */
const SERIES: Readonly<Record<string, string>> = {
  // A pod of inference, as an exporter that runs in a pod of its own tells it; a half of the next is another's.
  [`DCGM_FI_DEV_POWER_USAGE${board('GPU-a', 0, 'A1-01', `,${IN_POD}`)}`]: '300x10',
  [`DCGM_FI_DEV_POWER_USAGE${board('GPU-b', 1, 'A1-01', ',GPU_I_ID="7",namespace="inf",pod="vllm-0"')}`]: '116.043x10',
  [`DCGM_FI_DEV_POWER_USAGE${board('GPU-b', 1, 'A1-01', ',GPU_I_ID="9"')}`]: '116.163x10',
  [`DCGM_FI_DEV_BOARD_POWER_WATTS${board('GPU-c', 2, 'A1-01', `,${OWN_POD},hpc_job="4711"`)}`]: '500x10',
  [`DCGM_FI_DEV_ENFORCED_POWER_LIMIT${board('GPU-a', 0)}`]: '700x10',
  [`DCGM_FI_DEV_POWER_MGMT_LIMIT${board('GPU-c', 2)}`]: '650x10',
  // The same board by nvidia-smi, which counts for nothing beside DCGM; and one that only nvidia-smi sees.
  [`nvidia_smi_power_draw_watts{instance="n1:9835",uuid="a",${rack('A1-01')}}`]: '299x10',
  [`nvidia_smi_power_draw_watts{instance="n1:9835",uuid="d",${rack('A1-01')}}`]: '77x10',
  [`gpu_package_power{instance="m1:5000",serial_number="S1",gpu_partition_id="0",${rack('A1-02')}}`]: '610x10',
  [`gpu_package_power{instance="m1:5000",serial_number="S1",gpu_partition_id="1",${rack('A1-02')}}`]: '0x10',
  // Two pods on one board in time slices: the same reading in a row of each.
  [`DCGM_FI_DEV_POWER_USAGE${board('GPU-t', 0, 'A1-05', ',namespace="inf",pod="vllm-1"')}`]: '240x10',
  [`DCGM_FI_DEV_POWER_USAGE${board('GPU-t', 0, 'A1-05', ',namespace="dev",pod="note-0"')}`]: '240x10',
  [`DCGM_FI_DEV_POWER_USAGE${board('GPU-u', 1, 'A1-05', ',namespace="inf",pod="vllm-1"')}`]: '300x10',
  // A board that tells no power.
  [`DCGM_FI_DEV_GPU_TEMP${board('GPU-v', 2, 'A1-05')}`]: '50x10',
  // Blank: no reading.
  [`DCGM_FI_DEV_GPU_TEMP${board('GPU-a', 0)}`]: '2147483632x10',
  [`DCGM_FI_DEV_GPU_TEMP${board('GPU-b', 1)}`]: '61x10',
  [`DCGM_FI_DEV_GPU_TEMP_CELSIUS${board('GPU-c', 2)}`]: '58x10',
  [`DCGM_FI_DEV_GPU_UTIL${board('GPU-a', 0)}`]: '1x10',
  [`DCGM_FI_PROF_GR_ENGINE_ACTIVE${board('GPU-b', 1)}`]: '0.5x10',
  [`DCGM_FI_DEV_GPU_UTIL${board('GPU-b', 1)}`]: '100x10',
  [`DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO${board('GPU-c', 2)}`]: '0.75x10',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${board('GPU-a', 0)}`]: '1x10',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASONS${board('GPU-b', 1)}`]: '36x10',
  [`DCGM_FI_DEV_CLOCK_THROTTLE_REASONS${board('GPU-c', 2)}`]: '4x10',
  [`ipmi_dcmi_power_consumption_watts{instance="n1-bmc",${rack('A1-01')}}`]: '2100x10',
  [`idrac_power_control_consumed_watts{instance="n1",id="0",${rack('A1-01')}}`]: '2200x10',
  // 60 bytes a second over 100; the other direction 30.
  [`node_infiniband_port_data_received_bytes_total${port('mlx5_0', ',port="1"')}`]: '0+1800x10',
  [`node_infiniband_port_data_transmitted_bytes_total${port('mlx5_0', ',port="1"')}`]: '0+900x10',
  [`node_infiniband_rate_bytes_per_second${port('mlx5_0', ',port="1"')}`]: '100x10',
  [`node_network_receive_bytes_total${port('eth0')}`]: '0+300x10',
  [`node_network_receive_bytes_total${port('docker0')}`]: '0+30000x10',
  // Rack A1-03: card 0 of two ports, which is benic1 to the node; card 1 of another node that tells no interfaces.
  ...card(0, 'n3', 1, 8000),
  ...card(0, 'n3', 2, 800),
  ...card(1, 'n4', 1, 4000),
  ...card(1, 'n4', 2, 400),
  [`node_network_speed_bytes${port('benic1', '', 'n3', 'A1-03')}`]: '50000000000x10',
  [`node_network_receive_bytes_total${port('benic1', '', 'n3', 'A1-03')}`]: '0+33000x10',
  [`node_network_transmit_bytes_total${port('benic1', '', 'n3', 'A1-03')}`]: '0+33000x10',
  // Rack A1-04: n5 has two cards of which its exporter tells one, n6 is 10.0.0.6 to the server and has a domain.
  ...card(0, 'n5', 1, 8000, 'A1-04'),
  ...card(1, 'n5', 1, 16000, 'A1-04'),
  ...interface_('n5'),
  ...card(0, 'n6.dc.example', 1, 8000, 'A1-04'),
  ...interface_('10.0.0.6'),
  [`node_uname_info{instance="10.0.0.6:9100",nodename="n6",${rack('A1-04')}}`]: '1x10',
  // n7 and n8 were made from one image: whose the name of their system is nobody knows.
  [`node_uname_info{instance="n7:9100",nodename="image",${rack('A1-04')}}`]: '1x10',
  [`node_uname_info{instance="n8:9100",nodename="image",${rack('A1-04')}}`]: '1x10',
};

const named = (labels: string) => `{${rack(labels)}}`;
const worked = (labels: string) => `{${rack('A1-01')},${labels}}`;
const sharing = (namespace: string, pod: string) =>
  `{${rack('A1-05')},work_namespace="${namespace}",work_pod="${pod}"}`;
const VLLM = 'work_namespace="inf",work_pod="vllm-0"';
const JOB = 'work_job="4711"';
/** Worked out by hand of the series above. */
const RESULTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'rack:fleetwatt_gpu_power_watts:sum': {
    [named('A1-01')]: 300 + 116.163 + 500 + 77,
    [named('A1-02')]: 610,
    [named('A1-05')]: 540,
  },
  'rack:fleetwatt_gpus:count': { [named('A1-01')]: 4, [named('A1-02')]: 1, [named('A1-05')]: 3 },
  'rack:fleetwatt_gpus_metered:count': { [named('A1-01')]: 4, [named('A1-02')]: 1, [named('A1-05')]: 2 },
  'rack:fleetwatt_gpu_temp_celsius:max': { [named('A1-01')]: 61, [named('A1-05')]: 50 },
  'rack:fleetwatt_gpu_util_ratio:median': { [named('A1-01')]: 0.5 },
  'site:fleetwatt_gpu_util_ratio:median': { '{site="S"}': 0.5 },
  'rack:fleetwatt_gpus_idle:count': { [named('A1-01')]: 1 },
  'rack:fleetwatt_clock_event_reasons:or': { [named('A1-01')]: 1 + 4 + 32 },
  'rack:fleetwatt_gpus_with_reasons:count': { [named('A1-01')]: 3 },
  'rack:fleetwatt_gpus_held:count': { [named('A1-01')]: 2 },
  'rack:fleetwatt_gpus_held_by_power:count': { [named('A1-01')]: 2 },
  'rack:fleetwatt_gpus_capped:count': { [named('A1-01')]: 2 },
  'rack:fleetwatt_gpu_limit_watts:sum': { [named('A1-01')]: 700 + 650 },
  'rack:fleetwatt_gpus_limited:count': { [named('A1-01')]: 2 },
  'rack:fleetwatt_work_gpus:count': {
    ...{ [worked(VLLM)]: 2, [worked(JOB)]: 1, [named('A1-01')]: 0, [named('A1-02')]: 0, [named('A1-05')]: 0 },
    // A half of one board, and another.
    ...{ [sharing('inf', 'vllm-1')]: 1.5, [sharing('dev', 'note-0')]: 0.5 },
  },
  'rack:fleetwatt_work_gpus_metered:count': {
    ...{ [worked(VLLM)]: 2, [worked(JOB)]: 1, [sharing('inf', 'vllm-1')]: 1.5, [sharing('dev', 'note-0')]: 0.5 },
  },
  'rack:fleetwatt_work_gpus_shared:count': {
    ...{ [worked(VLLM)]: 0, [worked(JOB)]: 0, [named('A1-01')]: 0, [named('A1-02')]: 0, [named('A1-05')]: 0 },
    ...{ [sharing('inf', 'vllm-1')]: 1, [sharing('dev', 'note-0')]: 1 },
  },
  'rack:fleetwatt_work_gpu_power_watts:sum': {
    ...{ [worked(VLLM)]: 300 + 116.163, [worked(JOB)]: 500 },
    ...{ [sharing('inf', 'vllm-1')]: 240 / 2 + 300, [sharing('dev', 'note-0')]: 240 / 2 },
  },
  'rack:fleetwatt_work_util_ratio:avg': { [worked(VLLM)]: (0.01 + 0.5) / 2, [worked(JOB)]: 0.75 },
  'rack:fleetwatt_node_power_watts:sum': { [named('A1-01')]: 2100 },
  'rack:fleetwatt_nodes_metered:count': { [named('A1-01')]: 1 },
  'rack:fleetwatt_link_use_ratio:max': {
    [named('A1-01')]: 0.6,
    [named('A1-03')]: 1100 / 5e10,
    [named('A1-04')]: 2000 / 5e10,
  },
  'rack:fleetwatt_links:count': { [named('A1-01')]: 1, [named('A1-03')]: 2, [named('A1-04')]: 3 },
  'sum without (kind) (rack:fleetwatt_ports:count)': { [named('A1-01')]: 1, [named('A1-03')]: 2, [named('A1-04')]: 3 },
  // 33,000 bytes in 30 s by the interface, and not once more by its card; 4,400 bits by the card that nobody else tells.
  // n5 by its two cards, of which the node tells one; n6 by its interface.
  'rack:fleetwatt_link_receive_bytes_per_second:sum': {
    ...{ [named('A1-01')]: 60 + 10, [named('A1-03')]: 1100 + 550, [named('A1-04')]: 1000 + 2000 + 1100 },
  },
  'rack:fleetwatt_link_transmit_bytes_per_second:sum': {
    ...{ [named('A1-01')]: 30, [named('A1-03')]: 1100 + 550, [named('A1-04')]: 1000 + 2000 + 1100 },
  },
  'rack:fleetwatt_sample_time_seconds:min': { [named('A1-01')]: 240, [named('A1-02')]: 240, [named('A1-05')]: 240 },
  // Those of 30 s before.
  'rack:fleetwatt_sample_age_seconds:replaced': { [named('A1-01')]: 30, [named('A1-02')]: 30, [named('A1-05')]: 30 },
};

/** Held clocks: MHz of 1,980 unless its highest is not told; ns held in 30 s by power and by heat; reasons. */
const HELD: Readonly<Record<string, { mhz: number; power?: number; heat?: number; reasons?: number; most?: false }>> = {
  // 90 % of the time at 80 % of its clock loses 0.18.
  'GPU-a': { mhz: 1584, power: 27e9, heat: 0 },
  // All the time at half of it, by heat: 0.5.
  'GPU-b': { mhz: 990, power: 0, heat: 30e9 },
  // By the brake, which is worse than the heat beside it: 0.1.
  'GPU-c': { mhz: 1782, reasons: 0x80 | 0x20 },
  'GPU-d': { mhz: 1980 },
  'GPU-e': { mhz: 1584, reasons: 0x4, most: false },
  // By both: power has 0.4 × 0.2, heat what is left of its 0.8 × 0.2.
  'GPU-f': { mhz: 1584, power: 12e9, heat: 24e9 },
};
const heldSeries = () =>
  Object.fromEntries(
    Object.entries(HELD).flatMap(([uuid, { mhz, power, heat, reasons, most }], gpu) => {
      const one = (name: string, values: string) => [`DCGM_FI_DEV_${name}${board(uuid, gpu)}`, values] as const;
      return [
        one('SM_CLOCK', `${mhz}x10`),
        ...(most === false ? [] : [one('MAX_SM_CLOCK', '1980x10')]),
        ...(power === undefined ? [] : [one('POWER_VIOLATION', `0+${power}x10`)]),
        ...(heat === undefined ? [] : [one('THERMAL_VIOLATION', `0+${heat}x10`)]),
        ...(reasons === undefined ? [] : [one('CLOCKS_EVENT_REASONS', `${reasons}x10`)]),
      ];
    }),
  );
/** In thousandths: sums of fractions of a float are not those of decimals. */
const thousandths = (what: string) => `round(1000 * rack:fleetwatt_${what})`;
const HELD_RESULTS: typeof RESULTS = {
  // 0.18 + 0.1 + 0.08; 0.5 + 0.08.
  [thousandths('gpus_lost_to_power:sum')]: { [named('A1-01')]: 360 },
  [thousandths('gpus_lost_to_heat:sum')]: { [named('A1-01')]: 580 },
  'rack:fleetwatt_gpus_clocked:count': { [named('A1-01')]: 5 },
  // a by its counter and e by its reasons, of the five of which power's share or reasons are told.
  'rack:fleetwatt_gpus_capped_long:ratio': { [named('A1-01')]: 0.4 },
};

/** A port of InfiniBand: its node, rate and state, and bytes each way and ticks of waiting a second. */
const ib = (node: string, in_: string, rate: number, state: number, [rx, tx, wait]: readonly number[]) => {
  const labels = port('mlx5_0', ',port="1"', node, in_);
  const counted = (name: string, perS = 0) => [`node_infiniband_${name}${labels}`, `0+${perS * 30}x10`] as const;
  return Object.fromEntries([
    [`node_infiniband_rate_bytes_per_second${labels}`, `${rate}x10`],
    [`node_infiniband_state_id${labels}`, `${state}x10`],
    counted('port_data_received_bytes_total', rx),
    counted('port_data_transmitted_bytes_total', tx),
    counted('port_transmit_wait_total', wait),
  ]);
};
const LINKS: typeof SERIES = {
  [`DCGM_FI_DEV_POWER_USAGE${board('GPU-a', 0)}`]: '300x10',
  [`DCGM_FI_DEV_POWER_USAGE{instance="n9:9400",gpu="0",UUID="GPU-z",modelName="NVIDIA H200",${rack('A1-02')}}`]: '1x10',
  // Full and waits; full and does not; half as fast as the others, and down. In racks of other boards that is usual.
  ...ib('n1', 'A1-01', 100, 4, [96, 30, 10]),
  ...ib('n2', 'A1-01', 100, 4, [97, 20, 0]),
  ...ib('n3', 'A1-01', 50, 1, [0, 0, 0]),
  ...ib('n9', 'A1-02', 50, 4, [5, 5, 1]),
  [`node_network_speed_bytes${port('eth0')}`]: '1000x10',
  [`node_network_carrier${port('eth0')}`]: '1x10',
  [`node_network_receive_bytes_total${port('eth0')}`]: '0+900x10',
  [`node_network_transmit_bytes_total${port('eth0')}`]: '0+300x10',
  // Nobody uses it.
  [`node_network_carrier${port('eth1')}`]: '0x10',
};
const kindIn = (in_: string, kind: string) => `{${rack(in_)},kind="${kind}"}`;
const byKind = (infiniband: number, ethernet: number, other: number) => ({
  ...{ [kindIn('A1-01', 'infiniband')]: infiniband, [kindIn('A1-01', 'ethernet')]: ethernet },
  [kindIn('A1-02', 'infiniband')]: other,
});
const LINKS_RESULTS: typeof RESULTS = {
  'rack:fleetwatt_links:count': { [named('A1-01')]: 4, [named('A1-02')]: 1 },
  'rack:fleetwatt_links_full:count': { [named('A1-01')]: 1, [named('A1-02')]: 0 },
  'rack:fleetwatt_links_degraded:count': { [named('A1-01')]: 1, [named('A1-02')]: 0 },
  'rack:fleetwatt_ports:count': byKind(3, 1, 1),
  'rack:fleetwatt_ports_down:count': byKind(1, 0, 0),
  'rack:fleetwatt_ports_transmit_bytes_per_second:sum': byKind(30 + 20, 10, 5),
  'rack:fleetwatt_ports_rate_bytes_per_second:sum': byKind(200, 1000, 50),
};

/** Since 60 s of a window of 2 min: rate() would tell less than half of it. */
const begun = (perS: number) => `_x6 0+${perS * 30}x4`;
/** What ports carry and what held clocks cost, of counters of which half began within the window. */
const BEGUN: typeof SERIES = {
  [`node_infiniband_port_data_received_bytes_total${port('mlx5_0', ',port="1"')}`]: '0+1800x10',
  [`node_infiniband_port_data_transmitted_bytes_total${port('mlx5_0', ',port="1"')}`]: '0+900x10',
  [`node_infiniband_rate_bytes_per_second${port('mlx5_0', ',port="1"')}`]: '100x10',
  [`node_infiniband_port_data_received_bytes_total${port('mlx5_1', ',port="1"')}`]: begun(80),
  [`node_infiniband_port_data_transmitted_bytes_total${port('mlx5_1', ',port="1"')}`]: begun(20),
  [`node_infiniband_rate_bytes_per_second${port('mlx5_1', ',port="1"')}`]: '100x10',
  // Given to a pod one minute ago: the counter goes on under other labels.
  [`DCGM_FI_DEV_POWER_VIOLATION${board('GPU-a', 0)}`]: '0+27000000000x5',
  [`DCGM_FI_DEV_POWER_VIOLATION${board('GPU-a', 0, 'A1-01', ',namespace="ml",pod="train-0"')}`]: begun(0.9e9),
  [`DCGM_FI_DEV_SM_CLOCK${board('GPU-a', 0)}`]: '990x10',
  [`DCGM_FI_DEV_MAX_SM_CLOCK${board('GPU-a', 0)}`]: '1980x10',
};
const BEGUN_RESULTS: typeof RESULTS = {
  'rack:fleetwatt_link_use_ratio:max': { [named('A1-01')]: 0.8 },
  'rack:fleetwatt_link_receive_bytes_per_second:sum': { [named('A1-01')]: 60 + 80 },
  'rack:fleetwatt_link_transmit_bytes_per_second:sum': { [named('A1-01')]: 30 + 20 },
  // 90 % of the time at half of its clock.
  [thousandths('gpus_lost_to_power:sum')]: { [named('A1-01')]: 450 },
};

/** Slowed by its driver for heat 90 % of the time, and by its hardware a third of it: the longer of the two counts. */
const HEAT: typeof SERIES = {
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS${board('GPU-a', 0)}`]: '0+10000000000x10',
  [`DCGM_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS${board('GPU-a', 0)}`]: '0+27000000000x10',
  [`DCGM_FI_DEV_SM_CLOCK${board('GPU-a', 0)}`]: '990x10',
  [`DCGM_FI_DEV_MAX_SM_CLOCK${board('GPU-a', 0)}`]: '1980x10',
};
const HEAT_RESULTS: typeof RESULTS = { [thousandths('gpus_lost_to_heat:sum')]: { [named('A1-01')]: 450 } };

/** An NVLink of a board, and what the board sends and receives by them together. */
const nvlink = (uuid: string, link: number, way: 'TX' | 'RX') =>
  `DCGM_FI_PROF_NVLINK_${way}_BYTES{instance="n1:9400",gpu="0",gpu_uuid="${uuid}",nvlink="${link}",${rack('A1-01')}}`;
const NVLINKS: typeof SERIES = {
  // A total beside its links counts, and they do not; without one they do.
  [`DCGM_FI_PROF_NVLINK_TX_BYTES${board('GPU-a', 0)}`]: '4100x10',
  [`DCGM_FI_PROF_NVLINK_RX_BYTES${board('GPU-a', 0)}`]: '3000x10',
  ...Object.fromEntries(
    (['TX', 'RX'] as const).flatMap((way) =>
      [0, 1].flatMap((link) => [
        [nvlink('GPU-a', link, way), '2000x10'],
        [nvlink('GPU-b', link, way), `${1000 + 500 * link}x10`],
      ]),
    ),
  ),
};
const NVLINKS_RESULTS: typeof RESULTS = {
  'rack:fleetwatt_nvlink_bytes_per_second:median': { [named('A1-01')]: (4100 + 3000 + 2 * (1000 + 1500)) / 2 },
};

describe.skipIf(promtool.skip !== null)(titled('recording rules of racks', promtool), () => {
  test('promtool check rules accepts them', () => {
    expect(run('check', 'rules', 'rules.json')).toMatchObject({ status: 0 });
  });

  test.each([
    ['racks, their boards, ports and work', SERIES, RESULTS],
    ['what held clocks cost', heldSeries(), HELD_RESULTS],
    ['ports by kind, full, down and slower than their peers', LINKS, LINKS_RESULTS],
    ['counters that began within the window', BEGUN, BEGUN_RESULTS],
    ['a total of NVLinks beside its links', NVLINKS, NVLINKS_RESULTS],
    ['a board that is held for two reasons of one kind', HEAT, HEAT_RESULTS],
  ])('promtool evaluates them to what hand arithmetic says: %s', (_, series, results) => {
    const tests = {
      rule_files: ['rules.json'],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '30s',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: Object.entries(results).map(([expr, samples]) => ({
            expr,
            eval_time: '4m',
            exp_samples: Object.entries(samples).map(([labels, value]) => ({
              // What is worked out has no name.
              labels: expr.includes('(') ? labels : `${expr}${labels}`,
              value,
            })),
          })),
        },
      ],
    };
    writeFileSync(join(folder, 'tests.json'), JSON.stringify(tests));
    const { status, text } = run('test', 'rules', 'tests.json');
    expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('SUCCESS') });
  });

  test('boards that only a profile of one’s own knows are in the sums of the file that is made for it', async () => {
    mkdirSync(join(folder, 'profiles'));
    const own = `id: own
mappings:
  - { signal: gpu.power, names: [my_gpu_milliwatts], scale: 0.001 }
  # What is of different things adds up.
  - { signal: gpu.power, names: [my_core_watts, my_memory_watts], rank: 1, rows: sum, parts: [__name__] }
`;
    writeFileSync(join(folder, 'profiles', 'own.yaml'), own);
    const options = ['--profile', folder, '--rate-window', '4m', '--out', join(folder, 'own.yml')];
    expect(await cli(['rules', 'export', '--kind', 'recording', ...options])).toBe(0);
    const record = 'rack:fleetwatt_gpu_power_watts:sum';
    const input_series = [
      { series: `my_gpu_milliwatts{instance="n1:1",gpu="0",${rack('A1-01')}}`, values: '412000x10' },
      { series: `my_core_watts{instance="n1:1",gpu="1",${rack('A1-01')}}`, values: '300x10' },
      { series: `my_memory_watts{instance="n1:1",gpu="1",${rack('A1-01')}}`, values: '90x10' },
    ];
    const exp_samples = [{ labels: `${record}${named('A1-01')}`, value: 412 + 300 + 90 }];
    const tests = [
      { interval: '30s', input_series, promql_expr_test: [{ expr: record, eval_time: '4m', exp_samples }] },
    ];
    writeFileSync(
      join(folder, 'own.json'),
      JSON.stringify({ rule_files: ['own.yml'], evaluation_interval: '30s', tests }),
    );
    expect(run('test', 'rules', 'own.json')).toMatchObject({ status: 0 });
  });
});
