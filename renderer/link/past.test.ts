import { describe, expect, it } from 'vitest';
import type { LayoutDocument, ViewFrame, Watch } from '../../shared/contract.ts';
import { textOfFrame } from '../../shared/frame-text.ts';
import { decodeFrame } from '../../shared/wire.ts';
import { LiveStore } from '../live/store.ts';
import { CallFault, type Link } from './link.ts';
import { PastLink } from './past.ts';
import { emptyFrame, type Limits } from './past-frame.ts';

const POLL = 5000;
const T0 = 1_795_651_200_000;
const NOW = T0 + 600_000;
const WATCH: Watch = { signal: 'power', gpus: true, racks: [] };
const LIMITS = { pollMs: POLL, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 };

/** A site with a hall, a row and racks by these names. */
function layoutOf(racks: readonly string[]): LayoutDocument {
  const path = ['S', 'S/A', 'S/A/R', ...racks.map((rack) => `S/A/R/${rack}`)];
  const [first, end] = [3, path.length];
  return { version: 7, start: [0, 1, 2, first, end, end, end], path } as unknown as LayoutDocument;
}

const LAYOUT = layoutOf(['1', '2']);
/** A frame in which rack 1 draws as many watts as seconds have passed since T0. */
function frameOf(time: number, layout = LAYOUT): ViewFrame {
  const frame = emptyFrame(layout, time, WATCH, LIMITS);
  frame.drawW[3] = (time - T0) / 1000;
  return { ...frame, sampled: time };
}

interface Asked {
  readonly name: string;
  readonly arg: { readonly time: number; readonly known: string };
  answer(value: unknown): void;
  fail(code?: string): void;
}

function setUp(time: number, limits: () => Limits | null = () => LIMITS) {
  const asked: Asked[] = [];
  const timers: { ms: number; run: () => void }[] = [];
  const cache = new Map<string, Promise<unknown>>();
  const live = {
    call: (name: string, arg: Asked['arg']) =>
      new Promise((resolve, reject) => {
        const fail = (code = 'down') => reject(new CallFault({ code, message: 'The server is away.', hint: 'Wait.' }));
        asked.push({ name, arg, answer: resolve, fail });
      }),
    on: () => () => {},
    state: () => ({ kind: 'open' }),
    onState: () => () => {},
  } as unknown as Link;
  const link = new PastLink(
    live,
    {
      later(run, ms) {
        const timer = { ms, run };
        timers.push(timer);
        return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
      },
      cached<Value>(key: readonly unknown[], ask: () => Promise<Value>) {
        const text = JSON.stringify(key);
        const known = (cache.get(text) ?? ask()) as Promise<Value>;
        cache.set(text, known);
        // What fails is asked again the next time.
        known.catch(() => cache.delete(text));
        return known;
      },
      prepare: () => Promise.resolve(),
      now: () => NOW,
      limits,
      layout: () => layoutOf(['2', '1']),
    },
    time,
    WATCH,
  );
  const store = new LiveStore(link, {
    decode: decodeFrame,
    clock: () => ({ steady: 0, wall: 0 }),
    drawn: (run) => run(),
    complain: (error) => {
      throw error;
    },
  });
  const reply = (at: number, more = {}) => ({
    ...{ frame: textOfFrame(frameOf(at)), layout: LAYOUT, layoutId: 'a', time: at, live: false, origin: 'memory' },
    ...{ stepMs: POLL, judged: 'journal', sources: [], missing: '', ...more },
  });
  return { link, store, asked, timers, reply };
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

describe('PastLink', () => {
  it('shows the instant at or before a time, and of many that were asked for while one is on its way the last', async () => {
    const { link, store, asked, reply } = setUp(T0 + 12_345);
    await settled();
    expect(asked.map(({ name, arg }) => [name, arg.time])).toEqual([['frameAt', T0 + 10_000]]);
    for (const seconds of [20, 25, 30, 300]) link.seekTime(T0 + seconds * 1000);
    asked[0].answer(reply(T0 + 10_000));
    await settled();
    // On the way there the page shows what came, under its own time.
    expect([link.position().time, link.position().wanted, store.get()?.drawW[3]]).toEqual([
      T0 + 10_000,
      T0 + 300_000,
      10,
    ]);
    expect(asked.map(({ arg }) => arg.time)).toEqual([T0 + 10_000, T0 + 300_000]);
    asked[1].answer(reply(T0 + 300_000));
    await settled();
    expect([link.position().time, link.position().wanted, store.get()?.drawW[3]]).toEqual([T0 + 300_000, null, 300]);
    // What is shown is as old as it was then.
    expect(store.freshness()).toMatchObject({ state: 'live', ageMs: 0, now: T0 + 300_000 });
    // A time that is still to come is the newest instant that is settled.
    link.seekTime(NOW + 60_000);
    await settled();
    expect(asked.at(-1)?.arg.time).toBe(NOW - POLL);
  });

  it('asks for a time as it is while no frame told the poll, and shows the instant that the engine says it lies in', async () => {
    let limits: Limits | null = null;
    const { link, asked, reply } = setUp(T0 + 12_000, () => limits);
    await settled();
    // A console that polls every two seconds: rounded to the five that ship it would be another instant.
    expect(asked.map(({ arg }) => arg.time)).toEqual([T0 + 12_000]);
    asked[0].answer(reply(T0 + 12_000, { stepMs: 2000 }));
    await settled();
    expect(link.position()).toMatchObject({ time: T0 + 12_000, wanted: null, shown: true });
    limits = { ...LIMITS, pollMs: 2000 };
    link.seekTime(T0 + 15_500);
    expect(link.position().wanted).toBe(T0 + 14_000);
  });

  it('calls an instant off that takes long once another is wanted, and takes nothing of it any more', async () => {
    const { link, store, asked, timers, reply } = setUp(T0);
    await settled();
    asked[0].answer(reply(T0));
    await settled();
    link.seekTime(T0 + 100_000);
    link.seekTime(T0 + 200_000);
    await settled();
    const slow = asked.findLast(({ arg }) => arg.time === T0 + 100_000);
    // The last one that is wanted waits, until the one on its way has taken long.
    expect(asked.at(-1)).toBe(slow);
    expect(slow?.arg).toMatchObject({ latest: true });
    timers.find(({ ms }) => ms === 500)?.run();
    await settled();
    expect(asked.at(-1)?.arg).toMatchObject({ time: T0 + 200_000, latest: true });
    // What the engine says of the one that was called off is not shown, nor does it end the wait for the other.
    slow?.fail('superseded');
    await settled();
    expect(link.position()).toMatchObject({ time: T0, wanted: T0 + 200_000, recorded: true });
    asked.at(-1)?.answer(reply(T0 + 200_000));
    await settled();
    expect([link.position().time, link.position().wanted, store.get()?.drawW[3]]).toEqual([T0 + 200_000, null, 200]);
  });

  it('waits for one that takes long while nothing else is wanted, and asks again for one that was called off', async () => {
    const { link, asked, timers, reply } = setUp(T0);
    await settled();
    timers.find(({ ms }) => ms === 500)?.run();
    await settled();
    expect(asked.map(({ arg }) => arg.time)).toEqual([T0]);
    // Some other wish of this viewer's came between: it is asked for once more.
    asked[0].fail('superseded');
    await settled();
    expect(asked.map(({ arg }) => arg.time)).toEqual([T0, T0]);
    asked[1].answer(reply(T0));
    await settled();
    expect(link.position()).toMatchObject({ time: T0, wanted: null, recorded: true });
    expect(timers).toEqual([]);
  });

  it('shows an instant that is not recorded, or cannot be asked for, without a number of the one before', async () => {
    const { link, store, asked, reply } = setUp(T0);
    await settled();
    asked[0].answer(reply(T0));
    await settled();
    link.step(1);
    await settled();
    asked
      .findLast(({ arg }) => arg.time === T0 + POLL)
      ?.answer(reply(T0 + POLL, { frame: null, layout: null, layoutId: '', missing: 'Gone.' }));
    await settled();
    expect(link.position()).toMatchObject({ time: T0 + POLL, recorded: false, missing: 'Gone.' });
    expect([store.get()?.time, store.get()?.sampled, store.get()?.drawW[3]]).toEqual([T0 + POLL, null, Number.NaN]);
    expect(store.get()?.summary.powerW).toBeNull();
    link.step(1);
    await settled();
    asked.findLast(({ arg }) => arg.time === T0 + 2 * POLL)?.fail();
    await settled();
    expect(link.position()).toMatchObject({
      time: T0 + 2 * POLL,
      recorded: false,
      missing: 'The server is away. Wait.',
    });
  });

  it('plays one instant after another and never runs ahead of what is there', async () => {
    const { link, store, asked, timers, reply } = setUp(T0);
    await settled();
    asked[0].answer(reply(T0));
    await settled();
    link.setSpeed(4);
    link.play();
    const due = () =>
      timers
        .splice(
          timers.findIndex(({ ms }) => ms === 1250),
          1,
        )[0]
        ?.run();
    expect(timers.map(({ ms }) => ms)).toEqual([1250]);
    due();
    await settled();
    expect(link.position().wanted).toBe(T0 + POLL);
    due();
    await settled();
    // The first is not there yet: nothing later is asked for in its place.
    expect(link.position()).toMatchObject({ time: T0, wanted: T0 + POLL });
    asked.findLast(({ arg }) => arg.time === T0 + POLL)?.answer(reply(T0 + POLL));
    await settled();
    expect([store.get()?.drawW[3], link.position().wanted]).toEqual([5, T0 + 2 * POLL]);
    link.pause();
    expect(timers.filter(({ ms }) => ms === 1250)).toEqual([]);
  });

  it('tells layouts apart by what is in them, asks for one once, and asks history by places of now', async () => {
    const { link, store, asked, reply } = setUp(T0);
    await settled();
    asked[0].answer(reply(T0));
    await settled();
    const first = store.layout()?.version;
    link.seekTime(T0 + 60_000);
    await settled();
    const next = asked.findLast(({ arg }) => arg.time === T0 + 60_000);
    expect(next?.arg.known).toBe('a');
    // The same number of the engine's, other places.
    const other = layoutOf(['0', '1', '2']);
    next?.answer({
      ...reply(T0 + 60_000),
      frame: textOfFrame(frameOf(T0 + 60_000, other)),
      layout: other,
      layoutId: 'b',
    });
    await settled();
    expect(store.layout()?.version).not.toBe(first);
    expect(store.layout()?.path[3]).toBe('S/A/R/0');
    // Rack 1 is place 4 here, and 4 of now as well; rack 0 is not there any more.
    void link.call('history', {
      series: [4, 3].map((place) => ({ signal: 'draw', place })),
      from: T0,
      to: NOW,
      points: 9,
    });
    const history = asked.at(-1)?.arg as unknown as { series: { place: number }[] };
    expect(history.series.map(({ place }) => place)).toEqual([4, 10_000_000]);
  });

  it('changes nothing, and tells nothing of now under a time of then', async () => {
    const { link, asked, reply } = setUp(T0);
    await settled();
    asked[0].answer(reply(T0));
    await settled();
    const before = asked.length;
    const refused = [
      link.call('ackAlert', { alerts: ['0123456789abcdef'], who: 'me' }),
      link.call('silence', { endsAt: NOW, who: 'me', reason: 'x' }),
      link.call('saveRule', { rule: {} as never, who: 'me' }),
      link.call('resetRule', { name: 'BudgetNearCap', who: 'me' }),
      link.call('workstation', {}),
    ];
    for (const one of refused) await expect(one).rejects.toThrow('is shown');
    expect(asked.length).toBe(before);
    void link.call('inspect', { place: 3 });
    expect(asked.at(-1)).toMatchObject({ name: 'askAt', arg: { time: T0, name: 'inspect', arg: { place: 3 } } });
    void link.call('alertHistory', {});
    expect(asked.at(-1)?.arg).toMatchObject({ to: T0 });
  });
});
