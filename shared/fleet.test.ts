import { describe, expect, test } from 'vitest';
import { cellOf, decodedOf, fed, gpu, T0, valuesOf, withValues } from './fleet.fixture.ts';
import { ASSUMED, DERIVED, MEASURED, STALE, UNSUPPORTED } from './frame.ts';
import { GPU, NODE } from './topology.ts';

const NODE_PATH = 'S/A/A2/A2-05/a2-05-n1';

describe('gauges of GPUs', () => {
  test('old and new names are one signal, in its unit', () => {
    const { at } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 512.25
DCGM_FI_DEV_BOARD_POWER_WATTS{gpu="1",UUID="GPU-b",hostname="a2-05-n1"} 300.5
DCGM_FI_DEV_GPU_UTIL${gpu('GPU-a')} 87
DCGM_FI_DEV_FB_USED${gpu('GPU-a')} 3
DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL${gpu('GPU-a')} 450000
`);
    expect(valuesOf(at(), 'gpu.power')).toEqual({ 'GPU-a': 512.25, 'GPU-b': 300.5 });
    expect(valuesOf(at(), 'gpu.util')['GPU-a']).toBeCloseTo(0.87, 6);
    expect(valuesOf(at(), 'gpu.memUsed')).toEqual({ 'GPU-a': 3 * 1_048_576 });
    // 450,000 MB/s.
    expect(valuesOf(at(), 'gpu.nvlink')).toEqual({ 'GPU-a': Math.fround(450e9) });
  });

  test('average board power stands before the instant one, engine activity before GPU_UTIL', () => {
    const { at } = fed(`DCGM_FI_DEV_POWER_USAGE_INSTANT${gpu('GPU-a')} 700
DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 600
DCGM_FI_DEV_POWER_USAGE_INSTANT${gpu('GPU-b', 1)} 500
DCGM_FI_DEV_GPU_UTIL${gpu('GPU-a')} 100
DCGM_FI_PROF_GR_ENGINE_ACTIVE${gpu('GPU-a')} 0.5
`);
    expect(valuesOf(at(), 'gpu.power')).toEqual({ 'GPU-a': 600, 'GPU-b': 500 });
    expect(valuesOf(at(), 'gpu.util')).toEqual({ 'GPU-a': 0.5 });
  });

  test('limits: enforced is measured, requested derived, the nameplate assumed', () => {
    const { at } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100
DCGM_FI_DEV_ENFORCED_POWER_LIMIT${gpu('GPU-a')} 650
DCGM_FI_DEV_POWER_MGMT_LIMIT${gpu('GPU-a')} 700
DCGM_FI_DEV_POWER_USAGE${gpu('GPU-b', 1)} 100
DCGM_FI_DEV_POWER_MGMT_LIMIT${gpu('GPU-b', 1)} 600
DCGM_FI_DEV_POWER_USAGE${gpu('GPU-c', 2)} 100
`);
    const limit = (path: string) => cellOf(at(), 'gpu.powerLimit', path);
    expect(limit('GPU-a')).toMatchObject({ value: 650, quality: MEASURED });
    expect(limit('GPU-b')).toMatchObject({ value: 600, quality: DERIVED });
    expect(limit('GPU-c')).toMatchObject({ value: 700, quality: ASSUMED });
    // 650 + 600 + 700, one of them assumed.
    expect(limit(NODE_PATH)).toMatchObject({ value: 1950, quality: ASSUMED });
  });

  test('temperature limit: slowdown temperature, else temperature + margin, else the table', () => {
    const { at } = fed(`DCGM_FI_DEV_GPU_TEMP${gpu('GPU-a')} 60
DCGM_FI_DEV_SLOWDOWN_TEMP${gpu('GPU-a')} 90
DCGM_FI_DEV_GPU_TEMP${gpu('GPU-b', 1)} 61
DCGM_FI_DEV_GPU_TEMP_LIMIT${gpu('GPU-b', 1)} 24
DCGM_FI_DEV_GPU_TEMP${gpu('GPU-c', 2)} 62
`);
    expect(cellOf(at(), 'gpu.tempLimit', 'GPU-a')).toMatchObject({ value: 90, quality: MEASURED });
    expect(cellOf(at(), 'gpu.tempLimit', 'GPU-b')).toMatchObject({ value: 85, quality: DERIVED });
    expect(cellOf(at(), 'gpu.tempLimit', 'GPU-c')).toMatchObject({ value: 87, quality: ASSUMED });
  });

  test('both directions add up, and one alone is not told for the two', () => {
    const { at } = fed(`DCGM_FI_PROF_NVLINK_TX_BYTES${gpu('GPU-a')} 300
DCGM_FI_PROF_NVLINK_RX_BYTES${gpu('GPU-a')} 200
DCGM_FI_PROF_NVLINK_TX_BYTES${gpu('GPU-b', 1)} 300
`);
    expect(valuesOf(at(), 'gpu.nvlink')).toEqual({ 'GPU-a': 500 });
    expect(cellOf(at(), 'gpu.nvlink', 'GPU-b').quality).toBe(UNSUPPORTED);
  });

  test('MIG: sensors of the board once, memory together; rows of pods that share a GPU are one', () => {
    const mig = (id: number) => gpu('GPU-m', 0, `,GPU_I_PROFILE="1g.5gb",GPU_I_ID="${id}"`);
    const { at } = fed(`DCGM_FI_DEV_POWER_USAGE${mig(7)} 116.043
DCGM_FI_DEV_POWER_USAGE${mig(9)} 116.163
DCGM_FI_DEV_FB_USED${mig(7)} 100
DCGM_FI_DEV_FB_USED${mig(9)} 28
DCGM_FI_DEV_FB_USED${gpu('GPU-s', 1, ',pod="p1"')} 64
DCGM_FI_DEV_FB_USED${gpu('GPU-s', 1, ',pod="p2"')} 64
`);
    expect(valuesOf(at(), 'gpu.power')['GPU-m']).toBeCloseTo(116.163, 4);
    expect(valuesOf(at(), 'gpu.memUsed')).toEqual({ 'GPU-m': 128 * 1_048_576, 'GPU-s': 64 * 1_048_576 });
  });
});

describe('samples that are not readings', () => {
  test('are dropped and counted, whatever the mark', () => {
    const { take, at } = fed();
    const report = take(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 9223372036854775794
DCGM_FI_DEV_GPU_TEMP${gpu('GPU-a')} 2147483632
DCGM_FI_PROF_GR_ENGINE_ACTIVE${gpu('GPU-a')} 140737488355328
DCGM_FI_DEV_GPU_UTIL${gpu('GPU-b', 1)} 2147483632
DCGM_FI_DEV_GPU_TEMP${gpu('GPU-b', 1)} 82505
DCGM_FI_DEV_GPU_UTIL${gpu('GPU-c', 2)} 101
DCGM_FI_DEV_FAN_SPEED${gpu('GPU-c', 2)} 9223372036854775794
DCGM_FI_DEV_SM_CLOCK${gpu('GPU-c', 2)} 1980
`);
    expect(report).toEqual({ samples: 8, mapped: 7, bad: 7 });
    expect(valuesOf(at(), 'gpu.temp')).toEqual({});
    expect(valuesOf(at(), 'gpu.util')).toEqual({});
    expect(valuesOf(at(), 'gpu.power')).toEqual({});
    expect(valuesOf(at(), 'gpu.clock')).toEqual({ 'GPU-c': 1980 });
  });

  test('NaN is no sample, and no bad one', () => {
    const { take, at } = fed();
    expect(take(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} NaN\n`).bad).toBe(0);
    expect(cellOf(at(), 'gpu.power', 'GPU-a').quality).toBe(UNSUPPORTED);
  });

  test('more than 10 min ahead, or older than the one before: dropped and counted', () => {
    const { take, at } = fed();
    const one = (watts: number, time: number) => `DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} ${watts} ${time}\n`;
    expect(take(one(100, T0 + 600_001)).bad).toBe(1);
    expect(take(one(200, T0 - 5_000)).bad).toBe(0);
    expect(take(one(300, T0 - 6_000)).bad).toBe(1);
    expect(take(one(400, T0 - 5_000)).bad).toBe(0);
    expect(cellOf(at(), 'gpu.power', 'GPU-a')).toMatchObject({ value: 400, time: T0 - 5_000 });
    expect(take(one(500, T0 + 599_000)).bad).toBe(0);
  });
});

describe('counters of direct targets', () => {
  const body = decodedOf(`DCGM_FI_DEV_POWER_VIOLATION${gpu('GPU-a')} 0\n`);
  const held = (...samples: [seconds: number, ns: number][]) => {
    const { take, at } = fed();
    return samples.map(([seconds, ns]) => {
      const { bad } = take(withValues(body, ns), seconds);
      return bad ? 'bad' : (valuesOf(at(seconds), 'gpu.powerThrottle')['GPU-a'] ?? 'none');
    });
  };

  test('nanoseconds become the share of time; the first sample gives no rate, not 0', () => {
    // 2.5e9 ns of 5 s, then 0 of 5 s.
    expect(held([0, 7e15], [5, 7e15 + 2.5e9], [10, 7e15 + 2.5e9])).toEqual(['none', 0.5, 0]);
  });

  test('more than the time there was is another unit: bad, never drawn', () => {
    expect(held([0, 0], [5, 5.3e9])).toEqual(['none', 'bad']);
  });

  test('a reset is no negative rate and no spike', () => {
    // After a reset the counter shows what came since: 1e9 ns in 4 s.
    expect(held([0, 9e12], [4, 1e9])).toEqual(['none', 0.25]);
    expect(held([0, 9e12], [4, 0])).toEqual(['none', 0]);
  });

  test('a counter that goes down a little was not reset: its rate is not known, and the next is again', () => {
    expect(held([0, 4e9], [5, 4e9 - 1], [10, 5e9 - 1])).toEqual(['none', 'bad', Math.fround(0.2)]);
  });

  test('the same sample again changes nothing, one from before is bad', () => {
    expect(held([0, 0], [10, 5e9], [10, 5e9], [9, 4e9], [20, 6e9])).toEqual([
      'none',
      0.5,
      0.5,
      'bad',
      Math.fround(0.1),
    ]);
  });

  test('rates use the times of the samples where the text gives them', () => {
    const { take, at } = fed();
    const line = (ns: number, time: number) => `DCGM_FI_DEV_POWER_VIOLATION${gpu('GPU-a')} ${ns} ${time}\n`;
    take(line(0, T0 - 10_000), 0);
    take(line(1e9, T0 - 2_000), 30);
    expect(valuesOf(at(30), 'gpu.powerThrottle')).toEqual({ 'GPU-a': 0.125 });
  });

  test('a layout that changes keeps what counters stood at', () => {
    const { take, at } = fed();
    take(`DCGM_FI_DEV_POWER_VIOLATION${gpu('GPU-a')} 0\n`, 0);
    take(`DCGM_FI_DEV_SM_CLOCK${gpu('GPU-a')} 1\nDCGM_FI_DEV_POWER_VIOLATION${gpu('GPU-a')} 1e9\n`, 10);
    expect(valuesOf(at(10), 'gpu.powerThrottle')['GPU-a']).toBeCloseTo(0.1, 6);
  });

  test('NVLink 5 counts bytes: both directions and all links of a GPU together', () => {
    const { take, at } = fed();
    const text = (tx0: number, tx1: number, rx: number) =>
      [
        `DCGM_FI_DEV_NVLINK_TX_BYTES_TOTAL{nvlink="0",gpu="0",gpu_uuid="GPU-a",hostname="a2-05-n1"} ${tx0}`,
        `DCGM_FI_DEV_NVLINK_TX_BYTES_TOTAL{nvlink="1",gpu="0",gpu_uuid="GPU-a",hostname="a2-05-n1"} ${tx1}`,
        `DCGM_FI_DEV_NVLINK_COUNT_RX_BYTES${gpu('GPU-a')} ${rx}\n`,
      ].join('\n');
    const steady = decodedOf(text(0, 0, 0));
    take(steady, 0);
    take(withValues(steady, 1000, 3000, 6000), 10);
    expect(valuesOf(at(10), 'gpu.nvlink')).toEqual({ 'GPU-a': 1000 });
  });
});

describe('age', () => {
  test('an old value is gone, its time and its former presence stay', () => {
    const { at } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100\n`);
    expect(cellOf(at(60), 'gpu.power', 'GPU-a')).toEqual({ value: 100, time: T0, quality: MEASURED });
    expect(cellOf(at(60.001), 'gpu.power', 'GPU-a')).toEqual({ value: Number.NaN, time: T0, quality: STALE });
    expect(cellOf(at(60.001), 'gpu.power', NODE_PATH)).toEqual({ value: Number.NaN, time: T0, quality: STALE });
    expect(cellOf(at(60.001), 'gpu.temp', 'GPU-a').quality).toBe(UNSUPPORTED);
    // The nameplate of a silent GPU is no sample.
    expect(cellOf(at(60.001), 'gpu.powerLimit', 'GPU-a').value).toBeNaN();
  });

  test('a worse rank stands in when the better one is silent', () => {
    const { take, at } = fed(`DCGM_FI_PROF_GR_ENGINE_ACTIVE${gpu('GPU-a')} 0.75\n`);
    take(`DCGM_FI_DEV_GPU_UTIL${gpu('GPU-a')} 50\n`, 100);
    expect(cellOf(at(100), 'gpu.util', 'GPU-a')).toMatchObject({ value: 0.5, time: T0 + 100_000 });
  });

  test('of two sources the newest sample wins, and the older one is not bad', () => {
    const { take, at } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-A')} 100\n`);
    expect(take(`DCGM_FI_DEV_POWER_USAGE${gpu('gpu-a')} 90\n`, -3, { sourceId: 'other' }).bad).toBe(0);
    expect(valuesOf(at(), 'gpu.power')).toEqual({ 'GPU-A': 100 });
    take(`DCGM_FI_DEV_POWER_USAGE${gpu('gpu-a')} 80\n`, 3, { sourceId: 'other' });
    expect(valuesOf(at(3), 'gpu.power')).toEqual({ 'GPU-A': 80 });
  });
});

describe('roll-ups', () => {
  const two = (host: string, uuid: string, watts: number, temp: number, reasons: number, active: number) => {
    const labels = `{gpu="0",UUID="${uuid}",hostname="${host}"}`;
    return `DCGM_FI_DEV_POWER_USAGE${labels} ${watts}
DCGM_FI_DEV_GPU_TEMP${labels} ${temp}
DCGM_FI_DEV_CLOCKS_EVENT_REASONS${labels} ${reasons}
DCGM_FI_PROF_GR_ENGINE_ACTIVE${labels} ${active}
`;
  };

  test('power adds up, heat is the worst, reasons join, use is the median over GPUs', () => {
    const { take, at } = fed();
    take(two('a2-05-n1', 'GPU-a', 100, 50, 4, 0.25), 0, { key: '1' });
    take(two('a2-05-n2', 'GPU-b', 200, 70, 8, 0.5), 1, { key: '2' });
    take(two('a2-06-n1', 'GPU-c', 400, 60, 0, 1), 2, { key: '3' });
    const rack = (signal: Parameters<typeof cellOf>[1]) => cellOf(at(2), signal, 'S/A/A2/A2-05');
    expect(rack('gpu.power')).toEqual({ value: 300, time: T0, quality: DERIVED });
    expect(rack('gpu.temp').value).toBe(70);
    expect(rack('gpu.throttle').value).toBe(12);
    expect(rack('gpu.util').value).toBe(0.375);
    // The median of 0.25, 0.5 and 1, not of the racks' 0.375 and 1.
    expect(cellOf(at(2), 'gpu.util', 'S').value).toBe(0.5);
    expect(cellOf(at(2), 'gpu.power', 'S').value).toBe(700);
  });

  test('medians of many GPUs are those of sorting', () => {
    const values = Array.from({ length: 301 }, (_, i) => ((i * 7919) % 1000) / 1000);
    const { at } = fed(
      values
        .map((value, i) => `DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu="${i}",UUID="GPU-${i}",hostname="n${i % 5}"} ${value}\n`)
        .join(''),
    );
    const middle = values.toSorted((a, b) => a - b)[150];
    expect(cellOf(at(), 'gpu.util', 'S').value).toBe(Math.fround(middle));
    const first = values.filter((_, i) => i % 5 === 0).toSorted((a, b) => a - b)[30];
    expect(cellOf(at(), 'gpu.util', 'S/Unmapped/Unmapped/Unmapped/n0').value).toBe(Math.fround(first));
  });
});

describe('network ports', () => {
  const text = (rx: number, tx: number, wait: number) => `node_uname_info{nodename="a2-05-n1.dc.example"} 1
node_network_receive_bytes_total{device="eth0"} ${rx}
node_network_receive_bytes_total{device="lo"} ${rx}
node_network_receive_bytes_total{device="bond0"} ${rx}
node_network_receive_bytes_total{device="eth0.100"} ${rx}
node_network_transmit_bytes_total{device="eth0"} ${tx}
node_network_speed_bytes{device="eth0"} 1.25e+08
node_network_speed_bytes{device="eth1"} -125000
node_infiniband_port_data_received_bytes_total{device="mlx5_0",port="1"} ${rx * 100}
node_infiniband_rate_bytes_per_second{device="mlx5_0",port="1"} 5e+10
node_infiniband_port_transmit_wait_total{device="mlx5_0",port="1"} ${wait}
`;

  test('bytes per second of cables only; an unknown speed is unknown; a pegged counter says nothing', () => {
    const { take, at } = fed();
    const targetLabels = new Map([['instance', '10.0.0.7:9100']]);
    expect(take(text(1000, 500, 4_294_967_295), 0, { targetLabels }).bad).toBe(1);
    expect(take(text(6000, 1500, 4_294_967_295), 10, { targetLabels }).bad).toBe(1);
    expect(valuesOf(at(10), 'link.rx')).toEqual({ eth0: 500, 'mlx5_0/1': 50_000 });
    expect(valuesOf(at(10), 'link.tx')).toEqual({ eth0: 100 });
    expect(valuesOf(at(10), 'link.rate')).toEqual({ eth0: 1.25e8, 'mlx5_0/1': Math.fround(5e10) });
    expect(valuesOf(at(10), 'link.wait')).toEqual({});
  });

  test('stand on the node of the GPUs: known by address there, by short and full name here', () => {
    const { take, at } = fed(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100\n`);
    take(text(0, 0, 0), 0, { key: 'node', targetLabels: new Map([['instance', '10.0.0.7:9100']]) });
    const { topology } = at();
    expect(topology.path.slice(topology.start[NODE], topology.start[GPU])).toEqual([NODE_PATH]);
    expect([...topology.linkNode].map((node) => topology.path[node])).toEqual(topology.linkName.map(() => NODE_PATH));
    expect(topology.linkName).toEqual(['eth0', 'eth1', 'mlx5_0/1']);
    expect(topology.linkKind).toEqual(['ethernet', 'ethernet', 'infiniband']);
  });

  test('two exporters behind one address are two nodes', () => {
    const { take, at } = fed();
    const targetLabels = new Map([['instance', '127.0.0.1:9100']]);
    for (const host of ['n1', 'n2'])
      take(text(0, 0, 0).replace('a2-05-n1.dc.example', host), 0, { key: host, targetLabels });
    expect(new Set(at().topology.linkNode).size).toBe(2);
  });
});

describe('PDU inlets', () => {
  const pdu = (watts: number, digits?: number) =>
    `measurementsInletSensorValue{inletId="1",pduId="1",sensorType="activePower"} ${watts}
measurementsInletSensorValue{inletId="1",pduId="1",sensorType="rmsCurrent"} 26652
inletSensorDecimalDigits{inletId="1",pduId="1",sensorType="rmsCurrent"} 3
${digits === undefined ? '' : `inletSensorDecimalDigits{inletId="1",pduId="1",sensorType="activePower"} ${digits}\n`}`;
  const labels = (entries: Record<string, string>) => ({ targetLabels: new Map(Object.entries(entries)) });
  const place = { site: 'PDX', hall: 'A', row: 'A2', rack: 'A2-05' };

  test('are watts, by their own digits where these are told', () => {
    const { take, at } = fed();
    take(pdu(6130), 0, { key: 'a', ...labels({ ...place, feed: 'A', instance: 'p1' }) });
    take(pdu(61_305, 1), 0, { key: 'b', ...labels({ ...place, feed: 'b', instance: 'p2' }) });
    expect(valuesOf(at(), 'feed.power')).toEqual({ A: 6130, B: 6130.5 });
    expect([...at().topology.feedRack].map((rack) => at().topology.path[rack])).toEqual(
      Array(2).fill('PDX/A/A2/A2-05'),
    );
  });

  test('find their rack by name, whichever comes first, and are shown where no rack has it', () => {
    const { take, at } = fed();
    take(pdu(1), 0, { key: 'a', ...labels({ instance: 'pdu-a2-05-a.dc.example:161' }) });
    take(pdu(2), 0, { key: 'b', ...labels({ instance: 'elsewhere' }) });
    take(`DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100\n`, 0, { key: 'c' });
    const { topology } = at();
    expect([...topology.feedRack].map((rack) => topology.path[rack])).toEqual([
      'S/A/A2/A2-05',
      'S/Unmapped/Unmapped/elsewhere',
    ]);
    expect(topology.feedName).toEqual(['A', 'elsewhere']);
  });

  test('two strips of one feed are two inlets; the same strip by two sources is one', () => {
    const { take, at } = fed();
    take(pdu(100), 0, { key: 'a', ...labels({ ...place, feed: 'A', instance: 'left' }) });
    take(pdu(200), 0, { key: 'b', ...labels({ ...place, feed: 'A', instance: 'right' }) });
    take(pdu(300), 1, { key: 'a', sourceId: 'other', ...labels({ ...place, feed: 'A', instance: 'left' }) });
    expect([...(at(1).columns.get('feed.power')?.value ?? [])]).toEqual([300, 200]);
  });

  test('−1 is no reading', () => {
    const { take } = fed();
    expect(take(pdu(-1), 0, labels({ ...place, instance: 'p' })).bad).toBe(1);
  });
});
