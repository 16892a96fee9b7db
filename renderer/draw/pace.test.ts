import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace } from './pace.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** A pace of one second, and the times at which it ran. */
function paced() {
  const ran: number[] = [];
  return { ran, pace: new Pace(1000, () => ran.push(Date.now())) };
}

it('runs at once where it was quiet, and no more without being asked', () => {
  const { ran, pace } = paced();
  pace.ask();
  vi.advanceTimersByTime(5000);
  pace.ask();
  expect(ran).toEqual([0, 5000]);
});

it('never runs twice within its time, and forgets nobody who asked', () => {
  const { ran, pace } = paced();
  for (let at = 0; at < 3000; at += 100) {
    pace.ask();
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(5000);
  // The last asked at 2,900 and is served at 3,000.
  expect(ran).toEqual([0, 1000, 2000, 3000]);
});

it('what may not wait runs now, and the time begins with it', () => {
  const { ran, pace } = paced();
  pace.ask();
  vi.advanceTimersByTime(400);
  pace.ask();
  pace.now();
  pace.ask();
  vi.advanceTimersByTime(5000);
  expect(ran).toEqual([0, 400, 1400]);
});

it('nothing runs after it was stopped', () => {
  const { ran, pace } = paced();
  pace.ask();
  pace.ask();
  pace.stop();
  vi.advanceTimersByTime(5000);
  expect(ran).toEqual([0]);
});
