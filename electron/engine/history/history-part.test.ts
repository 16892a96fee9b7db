import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallArg, CallParsed, CallResult } from '../../../shared/contract.ts';
import { Fleet } from '../../../shared/fleet.ts';
import { frameOf, times, topologyOf } from '../../../shared/frame.fixture.ts';
import { frameOfText } from '../../../shared/frame-text.ts';
import type { EnergyRow } from '../../../shared/power/energy.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { FleetView } from '../../../shared/view.ts';
import type { EngineContext } from '../part.ts';
import { Store } from '../store/database.ts';
import { HistoryPart } from './history-part.ts';
import { PastPart } from './past-part.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(1_795_651_200_000 / (2 * HOUR)) * 2 * HOUR;
const sites = [{ site: 'S', pricePerKWh: 0.25, currency: 'EUR', pue: 1.2 }];
const settings = { ...defaultSettings, pollMs: MINUTE, sites };
const topology = topologyOf({ budgets: { 'S/A/A1/A1-01': 10_000 } });

let folder: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-history-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What an engine without any server has: its view, its database, and the part. */
function run() {
  const view = new FleetView(settings);
  const store = new Store(folder, now);
  const nothing = () => {};
  const context: EngineContext = {
    ...{
      folder,
      store,
      clock: { now: () => now, later: () => nothing },
      served: () => '',
      settings: () => settings,
      view: () => view,
    },
    ...{
      fleet: () => new Fleet({ mappings: [] }),
      ask: never,
      sources: () => [],
      changeSettings: nothing,
      broadcast: nothing,
    },
  };
  const part = new HistoryPart(context);
  return {
    power: (arg: CallArg<'power'>) => view.power(arg),
    poll(watts: number) {
      view.update(frameOf(topology, { 'gpu.power': times(8, watts) }, now), [], 0, now, true);
      part.tick(now, true);
    },
    history: async (arg: CallArg<'history'>) => (await part.answers.history?.(arg, { role: 'read' })) ?? never(),
    askAt: async (arg: CallParsed<'askAt'>) =>
      new PastPart({ history: part, fabric: { at: never } }).answers.askAt?.(arg, {
        role: 'read',
      }),
    frameAt: async (arg: CallParsed<'frameAt'>) => (await part.answers.frameAt?.(arg, { role: 'read' })) ?? never(),
    end() {
      part.close();
      store.close(now);
    },
  };
}
const never = (): never => {
  throw new Error('no answer');
};
/** A board's watts in a minute: 100 and the hour it is in. */
const wattsAt = (time: number) => 100 + Math.floor((time - NOW) / HOUR);

describe('history after a restart, without a server', () => {
  it('has minutes of the last day in memory and days from the database, each said where it is from', async () => {
    now = NOW;
    const first = run();
    for (; now < NOW + 26 * HOUR; now += MINUTE) first.poll(wattsAt(now));
    first.end();
    now += 5 * MINUTE;
    const second = run();
    second.poll(wattsAt(now));
    const series = [{ signal: 'draw' as const, place: 0 }];
    const reply = await second.history({ series, from: NOW, to: NOW + 26 * HOUR, points: 26 });
    expect([reply.stepMs, reply.times.length]).toEqual([HOUR, 26]);
    expect(reply.values[0]).toEqual(Array.from({ length: 26 }, (_, hour) => 8 * (100 + hour)));
    expect(reply.series[0]).toMatchObject({ missing: '', fold: 'mean', quality: 'derived' });
    expect(reply.series[0].pieces.map(({ origin }) => origin)).toEqual(['database', 'memory']);
    // An hour before the end of the first run: a minute a step, as it was.
    const hour = await second.history({ series, from: NOW + 25 * HOUR, to: NOW + 26 * HOUR, points: 60 });
    expect([hour.stepMs, hour.values[0].length]).toEqual([MINUTE, 60]);
    // Its last minute was not over when it ended.
    expect(hour.values[0].slice(0, -1).every((watts) => watts === 8 * 125)).toBe(true);
    // Of what only the database has, and what memory got back of it: the hours before an instant, and its day.
    const at = async (time: number) => [
      await second.askAt({ time, name: 'power', arg: { place: 0, windowMs: 2 * HOUR } }),
      await second.askAt({ time, name: 'energy', arg: {} }),
    ];
    const [early, ofEarly] = await at(NOW + 2 * HOUR);
    expect(early).toMatchObject({ place: { drawW: 8 * 102, p99W: 8 * 102 }, windowMs: 2 * HOUR });
    // By hand: an hour of 8 boards of 100 W and one of 101 W; the rest of the day nobody looked.
    expect(ofEarly).toMatchObject([{ site: 'S', measuredMin: 120, gapMin: 22 * 60, kWh: 0.8 + 0.808 }]);
    const [late, ofLate] = await at(NOW + 25 * HOUR);
    expect(late).toMatchObject({ place: { p99W: 8 * 124 }, windowMs: 2 * HOUR });
    // 24 hours of 101 W to 124 W each board: 8 × (101 + … + 124) Wh.
    expect((ofLate as EnergyRow[])[0].kWh).toBeCloseTo((8 * 24 * (101 + 124)) / 2 / 1000, 6);
    second.end();
  });

  it('says what there is not: other signals, older times, and instants of the past', async () => {
    now = NOW;
    const engine = run();
    for (; now < NOW + 10 * MINUTE; now += MINUTE) engine.poll(500);
    const reply = await engine.history({
      series: [
        { signal: 'draw', place: 0 },
        { signal: 'gpu.tensor', place: topology.start[5] },
        { signal: 'link.rx', place: 0, name: 'mlx5_9' },
      ],
      from: NOW - 10 * MINUTE,
      to: NOW + 10 * MINUTE,
      points: 20,
    });
    expect(reply.values[0]).toEqual([...Array(10).fill(null), ...Array(10).fill(4000)]);
    expect(reply.series.map(({ missing }) => missing)).toEqual([
      'What was before is not remembered.',
      'Nothing of it is remembered.',
      'There is no such object, or it has no such value.',
    ]);
    const watch = { signal: 'power' as const, gpus: true, racks: [] };
    const then = await engine.frameAt({ time: NOW + 3 * MINUTE + 1, watch });
    expect(then).toMatchObject({ origin: 'memory', live: false, time: NOW + 3 * MINUTE, missing: '' });
    expect(frameOfText(then.frame ?? '').drawW[0]).toBe(4000);
    // A viewer that has the layout is not sent it again; another one is told apart by its id.
    const again = await engine.frameAt({ time: NOW + 5 * MINUTE, watch, known: then.layoutId });
    expect([again.layout, again.layoutId, then.layout?.path[0]]).toEqual([null, then.layoutId, 'S']);
    const before = await engine.frameAt({ time: NOW - HOUR, watch });
    expect(before).toMatchObject({ frame: null, layout: null, origin: 'none' });
    expect(before.missing).toBe('');
    engine.end();
  });

  it('answers calls of the view as of an instant, and says where nothing of it is recorded', async () => {
    now = NOW;
    const engine = run();
    for (; now < NOW + 10 * MINUTE; now += MINUTE) engine.poll(500 + (now - NOW) / MINUTE);
    const inspect = (time: number) => engine.askAt({ time, name: 'inspect', arg: { place: 0 } });
    // Eight boards of 503 W each at the fourth minute.
    expect(JSON.stringify(await inspect(NOW + 3 * MINUTE))).toContain('4.0 kW');
    await expect(inspect(NOW - HOUR)).rejects.toMatchObject({
      message: 'Nothing is recorded of 25 Nov 2026, 23:00:00 UTC.',
      fault: { hint: '' },
    });
    await expect(engine.askAt({ time: NOW, name: 'inspect', arg: { place: 'x' } })).rejects.toThrow('not valid');
    engine.end();
  });

  it('tells stranded power, energy and cost of an instant as they were told then, of nothing that came later', async () => {
    now = NOW;
    const engine = run();
    const told: { time: number; live: CallResult<'power'> }[] = [];
    const rack = topology.path.indexOf('S/A/A1/A1-01');
    // An hour that climbs, then a night without load.
    for (; now < NOW + 2 * HOUR; now += MINUTE) {
      engine.poll(now < NOW + HOUR ? 500 + (now - NOW) / MINUTE : 100);
      told.push({ time: now, live: engine.power({ place: rack, windowMs: HOUR }) });
    }
    for (const { time, live } of told.filter((_, i) => i % 7 === 0)) {
      const arg = { place: rack, windowMs: HOUR };
      const past = (await engine.askAt({ time, name: 'power', arg })) as CallResult<'power'>;
      expect([time, past?.place.p99W, past?.place.strandedW, past?.windowMs]).toEqual([
        ...[time, live?.place.p99W, live?.place.strandedW, live?.windowMs],
      ]);
    }
    // At the end of the climb: of its 60 minutes 99 % are the last and all below it, of a budget of 10 kW.
    const end = await engine.askAt({ time: NOW + 59 * MINUTE, name: 'power', arg: { place: rack, windowMs: HOUR } });
    expect(end).toMatchObject({ place: { drawW: 8 * 559, strandedW: 10_000 - 8 * 559 } });
    // Minutes of 8 × 500 W, 8 × 501 W … 8 × 529 W in its first half hour; 1.2 × 0.25 EUR a kWh.
    const [row] = (await engine.askAt({ time: NOW + HOUR / 2, name: 'energy', arg: {} })) as EnergyRow[];
    const kWh = (8 * 30 * (500 + 529)) / 2 / 60 / 1000;
    expect(row).toMatchObject({ site: 'S', measuredMin: 30, gapMin: 24 * 60 - 30, currency: 'EUR' });
    expect([row.kWh, row.cost, row.costPerHour]).toEqual(
      [kWh, kWh * 0.3, 8 * 0.53 * 0.3].map((n) => expect.closeTo(n, 6)),
    );
    expect(await engine.askAt({ time: NOW, name: 'energy', arg: {} })).toEqual([]);
    engine.end();
  });
});
