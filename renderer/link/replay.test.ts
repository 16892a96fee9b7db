import { describe, expect, it } from 'vitest';
import type { ViewFrame } from '../../shared/contract.ts';
import type { FabricOverview } from '../../shared/fabric/overview.ts';
import { openSnapshot } from '../../shared/snapshot/file.ts';
import { sha256 } from '../../shared/snapshot/sha256.ts';
import { fileOf, papersOf, START } from '../../shared/snapshot/snapshot.fixture.ts';
import { decodeFrame } from '../../shared/wire.ts';
import { LiveStore } from '../live/store.ts';
import { ReplayLink } from './replay.ts';

const STEP = 15_000;

function setUp(more = {}) {
  const { snapshot } = openSnapshot(fileOf(40, more), { digest: sha256 });
  let now = 0;
  const timers: { at: number; run: () => void }[] = [];
  const link = new ReplayLink(snapshot, {
    later(run, ms) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
    },
  });
  const pass = (ms: number) => {
    for (const end = now + ms; ; ) {
      const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        now = end;
        return;
      }
      timers.splice(timers.indexOf(next), 1);
      now = next.at;
      next.run();
    }
  };
  return { link, pass };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('ReplayLink', () => {
  it('begins at the moment, and shows whatever it is wound to through the live store', async () => {
    const { link } = setUp();
    const live = new LiveStore(link, {
      ...{ decode: decodeFrame, drawn: (run: () => void) => run(), clock: () => ({ steady: 0, wall: 0 }) },
      complain: (error) => {
        throw error;
      },
    });
    live.watch({ signal: 'power', gpus: true, racks: [] });
    await settled();
    expect(live.get()?.time).toBe(START + 60_000);
    // Feeds of rack 1 at instant 4: 7,004 W twice (snapshot.fixture.ts).
    expect(live.get()?.drawW[3]).toBe(14_008);
    link.seek(10);
    await settled();
    expect(live.get()?.drawW[3]).toBe(14_020);
    link.seekTime(START + 2 * STEP + 1);
    expect(live.get()?.drawW[3]).toBe(14_004);
    // What is shown is as old as it was then, however long it is looked at.
    expect(live.freshness()).toMatchObject({ state: 'live', ageMs: 0 });
  });

  it('plays at its speed to the end, and from the beginning again', () => {
    const { link, pass } = setUp();
    link.setSpeed(4);
    link.play();
    pass(STEP / 4);
    expect(link.position()).toMatchObject({ instant: 5, playing: true });
    pass(10 * STEP);
    expect(link.position()).toMatchObject({ instant: 39, playing: false, ready: 40 });
    link.play();
    expect(link.position()).toMatchObject({ instant: 0, playing: true });
    link.pause();
    pass(10 * STEP);
    expect(link.position().instant).toBe(0);
    link.step(-1);
    expect(link.position().instant).toBe(0);
  });

  it('sends one frame at a time, the newest', async () => {
    const { link } = setUp();
    const frames: ViewFrame[] = [];
    link.on('frame', (bytes) => frames.push(decodeFrame(bytes)));
    await link.call('watch', { signal: 'power', gpus: false, racks: [] });
    for (const instant of [5, 6, 7]) link.seek(instant);
    expect(frames.map(({ time }) => (time - START) / STEP)).toEqual([4]);
    await link.call('ack', { seq: 1 });
    expect(frames.map(({ time }) => (time - START) / STEP)).toEqual([4, 7]);
  });

  it('answers what a view asks as of the instant, and refuses what would change something', async () => {
    const { link, pass } = setUp();
    pass(1000);
    const layout = await link.call('layout', {});
    expect(layout.path.slice(0, 4)).toEqual(['S', 'S/A', 'S/A/A1', 'S/A/A1/A1-01']);
    expect((await link.call('inspect', { place: 3 })).path).toBe('S/A/A1/A1-01');
    const history = await link.call('history', {
      ...{ series: [{ signal: 'draw', place: 3 }], from: START, to: START + 40 * STEP, points: 1000 },
    });
    expect(history.values[0].filter((value) => value !== null)).toHaveLength(40);
    expect(await link.call('hello', {})).toMatchObject({ role: 'read' });
    await expect(link.call('closeDemo', {})).rejects.toMatchObject({ fault: { code: 'replay' } });
  });

  it('tells the rules that were in force and the interconnect of the instant', async () => {
    const when = 'rack.draw > 0.5 * budget';
    const rules = [
      { name: 'BudgetAtCap', text: when, severity: 'critical' },
      { name: 'OurOwn', text: 'gpu.util < 5%', severity: 'warning' },
    ];
    const since = START + 45_000;
    const alert = {
      ...{ id: 'a', rule: 'OurOwn', severity: 'warning' as const, domain: 'data', title: 'Idle', detail: '' },
      ...{ path: 'S/A/A1', state: 'firing' as const, since, until: null, acknowledgedBy: '', labels: {} },
    };
    const { link } = setUp({ papers: papersOf({ rules, alerts: [alert] }) });
    link.seekTime(START);
    expect((await link.call('rules', {})).rules.map(({ name, firing }) => [name, firing])).toEqual([
      ['BudgetAtCap', 0],
      ['OurOwn', 0],
    ]);
    link.seekTime(START + 60_000);
    const [, own] = (await link.call('rules', {})).rules;
    expect(own).toMatchObject({ when: 'gpu.util < 5%', severity: 'warning', from: 'file', firing: 1 });
    // The small fleet has no switch: the matrix of its kind is there and has no cable that is full.
    const matrix = await link.call('fabric', { kind: 'nvlink', pod: '' });
    expect(matrix).toMatchObject({ kind: 'nvlink' });
    const overview = await link.call('fabricOverview', {});
    expect(overview?.kinds.map(({ kind }) => kind)).toContain('infiniband');
    expect(await link.call('fabricLeaf', { kind: 'infiniband', key: 'x' })).toMatchObject({ times: [] });
  });

  it('shows alerts only once they had come, and no longer than they stayed', async () => {
    const alert = {
      ...{ id: '0123456789abcdef', rule: 'RackOverBudget', severity: 'critical' as const, domain: 'power', title: 'A' },
      ...{ detail: '', path: 'S/A/A1/A1-01', state: 'resolved' as const, acknowledgedBy: '', labels: {} },
      ...{ since: START + 5 * STEP, until: START + 10 * STEP },
    };
    const { link } = setUp({ papers: papersOf({ alerts: [alert] }) });
    const at = async (instant: number) => {
      link.seek(instant);
      return (await link.call('alerts', {})).alerts.map(({ place }) => place);
    };
    expect([await at(4), await at(5), await at(9), await at(10)]).toEqual([[], [3], [3], []]);
    // The count on the tab is of then too.
    const frames: ViewFrame[] = [];
    link.on('frame', (bytes) => frames.push(decodeFrame(bytes)));
    link.seek(9);
    await link.call('watch', { signal: 'power', gpus: false, racks: [] });
    link.seek(10);
    await link.call('ack', { seq: 1 });
    expect(frames.map(({ alerts }) => [alerts.counts.critical, alerts.counts.unowned])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(frames[0].alerts.trouble).toEqual([]);
  });

  it("shows an alert as pending until it fired, and as nobody's until somebody took it", async () => {
    const id = '0123456789abcdef';
    const alert = {
      ...{ id, rule: 'BudgetAtCap', severity: 'critical' as const, domain: 'power', title: 'A', detail: '' },
      ...{ path: 'S/A/A1/A1-01', state: 'firing' as const, acknowledgedBy: 'Ada', labels: {} },
      ...{ since: START + 2 * STEP, until: null },
    };
    const row = (instant: number, kind: string, who = '') => {
      return { time: START + instant * STEP, kind, alert: id, who, text: '' };
    };
    const journal = [row(2, 'pending'), row(5, 'firing'), row(8, 'ack', 'Ada')];
    // Its text was redacted: that is no change of the pack's rule.
    const rules = [{ name: 'BudgetAtCap', text: '', severity: 'critical' }];
    const { link } = setUp({ papers: papersOf({ alerts: [alert], journal, rules }) });
    const at = async (instant: number) => {
      link.seek(instant);
      const { alerts, counts } = await link.call('alerts', {});
      const [{ changed, pending, firing }] = (await link.call('rules', {})).rules;
      expect([changed, pending, firing]).toEqual([false, 1 - counts.critical, counts.critical]);
      return [alerts[0].state, alerts[0].firedAt, alerts[0].acked?.who ?? '', counts.critical, counts.unowned];
    };
    const firedAt = START + 5 * STEP;
    expect(await at(4)).toEqual(['pending', null, '', 0, 0]);
    expect(await at(5)).toEqual(['firing', firedAt, '', 1, 1]);
    expect(await at(8)).toEqual(['firing', firedAt, 'Ada', 1, 0]);
  });

  it('tells of each instant what was judged then, in whatever order it is looked at', async () => {
    const limits = { pollMs: STEP, staleMs: 60_000, warnRatio: 0.68, critRatio: 0.97 };
    const { link, pass } = setUp({ papers: papersOf({ limits }) });
    const frames: ViewFrame[] = [];
    link.on('frame', (bytes) => frames.push(decodeFrame(bytes)));
    await link.call('watch', { signal: 'power', gpus: false, racks: [] });
    // Feeds A and B of rack A1-01 give 7,000 + i watts each, of 20 kW.
    for (const instant of [0, 39, 0]) {
      link.seek(instant);
      pass(1000);
      await link.call('ack', { seq: frames.length });
    }
    const told = frames.slice(1).map(({ findings }) => findings.map(({ title }) => title).join());
    expect(told.map((titles) => /Rack A1-01 at (\S+)/.exec(titles)?.[1])).toEqual(['70.0%', '70.4%', '70.0%']);
  });

  it('says that nobody looked for alerts where no engine ran, and has the networks of the instant', async () => {
    const { link } = setUp();
    expect((await link.call('alerts', {})).trouble).toMatchObject([{ code: 'no-engine' }]);
    expect(await link.call('othersAlerts', {})).toEqual({ alerts: [], total: 0, silent: [] });
    const use = async (instant: number) => {
      link.seek(instant);
      const { kinds } = (await link.call('fabricOverview', {})) as FabricOverview;
      return kinds.find(({ kind }) => kind === 'nvlink');
    };
    const [first, later] = [await use(3), await use(30)];
    expect(first?.rows).toBe(later?.rows);
    expect(first).not.toEqual(later);
    expect(await link.call('fabric', { kind: 'nvlink', pod: '' })).toMatchObject({ kind: 'nvlink' });
    expect(await link.call('fabricLeaf', { kind: 'infiniband', key: 'leaf' })).toMatchObject({ times: [] });
  });
});
