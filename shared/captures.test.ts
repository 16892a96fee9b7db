import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fed, T0 } from './fleet.fixture.ts';
import type { Frame } from './frame.ts';
import { type SignalId, signalOf, signals } from './signals/catalogue.ts';
import { GPU, NODE } from './topology.ts';

/** Real outputs of exporters lie beside the project. Each is mapped here to its last signal; values are read by hand. */
const folder = new URL('../../shared/fixtures/', import.meta.url);
const absent = !existsSync(folder);
const title = absent ? 'every capture (skipped: ../shared/fixtures is not there)' : 'every capture';

/** Signal, its unit, how many objects have it, one of them and its value. */
type Told = readonly [SignalId, string, number, string, number];
interface Capture {
  readonly file: string;
  /** Series that count on within 10 s, and what they stand at then: rates need a second scrape. */
  readonly grown?: readonly (readonly [string, string])[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Bad samples of one scrape. */
  readonly bad?: number;
  readonly told: readonly Told[];
}

const A100 = 'GPU-7099682b-a20d-2bcc-74ab-b9060454d81e';
const V2 = 'GPU-604ac76c-d9cf-fef3-62e9-d92044ab6e52';
const MIB = 1_048_576;
const MLX4 = '{device="mlx4_0",port="1"}';
const LEAF = '0x506b4b03005c2740';
const RACK = { site: 'S', hall: 'H', row: 'R', rack: 'R1', feed: 'A' };

const CAPTURES: readonly Capture[] = [
  {
    file: 'amd-device-metrics-exporter/mi2xx-metrics_mini.prom',
    told: [
      ['gpu.power', 'W', 1, '692247001282', 41],
      ['gpu.util', 'ratio', 1, '692247001282', 0],
      ['gpu.memTotal', 'B', 1, '692247001282', 68_702e6],
    ],
  },
  {
    // A board's sensors once, the memory of its three instances together: 98 + 4384 + 153 and 4766 + 480 + 9702 MiB.
    file: 'dcgm-exporter/a100-mig-2x1g-1x2g-k8s-driver520.prom',
    told: [
      ['gpu.power', 'W', 1, A100, 116.163],
      ['gpu.energy', 'J', 1, A100, 57_585.599],
      ['gpu.temp', 'C', 1, A100, 37],
      ['gpu.memTemp', 'C', 1, A100, 39],
      ['gpu.clock', 'MHz', 1, A100, 1410],
      ['gpu.memClock', 'MHz', 1, A100, 1215],
      ['gpu.util', 'ratio', 1, A100, 0.999917],
      ['gpu.tensor', 'ratio', 1, A100, 0.000118],
      ['gpu.dram', 'ratio', 1, A100, 0.647986],
      ['gpu.memUsed', 'B', 1, A100, (98 + 4384 + 153) * MIB],
      ['gpu.memTotal', 'B', 1, A100, (98 + 4384 + 153 + 4766 + 480 + 9702) * MIB],
      ['gpu.nvlink', 'B/s', 1, A100, 0],
      ['gpu.pcieReplay', '1/s', 1, A100, 0],
      ['gpu.xid', 'code', 1, A100, 0],
    ],
  },
  {
    file: 'dcgm-exporter/a100-mig-disabled-2gpu-k8s-driver520.prom',
    told: [
      ['gpu.power', 'W', 1, A100, 45.999],
      ['gpu.energy', 'J', 1, A100, 424_405.577],
      ['gpu.temp', 'C', 1, A100, 29],
      ['gpu.memTemp', 'C', 1, A100, 28],
      ['gpu.clock', 'MHz', 1, A100, 210],
      ['gpu.memTotal', 'B', 1, A100, 40_384 * MIB],
      ['gpu.pcieTx', 'B/s', 1, A100, 16_503],
      ['gpu.pcieRx', 'B/s', 1, A100, 11_775],
      ['gpu.pcie', 'B/s', 1, A100, 28_278],
      ['gpu.remapFailed', 'code', 1, A100, 0],
      ['gpu.rowsRemapped', 'count', 1, A100, 0],
      ['gpu.encoder', 'ratio', 1, A100, 0],
    ],
  },
  {
    // Bytes a second of a gauge: no second scrape is needed.
    file: 'dcgm-exporter/azure-moneo-dcgm-ib.prom',
    grown: [['ib_port_xmit_data{ib_port="mlx5_ib2:1",ib_sys_guid="********",job_id="None"}', '4.8e10']],
    told: [
      ['gpu.clock', 'MHz', 8, 'S/host1/gpu7', 210],
      ['link.tx', 'B/s', 8, 'host1 mlx5_ib2/1', 4.8e10],
    ],
  },
  {
    file: 'dcgm-exporter/h100-8gpu-dynamo-k8s-driver580.prom',
    told: [
      ['gpu.power', 'W', 8, 'GPU-c4529c8d-69c4-b61d-e0bc-7b2460096005', 113.611],
      ['gpu.temp', 'C', 8, 'GPU-c4529c8d-69c4-b61d-e0bc-7b2460096005', 30],
      ['gpu.util', 'ratio', 8, 'GPU-c4529c8d-69c4-b61d-e0bc-7b2460096005', 0],
      ['gpu.memBusy', 'ratio', 6, 'GPU-c4529c8d-69c4-b61d-e0bc-7b2460096005', 0],
    ],
  },
  {
    file: 'dcgm-exporter/t4-v2-processname-and-v3-manylabels-datadog.prom',
    told: [
      ['gpu.power', 'W', 1, 'GPU-20c56d28-0da5-6d26-a36a-e7af1ce2586e', 8.969],
      ['gpu.energy', 'J', 1, 'GPU-20c56d28-0da5-6d26-a36a-e7af1ce2586e', 128_996.013],
      ['gpu.temp', 'C', 1, 'GPU-20c56d28-0da5-6d26-a36a-e7af1ce2586e', 25],
      ['gpu.throttle', 'bits', 1, 'GPU-9ef1b6d0-3643-5dd7-b823-c0ec20dcf2d5', 1],
      ['gpu.clock', 'MHz', 1, 'GPU-20c56d28-0da5-6d26-a36a-e7af1ce2586e', 300],
    ],
  },
  {
    file: 'dcgm-exporter/v2-blank-sentinel-readme.prom',
    bad: 1,
    told: [
      ['gpu.clock', 'MHz', 1, V2, 139],
      ['gpu.memClock', 'MHz', 1, V2, 405],
    ],
  },
  {
    file: 'infiniband_exporter/switch-and-hca.prom',
    grown: [
      [`infiniband_switch_port_transmit_data_bytes_total{guid="${LEAF}",port="1"}`, '715186628708940'],
      [`infiniband_switch_port_receive_data_bytes_total{guid="${LEAF}",port="1"}`, '715059367846516'],
      [`infiniband_switch_port_transmit_wait_total{guid="${LEAF}",port="1"}`, '4.1864808e+07'],
      [`infiniband_switch_port_symbol_error_total{guid="${LEAF}",port="1"}`, '30'],
      [`infiniband_switch_port_link_error_recovery_total{guid="${LEAF}",port="1"}`, '20'],
      [`infiniband_switch_port_transmit_discards_total{guid="${LEAF}",port="1"}`, '20056'],
      ['infiniband_hca_port_transmit_data_bytes_total{guid="0x7cfe9003003b4b96",port="1"}', '148454707415420'],
      ['infiniband_hca_port_receive_errors_total{guid="0x7cfe9003003b4b96",port="1"}', '50'],
    ],
    told: [
      ['port.tx', 'B/s', 3, `${LEAF} 1`, 2e9],
      ['port.rx', 'B/s', 3, `${LEAF} 1`, 1e9],
      ['port.rate', 'B/s', 4, 'ib-i1l1s01 10', 1.25e10],
      ['port.wait', 'ticks/s', 3, `${LEAF} 1`, 20],
      ['port.errors', '1/s', 3, `${LEAF} 1`, 3],
      ['port.faults', '1/s', 3, `${LEAF} 1`, 2],
      ['port.discards', '1/s', 3, `${LEAF} 1`, 1],
      ['port.downs', 'count', 3, `${LEAF} 1`, 1],
      ['port.linked', 'code', 4, 'ib-i1l1s01 1', 1],
      ['port.switchPower', 'W', 2, `${LEAF} 0`, 154 + 134],
      ['port.switchTemp', 'C', 2, `${LEAF} 0`, 53],
      ['port.switchFan', 'rpm', 2, `${LEAF} 0`, 5251],
      ['link.tx', 'B/s', 2, 'o0002 HCA-1/1', 2e9],
      ['link.rx', 'B/s', 2, 'o0002 HCA-1/1', 0],
      ['link.rate', 'B/s', 3, 'p0001 HCA-1/1', 1.25e10],
      ['link.wait', 'ticks/s', 2, 'o0001 HCA-1/1', 0],
      ['link.state', 'code', 3, 'p0001 HCA-1/1', 4],
      ['link.errors', '1/s', 2, 'o0002 HCA-1/1', 5],
      ['link.discards', '1/s', 2, 'o0001 HCA-1/1', 0],
      ['link.downs', 'count', 2, 'o0001 HCA-1/1', 0],
    ],
  },
  {
    file: 'ipmi_exporter/docs-metrics-examples.prom',
    told: [
      ['node.power', 'W', 1, 'host1', 70],
      ['node.inletTemp', 'C', 1, 'host1', 24],
    ],
  },
  {
    // The wait counter stands at 2^32 − 1. Of hwmon the capture has no power sensor, of RAPL no memory.
    file: 'node_exporter/e2e-infiniband-network-hwmon-rapl.prom',
    bad: 1,
    grown: [
      [`node_infiniband_port_data_received_bytes_total${MLX4}`, '1.018527668e+09'],
      [`node_infiniband_port_data_transmitted_bytes_total${MLX4}`, '5.1493376e+08'],
      [`node_infiniband_link_error_recovery_total${MLX4}`, '20'],
      [`node_infiniband_port_discards_transmitted_total${MLX4}`, '25'],
      [
        'node_rapl_package_joules_total{index="0",path="collector/fixtures/sys/class/powercap/intel-rapl:0"}',
        '242422.366267',
      ],
      [
        'node_rapl_core_joules_total{index="0",path="collector/fixtures/sys/class/powercap/intel-rapl:0:0"}',
        '119921.284256',
      ],
    ],
    told: [
      ['link.rx', 'B/s', 2, 'host1 mlx4_0/1', 1e8],
      ['link.tx', 'B/s', 2, 'host1 mlx4_0/1', 5e7],
      ['link.rate', 'B/s', 4, 'host1 eth0', 1.25e8],
      ['link.state', 'code', 4, 'host1 i40iw0/1', 4],
      ['link.errors', '1/s', 2, 'host1 mlx4_0/1', 2],
      ['link.discards', '1/s', 1, 'host1 mlx4_0/1', 2],
      ['link.downs', 'count', 3, 'host1 eth0', 1],
      ['node.cpuPower', 'W', 1, 'host1', 200],
      ['node.cpuCorePower', 'W', 1, 'host1', 110],
    ],
  },
  {
    file: 'nvidia_gpu_exporter/linux-x86_64__nvidia-h100-80gb-hbm3__590.48.01__load.prom',
    told: [
      ['gpu.power', 'W', 1, 'GPU-00000000-0000-0000-0000-000000000000', 631.95],
      ['gpu.powerLimit', 'W', 1, 'GPU-00000000-0000-0000-0000-000000000000', 700],
      ['gpu.tempMargin', 'C', 1, 'GPU-00000000-0000-0000-0000-000000000000', 26],
      ['gpu.clock', 'MHz', 1, 'GPU-00000000-0000-0000-0000-000000000000', 1980],
      ['gpu.throttle', 'bits', 1, 'GPU-00000000-0000-0000-0000-000000000000', 0],
      ['gpu.memTotal', 'B', 1, 'GPU-00000000-0000-0000-0000-000000000000', 8.5520809984e10],
      ['gpu.pcieWidth', 'lanes', 1, 'GPU-00000000-0000-0000-0000-000000000000', 16],
    ],
  },
  {
    file: 'snmp_exporter/DERIVED-apc-rpdu2-6130W-strip.prom',
    labels: RACK,
    told: [['feed.power', 'W', 1, 'A', 6130]],
  },
  {
    // Outlets only, and no digits: nothing is made of them. Inlets by their digits are tried in profiles/power.test.ts.
    file: 'snmp_exporter/DERIVED-raritan_pdu2-collectd-snmpwalk.prom',
    labels: RACK,
    told: [],
  },
  {
    // 2.5e9 words of four bytes in 10 s of the exporter's own clock.
    file: 'ufm/ufm-telemetry-docs-v1.8.prom',
    grown: [
      [
        'PortXmitDataExtended{source="0x0002c90300f172a0", node_guid="2c90300f172a0", port_guid="2c90300f172a2", port_num="2"}',
        '88054128244 1628683915941',
      ],
    ],
    told: [['port.tx', 'B/s', 1, '2c90300f172a0 2', 1e9]],
  },
  {
    file: 'vllm/opt125m-datadog.prom',
    grown: [
      ['vllm:generation_tokens_total{model_name="facebook/opt-125m"}', '1007.0'],
      ['vllm:prompt_tokens_total{model_name="facebook/opt-125m"}', '505.0'],
      ['vllm:request_success_total{finished_reason="length",model_name="facebook/opt-125m"}', '11.0'],
      ['vllm:time_to_first_token_seconds_sum{model_name="facebook/opt-125m"}', '5.31326723098754883'],
      ['vllm:time_to_first_token_seconds_count{model_name="facebook/opt-125m"}', '11.0'],
      ['vllm:time_per_output_token_seconds_sum{model_name="facebook/opt-125m"}', '2.19016313552856445'],
      ['vllm:time_per_output_token_seconds_count{model_name="facebook/opt-125m"}', '106.0'],
      ['vllm:num_preemptions_total{model_name="facebook/opt-125m"}', '20.0'],
    ],
    told: [
      ['server.tokens', '1/s', 1, 'facebook/opt-125m', 100],
      ['server.promptTokens', '1/s', 1, 'facebook/opt-125m', 50],
      ['server.requests', '1/s', 1, 'facebook/opt-125m', 1],
      ['server.ttft', 's', 1, 'facebook/opt-125m', 0.5],
      ['server.tokenTime', 's', 1, 'facebook/opt-125m', 0.02],
      ['server.preemptions', '1/s', 1, 'facebook/opt-125m', 2],
      ['server.running', 'count', 1, 'facebook/opt-125m', 0],
      ['server.waiting', 'count', 1, 'facebook/opt-125m', 0],
      ['server.kvCache', 'ratio', 1, 'facebook/opt-125m', 0],
    ],
  },
];

/** Two scrapes of a capture 10 s apart, the second with the series that grew. */
function twice({ file, grown = [], labels = {} }: Capture) {
  const text = readFileSync(new URL(file, folder), 'latin1');
  const after = grown.reduce((body, [series, value]) => {
    const at = body.indexOf(`\n${series} `) + 1;
    expect(at, series).toBeGreaterThan(0);
    const end = body.indexOf('\n', at);
    return `${body.slice(0, at)}${series} ${value}${body.slice(end < 0 ? body.length : end)}`;
  }, text);
  const stamped = /\s(\d{13})\s*$/m.exec(text);
  const begins = stamped ? (Number(stamped[1]) - T0) / 1000 : 0;
  const { take, at } = fed();
  const targetLabels = new Map([['instance', 'host1:9000'], ...Object.entries(labels)]);
  const bad = [take(text, begins, { targetLabels }).bad, take(after, begins + 10, { targetLabels }).bad];
  return { frame: at(begins + 10), bad };
}

/** Objects that have a signal, by a name that a person knows, with their values. */
function objectsOf({ topology, columns }: Frame, id: SignalId): Readonly<Record<string, number>> {
  const { kind } = signalOf(id);
  const { path, start, linkNode, linkName, ports, feedName, servers } = topology;
  const last = (place: number) => path[place].slice(path[place].lastIndexOf('/') + 1);
  const nameOf = (i: number): string => {
    if (kind === 'link') return `${last(linkNode[i])} ${linkName[i]}`;
    if (kind === 'port') return `${ports[i].name} ${ports[i].port}`;
    if (kind === 'feed') return feedName[i];
    return kind === 'server' ? servers[i].model : kind === 'node' ? last(i) : path[i];
  };
  const value = columns.get(id)?.value ?? [];
  const [from, to] =
    kind === 'gpu'
      ? [start[GPU], start[GPU + 1]]
      : kind === 'node'
        ? [start[NODE], start[NODE + 1]]
        : [0, value.length];
  const found: Record<string, number> = {};
  for (let i = from; i < to; i++) if (!Number.isNaN(value[i] ?? Number.NaN)) found[nameOf(i)] = value[i];
  return found;
}

describe.skipIf(absent)(title, () => {
  it('is in this table', () => {
    const files = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? readdirSync(new URL(`${entry.name}/`, folder)).map((file) => `${entry.name}/${file}`) : [],
    );
    expect(CAPTURES.map(({ file }) => file).sort()).toEqual(files.sort());
  });

  it.each(CAPTURES)('$file leads to its signals, in their units', (capture) => {
    const { frame, bad } = twice(capture);
    expect(bad).toEqual([capture.bad ?? 0, capture.bad ?? 0]);
    for (const [id, unit, count, name, value] of capture.told) {
      const found = objectsOf(frame, id);
      expect([id, signalOf(id).unit, Object.keys(found).length]).toEqual([id, unit, count]);
      expect(Object.keys(found), id).toContain(name);
      // Columns have 24 bits.
      if (value === 0) expect(found[name], id).toBe(0);
      else expect(found[name] / value, `${id} of ${name}`).toBeCloseTo(1, 5);
    }
    // Of networks, nodes and power nothing else is made of it.
    const of = ['link', 'port', 'node', 'feed'];
    const told = signals.filter(({ id, kind }) => of.includes(kind) && Object.keys(objectsOf(frame, id)).length > 0);
    const wanted = capture.told.flatMap(([id]) => (of.includes(signalOf(id).kind) ? [id] : []));
    expect(told.map(({ id }) => id).sort()).toEqual(wanted.sort());
  });
});
