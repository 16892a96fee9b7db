import { parentPort, workerData } from 'node:worker_threads';
import type { Port } from '../../shared/port.ts';
import { systemClock } from './clock.ts';
import { Engine } from './engine.ts';
import { lockProfile } from './store/profile.ts';

/** What the host gives an engine: the folder of settings, topology and budgets. */
export interface EngineOptions {
  readonly profile: string;
  /** The engine takes the profile itself; otherwise its host has done so. */
  readonly lock?: boolean;
}

/** Electron's utility process has a port that Node's types do not know. */
interface UtilityPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

/** The port of whatever started us: a worker thread, Electron's utility process, or a child process. */
function portOfParent(): Port {
  const utility = (process as { parentPort?: UtilityPort }).parentPort;
  if (utility) {
    return {
      post: (message) => utility.postMessage(message),
      onMessage: (listener) => utility.on('message', ({ data }) => listener(data)),
      close: () => process.exit(0),
    };
  }
  const thread = parentPort;
  if (thread) {
    thread.once('close', () => process.exit(0));
    return {
      post: (message, transfer) => thread.postMessage(message, transfer ? [...transfer] : []),
      onMessage: (listener) => void thread.on('message', listener),
      close: () => thread.close(),
    };
  }
  // A parent that is gone has closed the channel: nobody is left to read for.
  process.once('disconnect', () => process.exit(0));
  return {
    post: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
    close: () => process.disconnect(),
  };
}

const options = (workerData as EngineOptions | null) ?? (JSON.parse(process.argv[2] ?? '{}') as EngineOptions);
if (options.lock) process.once('exit', lockProfile(options.profile));
new Engine(portOfParent(), { profile: options.profile, clock: systemClock });
