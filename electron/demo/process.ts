import { parentPort } from 'node:worker_threads';
import { type Demo, type DemoOptions, startDemo } from './demo.ts';

/**
 * Entry of the demo fleet's own thread (`serve`) or utility process (desktop).
 * In: `{start: DemoOptions}` once. Out: `{ready: DemoReady}` or `{failed: message}`.
 */

export interface DemoStart {
  readonly start: Omit<DemoOptions, 'now'>;
}

/** What the host needs to give the engine the demo as a source. */
export type DemoReady = Omit<Demo, 'close' | 'gpuPowerW' | 'rackPowerW' | 'truth'>;

export type FromDemo = { readonly ready: DemoReady } | { readonly failed: string };

/** Electron's parent port, of which Node's types know nothing. */
interface UtilityPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

async function start({ start: options }: DemoStart): Promise<FromDemo> {
  try {
    const demo = await startDemo(options);
    // Functions do not cross a port.
    const { close: _close, gpuPowerW: _gpuPowerW, rackPowerW: _rackPowerW, truth: _truth, ...ready } = demo;
    return { ready };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

const utilityPort = (process as { parentPort?: UtilityPort }).parentPort;
if (utilityPort) {
  utilityPort.on(
    'message',
    ({ data }) => void start(data as DemoStart).then((reply) => utilityPort.postMessage(reply)),
  );
} else if (parentPort) {
  const port = parentPort;
  port.on('message', (message: DemoStart) => void start(message).then((reply) => port.postMessage(reply)));
  port.on('close', () => process.exit(0));
} else {
  process.exitCode = 2;
}
