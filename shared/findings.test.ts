import { describe, expect, it } from 'vitest';
import type { SourceHealth } from './contract.ts';
import { LinkMemory } from './fabric/flaps.ts';
import { computeFabric } from './fabric.ts';
import { Findings } from './findings.ts';
import { frameOf, LOST, rowAt, type Shape, times, topologyOf, type Values } from './frame.fixture.ts';
import { computePower } from './power.ts';
import type { SignalId } from './signals/catalogue.ts';
import { GPU, NODE } from './topology.ts';

type Signals = Partial<Record<SignalId, Values>>;

function partsOf(values: Signals, shape: Shape = {}, sources: readonly SourceHealth[] = []) {
  const topology = topologyOf(shape);
  const frame = frameOf(topology, values);
  const empty = new Float32Array(topology.start[NODE]).fill(Number.NaN);
  const heardAt = frame.columns.get('gpu.power')?.time.slice(topology.start[GPU]) ?? new Float64Array(0);
  const power = computePower(frame);
  return {
    ...{ frame, power, fabric: computeFabric(frame), slope: empty.slice(), capMin: empty.slice() },
    ...{ warnRatio: 0.9, critRatio: 0.97, sources, heardAt },
  };
}
const found = (values: Signals, shape: Shape = {}, sources: readonly SourceHealth[] = []) =>
  new Findings().update(partsOf(values, shape, sources), 1_000_000);
const brief = (list: ReturnType<typeof found>) => list.map(({ severity, title, detail }) => [severity, title, detail]);

describe('budgets', () => {
  it('say what the design says of row A2', () => {
    const shape = { rows: 2, racks: 2, budgets: { 'S/A/A2': 1_000_000 }, feeds: { 'S/A/A2/A2-01 A': Number.NaN } };
    const parts = partsOf({ 'gpu.power': times(32, 1), 'feed.power': [977_992] }, shape);
    const row = rowAt(parts.frame.topology, 1);
    parts.slope[row] = 2900;
    parts.capMin[row] = 7.4;
    expect(brief(new Findings().update(parts, 0))).toEqual([
      ['critical', 'Row A2 at 97.8% of budget', '≥ 978 of 1,000 kW, rising 2.9 kW/min. Cap in ~7 min.'],
    ]);
  });

  it('warn from 90 %, are critical from 97 %, and are silent below', () => {
    const at = (watts: number) =>
      found({ 'gpu.power': times(8, watts / 8) }, { budgets: { S: 10_000 } }).map((one) => one.severity);
    expect([at(8_990), at(9_000), at(9_690), at(9_700)]).toEqual([[], ['warning'], ['warning'], ['critical']]);
  });

  it('judge each feed against its own budget', () => {
    const shape = { feeds: { 'S/A/A1/A1-01 A': 10_000, 'S/A/A1/A1-01 B': 10_000 } };
    expect(brief(found({ 'gpu.power': times(8, 700), 'feed.power': [9800, 8000] }, shape))).toEqual([
      ['critical', 'Feed A of rack A1-01 at 98.0% of budget', '9.8 of 10.0 kW.'],
    ]);
  });

  it('say ≥ where something silent is counted', () => {
    const list = found({ 'gpu.power': [...times(7, 700), LOST] }, { budgets: { 'S/A/A1': 6500 } });
    expect(brief(list)[0]).toEqual(['warning', 'Row A1 at 95.0% of budget', '≥ 6.2 of 6.5 kW.']);
  });
});

describe('feeds', () => {
  const rack = (n: number) => `S/A/A1/A1-0${n}`;
  const one = { 'gpu.power': times(8, 100) };
  const pairs = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        [`${rack(i + 1)} A`, 20e3],
        [`${rack(i + 1)} B`, 20e3],
      ]).flat(),
    );

  it('that could not carry the whole rack alone are told, with what they would carry', () => {
    const shape = { racks: 1, feeds: pairs(1), ratings: { [rack(1)]: [20e3, 15e3] } as const };
    expect(brief(found({ ...one, 'feed.power': [8000, 7500] }, shape))).toEqual([
      // 15.5 kW on B, rated 15; on A, rated 20, it holds.
      ['warning', 'Losing feed A trips rack A1-01', 'The other feed would carry 15.5 of 15.0 kW of its rating.'],
    ]);
    expect(found({ ...one, 'feed.power': [7000, 7500] }, shape)).toEqual([]);
  });

  it('that share a rack unevenly are told, by the row where they are many', () => {
    expect(brief(found({ ...one, 'feed.power': [10e3, 7900] }, { feeds: pairs(1) }))).toEqual([
      ['warning', 'Feeds of rack A1-01 differ by 21%', 'A 10.0 kW, B 7.9 kW.'],
    ]);
    expect(found({ ...one, 'feed.power': [10e3, 8000] }, { feeds: pairs(1) })).toEqual([]);
    const many = { 'gpu.power': times(32, 100), 'feed.power': [10e3, 7900, 10e3, 7900, 10e3, 1000, 10e3, 7900] };
    expect(brief(found(many, { racks: 4, feeds: pairs(4) }))).toEqual([
      ['warning', 'Feeds of 4 racks differ by up to 90%', 'Rack A1-03: A 10.0 kW, B 1.0 kW.'],
    ]);
  });
});

describe('throttling', () => {
  const clocks = { 'gpu.clock': times(16, 1740), 'gpu.clockMax': times(16, 1965), 'gpu.power': times(16, 700) };

  it('counts power-capped GPUs once a row, above a tenth of a rack', () => {
    const shape = { racks: 2 };
    const capped = (perRack: readonly number[]) =>
      brief(found({ ...clocks, 'gpu.throttle': perRack.flatMap((n) => [...times(n, 4), ...times(8 - n, 0)]) }, shape));
    expect(capped([0, 0])).toEqual([]);
    expect(capped([3, 2])).toEqual([
      ['warning', '5 GPUs held by SW power cap', 'Row A1. Median clock 1,740 of 1,965 MHz.'],
    ]);
    const tenth = { ...clocks, 'gpu.throttle': [...times(1, 4), ...times(9, 0)], 'gpu.power': times(10, 700) };
    expect(found(tenth, { gpus: 10 })).toEqual([]);
  });

  it('names a GPU that is slowed by heat', () => {
    const list = found({
      ...{ 'gpu.power': times(8, 700), 'gpu.throttle': [0, 0x48, ...times(6, 0)] },
      ...{ 'gpu.temp': [60, 88, ...times(6, 60)], 'gpu.tempLimit': times(8, 87) },
      ...{ 'gpu.clock': times(8, 990), 'gpu.clockMax': times(8, 1965) },
    });
    expect(brief(list)).toEqual([
      ['critical', 'GPU A1-01 n1-g1 in HW thermal slowdown', '88 °C, limit 87 °C. Clock 990 of 1,965 MHz.'],
    ]);
  });

  it('names one that is over its slowdown temperature without a reason', () => {
    const list = found({ 'gpu.power': [700], 'gpu.temp': [87], 'gpu.tempLimit': [87] }, { gpus: 1 });
    expect(brief(list)).toEqual([['critical', 'GPU A1-01 n1-g0 at 87 °C', '87 °C, limit 87 °C.']]);
  });

  it('tells many hot GPUs, SW heat and the power brake once a rack', () => {
    const values = { 'gpu.power': times(8, 700), 'gpu.temp': [83, ...times(7, 80)], 'gpu.tempLimit': times(8, 87) };
    const titles = (mask: number) => found({ ...values, 'gpu.throttle': times(8, mask) }).map((one) => one.title);
    expect(titles(0x40)).toEqual(['8 GPUs in HW thermal slowdown']);
    expect(titles(0x20)).toEqual(['8 GPUs in SW thermal slowdown']);
    expect(titles(0x88)).toEqual(['8 GPUs in HW power brake']);
    expect(found({ ...values, 'gpu.throttle': times(8, 0x20) })[0]).toMatchObject({
      severity: 'warning',
      detail: 'Rack A1-01. Hottest 83 °C, slowdown at 87 °C.',
    });
  });
});

describe('links', () => {
  const links = ['S/A/A1/A1-01/A1-01-n1 mlx5_0', 'S/A/A1/A1-01/A1-01-n1 mlx5_1'];
  const values = { 'gpu.power': times(8, 700), 'link.rate': [50e9, 50e9] };

  it('are critical when they are full and wait long by a counter whose tick is known', () => {
    // 50 GB/s is 156,250,000 ticks of 320 bytes a second: 31 % of them.
    const full = { ...values, 'link.tx': [48.6e9, 1e9], 'link.wait': [48_437_500, 5] };
    expect(brief(found(full, { links, tickBytes: 320 }))).toEqual([
      ['critical', 'Link A1-01-n1 mlx5_0 saturated', '97.2% of its rate. Waited 31.0% of the time.'],
    ]);
  });

  it('are told as a fact when they are full and wait by a counter of unknown tick', () => {
    const full = { ...values, 'link.tx': [48.6e9, 1e9], 'link.wait': [1_234_567, 5] };
    expect(brief(found(full, { links }))).toEqual([
      ['warning', 'Link A1-01-n1 mlx5_0 full', '97.2% of its rate. Transmit wait 1,234,567 raw ticks/s.'],
    ]);
    expect(found({ ...full, 'link.tx': [48.6e9, 49e9] }, { links }).map((one) => one.title)).toEqual([
      '2 links of rack A1-01 full',
    ]);
    expect(found({ ...values, 'link.tx': [48.6e9, 1e9] }, { links })).toEqual([]);
  });
});

describe('ports that go down', () => {
  it('are told once they were active, one condition a rack', () => {
    const links = ['S/A/A1/A1-01/A1-01-n1 mlx5_0', 'S/A/A1/A1-01/A1-01-n1 mlx5_1'];
    const memory = new LinkMemory();
    const told = (states: Values) => {
      const parts = partsOf({ 'link.state': states }, { links });
      memory.update(parts.frame, 1000);
      const fabric = computeFabric(parts.frame, memory);
      return brief(new Findings().update({ ...parts, fabric }, 1000)).filter(([, title]) =>
        /link/i.test(String(title)),
      );
    };
    expect(told([4, 1])).toEqual([]);
    expect(told([1, 1])).toEqual([['warning', 'Link A1-01-n1 mlx5_0 down', 'It was active before.']]);
    expect(told([4, 4])).toEqual([]);
    expect(told([2, 1])[0][1]).toBe('2 links of rack A1-01 down');
  });
});

describe('silence', () => {
  it('is told of the node, with what budgets count', () => {
    const list = found({ 'gpu.power': [...times(8, 700), ...times(8, LOST)] }, { nodes: 2 });
    expect(brief(list)).toEqual([
      ['nodata', 'Node A1-01-n2 stopped reporting', '8 GPUs. Budgets count it at 10.2 kW nameplate.'],
    ]);
  });

  it('is told once, of the widest place that is silent', () => {
    const titles = (values: Values) =>
      found({ 'gpu.power': values }, { rows: 2, racks: 2, nodes: 2 }).map((one) => one.title);
    expect(titles([...times(48, 700), ...times(16, LOST)])).toEqual(['Rack A2-02 stopped reporting']);
    expect(titles([...times(32, 700), ...times(32, LOST)])).toEqual(['Row A2 stopped reporting']);
    expect(titles(times(64, LOST))).toEqual(['Site S stopped reporting']);
    expect(titles([...times(48, 700), ...times(16, null)])).toEqual(['Rack A2-02 has never reported']);
  });

  it('is told of a source with its cause', () => {
    const fault = { code: 'refused', message: 'Connection refused.', hint: 'Is it up?', since: 1, count: 3 };
    const source = { id: 'p', name: 'pdx-prom-01', state: 'down', fault } as SourceHealth;
    expect(brief(found({}, { gpus: 0 }, [source]))).toEqual([
      ['nodata', 'Source pdx-prom-01 does not answer', 'Connection refused. Is it up?'],
    ]);
    expect(found({}, { gpus: 0 }, [{ ...source, state: 'partial' }])).toEqual([]);
  });
});

describe('the list', () => {
  it('keeps since while a condition holds, and begins anew when it comes back', () => {
    const findings = new Findings();
    const over = partsOf({ 'gpu.power': times(8, 1000) }, { budgets: { S: 8000 } });
    const under = partsOf({ 'gpu.power': times(8, 100) }, { budgets: { S: 8000 } });
    expect(findings.update(over, 10)[0].since).toBe(10);
    expect(findings.update(over, 20)[0].since).toBe(10);
    expect(findings.update(under, 30)).toEqual([]);
    expect(findings.update(over, 40)[0].since).toBe(40);
  });

  it('stands by severity, then age, then from wide to narrow', () => {
    const budgets = { S: 20_000, 'S/A/A1': 16_000, 'S/A/A1/A1-01': 8000, 'S/A/A1/A1-02': 8800 };
    const list = found({ 'gpu.power': times(16, 1000) }, { racks: 2, budgets });
    expect(list.map((one) => one.title)).toEqual([
      'Row A1 at 100.0% of budget',
      'Rack A1-01 at 100.0% of budget',
      'Rack A1-02 at 90.9% of budget',
    ]);
  });

  it('is never longer than 200', () => {
    const shape = { rows: 10, racks: 30, gpus: 1 };
    const paths = topologyOf(shape).path.filter((path) => /-\d\d$/.test(path));
    const budgets = Object.fromEntries(paths.map((path) => [path, 700]));
    const list = found({ 'gpu.power': times(300, 700) }, { ...shape, budgets });
    expect(list).toHaveLength(200);
    expect(list.at(-1)?.title).toBe('101 more conditions');
  });
});
