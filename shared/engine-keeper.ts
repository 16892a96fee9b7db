import type { EngineEvent, FromEngine, ToEngine } from './contract.ts';
import type { Port } from './port.ts';
import type { DurationMs, EpochMs } from './units.ts';

/** An engine in a process or thread of its own. */
export interface EngineProcess {
  readonly port: Port;
  /** Called once, when it has ended for whatever cause; the reason is shown to people. */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

/** The timers and the clock of a host. */
export interface HostClock {
  now(): EpochMs;
  /** Runs once after the time; the returned function cancels it. */
  later(run: () => void, ms: DurationMs): () => void;
}

/** What the keeper tells its hub. */
export interface KeeperEars {
  /** The engine can be talked to; its state of an earlier life is gone. */
  up(): void;
  /** Nothing that was asked will be answered any more. */
  down(): void;
  message(message: FromEngine): void;
}

const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 30_000;
/** An engine that ran this long was sound: the next failure waits the first time again. */
const HEALTHY_MS = 60_000;
const TICK_MS = 1000;
/** Seconds without a message: an engine beats once a second. */
const HUNG_TICKS = 10;
/** The most that patience grows to: below it a hang is told before values are long stale. */
const MOST_HUNG_TICKS = 80;
/** A start reads the profile and compiles; a slow disk must not be taken for a hang. */
const START_TICKS = 30;

/** Keeps one engine running: starts it, watches its beat, starts it again with a growing wait when it ends. */
export class EngineKeeper {
  readonly #spawn: () => EngineProcess;
  readonly #clock: HostClock;
  readonly #ears: KeeperEars;
  #process: EngineProcess | undefined;
  #event: EngineEvent;
  #ready = false;
  #closed = false;
  /** Ticks since the engine was heard. Counted, not timed: a host that slept has ticked as little as its engine. */
  #silent = 0;
  #wait = FIRST_WAIT_MS;
  /**
   * Ticks after which a silent engine is taken for hung. Doubled by every hang until one is sound: on a busy machine the
   * first reading of 100,000 GPUs takes longer than the first patience, and would be broken off for ever.
   */
  #patience = HUNG_TICKS;
  #cancel = () => {};

  constructor(spawn: () => EngineProcess, clock: HostClock, ears: KeeperEars) {
    this.#spawn = spawn;
    this.#clock = clock;
    this.#ears = ears;
    this.#event = { state: 'down', since: clock.now(), starts: 0, reason: 'Starting' };
  }

  /** Starts the first engine. */
  start(): void {
    this.#event = { ...this.#event, starts: this.#event.starts + 1 };
    this.#ready = false;
    this.#silent = 0;
    let started: EngineProcess;
    try {
      started = this.#spawn();
    } catch (error) {
      this.#ended(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#process = started;
    started.onExit((reason) => {
      if (this.#process === started) this.#ended(reason);
    });
    started.port.onMessage((message) => {
      if (this.#process === started) this.#heard(message as FromEngine);
    });
    this.#cancel = this.#clock.later(() => this.#tick(), TICK_MS);
  }

  /** Sends to the engine; nothing happens when none is up. */
  post(message: ToEngine): void {
    if (this.#ready) this.#process?.port.post(message);
  }

  /** The engine as viewers are told of it. */
  event(): EngineEvent {
    return this.#event;
  }

  /** True while an engine starts: what is asked now can wait for it. */
  starting(): boolean {
    return this.#process !== undefined && !this.#ready;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #heard(message: FromEngine): void {
    this.#silent = 0;
    if (message.kind !== 'ready') {
      this.#ears.message(message);
      return;
    }
    if (this.#ready) return;
    this.#ready = true;
    this.#event = { ...this.#event, state: 'up', since: this.#clock.now(), reason: '' };
    this.#ears.up();
  }

  #tick(): void {
    this.#silent += 1;
    if (this.#silent >= (this.#ready ? this.#patience : Math.max(this.#patience, START_TICKS))) {
      const next = this.#ready ? Math.min(this.#patience * 2, MOST_HUNG_TICKS) : this.#patience;
      this.#ended(`The engine did not answer for ${this.#silent} s`);
      this.#patience = Math.max(this.#patience, next);
      return;
    }
    this.#cancel = this.#clock.later(() => this.#tick(), TICK_MS);
  }

  #ended(reason: string): void {
    const now = this.#clock.now();
    const soundMs = now - this.#event.since - this.#silent * TICK_MS;
    if (this.#ready && soundMs >= HEALTHY_MS) [this.#wait, this.#patience] = [FIRST_WAIT_MS, HUNG_TICKS];
    this.#stop();
    if (this.#closed) return;
    const since = this.#event.state === 'up' ? now : this.#event.since;
    this.#event = { ...this.#event, state: 'down', since, reason };
    this.#cancel = this.#clock.later(() => this.start(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LAST_WAIT_MS);
    this.#ears.down();
  }

  /** Lets go of the process first, so that its end and its late messages are nobody's business. */
  #stop(): void {
    this.#cancel();
    const process = this.#process;
    this.#process = undefined;
    this.#ready = false;
    process?.kill();
  }
}
