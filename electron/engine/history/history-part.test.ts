import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallArg, CallParsed } from '../../../shared/contract.ts';
import { Fleet } from '../../../shared/fleet.ts';
import { frameOf, times, topologyOf } from '../../../shared/frame.fixture.ts';
import { frameOfText } from '../../../shared/frame-text.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { FleetView } from '../../../shared/view.ts';
import type { EngineContext } from '../part.ts';
import { Store } from '../store/database.ts';
import { HistoryPart } from './history-part.ts';
import { PastPart } from './past-part.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(1_795_651_200_000 / (2 * HOUR)) * 2 * HOUR;
const settings = { ...defaultSettings, pollMs: MINUTE };
const topology = topologyOf();

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
    expect(before.missing).not.toBe('');
    engine.end();
  });

  it('answers calls of the view as of an instant, and says where nothing of it is recorded', async () => {
    now = NOW;
    const engine = run();
    for (; now < NOW + 10 * MINUTE; now += MINUTE) engine.poll(500 + (now - NOW) / MINUTE);
    const inspect = (time: number) => engine.askAt({ time, name: 'inspect', arg: { place: 0 } });
    // Eight boards of 503 W each at the fourth minute.
    expect(JSON.stringify(await inspect(NOW + 3 * MINUTE))).toContain('4.0 kW');
    expect(await engine.askAt({ time: NOW, name: 'power', arg: { place: 0, windowMs: HOUR } })).toMatchObject({
      place: { drawW: 4000, p99W: null },
    });
    await expect(inspect(NOW - HOUR)).rejects.toThrow('Nothing of');
    await expect(engine.askAt({ time: NOW, name: 'inspect', arg: { place: 'x' } })).rejects.toThrow('not valid');
    engine.end();
  });
});
