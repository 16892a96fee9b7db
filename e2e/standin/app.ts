import { EventEmitter } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import type { App } from 'electron';
import { closeRegistration } from './protocol.ts';

type Used =
  | 'enableSandbox'
  | 'exit'
  | 'getPath'
  | 'getVersion'
  | 'isReady'
  | 'quit'
  | 'requestSingleInstanceLock'
  | 'whenReady'
  | 'setBadgeCount'
  | 'setName'
  | 'setPath'
  | 'isPackaged';

const switches = new Map<string, string>();
const paths = new Map<string, string>();
const atExit: (() => Promise<void>)[] = [];
const beforeQuit: (() => boolean)[] = [];
let startup = Promise.resolve();
let started = false;

/** What must be ready before the app is, what may veto quitting, and what to end before leaving. */
export const lifecycle = {
  setStartup(promise: Promise<void>) {
    startup = promise;
  },
  atExit,
  beforeQuit,
};

/** The longest that ending the browser may take. */
const MOST_EXIT_MS = 4000;
let leaving = false;

class StandinApp extends EventEmitter {
  readonly isPackaged = false;
  readonly commandLine = {
    appendSwitch: (name: string, value = '') => void switches.set(name, value),
    hasSwitch: (name: string) => switches.has(name),
    getSwitchValue: (name: string) => switches.get(name) ?? '',
  };

  async whenReady(): Promise<void> {
    await startup;
    closeRegistration();
    if (started) return;
    started = true;
    queueMicrotask(() => this.emit('ready', {}, {}));
  }

  isReady = () => started;
  setName = (_name: string) => {};
  setBadgeCount = (_count?: number) => true;
  getVersion = () => '0.0.0-standin';
  enableSandbox = () => {
    if (started) throw new Error('app.enableSandbox() can only be called before app is ready');
  };
  setPath = (name: string, path: string) => void paths.set(name, path);

  getPath(name: string): string {
    const given = process.argv.find((arg) => arg.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length);
    const path = paths.get(name) ?? (name === 'userData' ? given : undefined);
    if (!path) throw new Error(`stand-in has no path '${name}': start it with --user-data-dir`);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** True for the first with this userData; a second one's arguments go to the first. Decided before any window. */
  requestSingleInstanceLock(): boolean {
    return instanceLock.held;
  }

  quit(): void {
    this.emit('before-quit', { preventDefault: () => {} });
    if (beforeQuit.some((veto) => veto())) return;
    this.emit('will-quit', { preventDefault: () => {} });
    this.exit(0);
  }

  exit(code = 0): void {
    if (leaving) return;
    leaving = true;
    this.emit('quit', {}, code);
    // As with Electron, leaving takes a moment at most, whatever the browser does.
    setTimeout(() => process.exit(code), MOST_EXIT_MS);
    void Promise.all(atExit.map((end) => end())).finally(() => process.exit(code));
  }
}

export const app = new StandinApp() as StandinApp & Pick<App, Used>;
const instanceLock = { held: true };

/** Finds out, before main runs, whether another instance has this userData; sends it our arguments if so. */
export async function claimInstance(): Promise<void> {
  const at = join(app.getPath('userData'), 'standin.sock');
  const other = await new Promise<boolean>((resolve) => {
    const socket = createConnection(at, () => socket.end(JSON.stringify({ argv: process.argv, cwd: process.cwd() })));
    socket.on('error', () => resolve(false));
    socket.on('close', (failed) => resolve(!failed));
  });
  instanceLock.held = !other;
  if (other) return;
  rmSync(at, { force: true });
  const server = createServer((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('end', () => {
      const { argv, cwd } = JSON.parse(text) as { argv: string[]; cwd: string };
      app.emit('second-instance', {}, argv, cwd, null);
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(at, resolve));
  server.unref();
}
