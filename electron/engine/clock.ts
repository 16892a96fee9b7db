import type { Clock } from './schedule.ts';

/** The system's clock and timers. */
export const systemClock: Clock = {
  now: Date.now,
  later(task, ms) {
    // setTimeout wraps beyond 2^31 − 1 ms.
    const timer = setTimeout(task, Math.min(ms, 0x7fffffff));
    return () => clearTimeout(timer);
  },
};
