import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type UtilityProcess, utilityProcess } from 'electron';
import type { DemoProcess } from '../../shared/demo-keeper.ts';
import type { EngineProcess } from '../../shared/engine-keeper.ts';
import type { DemoFiles } from '../../shared/run-sources.ts';

/** The built entries of engine and demo. */
export interface Entries {
  readonly engine: string;
  readonly demo: string;
}

/** Resolves once, with the exit code. */
function exitOf(child: UtilityProcess): Promise<number> {
  return new Promise((resolve) => child.once('exit', resolve));
}

/** An engine in Electron's utility process: it holds the profile while it lives, and dies with the app. */
export function spawnEngine({ engine }: Entries, profile: string): EngineProcess {
  const child = utilityProcess.fork(engine, [JSON.stringify({ profile, lock: true })], {
    serviceName: 'Fleetwatt engine',
  });
  const exited = exitOf(child);
  return {
    port: {
      post: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      close: () => void child.kill(),
    },
    onExit: (listener) => void exited.then((code) => listener(`The engine ended with code ${code}`)),
    kill: () => void child.kill(),
  };
}

/** The demo fleet in a utility process of its own, with a folder that goes when it ends. */
export function spawnDemo({ demo }: Entries): DemoProcess {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-demo-'));
  const child = utilityProcess.fork(demo, [], { serviceName: 'Fleetwatt demo fleet' });
  const exited = exitOf(child);
  void exited.then(() => rmSync(folder, { recursive: true, force: true }));
  const ready = new Promise<DemoFiles>((resolve, reject) => {
    child.once('message', (message: { ready: DemoFiles } | { failed: string }) => {
      if ('ready' in message) resolve(message.ready);
      else reject(new Error(message.failed));
    });
    void exited.then((code) => reject(new Error(`it ended with code ${code}`)));
  });
  // Whoever opened the demo hears of it; nobody need be listening.
  ready.catch(() => {});
  child.once('spawn', () => child.postMessage({ start: { folder } }));
  return { ready, onExit: (listener) => void exited.then(listener), kill: () => void child.kill() };
}
