import { readFileSync } from 'node:fs';

const SCHEDSTAT = '/proc/thread-self/schedstat';

/** Milliseconds of CPU that this thread has had; of a machine that does not say, of the clock. */
function busyMs(): number {
  try {
    return Number(readFileSync(SCHEDSTAT, 'utf8').split(' ', 1)[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/**
 * Does some work and tells its longest turn: the CPU that the event loop's thread spent without looking at anything
 * else, ms. Other work of the machine does not count, so a busy one gives the same.
 */
export async function longestTurn<Result>(work: () => Promise<Result>): Promise<{ result: Result; turnMs: number }> {
  let [turnMs, last, done] = [0, busyMs(), false];
  const look = () => {
    const now = busyMs();
    turnMs = Math.max(turnMs, now - last);
    last = now;
    if (!done) setImmediate(look);
  };
  setImmediate(look);
  try {
    const result = await work();
    await new Promise((resume) => setImmediate(resume));
    return { result, turnMs };
  } finally {
    done = true;
  }
}
