import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExpositionReader } from '../../shared/exposition/reader.ts';
import { layFabric } from '../../shared/fabric/cables.ts';
import { cableLanes } from '../../shared/fabric/lanes.ts';
import { Fleet } from '../../shared/fleet.ts';
import { DERIVED, type Frame, MEASURED } from '../../shared/frame.ts';
import { VectorReader } from '../../shared/prom-api/vector.ts';
import { planQueries } from '../../shared/promql.ts';
import type { SignalId } from '../../shared/signals/catalogue.ts';
import { GPU, NODE } from '../../shared/topology.ts';
import { read } from './ask.ts';
import { titled } from './available.ts';
import { type PastForm, serversOfPast } from './past-servers.ts';
import type { Running } from './running.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A whole minute an hour ago, and what a scraper has of the minute before it. */
const END_S = Math.floor(Date.now() / 60_000) * 60 - 3600;
const SECONDS = 60;
/** A scrape begins at some millisecond of its own. */
const SCRAPED_BEFORE_S = 0.337;

/** Counters that grow evenly, so that every rate over them is known: per second as given. */
const growing = (time: number, perSecond: number) => (1e9 + (time - END_S + 2 * SECONDS) * perSecond).toFixed(3);

const board = (uuid: string, gpu: number, more = '') =>
  `{gpu="${gpu}",UUID="${uuid}",modelName="NVIDIA A100-SXM4-40GB",Hostname="a2-05-n1"${more}}`;

/** One whole GPU with old names and every energy and sensor field twice over, and one of two MIG instances. */
function dcgmText(time: number): string {
  const whole = board('GPU-whole', 0);
  const [left, right] = ['7', '9'].map((id) => board('GPU-mig', 1, `,GPU_I_PROFILE="1g.5gb",GPU_I_ID="${id}"`));
  return `DCGM_FI_DEV_POWER_USAGE${whole} 301.5
DCGM_FI_DEV_POWER_USAGE_INSTANT${whole} 333
DCGM_FI_DEV_POWER_USAGE${left} 116.043
DCGM_FI_DEV_POWER_USAGE${right} 116.163
DCGM_FI_DEV_ENFORCED_POWER_LIMIT${whole} 400
DCGM_FI_DEV_GPU_TEMP${whole} 61
DCGM_FI_DEV_GPU_TEMP_LIMIT${whole} 24
DCGM_FI_DEV_SM_CLOCK${whole} 1410
DCGM_FI_DEV_GPU_UTIL${whole} 87
DCGM_FI_PROF_GR_ENGINE_ACTIVE${left} 0.25
DCGM_FI_PROF_GR_ENGINE_ACTIVE${right} 0.5
DCGM_FI_DEV_FB_USED${left} 100
DCGM_FI_DEV_FB_USED${right} 24
DCGM_FI_DEV_CLOCK_THROTTLE_REASONS${whole} 4
DCGM_FI_PROF_PCIE_TX_BYTES${whole} 1000000
DCGM_FI_PROF_PCIE_RX_BYTES${whole} 500000
DCGM_FI_DEV_POWER_VIOLATION${whole} ${growing(time, 0.25e9)}
DCGM_FI_DEV_NVLINK_COUNT_TX_BYTES${whole} ${growing(time, 3e9)}
DCGM_FI_DEV_NVLINK_COUNT_RX_BYTES${whole} ${growing(time, 1e9)}
`;
}

/** The same board by nvidia-smi, and a second maker's by two exporters, of which one gives no id. */
const smiText = () => `nvidia_smi_gpu_info{uuid="whole",index="0",name="NVIDIA A100-SXM4-40GB"} 1
nvidia_smi_temperature_memory{uuid="whole"} 54
nvidia_smi_power_draw_watts{uuid="whole"} 299
`;
const part = (id: number) =>
  `gpu_id="${id}",serial_number="S1",card_series="AMD Instinct MI300X",hostname="b1-01-n1",gpu_partition_id="${id}"`;
const amdText = (time: number) => `gpu_package_power{${part(0)}} 610
gpu_package_power{${part(1)}} 0
gpu_used_vram{${part(0)}} 1000
gpu_used_vram{${part(1)}} 500
gpu_clock{${part(0)},clock_type="SYSTEM",clock_index="0"} 1900
gpu_clock{${part(0)},clock_type="MEMORY",clock_index="0"} 1300
gpu_xgmi_link_tx{${part(0)},link_index="0"} ${growing(time, 1e6)}
gpu_xgmi_link_tx{${part(0)},link_index="1"} ${growing(time, 2e6)}
`;
const omnistatText = () => `rocm_version_info{card="0",type="AMD Instinct MI300X"} 1
rocm_power_cap_watts{card="0"} 740
rocm_temperature_celsius{card="0",location="junction"} 71
`;

const nodeText = (time: number) => `node_uname_info{nodename="a2-05-n1",machine="x86_64"} 1
node_network_receive_bytes_total{device="eth0"} ${growing(time, 2e6)}
node_network_receive_bytes_total{device="veth12ab"} ${growing(time, 9e9)}
node_network_transmit_bytes_total{device="eth0"} ${growing(time, 4e6)}
node_network_speed_bytes{device="eth0"} 1.25e+08
node_network_speed_bytes{device="eth1"} -125000
node_infiniband_port_data_received_bytes_total{device="mlx5_0",port="1"} ${growing(time, 6e9)}
node_infiniband_port_data_transmitted_bytes_total{device="mlx5_0",port="1"} ${growing(time, 7e9)}
node_infiniband_rate_bytes_per_second{device="mlx5_0",port="1"} 5e+10
node_infiniband_port_transmit_wait_total{device="mlx5_0",port="1"} 4.294967295e+09
node_infiniband_port_transmit_wait_total{device="mlx5_1",port="1"} ${growing(time, 50)}
node_infiniband_port_data_received_bytes_total{device="mlx5_1",port="1"} 18446744073709551615
node_infiniband_symbol_error_total{device="mlx5_0",port="1"} 65535
node_infiniband_link_error_recovery_total{device="mlx5_0",port="1"} ${growing(time, 3)}
node_infiniband_port_errors_received_total{device="mlx5_0",port="1"} ${growing(time, 2)}
node_ethtool_received_prio3_pause{device="eth0"} ${growing(time, 10)}
node_ethtool_transmitted_prio3_pause{device="eth0"} ${growing(time, 4)}
node_hwmon_power_average_watt{chip="lnxsybus:00_acpi000d:00",sensor="power1"} 6200
node_rapl_package_joules_total{index="0",path="p0"} ${growing(time, 200)}
node_rapl_package_joules_total{index="1",path="p1"} ${growing(time, 150)}
`;

const pduText = () => `measurementsInletSensorValue{inletId="1",pduId="1",sensorType="activePower"} 6130
measurementsInletSensorValue{inletId="1",pduId="1",sensorType="rmsCurrent"} 26652
inletSensorDecimalDigits{inletId="1",pduId="1",sensorType="activePower"} 0
inletSensorDecimalDigits{inletId="1",pduId="1",sensorType="rmsCurrent"} 3
`;

const PORT = 'guid="0xa1",port="7"';
const switchText = (
  time: number,
) => `infiniband_switch_uplink_info{${PORT},switch="leaf-1",uplink="spine-1",uplink_guid="0xb1",uplink_lid="9",uplink_port="3",uplink_type="SW"} 1
infiniband_switch_uplink_info{guid="0xa1",port="40",switch="leaf-1",uplink="a2-05-n1 mlx5_0",uplink_guid="0xc1",uplink_lid="8",uplink_port="1",uplink_type="CA"} 1
infiniband_switch_port_rate_bytes_per_second{${PORT}} 5e+10
infiniband_switch_port_transmit_data_bytes_total{${PORT}} ${growing(time, 4.85e10)}
infiniband_switch_port_receive_data_bytes_total{${PORT}} ${growing(time, 3e10)}
infiniband_switch_port_transmit_wait_total{${PORT}} ${growing(time, 4.84375e7)}
`;

const texts: Readonly<Record<string, (time: number) => string>> = {
  ...{ '/dcgm': dcgmText, '/smi': smiText, '/amd': amdText, '/omnistat': omnistatText },
  ...{ '/node': nodeText, '/pdu': pduText, '/ib': switchText },
};

/** What a scraper calls a target; that of the others is their address. */
const INSTANCES: Readonly<Record<string, string>> = {
  pdu: 'pdu-a2-05-b',
  ib: 'fabric-a:9315',
  smi: 'a2-05-n1:9835',
  amd: 'b1-01-n1:5000',
  omnistat: 'b1-01-n1:8001',
};

const targetLabels = (job: string) => ({ job, instance: INSTANCES[job] ?? '127.0.0.1:9100' });

/** A minute of all texts, a scrape a second, each as a scraper had taken it in. */
function pastText(form: PastForm): string {
  const families = new Map<string, string[]>();
  for (const [path, textAt] of Object.entries(texts)) {
    const more = Object.entries(targetLabels(path.slice(1))).map(([name, value]) => `${name}="${value}"`);
    for (let second = SECONDS; second >= 0; second--) {
      const time = END_S - second - SCRAPED_BEFORE_S;
      const stamp = form === 'openmetrics' ? time.toFixed(3) : (time * 1000).toFixed(0);
      for (const line of textAt(time).trimEnd().split('\n')) {
        const [, name = '', labels = '', value = ''] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
        const family = families.get(name) ?? [];
        families.set(name, family);
        family.push(`${name}{${[labels, ...more].join(',')}} ${value} ${stamp}`);
      }
    }
  }
  const head = (name: string) => (form === 'openmetrics' ? [`# TYPE ${name} unknown`] : []);
  const lines = [...families].flatMap(([name, family]) => [...head(name), ...family]);
  return `${lines.join('\n')}\n${form === 'openmetrics' ? '# EOF\n' : ''}`;
}

/** The value of each object that has one, by the name that a person knows it by. */
function valuesOf({ topology, columns }: Frame, signal: SignalId): Record<string, number> {
  const column = columns.get(signal);
  const found: Record<string, number> = {};
  const links = signal.startsWith('link');
  for (let i = links ? 0 : topology.start[GPU]; i < (column?.value.length ?? 0); i++) {
    const value = column?.value[i] as number;
    if (!Number.isNaN(value)) found[links ? topology.linkName[i] : topology.path[i]] = value;
  }
  return found;
}

describe.each(serversOfPast(pastText))('planned queries, asked of a real %s', (_name, need, start) => {
  let server: Running | undefined;
  let frame: Frame;
  const fleet = new Fleet({ mappings: [] });
  const bad: number[] = [];

  beforeAll(async () => {
    if (need.skip !== null) return;
    server = await start();
    const { url } = server;
    for (const query of planQueries({ rateWindow: '5s' })) {
      const body = await read(`${url}/api/v1/query?query=${encodeURIComponent(query.promql)}&time=${END_S}`);
      const decoded = new VectorReader().read(bytesOf(body));
      const input = { key: query.id, sourceId: 'p', site: 'S', targetLabels: new Map(), decoded, time: END_S * 1000 };
      bad.push(fleet.ingest({ ...input, query }).bad);
    }
    frame = fleet.frame(END_S * 1000, 60_000);
  });
  afterAll(() => server?.stop());

  const that = (title: string, run: () => void) => test.skipIf(need.skip !== null)(titled(title, need), run);
  const close = (found: Record<string, number>, wanted: Record<string, number>) => {
    expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, value] of Object.entries(wanted)) expect(found[name] / value, name).toBeCloseTo(1, 5);
  };

  that('all are answered, without a bad sample but for three counters that stand at their ends', () => {
    expect(bad).toHaveLength(13);
    expect(bad.reduce((sum, one) => sum + one, 0)).toBe(3);
    const pegged = fleet.coverage('p').filter((row) => row.pegged > 0);
    expect(pegged.sort((a, b) => a.signal.localeCompare(b.signal))).toMatchObject([
      { signal: 'link.errors', metric: 'node_infiniband_symbol_error_total', series: 1, pegged: 1 },
      { signal: 'link.rx', metric: 'node_infiniband_port_data_received_bytes_total', series: 2, pegged: 1 },
      { signal: 'link.wait', series: 2, pegged: 1 },
    ]);
  });

  that('add up counters of different things, as many as are told', () => {
    close(valuesOf(frame, 'link.errors'), { 'mlx5_0/1': 5 });
    close(valuesOf(frame, 'link.pfc'), { eth0: 14 });
    expect(frame.columns.get('node.power')?.value[frame.topology.start[NODE]]).toBe(6200);
  });

  that('place GPUs, NICs and the PDU at one node and its rack', () => {
    const { topology } = frame;
    expect(topology.path.slice(topology.start[NODE], topology.start[GPU])).toEqual([
      'S/A/A2/A2-05/a2-05-n1',
      'S/B/B1/B1-01/b1-01-n1',
    ]);
    expect([...topology.linkNode]).toEqual([...topology.linkNode].fill(topology.start[NODE]));
    expect([...topology.feedRack].map((rack) => topology.path[rack])).toEqual(['S/A/A2/A2-05']);
    expect(topology.feedName).toEqual(['B']);
    expect(frame.columns.get('feed.power')?.value[0]).toBe(6130);
  });

  that('give gauges as they are, boards once, and the memory of MIG instances together', () => {
    close(valuesOf(frame, 'gpu.power'), { 'GPU-whole': 301.5, 'GPU-mig': 116.163, S1: 610 });
    close(valuesOf(frame, 'gpu.powerLimit'), { 'GPU-whole': 400, 'GPU-mig': 400, S1: 740 });
    close(valuesOf(frame, 'gpu.util'), { 'GPU-whole': 0.87, 'GPU-mig': 0.5 });
    close(valuesOf(frame, 'gpu.tempLimit'), { 'GPU-whole': 85, S1: 100 });
    close(valuesOf(frame, 'gpu.memTemp'), { 'GPU-whole': 54 });
    close(valuesOf(frame, 'gpu.memClock'), { S1: 1300 });
    close(valuesOf(frame, 'gpu.clock'), { 'GPU-whole': 1410, S1: 1900 });
    close(valuesOf(frame, 'gpu.memUsed'), { 'GPU-mig': 124 * 1024 * 1024, S1: 1.5e9 });
    close(valuesOf(frame, 'gpu.pcie'), { 'GPU-whole': 1.5e6 });
    close(valuesOf(frame, 'gpu.throttle'), { 'GPU-whole': 4 });
  });

  that('give counters as rates, virtual devices and pegged counters left out', () => {
    close(valuesOf(frame, 'gpu.powerThrottle'), { 'GPU-whole': 0.25 });
    close(valuesOf(frame, 'gpu.nvlink'), { 'GPU-whole': 4e9 });
    close(valuesOf(frame, 'gpu.nvlinkTx'), { 'GPU-whole': 3e9, S1: 3e6 * 1024 });
    expect(frame.columns.get('node.cpuPower')?.value[frame.topology.start[NODE]]).toBeCloseTo(350, 2);
    close(valuesOf(frame, 'link.rx'), { eth0: 2e6, 'mlx5_0/1': 6e9 });
    close(valuesOf(frame, 'link.tx'), { eth0: 4e6, 'mlx5_0/1': 7e9 });
    close(valuesOf(frame, 'link.rate'), { eth0: 1.25e8, 'mlx5_0/1': 5e10 });
    close(valuesOf(frame, 'link.wait'), { 'mlx5_1/1': 50 });
  });

  that('give the cables of switches with their rates, and the nodes that hang on a leaf', () => {
    const layout = layFabric(frame.topology, [], 'infiniband');
    expect(layout.leaves).toMatchObject([{ name: 'leaf-1', nodes: [frame.topology.start[NODE]] }]);
    expect(layout.spines).toEqual(['spine-1']);
    const [lane] = cableLanes(frame, layout);
    expect(lane).toMatchObject({ state: 'up', name: 'p7 to spine-1' });
    close({ tx: lane.txBps, rx: lane.rxBps, ticks: lane.ticks }, { tx: 4.85e10, rx: 3e10, ticks: 4.84375e7 });
    expect(lane.rateBps).toBe(Math.fround(5e10));
    // Nobody said what a tick is.
    expect(lane.wait).toBeNaN();
  });

  that("give every value its sample's own time", () => {
    const { topology, columns, time } = frame;
    const gpu = topology.path.indexOf('GPU-whole');
    const sampled = columns.get('gpu.power')?.time[gpu] as number;
    expect(time - sampled).toBeCloseTo(1000 * SCRAPED_BEFORE_S, 0);
    expect(columns.get('gpu.power')?.quality[gpu]).toBe(MEASURED);
    expect(columns.get('gpu.tempLimit')?.quality[gpu]).toBe(DERIVED);
  });

  that('lead to what the same texts give read directly', () => {
    const fleet = new Fleet({ mappings: [] });
    const reader = new Map(Object.keys(texts).map((path) => [path, new ExpositionReader()]));
    for (const [path, text] of Object.entries(texts)) {
      const decoded = (reader.get(path) as ExpositionReader).read(bytesOf(text(END_S)), 'prometheus');
      const labels = new Map(Object.entries(targetLabels(path.slice(1))));
      fleet.ingest({ key: path, sourceId: 'e', site: 'S', targetLabels: labels, decoded, time: 1000 });
    }
    const direct = fleet.frame(1000, 60_000);
    expect([...direct.topology.path].sort()).toEqual([...frame.topology.path].sort());
    for (const signal of ['gpu.power', 'gpu.util', 'gpu.tempLimit', 'gpu.memUsed', 'gpu.pcie', 'link.rate'] as const)
      expect(valuesOf(direct, signal), signal).toEqual(valuesOf(frame, signal));
  });
});
