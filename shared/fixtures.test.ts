import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cellOf, fed, valuesOf } from './fleet.fixture.ts';
import { DERIVED } from './frame.ts';
import type { SignalId } from './signals/catalogue.ts';
import { dcgmProfile } from './signals/profiles/dcgm.ts';
import { GPU } from './topology.ts';

/** Real outputs of exporters lie beside the project, not in it; expected values were read in them by hand. */
const beside = (path: string) => new URL(`../../shared/${path}`, import.meta.url);
const absent = !existsSync(beside('fixtures'));
const title = absent ? 'real exporter outputs (skipped: ../shared/fixtures is not there)' : 'real exporter outputs';
const fixture = (path: string) => new Uint8Array(readFileSync(beside(`fixtures/${path}`)));
const A100 = 'GPU-7099682b-a20d-2bcc-74ab-b9060454d81e';

describe.skipIf(absent)(title, () => {
  test("MIG: the board's power once, the memory of its three instances together", () => {
    const { at } = fed(fixture('dcgm-exporter/a100-mig-2x1g-1x2g-k8s-driver520.prom'));
    expect(valuesOf(at(), 'gpu.power')).toEqual({ [A100]: Math.fround(116.163) });
    expect(valuesOf(at(), 'gpu.temp')).toEqual({ [A100]: 37 });
    expect(valuesOf(at(), 'gpu.memUsed')).toEqual({ [A100]: (98 + 4384 + 153) * 1_048_576 });
    expect(valuesOf(at(), 'gpu.util')).toEqual({ [A100]: Math.fround(0.999917) });
  });

  test('two dumps in one file: one GPU, the pod is not its node where the target has a name', () => {
    const { take, at } = fed();
    const targetLabels = new Map([['instance', 'gpu7.example:9400']]);
    take(fixture('dcgm-exporter/a100-mig-disabled-2gpu-k8s-driver520.prom'), 0, { targetLabels });
    expect(valuesOf(at(), 'gpu.power')).toEqual({ [A100]: Math.fround(45.999) });
    const { topology } = at();
    expect(topology.path[topology.parent[topology.start[GPU]]]).toBe('S/Unmapped/Unmapped/Unmapped/gpu7.example');
  });

  test('blanks of an old exporter are dropped and counted', () => {
    const { take, at } = fed();
    const { bad } = take(fixture('dcgm-exporter/v2-blank-sentinel-readme.prom'), 0, {
      targetLabels: new Map([['instance', 'n1:9400']]),
    });
    // The second row of it has empty labels more, which is the same series to Prometheus: a duplicate.
    expect(bad).toBe(1);
    expect(valuesOf(at(), 'gpu.clock')).toEqual({ 'GPU-604ac76c-d9cf-fef3-62e9-d92044ab6e52': 139 });
  });

  test('H100: eight GPUs of one node, with pods and without', () => {
    const { at } = fed(fixture('dcgm-exporter/h100-8gpu-dynamo-k8s-driver580.prom'));
    const watts = [113.611, 68.347, 65.709, 67.316, 68.717, 65.742, 67.328, 66.997];
    const { topology } = at();
    expect(topology.name.slice(topology.start[GPU])).toEqual(['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7']);
    expect(topology.path.slice(topology.start[GPU]).map((uuid) => valuesOf(at(), 'gpu.power')[uuid])).toEqual(
      watts.map(Math.fround),
    );
    const sum = watts.reduce((a, b) => a + b, 0);
    expect(cellOf(at(), 'gpu.power', 'S/Unmapped/Unmapped/Unmapped/gpu-node-1').value).toBeCloseTo(sum, 3);
  });

  test('T4: requested limit, slowdown temperature, old name of the clock event reasons', () => {
    const { at } = fed(fixture('dcgm-exporter/t4-v2-processname-and-v3-manylabels-datadog.prom'));
    const t4 = 'GPU-9ef1b6d0-3643-5dd7-b823-c0ec20dcf2d5';
    expect(cellOf(at(), 'gpu.powerLimit', t4)).toMatchObject({ value: 70, quality: DERIVED });
    expect(valuesOf(at(), 'gpu.tempLimit')[t4]).toBe(93);
    expect(valuesOf(at(), 'gpu.throttle')).toEqual({ [t4]: 1 });
    expect(valuesOf(at(), 'gpu.power')).toEqual({ 'GPU-20c56d28-0da5-6d26-a36a-e7af1ce2586e': Math.fround(8.969) });
  });

  test('node_exporter: InfiniBand rates in bytes, the pegged wait counter flagged', () => {
    const { take, at } = fed();
    const body = fixture('node_exporter/e2e-infiniband-network-hwmon-rapl.prom');
    const targetLabels = new Map([['instance', 'n1:9100']]);
    expect(take(body, 0, { targetLabels }).bad).toBe(1);
    take(body, 5, { targetLabels });
    expect(valuesOf(at(5), 'link.rate')).toEqual({
      ...{ 'mlx4_0/1': Math.fround(5e9), 'mlx4_0/2': Math.fround(5e9), 'i40iw0/1': 1.25e9, eth0: 1.25e8 },
    });
    expect(valuesOf(at(5), 'link.rx')).toEqual({ 'mlx4_0/1': 0, 'mlx4_0/2': 0 });
    expect(valuesOf(at(5), 'link.wait')).toEqual({});
  });

  test('nvidia_gpu_exporter: the vocabulary of nvidia-smi on an H100 under load', () => {
    const { take, at } = fed();
    const { bad } = take(fixture('nvidia_gpu_exporter/linux-x86_64__nvidia-h100-80gb-hbm3__590.48.01__load.prom'), 0, {
      targetLabels: new Map([['instance', 'gpu7:9835']]),
    });
    expect(bad).toBe(0);
    const frame = at();
    expect(frame.topology.model.at(-1)).toBe('NVIDIA H100 80GB HBM3');
    const id = 'GPU-00000000-0000-0000-0000-000000000000';
    const read: Partial<Record<SignalId, number>> = {
      'gpu.power': 631.95,
      'gpu.powerLimit': 700,
      'gpu.powerLimitMin': 200,
      'gpu.util': 1,
      'gpu.memBusy': 0.11,
      'gpu.temp': 59,
      'gpu.tempLimit': 59 + 26,
      'gpu.memTemp': 54,
      'gpu.clock': 1980,
      'gpu.memClock': 2619,
      'gpu.throttle': 0,
      'gpu.memUsed': 2.0780679168e10,
      'gpu.memTotal': 8.5520809984e10,
      'gpu.pcieGen': 5,
      'gpu.pcieWidthMax': 16,
      'gpu.eccUncorrected': 0,
      'gpu.rowsRemapped': 0,
    };
    for (const [signal, value] of Object.entries(read))
      expect(valuesOf(frame, signal as SignalId), signal).toEqual({ [id]: Math.fround(value) });
  });

  test('AMD MI2xx of the earliest release: labels in capitals, memory in megabytes', () => {
    const { take, at } = fed();
    take(fixture('amd-device-metrics-exporter/mi2xx-metrics_mini.prom'), 0, {
      targetLabels: new Map([['instance', 'n1:5000']]),
    });
    expect(valuesOf(at(), 'gpu.power')).toEqual({ 692247001282: 41 });
    expect(valuesOf(at(), 'gpu.memTotal')).toEqual({ 692247001282: Math.fround(68_702e6) });
    expect(valuesOf(at(), 'gpu.util')).toEqual({ 692247001282: 0 });
  });

  test('Azure Moneo: field names in small letters, ids masked, so that boards are told by their index', () => {
    const { take, at } = fed();
    take(fixture('dcgm-exporter/azure-moneo-dcgm-ib.prom'), 0, { targetLabels: new Map([['instance', 'n1:8000']]) });
    const clocks = Array.from({ length: 8 }, (_, i) => [`S/n1/gpu${i}`, 210]);
    expect(valuesOf(at(), 'gpu.clock')).toEqual(Object.fromEntries(clocks));
  });

  test('Raritan outlets are no inlets: nothing is made up from them', () => {
    const { at } = fed(fixture('snmp_exporter/DERIVED-raritan_pdu2-collectd-snmpwalk.prom'));
    expect(at().topology.feedName).toEqual([]);
  });
});

const aliases = beside('reference/dcgm-field-aliases.json');
describe.skipIf(!existsSync(aliases))(
  existsSync(aliases) ? 'DCGM 4.6 names' : 'DCGM 4.6 names (skipped: ../shared/reference is not there)',
  () => {
    test('every field of the profile has all its spellings', () => {
      const { fields } = JSON.parse(readFileSync(aliases, 'utf8')) as {
        fields: { canonical_since_4_6_0: string; legacy: string[] }[];
      };
      const spellings = new Map(
        fields.flatMap(({ canonical_since_4_6_0: name, legacy }) =>
          [name, ...legacy].map((one) => [one, [name, ...legacy]] as [string, string[]]),
        ),
      );
      // Names of headers after 4.6.0 stand beside one that is known; the exporter's own counts are no fields.
      for (const { names } of dcgmProfile.mappings) {
        if (!names[0].startsWith('DCGM_FI_') || names[0].startsWith('DCGM_FI_EXP_')) continue;
        const known = names.flatMap((name) => spellings.get(name) ?? []);
        expect(known.length, names[0]).toBeGreaterThan(0);
        expect(names, names[0]).toEqual(expect.arrayContaining(known));
      }
    });
  },
);
