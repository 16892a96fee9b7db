import type { HostClock } from './engine-keeper.ts';
import type { DemoFiles } from './run-sources.ts';

/** A demo fleet in a process or thread of its own. */
export interface DemoProcess {
  /** Its exporters answer; rejects when it could not start. */
  readonly ready: Promise<DemoFiles>;
  /** Called once, when it has ended for whatever cause. */
  onExit(listener: () => void): void;
  kill(): void;
}

export interface DemoDoors {
  spawnDemo(): DemoProcess;
}

const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 30_000;

/** Keeps the demo fleet running from `open` to `close`; one that dies is started again with a growing wait. */
export class DemoKeeper {
  readonly #doors: DemoDoors;
  readonly #clock: HostClock;
  readonly #started: (files: DemoFiles) => void;
  #process: DemoProcess | undefined;
  #opening: Promise<DemoFiles> | undefined;
  #files: DemoFiles | undefined;
  #wait = FIRST_WAIT_MS;
  #cancel = () => {};

  /** `started` hears each start, the first and every later one. */
  constructor(doors: DemoDoors, clock: HostClock, started: (files: DemoFiles) => void) {
    this.#doors = doors;
    this.#clock = clock;
    this.#started = started;
  }

  /** Where the running fleet's files are. */
  files(): DemoFiles | undefined {
    return this.#files;
  }

  isWanted(): boolean {
    return this.#opening !== undefined;
  }

  /** The running fleet, started if need be. Rejects when it could not start; the next `open` tries again. */
  open(): Promise<DemoFiles> {
    this.#opening ??= this.#start();
    return this.#opening;
  }

  close(): void {
    this.#cancel();
    this.#opening = undefined;
    this.#stop();
  }

  async #start(): Promise<DemoFiles> {
    const process = this.#doors.spawnDemo();
    this.#process = process;
    process.onExit(() => {
      if (this.#process === process && this.#files) this.#again();
    });
    try {
      const files = await process.ready;
      if (this.#process !== process) throw new Error('it was closed meanwhile');
      this.#files = files;
      this.#wait = FIRST_WAIT_MS;
      this.#started(files);
      return files;
    } catch (error) {
      if (this.#process === process) this.close();
      throw error;
    }
  }

  #again(): void {
    this.#stop();
    this.#cancel = this.#clock.later(() => {
      this.#opening = this.#start();
      this.#opening.catch(() => {});
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LAST_WAIT_MS);
  }

  #stop(): void {
    const process = this.#process;
    this.#process = undefined;
    this.#files = undefined;
    process?.kill();
  }
}
