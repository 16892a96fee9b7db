import { expect, test } from 'vitest';
import { type Clock, type Job, phaseOf, Schedule } from './schedule.ts';

/** A clock that moves only when told: due tasks run in order, each with its promises settled before the next. */
class TestClock implements Clock {
  #now = 1_000_000;
  #tasks: { at: number; task: () => void }[] = [];

  now = () => this.#now;

  later(task: () => void, ms: number): () => void {
    const entry = { at: this.#now + ms, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#tasks = this.#tasks.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = end;
  }

  /** Someone sets the clock: timers go on as they were. */
  set(by: number): void {
    this.#now += by;
    this.#tasks = this.#tasks.map(({ at, task }) => ({ at: at + by, task }));
  }

  /** The machine slept: time passed, and no timer ran meanwhile. */
  async sleep(ms: number): Promise<void> {
    this.#now += ms;
    await this.advance(0);
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

const INTERVAL = 5000;

function setUp(concurrency = 8) {
  const clock = new TestClock();
  const schedule = new Schedule(clock, concurrency);
  const runs = new Map<string, number[]>();
  const job = (id: string, work: () => Promise<void> = async () => {}): Job => ({
    id,
    intervalMs: INTERVAL,
    run: () => {
      runs.set(id, [...(runs.get(id) ?? []), clock.now()]);
      return work();
    },
  });
  return { clock, schedule, job, runsOf: (id: string) => runs.get(id) ?? [] };
}

const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] as number));

test('the first run is at once, then one each interval, exactly', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  schedule.add(job('a'));
  await clock.advance(60_000);
  expect(runsOf('a')).toHaveLength(13);
  expect(new Set(gaps(runsOf('a')))).toEqual(new Set([INTERVAL]));
  schedule.stop();
});

test('spread jobs begin over the whole interval, each at a place of its own', async () => {
  const { clock, schedule, job, runsOf } = setUp(1000);
  const ids = Array.from({ length: 1000 }, (_, index) => `http://node-${index}:9400/metrics`);
  const begin = clock.now();
  for (const id of ids) schedule.add(job(id), true);
  await clock.advance(INTERVAL - 1);
  const tenths = new Array<number>(10).fill(0);
  for (const id of ids) {
    expect(runsOf(id)).toHaveLength(1);
    tenths[Math.floor((((runsOf(id)[0] as number) - begin) / INTERVAL) * 10)]++;
  }
  // 100 each if perfectly even; a tenth with half or double of it would be a burst.
  for (const count of tenths) expect(count).toBeGreaterThan(50);
  for (const count of tenths) expect(count).toBeLessThan(200);
  schedule.stop();
});

test('the place of a name is FNV-1a of its text', () => {
  // Published vectors of 32-bit FNV-1a: "" 811c9dc5, "a" e40c292c, "foobar" bf9cf968.
  expect(phaseOf('')).toBe(0x811c9dc5 / 2 ** 32);
  expect(phaseOf('a')).toBe(0xe40c292c / 2 ** 32);
  expect(phaseOf('foobar')).toBe(0xbf9cf968 / 2 ** 32);
});

test('a job that takes longer than its interval never runs twice at once', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  let [running, most] = [0, 0];
  schedule.add(
    job('slow', async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => clock.later(resolve, 12_000));
      running--;
    }),
  );
  await clock.advance(60_000);
  expect(most).toBe(1);
  expect(gaps(runsOf('slow'))).toEqual([12_000, 12_000, 12_000, 12_000, 12_000]);
  schedule.stop();
});

test('asked to, what failed is tried at once; what works keeps its time', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  schedule.add(job('down', () => Promise.reject(new Error('down'))));
  schedule.add(job('up'));
  await clock.advance(300_001);
  const asked = clock.now();
  schedule.retry();
  await clock.advance(0);
  expect(runsOf('down').at(-1)).toBe(asked);
  expect(runsOf('up').at(-1)).toBe(asked - 1);
  schedule.stop();
});

test('a failing job is tried less often, and at least once a minute; then it recovers', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  let fails = true;
  schedule.add(job('down', async () => (fails ? Promise.reject(new Error('down')) : undefined)));
  await clock.advance(600_000);
  const waits = gaps(runsOf('down'));
  // It says how long it waits and when it is tried: as it then does.
  const waiting = schedule.waiting('do');
  expect(waiting).toMatchObject({ jobs: 1, failures: runsOf('down').length });
  expect(waiting?.waitMs).toBeGreaterThanOrEqual(45_000);
  expect(waiting?.at).toBe((runsOf('down').at(-1) ?? 0) + (waiting?.waitMs ?? 0));
  expect(schedule.waiting('up')).toBeUndefined();
  // 5, 10, 20, 40, 60, 60 … seconds, each shortened by up to a quarter.
  [5000, 10_000, 20_000, 40_000, 60_000, 60_000].forEach((full, index) => {
    expect(waits[index]).toBeGreaterThanOrEqual(full * 0.75);
    expect(waits[index]).toBeLessThanOrEqual(full);
  });
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  fails = false;
  await clock.advance(60_000);
  const before = runsOf('down').length;
  await clock.advance(60_000);
  expect(runsOf('down').length - before).toBe(12);
  schedule.stop();
});

test('a server that says when to come back is asked then', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  schedule.add(job('busy', () => Promise.reject(Object.assign(new Error('429'), { retryAfterMs: 90_000 }))));
  await clock.advance(200_000);
  expect(gaps(runsOf('busy'))).toEqual([90_000, 90_000]);
  schedule.stop();
});

test('targets that fail together do not come back together', async () => {
  const { clock, schedule, job, runsOf } = setUp(1000);
  const ids = Array.from({ length: 100 }, (_, index) => `target-${index}`);
  for (const id of ids) schedule.add(job(id, () => Promise.reject(new Error('down'))));
  await clock.advance(INTERVAL * 4);
  const second = ids.map((id) => runsOf(id)[2] as number);
  // A17: at least half of the interval's worth of spread by the second try.
  expect(Math.max(...second) - Math.min(...second)).toBeGreaterThan(INTERVAL / 2);
  schedule.stop();
});

test('one dead target delays nobody', async () => {
  const { clock, schedule, job, runsOf } = setUp(4);
  schedule.add(
    job('dead', async () => {
      await new Promise<void>((resolve) => clock.later(resolve, 10_000));
      throw new Error('timeout');
    }),
  );
  const ids = Array.from({ length: 20 }, (_, index) => `live-${index}`);
  for (const id of ids) schedule.add(job(id));
  await clock.advance(60_000);
  for (const id of ids) expect(gaps(runsOf(id))).toEqual(new Array(12).fill(INTERVAL));
  schedule.stop();
});

test('at most `concurrency` run at a time, and those who waited longest go first', async () => {
  const { clock, schedule, job, runsOf } = setUp(2);
  let [running, most] = [0, 0];
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => clock.later(resolve, 100));
    running--;
  };
  const ids = Array.from({ length: 10 }, (_, index) => `job-${index}`);
  for (const id of ids) schedule.add(job(id, work));
  await clock.advance(1000);
  expect(most).toBe(2);
  expect(ids.map((id) => runsOf(id).length)).toEqual(new Array(10).fill(1));
  schedule.stop();
});

test('C3: after eight hours of sleep there is one catch-up run, not thousands', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  schedule.add(job('a'));
  await clock.advance(INTERVAL * 2 + 1);
  const before = runsOf('a').length;
  await clock.sleep(8 * 3_600_000);
  expect(runsOf('a').length - before).toBe(1);
  await clock.advance(INTERVAL * 3);
  expect(runsOf('a').length - before).toBe(4);
  schedule.stop();
});

test.each([100_000, 3_600_000, 86_400_000])(
  'C2: a clock that is put back or forth by %d ms changes nothing of the cadence',
  async (ms) => {
    const { clock, schedule, job, runsOf } = setUp();
    schedule.add(job('a'));
    for (const by of [-ms, ms]) {
      await clock.advance(INTERVAL * 2);
      const before = runsOf('a').length;
      clock.set(by);
      await clock.advance(INTERVAL * 4);
      // Four, or one more for what the step forward made due.
      expect(runsOf('a').length - before).toBeGreaterThanOrEqual(4);
      expect(runsOf('a').length - before).toBeLessThanOrEqual(5);
    }
    schedule.stop();
  },
);

test('a short delay is caught up by one run', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  schedule.add(job('a'));
  await clock.advance(1);
  await clock.sleep(INTERVAL * 2.5);
  // 12.5 s late at most two runs: the one that was due, and the one on the old cadence.
  expect(runsOf('a').length).toBeLessThanOrEqual(3);
  schedule.stop();
});

test('a removed job does not run again; a stopped schedule runs nothing', async () => {
  const { clock, schedule, job, runsOf } = setUp();
  schedule.add(job('a'));
  schedule.add(job('b'));
  await clock.advance(1);
  expect(schedule.ids()).toEqual(['a', 'b']);
  schedule.remove('a');
  await clock.advance(INTERVAL * 2);
  expect(runsOf('a')).toHaveLength(1);
  expect(runsOf('b')).toHaveLength(3);
  schedule.stop();
  await clock.advance(INTERVAL * 2);
  expect(runsOf('b')).toHaveLength(3);
});

test('a job that is removed while it waits for its turn does not run', async () => {
  const { clock, schedule, job, runsOf } = setUp(1);
  let finish: () => void = () => {};
  schedule.add(
    job(
      'slow',
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    ),
  );
  schedule.add(job('waiting'));
  await clock.advance(1);
  schedule.remove('waiting');
  finish();
  await clock.advance(INTERVAL * 3);
  expect(runsOf('waiting')).toEqual([]);
  schedule.stop();
});
