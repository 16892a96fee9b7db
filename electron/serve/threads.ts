import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DemoProcess } from '../../shared/demo-keeper.ts';
import type { EngineProcess } from '../../shared/engine-keeper.ts';
import type { DemoFiles } from '../../shared/run-sources.ts';
import type { DemoStart, FromDemo } from '../demo/process.ts';

/** The built entries lie beside this module's own bundle. */
const here = import.meta.url;

/** Threads that were started and have not ended; `ended` settles when all have. */
export class Threads {
  readonly #running = new Set<Promise<unknown>>();
  readonly #folders: string[] = [];

  /** An engine in a thread of its own; `options` are what its entry takes as workerData. */
  engine(options: unknown): EngineProcess {
    const worker = new Worker(new URL('./engine.mjs', here), { workerData: options });
    let exit: (reason: string) => void = () => {};
    let failure = '';
    worker.on('error', (error) => {
      failure = error instanceof Error ? error.message : String(error);
    });
    this.#watch(worker, (code) => exit(failure || `The engine ended with code ${code}`));
    return {
      port: {
        post: (message, transfer) => worker.postMessage(message, transfer),
        onMessage: (listener) => void worker.on('message', listener),
        close: () => void worker.terminate(),
      },
      onExit: (listener) => {
        exit = listener;
      },
      kill: () => void worker.terminate(),
    };
  }

  /** The demo fleet in a thread of its own, with a folder that `ended` removes. */
  demo(): DemoProcess {
    const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-demo-'));
    this.#folders.push(folder);
    const worker = new Worker(new URL('./demo.mjs', here));
    let exit = () => {};
    const ready = new Promise<DemoFiles>((resolve, reject) => {
      worker.once('message', (message: FromDemo) =>
        'ready' in message ? resolve(message.ready) : reject(new Error(message.failed)),
      );
      worker.on('error', reject);
      this.#watch(worker, (code) => {
        reject(new Error(`it ended with code ${code}`));
        exit();
      });
    });
    // Whoever opened the demo hears of it; nobody need be listening.
    ready.catch(() => {});
    worker.postMessage({ start: { folder } } satisfies DemoStart);
    return {
      ready,
      onExit: (listener) => {
        exit = listener;
      },
      kill: () => void worker.terminate(),
    };
  }

  /** Settles when every thread has ended and their folders are gone. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  #watch(worker: Worker, exited: (code: number) => void): void {
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', (code) => {
        this.#running.delete(ended);
        exited(code);
        resolve();
      });
    });
    this.#running.add(ended);
  }
}
