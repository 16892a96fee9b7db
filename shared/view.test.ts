import { describe, expect, it } from 'vitest';
import { floatsOf } from './base64.ts';
import type { ViewFrame, Watch } from './contract.ts';
import { frameOf, LOST, rackAt, times, topologyOf, type Values } from './frame.fixture.ts';
import { QUALITY } from './frame.ts';
import { rackQuality, rackValues } from './rack/columns.ts';
import { GPU } from './topology.ts';
import { FleetView } from './view.ts';
import { decodeFrame, encodeFrame } from './wire.ts';

const START = 1_795_444_330_000;
const POLL = 5000;
const options = { historyBytes: 1e7, pollMs: POLL, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 };
const watch: Watch = { signal: 'power', gpus: true, racks: [] };
const links = ['S/A/A1/A1-01/A1-01-n1 mlx5_0'];
const topology = topologyOf({ racks: 2, budgets: { S: 20_000, 'S/A/A1': 12_000, 'S/A/A1/A1-01': 8000 }, links });

const signals = (power: Values) => ({
  'gpu.power': power,
  'gpu.powerLimit': times(16, 700),
  'gpu.util': [0, 0.01, ...times(14, 0.81)],
  'gpu.temp': [...times(15, 60), 88],
  'gpu.tempLimit': times(16, 87),
  'gpu.clock': times(16, 990),
  'gpu.clockMax': times(16, 1965),
  'gpu.throttle': [4, 4, ...times(14, 0)],
  'gpu.nvlink': times(16, 450e9),
  'link.rx': [25e9],
  'link.tx': [10e9],
  'link.rate': [50e9],
});

function viewOf(power: Values = times(16, 500)): FleetView {
  const view = new FleetView(options);
  view.update(frameOf(topology, signals(power), START - 2000), [], 23, START, true);
  return view;
}
const frameFor = (view: FleetView, asked: Partial<Watch> = {}) => view.frame({ ...watch, ...asked }, 1) as ViewFrame;

describe('before the first update', () => {
  it('has nothing to show', () => {
    const view = new FleetView(options);
    expect([view.layout(), view.frame(watch, 1)]).toEqual([null, null]);
    expect(view.inspect(0)).toMatchObject({ place: 0, level: -1, facts: [] });
    const asked = { series: [{ signal: 'draw' as const, place: 0 }], from: START, to: START + POLL, points: 2 };
    expect(view.history(asked).values).toEqual([[null]]);
  });
});

describe('conditions where no alert engine runs', () => {
  it('hold since the instant that they began at, and anew after a gap', () => {
    const view = new FleetView(options);
    const at = (seconds: number) => {
      const time = START + seconds * 1000;
      view.update(frameOf(topology, signals(times(16, 500)), time), [], 0, time, true);
      return new Set(frameFor(view).findings.map(({ since }) => (since - START) / 1000));
    };
    expect([at(0), at(5), at(20)]).toEqual([new Set([0]), new Set([0]), new Set([0])]);
    expect(at(36)).toEqual(new Set([36]));
  });
});

describe('the frame', () => {
  it('has the columns of sites to racks, and the watched racks’ values', () => {
    const rack = rackAt(topology, 1);
    const frame = frameFor(viewOf(), { racks: [rack, 0, 9999] });
    expect([...frame.drawW]).toEqual([8000, 8000, 8000, 4000, 4000]);
    expect(frame.value[3]).toBeCloseTo(0.5);
    expect([...frame.gpuCount]).toEqual([16, 16, 16, 8, 8]);
    expect(frame.racks).toEqual([rack]);
    expect([...frame.values]).toEqual(times(8, 500));
    expect(frame.cells).toHaveLength(16);
    expect([frame.sampled, frame.time, frame.layout]).toEqual([START - 2000, START, 1]);
    expect(decodeFrame(encodeFrame(frame)).cells).toEqual(frame.cells);
  });

  it('has every signal of one rack’s GPUs where that rack is watched, and none of others', () => {
    const rack = rackAt(topology, 1);
    const frame = decodeFrame(encodeFrame(frameFor(viewOf(), { gpus: false, rack })));
    expect(frame.rack).toBe(rack);
    expect([...rackValues(frame, 'gpu.power')]).toEqual(times(8, 500));
    expect([...rackValues(frame, 'gpu.temp')]).toEqual([...times(7, 60), 88]);
    expect([...rackValues(frame, 'gpu.throttle')]).toEqual(times(8, 0));
    expect([...rackQuality(frame, 'gpu.clock')].map((index) => QUALITY[index])).toEqual(Array(8).fill('measured'));
    expect([...rackValues(frame, 'gpu.nvlinkErrors')].every(Number.isNaN)).toBe(true);
    expect([...frame.gpuHeardAt]).toEqual(times(8, START - 2000));
    const without = frameFor(viewOf());
    expect([without.rack, without.gpuValues.length, without.gpuHeardAt.length]).toEqual([-1, 0, 0]);
    // A row is no rack, and neither is a place that a layout before had.
    expect(frameFor(viewOf(), { rack: 2 }).gpuValues).toHaveLength(0);
    expect(frameFor(viewOf(), { rack: 9999 }).gpuHeardAt).toHaveLength(0);
  });

  it('removes what a rack’s GPU no longer says, and keeps when it was heard', () => {
    const power = times(16, 500).with(15, LOST);
    const view = new FleetView(options);
    view.update(frameOf(topology, { 'gpu.power': power }, START), [], 0, START, true);
    const frame = frameFor(view, { rack: rackAt(topology, 1) });
    expect(rackValues(frame, 'gpu.power')[7]).toBeNaN();
    expect(QUALITY[rackQuality(frame, 'gpu.power')[7]]).toBe('stale');
    expect(frame.gpuHeardAt[7]).toBe(START - 600_000);
  });

  it('leaves GPUs out where they are not watched', () => {
    expect(frameFor(viewOf(), { gpus: false }).cells).toHaveLength(0);
  });

  it('has no numbers but the sample’s time when everything is stale', () => {
    const frame = frameFor(viewOf(times(16, LOST)));
    const lost = new FleetView(options);
    lost.update(frameOf(topology, { 'gpu.power': times(16, LOST) }, START), [], 0, START, true);
    const { summary, drawW, capMin, slope, rackCells, sampled } = frameFor(lost);
    expect([...drawW, ...capMin, ...slope].every(Number.isNaN)).toBe(true);
    expect([...rackCells]).toEqual([255, 255]);
    expect(sampled).toBe(START - 600_000);
    expect(summary).toMatchObject({ powerW: null, headroomW: null, tightest: null, powerSource: 'none' });
    expect(summary).toMatchObject({ gpus: 16, gpusReporting: 0, silentNodes: 2, silentSince: START - 600_000 });
    expect(frame.gpuLive[0]).toBe(16);
  });
});

describe('the summary', () => {
  it('has the numbers of the strip', () => {
    expect(frameFor(viewOf()).summary).toEqual({
      fabricWaits: false,
      powerW: 8000,
      budgetW: 20_000,
      powerAtLeast: true,
      feeds: [],
      feedLoss: null,
      powerSource: 'estimated',
      slopeWPerMin: null,
      headroomW: 12_000,
      tightest: { place: 2, ratio: 8000 / 12_000, headroomW: 4000, atLeast: true, capMinutes: null },
      throttled: { gpus: 2, of: 16, worst: 'SW power cap', where: topology.path.indexOf('S/A/A1/A1-01/A1-01-n1') },
      fabric: { saturated: 0, of: 1, worst: 'A1-01-n1 mlx5_0', use: 0.5, rxBps: Math.fround(25e9), txBps: 10e9 },
      util: { median: Math.fround(0.81), p10: Math.fround(0.01), idle: 2 },
      hottest: { place: topology.start[GPU] + 15, celsius: 88, limit: 87, assumed: false },
      gpus: 16,
      gpusReporting: 16,
      silentNodes: 0,
      missing: { gpus: 0, nodes: 0, feeds: 0 },
      silentSince: null,
      badSamples: 23,
      ageP99Ms: 2000,
    });
  });

  it('says that its power is a bound while a node is silent', () => {
    const view = new FleetView(options);
    view.update(frameOf(topology, { 'gpu.power': [...times(8, 500), ...times(8, LOST)] }, START), [], 0, START, true);
    // 4,000 + 8 × 1,275
    expect(frameFor(view).summary).toMatchObject({ powerW: 14_200, powerAtLeast: true, headroomW: 5800 });
  });
});

describe('the outlook', () => {
  it('tells minutes to the cap of a draw that rises', () => {
    const view = new FleetView(options);
    // 16 GPUs, each 10 W more a minute: the row rises 160 W a minute towards 12,000 W.
    for (let i = 0; i <= 60; i++) {
      const now = START + i * POLL;
      view.update(frameOf(topology, { 'gpu.power': times(16, 600 + (i * 10) / 12) }, now), [], 0, now, true);
    }
    const frame = frameFor(view);
    const row = 2;
    expect(frame.slope[row]).toBeCloseTo(160, 0);
    expect(frame.capMin[row]).toBeCloseTo((12_000 - 10_400) / 160, 1);
    // An hour is too far for a line of five minutes.
    expect(frame.capMin[0]).toBeNaN();
    expect(frame.summary.slopeWPerMin).toBeCloseTo(160, 0);
    expect(view.inspect(row).facts.find((fact) => fact.signal === 'cap')?.text).toBe('Cap in ~10 min');
  });
});

describe('the inspector', () => {
  const facts = (view: FleetView, path: string) =>
    view.inspect(topology.path.indexOf(path)).facts.map((fact) => `${fact.label}: ${fact.text} (${fact.quality})`);

  it('tells of a rack', () => {
    expect(facts(viewOf(), 'S/A/A1/A1-01')).toEqual([
      'Draw: ≥ 4.0 of 8.0 kW (derived)',
      'Of budget: 50.0% (derived)',
      'Headroom: ≤ 4.0 kW (derived)',
      'Power-capped: 2 of 8 (derived)',
      'Hottest: — (unsupported)',
      'Busiest link: 50.0% (derived)',
      'Reporting: 8 of 8 (measured)',
    ]);
  });

  it('tells of a GPU', () => {
    expect(facts(viewOf(), 'GPU-A1-01-n1-g0')).toEqual([
      'Draw: 500 W of 700 W (measured)',
      'Use: 0% (measured)',
      'Temperature: 60 °C, limit 87 (measured)',
      'Clock: 990 MHz of 1,965 MHz (measured)',
      'Held by: SW power cap (measured)',
      'NVLink: 450 GB/s (measured)',
      "Node's busiest link: 50.0% (derived)",
    ]);
  });

  it('removes what is stale and keeps when it was sampled', () => {
    const view = viewOf([LOST, ...times(15, 500)]);
    const draw = view.inspect(topology.start[GPU]).facts[0];
    expect(draw).toMatchObject({ text: '—', quality: 'stale', sampled: START - 602_000 });
    expect(facts(view, 'S/A/A1/A1-01')[0]).toBe('Draw: ≥ 4.8 of 8.0 kW (assumed)');
  });

  it('has no facts for a place that is not there', () => {
    expect([-1, 9999].map((place) => viewOf().inspect(place).facts.length)).toEqual([0, 0]);
  });
});

describe('history', () => {
  it('is asked by place and answered in buckets', () => {
    const view = viewOf();
    const series = [
      { signal: 'draw' as const, place: 0 },
      { signal: 'link.use' as const, place: 0 },
      { signal: 'gpu.temp' as const, place: topology.start[GPU] + 15 },
      { signal: 'draw' as const, place: -1 },
    ];
    const reply = view.history({ series, from: START - POLL, to: START + POLL, points: 2 });
    expect(reply.times).toEqual([START - POLL, START]);
    expect(reply.values).toEqual([
      [null, 8000],
      [null, 0.5],
      [null, 88],
      [null, null],
    ]);
  });

  it('gives signals of all GPUs of a rack in one answer, a gap as NaN', () => {
    const view = viewOf(times(16, 500));
    const rack = topology.path.indexOf('S/A/A1/A1-01');
    const asked = { rack, signals: ['gpu.power', 'gpu.xid'] as const, from: START - POLL, to: START + POLL, points: 2 };
    const reply = view.rackHistory({ ...asked, signals: [...asked.signals] });
    expect([reply.first, reply.stepMs, reply.count]).toEqual([START - POLL, POLL, 2]);
    expect(reply.gpus).toEqual(Array.from({ length: reply.gpus.length }, (_, i) => topology.start[GPU] + i));
    expect([...floatsOf(reply.values[0])].slice(0, 4)).toEqual([Number.NaN, 500, Number.NaN, 500]);
    expect(floatsOf(reply.values[0])).toHaveLength(reply.gpus.length * 2);
    expect(floatsOf(reply.values[1]).every(Number.isNaN)).toBe(true);
    expect(reply.series.map(({ missing }) => missing)).toEqual([
      'What was before is not remembered.',
      'Nothing of it is remembered.',
    ]);
    expect(view.rackHistory({ ...asked, signals: ['gpu.power'], rack: 0 })).toMatchObject({ gpus: [], values: [''] });
    expect(view.steps({ from: 0, to: START + POLL, most: 10 })).toEqual({ times: [START], stepMs: POLL });
  });

  it('does not remember a mere ageing', () => {
    const view = viewOf();
    view.update(frameOf(topology, signals(times(16, 600)), START), [], 0, START + POLL, false);
    const asked = { series: [{ signal: 'draw' as const, place: 0 }], from: START, to: START + 2 * POLL, points: 2 };
    expect(view.history(asked).values).toEqual([[8000, null]]);
  });
});

describe('other limits', () => {
  it('hold from the next update on, and nothing that is remembered is lost', () => {
    const view = viewOf(times(16, 500));
    view.configure({ staleMs: 60_000, warnRatio: 0.5, critRatio: 0.97 });
    view.update(frameOf(topology, signals(times(16, 500)), START), [], 0, START + POLL, true);
    expect(frameFor(view).warnRatio).toBe(0.5);
    const asked = { series: [{ signal: 'draw' as const, place: 0 }], from: START, to: START + 2 * POLL, points: 2 };
    expect(view.history(asked).values).toEqual([[8000, 8000]]);
  });
});

describe('the layout', () => {
  it('has budgets of sites to racks, null where there is none', () => {
    expect(viewOf().layout()?.budgetW).toEqual([20_000, null, 12_000, 8000, null]);
  });
});

describe('links', () => {
  it('that were read once wait for their first rate, those without counters do not for ever', () => {
    const view = new FleetView(options);
    const waits = [0, 1, 2].map((poll) => {
      const now = START + poll * POLL;
      view.update(frameOf(topology, { 'gpu.power': times(16, 500) }, now), [], 0, now, true);
      const { fabric, fabricWaits } = frameFor(view).summary;
      return [fabric, fabricWaits];
    });
    expect(waits).toEqual([
      [null, true],
      [null, true],
      [null, false],
    ]);
  });

  it('are told with what they do, the worst first, in numbers that JSON knows', () => {
    const rows = viewOf().links({ under: -1, kinds: ['nvlink', 'infiniband'], most: 3 });
    const [nvlink] = viewOf().links({ under: -1, kinds: ['nvlink'], most: 3 });
    // H200: half of 900 GB/s a direction, and half of what both carry.
    expect(nvlink.use).toBeCloseTo(0.5, 6);
    expect(nvlink).toMatchObject({ kind: 'nvlink', wait: null, rateAssumed: true });
    const [nic] = viewOf().links({ under: 0, kinds: ['infiniband'], most: 3 });
    expect(nic).toMatchObject({ label: 'A1-01-n1 mlx5_0', use: 0.5, wait: null, up: null, sampled: START - 2000 });
    expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
    expect(new FleetView(options).links({ under: -1, kinds: [], most: 3 })).toEqual([]);
  });
});
