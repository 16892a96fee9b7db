import { describe, expect, it } from 'vitest';
import { frameOf, LOST, rowAt, type Shape, times, topologyOf, type Values } from '../frame.fixture.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { NODE } from '../topology.ts';
import type { Rule } from './alert.ts';
import { AlertBook } from './book.ts';
import { linesOf, loudestFirst } from './incidents.ts';
import { alertOf, mute } from './loud.ts';
import type { AlertSource } from './objects.ts';
import { pack } from './pack.ts';
import { compileRule } from './rules.ts';
import { keptOf, sceneOf } from './scene.fixture.ts';
import type { AlertScene } from './scene.ts';
import { Silences } from './silences.ts';

type Signals = Partial<Record<SignalId, Values>>;
const START = 1_000_000;
const rules = pack.map(compileRule);

/** What the pack says of values that stand like this for so many minutes, a pass a quarter of a minute. */
function lasting(minutes: number, values: Signals, shape: Shape = {}, more: Partial<AlertScene> = {}) {
  const topology = topologyOf(shape);
  const [kept, book] = [keptOf(15_000), new AlertBook()];
  book.setRules(rules);
  let scene: AlertScene | undefined;
  for (let at = 0; at <= minutes * 4; at++) {
    scene = sceneOf(frameOf(topology, values, START + at * 15_000), kept, more);
    book.pass(scene);
  }
  const { objects, now } = scene as AlertScene;
  mute(book.records.values(), new Silences(), objects, now);
  const alerts = [...book.records.values()].map((record) => alertOf(record, objects));
  return { alerts, lines: linesOf(loudestFirst(alerts), topology) };
}
const brief = (found: ReturnType<typeof lasting>) =>
  found.lines.map(({ severity, title, detail }) => [severity, title, detail]);
const titles = (found: ReturnType<typeof lasting>) => found.lines.map(({ title }) => title);
const firing = (found: ReturnType<typeof lasting>) =>
  found.alerts.filter(({ state }) => state === 'firing').map(({ rule }) => rule);

describe('the pack', () => {
  it('has no rule that cannot be read, each with a runbook', () => {
    expect(rules.filter(({ error }) => error !== '').map(({ rule, error }) => `${rule.name}: ${error}`)).toEqual([]);
    const silent = (one: Rule) => Object.values(one.runbook).some((text) => text.length < 20);
    expect(pack.filter(silent).map(({ name }) => name)).toEqual([]);
    expect(new Set(pack.map(({ name }) => name)).size).toBe(pack.length);
  });
});

describe('budgets', () => {
  it('say what the design says of row A2, and mute the warning', () => {
    const shape = { rows: 2, racks: 2, budgets: { 'S/A/A2': 1_000_000 }, feeds: { 'S/A/A2/A2-01 A': Number.NaN } };
    const topology = topologyOf(shape);
    const row = rowAt(topology, 1);
    const one = (value: number) => new Float32Array(topology.start[NODE]).fill(Number.NaN).fill(value, row, row + 1);
    const values = { 'gpu.power': times(32, 1), 'feed.power': [977_992] };
    const found = lasting(2, values, shape, { slope: one(2900), capMin: one(7.4) });
    expect(brief(found)).toEqual([
      ['critical', 'Row A2 at 97.8% of budget', '≥ 978 of 1,000 kW, rising 2.9 kW/min. Cap in ~7 min.'],
    ]);
    expect(firing(found).sort()).toEqual(['BudgetAtCap', 'BudgetNearCap', 'CapForecast']);
    const muted = found.alerts.filter(({ inhibitedBy }) => inhibitedBy.length > 0).map(({ rule }) => rule);
    expect(muted.sort()).toEqual(['BudgetNearCap', 'CapForecast']);
  });

  it('wait a minute, warn from 90 % and are critical from 97 %', () => {
    const at = (watts: number, minutes = 1) =>
      firing(lasting(minutes, { 'gpu.power': times(8, watts / 8) }, { budgets: { S: 10_000 } }));
    expect([at(8_990), at(9_000), at(9_690)]).toEqual([[], ['BudgetNearCap'], ['BudgetNearCap']]);
    expect(at(9_700).sort()).toEqual(['BudgetAtCap', 'BudgetNearCap']);
    expect(at(9_700, 0.75)).toEqual([]);
  });

  it('of a row and its rack are one line, in the words of the wider', () => {
    const budgets = { 'S/A/A1': 10_000, 'S/A/A1/A1-01': 10_000 };
    expect(titles(lasting(1, { 'gpu.power': times(8, 1225) }, { budgets }))).toEqual([
      'Row A1 at 98.0% of budget and 1 more',
    ]);
  });

  it('judge each feed against its own budget', () => {
    const shape = { feeds: { 'S/A/A1/A1-01 A': 10_000, 'S/A/A1/A1-01 B': 10_000 } };
    expect(brief(lasting(1, { 'gpu.power': times(8, 700), 'feed.power': [9800, 8000] }, shape))).toEqual([
      ['critical', 'Feed A of rack A1-01 at 98.0% of budget', '9.8 of 10.0 kW.'],
    ]);
  });

  it('say that they are counted where only what is silent makes them so', () => {
    const found = lasting(0, { 'gpu.power': [...times(7, 700), LOST] }, { budgets: { 'S/A/A1': 6500 } });
    const rest = '7 of 8 GPUs report, with 4.9 kW; the rest is counted for what is silent. Pending.';
    expect(brief(found)[0]).toEqual(['warning', 'Row A1 counted at 95.0% of budget', `≥ 6.2 of 6.5 kW. ${rest}`]);
    // 6.3 kW are heard, 96.9 %: near the cap for sure, at it only as counted.
    const more = lasting(0, { 'gpu.power': [...times(7, 900), LOST] }, { budgets: { 'S/A/A1': 6500 } });
    expect(titles(more).slice(0, 2)).toEqual(['Row A1 counted at 116.5% of budget', 'Row A1 at ≥ 96.9% of budget']);
  });

  it('hold for a site of which half is silent, and tell how much of it reports', () => {
    // 8 × 700 W and 8 × 1,275 W of nameplate: 15.8 of 16 kW, of which 5.6 kW are heard.
    const values = { 'gpu.power': [...times(8, 700), ...times(8, LOST)] };
    const found = lasting(2, values, { rows: 2, budgets: { S: 16_000 } });
    const site = brief(found).filter(([, title]) => title.startsWith('Site'));
    const detail = '≥ 15.8 of 16.0 kW. 8 of 16 GPUs report, with 5.6 kW; the rest is counted for what is silent.';
    expect(site).toEqual([['critical', 'Site S counted at 98.8% of budget', detail]]);
  });
});

describe('clocks that are held', () => {
  const values = { 'gpu.power': times(8, 700), 'gpu.temp': times(8, 80), 'gpu.tempLimit': times(8, 87) };

  it('by the power brake are critical at once, one line a rack', () => {
    const found = lasting(0, { ...values, 'gpu.throttle': [0x88, 0x80, ...times(6, 0)] });
    expect(firing(found)).toEqual(['HwPowerBrake', 'HwPowerBrake']);
    expect(titles(found)).toEqual(['2 GPUs in HW power brake']);
  });

  it('by the SW power cap never page: a warning of the rack after long, none of a GPU', () => {
    expect(firing(lasting(12, { ...values, 'gpu.throttle': times(8, 0x4) }))).toEqual(['GpusHeldByPowerCap']);
    const tenth = { 'gpu.power': times(10, 700), 'gpu.throttle': [...times(1, 4), ...times(9, 0)] };
    expect(firing(lasting(20, tenth, { gpus: 10 })), 'one capped GPU is normal').toEqual([]);
  });

  it('by hardware heat name the GPU', () => {
    const found = lasting(2, {
      ...{ 'gpu.power': times(8, 700), 'gpu.throttle': [0, 0x48, ...times(6, 0)] },
      ...{ 'gpu.temp': [60, 88, ...times(6, 60)], 'gpu.tempLimit': times(8, 87) },
      ...{ 'gpu.clock': times(8, 990), 'gpu.clockMax': times(8, 1965) },
    });
    expect(brief(found)).toEqual([
      ['critical', 'GPU A1-01 n1-g1 in HW thermal slowdown', '88 °C, limit 87 °C. Clock 990 of 1,965 MHz.'],
    ]);
  });

  it('count the exporter’s own time before the reason of the moment', () => {
    const heat = (held: number) =>
      firing(lasting(6, { ...values, 'gpu.throttle': times(8, 0x48), 'gpu.thermalThrottle': times(8, held) }));
    expect(heat(0.09)).toEqual([]);
    expect(new Set(heat(0.12))).toEqual(new Set(['HwThermalSlowdown']));
  });

  it('without a reason are told after 5 min', () => {
    const quiet = { 'gpu.power': times(8, 700), 'gpu.throttle': times(8, 0), 'gpu.util': times(8, 0.9) };
    const slow = { ...quiet, 'gpu.clock': [1000, ...times(7, 1900)], 'gpu.clockMax': times(8, 1965) };
    expect(titles(lasting(6, slow))).toEqual(['GPU A1-01 n1-g0 at 51% of its clock without a reason']);
    expect(lasting(6, { ...slow, 'gpu.throttle': times(8, 2) }).lines, 'set by a person').toEqual([]);
  });
});

describe('links', () => {
  const links = ['S/A/A1/A1-01/A1-01-n1 mlx5_0', 'S/A/A1/A1-01/A1-01-n1 mlx5_1'];
  const values = { 'gpu.power': times(8, 700), 'link.rate': [50e9, 50e9] };

  it('are critical when they are full and wait long by a counter whose tick is known', () => {
    // 50 GB/s is 156,250,000 ticks of 320 bytes a second: 31 % of them.
    const full = { ...values, 'link.tx': [48.6e9, 1e9], 'link.wait': [48_437_500, 5] };
    expect(brief(lasting(2, full, { links, tickBytes: 320 }))).toEqual([
      ['critical', 'Link A1-01-n1 mlx5_0 saturated', '97.2% of its rate. Waited 31.0% of the time.'],
    ]);
    expect(lasting(2, full, { links }).lines, 'an unknown tick is no alarm').toEqual([]);
    expect(lasting(2, { ...full, 'link.wait': [5, 5] }, { links, tickBytes: 320 }).lines, 'good use').toEqual([]);
  });

  it('that went down are told once they were active', () => {
    const kept = keptOf();
    const book = new AlertBook();
    book.setRules(rules);
    const pass = (states: Values, at: number) => {
      const scene = sceneOf(frameOf(topologyOf({ links }), { ...values, 'link.state': states }, at), kept);
      book.pass(scene);
      return [...book.records.values()].map((record) => alertOf(record, scene.objects).title);
    };
    expect(pass([4, 1], 1000)).toEqual([]);
    expect(pass([1, 1], 2000)).toEqual(['Link A1-01-n1 mlx5_0 down']);
  });

  it('of a GPU that were active and are not any more are told by NVLink; what never was active is nobody’s', () => {
    const [kept, book, topology] = [keptOf(15_000), new AlertBook(), topologyOf({ gpus: 2, model: 'NVIDIA H200' })];
    book.setRules(rules);
    // Link 17 of the first GPU never was active; 2 and 3 of the second fall after a minute.
    const states = (down: boolean) =>
      Array.from({ length: 36 }, (_, i) => (i === 17 || (down && (i === 20 || i === 21)) ? 0 : 1));
    for (let at = 0; at <= 4 * 4; at++) {
      const values = { 'gpu.power': [700, 700], 'nvlink.state': states(at > 4) };
      book.pass(sceneOf(frameOf(topology, values, START + at * 15_000), kept));
    }
    const { objects } = sceneOf(frameOf(topology, {}, START + 250_000), kept);
    const told = [...book.records.values()].map((record) => alertOf(record, objects));
    expect(told.map(({ rule, state, title, detail }) => [rule, state, title, detail])).toEqual([
      ['NvlinkDown', 'firing', 'GPU A1-01 n1-g1 has 2 NVLinks down', 'They were active before. Rack A1-01.'],
    ]);
  });
});

describe('hardware', () => {
  it('an XID is told when it changes, not because it stands there', () => {
    const kept = keptOf();
    const book = new AlertBook();
    book.setRules(rules);
    const pass = (xid: number, at: number) => {
      const frame = frameOf(topologyOf(), { 'gpu.power': times(8, 700), 'gpu.xid': [xid, ...times(7, 0)] }, at);
      book.pass(sceneOf(frame, kept));
      return [...book.records.values()].map(({ tell, instance }) => `${instance.state} ${tell().predicate}`);
    };
    expect(pass(79, 1000), 'sticky from before').toEqual([]);
    expect(pass(79, 6000)).toEqual([]);
    expect(pass(13, 11_000), 'an application’s own fault').toEqual([]);
    expect(pass(79, 16_000)).toEqual(['firing reported XID 79']);
    expect(pass(79, 16_000 + 14 * 60_000)).toEqual(['firing reported XID 79']);
    expect(pass(79, 16_000 + 26 * 60_000)).toEqual(['inactive reported XID 79']);
  });

  describe('a series that begins with a fault', () => {
    const NONE = Number.NaN;
    /** Passes at seconds with the XIDs and ECC errors of a node's first three GPUs. @returns what was told after each */
    const told = (
      ...instants: readonly (readonly [at: number, xids: readonly number[], errors: readonly number[]])[]
    ) => {
      const [kept, book] = [keptOf(), new AlertBook()];
      book.setRules(rules);
      return instants.map(([at, xids, errors]) => {
        const rest = times(5, NONE);
        const values = { 'gpu.xid': [...xids, ...rest], 'gpu.eccUncorrected': [...errors, ...rest] };
        book.pass(sceneOf(frameOf(topologyOf(), { 'gpu.power': times(8, 700), ...values }, at * 1000), kept));
        return [...book.records.values()].map(({ rule, tell }) => `${rule.name}: ${tell().predicate}`);
      });
    };
    const none = [NONE, NONE, NONE];

    it('is news on a GPU that has been heard for 2 min, beside another of which it was read before', () => {
      const before = [0, [13, NONE, NONE], [0, NONE, NONE]] as const;
      expect(told([...before], [120, [13, 79, NONE], [0, NONE, 2]])[1]).toEqual([
        'FatalXid: reported XID 79',
        'UncorrectableEcc: had 2 uncorrectable ECC errors',
      ]);
      // All GPUs of a node at once, as NVLink does it.
      expect(told([...before], [120, [74, 74, 74], none])[1]).toHaveLength(3);
      expect(told([...before], [119, [13, 79, NONE], [0, NONE, 2]])[1]).toEqual([]);
    });

    it('is old where it is read for the first time: of a node of one GPU, or by an exporter that was added', () => {
      for (const [xids, errors] of [
        [
          [79, NONE, NONE],
          [NONE, NONE, 2],
        ],
        [[74, 74, 74], none],
        [
          [0, 79, 0],
          [2, 0, 0],
        ],
      ])
        expect(told([0, none, none], [120, xids, errors], [125, xids, errors], [600, xids, errors])).toEqual([
          ...[[], [], [], []],
        ]);
      // From then on a change is news.
      expect(told([0, none, none], [120, [79, NONE, NONE], none], [125, [74, NONE, NONE], none])[2]).toEqual([
        'FatalXid: reported XID 74',
      ]);
    });
  });

  it('uncorrectable ECC errors are told when they grow', () => {
    const kept = keptOf();
    const book = new AlertBook();
    book.setRules(rules);
    const pass = (errors: number, at: number) => {
      const frame = frameOf(topologyOf(), { 'gpu.power': times(8, 700), 'gpu.eccUncorrected': times(8, errors) }, at);
      book.pass(sceneOf(frame, kept));
      return [...book.records.values()].map(({ rule }) => rule.name);
    };
    expect([pass(3, 1000), pass(3, 6000), pass(5, 11_000)[0]]).toEqual([[], [], 'UncorrectableEcc']);
  });
});

describe('silence', () => {
  it('is told of the node, with what budgets count', () => {
    const found = lasting(2, { 'gpu.power': [...times(8, 700), ...times(8, LOST)] }, { nodes: 2 });
    expect(found.lines[0]).toMatchObject({ severity: 'warning', title: 'Node A1-01-n2 stopped reporting' });
    expect(found.lines[0].detail).toMatch(
      /^8 GPUs\. Budgets count it at 10\.2 kW nameplate\. Last heard \d\d:\d\d:\d\d/,
    );
  });

  it('is told once, of the widest place that is silent; critical above a rack', () => {
    const of = (values: Values) =>
      lasting(2, { 'gpu.power': values }, { rows: 2, racks: 2, nodes: 2 }).lines.map(({ severity, title }) => [
        severity,
        title,
      ]);
    expect(of([...times(48, 700), ...times(16, LOST)])).toEqual([['warning', 'Rack A2-02 stopped reporting']]);
    expect(of([...times(32, 700), ...times(32, LOST)])).toEqual([['critical', 'Row A2 stopped reporting']]);
    expect(of(times(64, LOST))).toEqual([['critical', 'Site S stopped reporting']]);
    expect(of([...times(48, 700), ...times(16, null)])).toEqual([['warning', 'Rack A2-02 has never reported']]);
  });

  it('of a source has its cause, and mutes what follows from it', () => {
    const source: AlertSource = {
      name: 'pdx-prom-01',
      site: 'S',
      state: 'down',
      fault: 'Connection refused. Is it up?',
    };
    const found = lasting(2, { 'gpu.power': times(8, LOST) }, {}, { sources: [source] });
    expect(brief(found)).toEqual([['critical', 'Source pdx-prom-01 does not answer', 'Connection refused. Is it up?']]);
    expect(firing(found).sort()).toEqual(['AreaStoppedReporting', 'SourceDown']);
    // One of two that is down explains no silence of what the other one reads.
    const other: AlertSource = { name: 'pdx-pdus', site: 'S', state: 'up', fault: '' };
    expect(titles(lasting(2, { 'gpu.power': times(8, LOST) }, {}, { sources: [source, other] }))).toEqual([
      'Source pdx-prom-01 does not answer',
      'Site S stopped reporting',
    ]);
    expect(
      lasting(2, {}, {}, { sources: [{ ...source, state: 'partial' }] }).alerts.map(({ rule }) => rule),
    ).not.toContain('SourceDown');
  });
});

describe('feeds', () => {
  const rack = (n: number) => `S/A/A1/A1-0${n}`;
  const two = { [`${rack(1)} A`]: Number.NaN, [`${rack(1)} B`]: Number.NaN };

  it('that differ by more than a fifth of the larger are told after 10 min', () => {
    const values = { 'gpu.power': times(8, 100), 'feed.power': [10_000, 7000] };
    expect(firing(lasting(9, values, { feeds: two }))).toEqual([]);
    expect(brief(lasting(10, values, { feeds: two }))).toEqual([
      ['warning', 'Rack A1-01 has feeds that differ by 30%', 'A 10.0 kW, B 7.0 kW.'],
    ]);
  });

  it('whose loss the other does not survive name the place that trips', () => {
    const ratings: Shape['ratings'] = { S: [20_000, 20_000], 'S/A/A1': [15_000, 16_000] };
    const values = { 'gpu.power': times(8, 100), 'feed.power': [8000, 7500] };
    const found = lasting(5, values, { feeds: two, ratings });
    expect(brief(found)).toEqual([
      [
        'warning',
        'Feed B of site S cannot be lost: it trips row A1',
        'The other feed would carry 15.5 of 15.0 kW of its rating.',
      ],
    ]);
  });
});
