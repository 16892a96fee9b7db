import { fork, type Serializable } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DemoProcess } from '../../shared/demo-keeper.ts';
import type { EngineProcess } from '../../shared/engine-keeper.ts';
import type { DemoFiles } from '../../shared/run-sources.ts';
import type { DemoStart, FromDemo } from '../demo/process.ts';
import type { EngineOptions } from '../engine/process.ts';

/** What was started beside this process and has not ended. */
export class Children {
  readonly #running = new Set<Promise<void>>();
  readonly #folders: string[] = [];
  readonly #build: string | URL;

  /** `build` is the URL of a file beside the built entries engine.mjs and demo.mjs. */
  constructor(build: string | URL) {
    this.#build = build;
  }

  /** An engine in a process of its own; it ends by itself when this one is gone. */
  engine(options: EngineOptions): EngineProcess {
    const child = fork(fileURLToPath(new URL('./engine.mjs', this.#build)), [JSON.stringify(options)], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`The engine could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(`The engine ended with ${signal ?? `code ${code}`}`));
    });
    this.#watch(exited);
    return {
      port: {
        // What is sent to an engine that has just died is lost with it; its end is told by onExit.
        post: (message) => void (child.connected && child.send(message as Serializable, () => {})),
        onMessage: (listener) => void child.on('message', listener),
        close: () => void child.kill('SIGKILL'),
      },
      onExit: (listener) => void exited.then(listener),
      kill: () => void child.kill('SIGKILL'),
    };
  }

  /** The demo fleet in a thread of its own, with a folder that `ended` removes. */
  demo(): DemoProcess {
    const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-demo-'));
    this.#folders.push(folder);
    const worker = new Worker(new URL('./demo.mjs', this.#build));
    const exited = new Promise<number>((resolve) => worker.once('exit', resolve));
    this.#watch(exited);
    const ready = new Promise<DemoFiles>((resolve, reject) => {
      worker.once('message', (message: FromDemo) =>
        'ready' in message ? resolve(message.ready) : reject(new Error(message.failed)),
      );
      worker.on('error', reject);
      void exited.then((code) => reject(new Error(`it ended with code ${code}`)));
    });
    // Whoever opened the demo hears of it; nobody need be listening.
    ready.catch(() => {});
    worker.postMessage({ start: { folder } } satisfies DemoStart);
    return {
      ready,
      onExit: (listener) => void exited.then(listener),
      kill: () => void worker.terminate(),
    };
  }

  /** Settles when all have ended and their folders are gone. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  #watch(exited: Promise<unknown>): void {
    const ended = exited.then(() => void this.#running.delete(ended));
    this.#running.add(ended);
  }
}
