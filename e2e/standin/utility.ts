import { EventEmitter } from 'node:events';

/** Preloaded into a utility process: gives it Electron's `process.parentPort` over Node's own channel. */
class ParentPort extends EventEmitter {
  /** What came before anybody listened, as a message port keeps it until it is started. */
  readonly #early: unknown[] = [];

  constructor() {
    super();
    process.on('message', (data) => this.#deliver(data));
    this.on('newListener', (name) => {
      if (name === 'message') queueMicrotask(() => this.#release());
    });
  }

  postMessage(message: unknown): void {
    if (process.connected) process.send?.(message);
  }

  #release(): void {
    for (const data of this.#early.splice(0)) this.#deliver(data);
  }

  #deliver(data: unknown): void {
    if (this.listenerCount('message') === 0) this.#early.push(data);
    else this.emit('message', { data, ports: [] });
  }
}

const port = new ParentPort();
process.on('disconnect', () => process.exit(0));
Object.defineProperty(process, 'parentPort', { value: port });
