/** Timers as the engine sees them: the system's in a host, a test's own in a test. */
export interface Clock {
  now(): number;
  /** Runs `task` after `ms`; the returned function calls it off. */
  later(task: () => void, ms: number): () => void;
}

/** One thing that is read again and again: a target or a server. */
export interface Job {
  readonly id: string;
  readonly intervalMs: number;
  /** Rejects when the read failed; `retryAfterMs` of the error, if any, postpones the next one. */
  run(): Promise<void>;
}

/** Jobs that failed and wait for their next try. */
export interface Waiting {
  readonly jobs: number;
  /** When the first of them is tried, epoch ms; it has passed while that runs. */
  readonly at: number;
  /** The longest that one of them waits between two tries. */
  readonly waitMs: number;
  /** The most failures in a row. */
  readonly failures: number;
}

const MAX_BACKOFF_MS = 60_000;
/** A sleep of this many intervals means that the machine was suspended: jobs are spread again. */
const SUSPENDED = 3;

interface Entry {
  readonly job: Job;
  due: number;
  failures: number;
  /** From the end of its last run to the next. */
  waitMs: number;
  running: boolean;
}

/** A number in [0, 1) that depends on nothing but the text (FNV-1a): each target keeps its own place in the interval. */
export function phaseOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}

/**
 * Says when each job runs: spread over the interval by name, never twice at once, at most `concurrency` at a time. A
 * failing job is tried less and less often, at least once a minute, so that it delays nobody and is never forgotten.
 * A tick that comes late runs once: what was missed is missed.
 */
export class Schedule {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #entries = new Map<string, Entry>();
  readonly #ready: Entry[] = [];
  #running = 0;
  #cancel: (() => void) | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(clock: Clock, concurrency: number) {
    this.#clock = clock;
    this.#concurrency = concurrency;
  }

  /** Adds a job; its first run is at once or, with `spread`, at its place within the first interval. */
  add(job: Job, spread = false): void {
    const due = this.#clock.now() + (spread ? phaseOf(job.id) * job.intervalMs : 0);
    this.#entries.set(job.id, { job, due, failures: 0, waitMs: 0, running: false });
    this.#wake();
  }

  /** A job that is removed while it runs ends its run; nobody waits for it. */
  remove(id: string): void {
    this.#entries.delete(id);
  }

  /** Ids of all jobs. */
  ids(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Jobs that failed and wait for their next try run now. */
  retry(): void {
    const now = this.#clock.now();
    for (const entry of this.#entries.values()) if (entry.failures > 0 && !entry.running) entry.due = now;
    this.#wake();
  }

  /** Those whose ids begin so; undefined where none failed. */
  waiting(prefix: string): Waiting | undefined {
    let found: Waiting | undefined;
    for (const [id, { due, failures, waitMs }] of this.#entries) {
      if (failures === 0 || !id.startsWith(prefix)) continue;
      found = {
        jobs: (found?.jobs ?? 0) + 1,
        at: Math.min(found?.at ?? due, due),
        waitMs: Math.max(found?.waitMs ?? 0, waitMs),
        failures: Math.max(found?.failures ?? 0, failures),
      };
    }
    return found;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#entries.clear();
    this.#ready.length = 0;
  }

  #wake(): void {
    if (this.#stopped) return;
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) if (!entry.running) next = Math.min(next, entry.due);
    if (next >= this.#wakeAt && this.#cancel) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakeAt = next;
    if (next === Number.POSITIVE_INFINITY) return;
    this.#cancel = this.#clock.later(() => this.#tick(), Math.max(0, next - this.#clock.now()));
  }

  #tick(): void {
    const now = this.#clock.now();
    // Timers are true: one that ends before its time tells that the clock was put back meanwhile.
    const putBack = this.#wakeAt - now > 1000 ? this.#wakeAt - now : 0;
    this.#cancel = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      entry.due -= putBack;
      if (entry.running || entry.due > now) continue;
      if (now - entry.due > SUSPENDED * entry.job.intervalMs) entry.due = now;
      entry.running = true;
      this.#ready.push(entry);
    }
    this.#ready.sort((a, b) => a.due - b.due);
    this.#start();
    this.#wake();
  }

  #start(): void {
    while (this.#running < this.#concurrency && this.#ready.length > 0) {
      const entry = this.#ready.shift() as Entry;
      // Removed, or put in anew, while it waited.
      if (this.#entries.get(entry.job.id) !== entry) continue;
      this.#running++;
      void this.#run(entry);
    }
  }

  async #run(entry: Entry): Promise<void> {
    let wait = entry.job.intervalMs;
    try {
      await entry.job.run();
      entry.failures = 0;
    } catch (error) {
      entry.failures++;
      const asked = (error as { retryAfterMs?: number }).retryAfterMs;
      wait = asked ?? backoff(entry, this.#clock.now());
    }
    entry.waitMs = wait;
    this.#running--;
    entry.running = false;
    const now = this.#clock.now();
    // Steady cadence: the next run is an interval after this one was due, unless that has passed already.
    entry.due = wait === entry.job.intervalMs ? Math.max(entry.due + wait, now) : now + wait;
    if (this.#stopped) return;
    this.#start();
    this.#wake();
  }
}

/** Interval × 2^(failures − 1) up to a minute, varied by a quarter so that many failing targets don't return together. */
function backoff({ job, failures }: Entry, now: number): number {
  const wait = Math.min(job.intervalMs * 2 ** Math.min(failures - 1, 10), Math.max(MAX_BACKOFF_MS, job.intervalMs));
  return wait * (0.75 + 0.25 * phaseOf(`${job.id} ${Math.round(now)}`));
}
