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
  readonly #restarted: (files: DemoFiles) => void;
  #process: DemoProcess | undefined;
  #opening: Promise<DemoFiles> | undefined;
  #wait = FIRST_WAIT_MS;
  #cancel = () => {};

  /** `restarted` hears of every start after the first, which `open` answers. */
  constructor(doors: DemoDoors, clock: HostClock, restarted: (files: DemoFiles) => void) {
    this.#doors = doors;
    this.#clock = clock;
    this.#restarted = restarted;
  }

  isWanted(): boolean {
    return this.#opening !== undefined;
  }

  /** The running fleet, started if need be. Rejects when it could not start; the next `open` tries again. */
  open(): Promise<DemoFiles> {
    if (this.#opening === undefined) {
      this.#wait = FIRST_WAIT_MS;
      const opening = this.#start();
      this.#opening = opening;
      opening.catch(() => {
        if (this.#opening === opening) this.close();
      });
    }
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
    let isReady = false;
    process.onExit(() => {
      if (this.#process === process && isReady) this.#again();
    });
    const files = await process.ready;
    if (this.#process !== process) throw new Error('it was closed meanwhile');
    isReady = true;
    return files;
  }

  #again(): void {
    this.#stop();
    this.#cancel = this.#clock.later(() => {
      const opening = this.#start();
      this.#opening = opening;
      opening.then(
        (files) => this.#restarted(files),
        () => {
          if (this.#opening === opening) this.#again();
        },
      );
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LAST_WAIT_MS);
  }

  #stop(): void {
    const process = this.#process;
    this.#process = undefined;
    process?.kill();
  }
}
