import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { app } from './app.ts';
import { ipcMain } from './ipc.ts';
import { protocol } from './protocol.ts';
import { safeStorage } from './safe-storage.ts';
import { BrowserWindow, WebContents } from './web.ts';

/** Electron's utility process: plain Node with `process.parentPort`. */
class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;

  constructor(path: string, args: string[]) {
    super();
    this.#child = fork(path, args, { serialization: 'advanced', execArgv: ['-r', join(__dirname, 'utility.cjs')] });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.once('spawn', () => this.emit('spawn'));
    this.#child.once('exit', (code) => this.emit('exit', code ?? 1));
    process.once('exit', () => this.#child.kill('SIGKILL'));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object);
  }

  kill(): boolean {
    return this.#child.kill();
  }
}

/** The system's notices: kept, not shown. */
class Notification extends EventEmitter {
  readonly options: object;
  constructor(options: object) {
    super();
    this.options = options;
  }
  static isSupported(): boolean {
    return true;
  }
  show(): void {
    noticed.push(this.options);
  }
}

const noticed: object[] = [];
const permissions = { request: undefined as unknown, check: undefined as unknown, device: undefined as unknown };
const opened: string[] = [];
const blockers: string[] = [];
const shown = { menu: null as StandinMenu | null };
/** A menu as far as it can be asked: items with what they do. */
interface StandinMenu {
  readonly items: readonly (Omit<MenuItemConstructorOptions, 'submenu'> & {
    readonly submenu?: StandinMenu | undefined;
  })[];
}
const menuOf = (template: readonly MenuItemConstructorOptions[]): StandinMenu => ({
  items: template.map(({ submenu, ...item }) => ({
    ...item,
    submenu: Array.isArray(submenu) ? menuOf(submenu) : undefined,
  })),
});
/** Two displays, so that a wall can stand on the second. */
const displayOf = (id: number, label: string, x: number) => {
  const bounds = { x, y: 0, width: 1920, height: 1080 };
  return { id, label, bounds, workArea: bounds, size: { width: 1920, height: 1080 }, scaleFactor: 1 };
};
const displays = { all: [displayOf(1, 'First', 0), displayOf(2, 'Second', 1920)] };

/** What the session tells of: downloads. */
export const downloading = new EventEmitter();

const members = {
  app,
  ipcMain,
  protocol,
  BrowserWindow,
  Notification,
  webContents: { fromDevToolsTargetId: WebContents.fromDevToolsTargetId },
  utilityProcess: { fork: (path: string, args: string[] = []) => new UtilityProcess(path, args) },
  session: {
    defaultSession: Object.assign(downloading, {
      setPermissionRequestHandler(handler: unknown) {
        permissions.request = handler;
      },
      setPermissionCheckHandler(handler: unknown) {
        permissions.check = handler;
      },
      setDevicePermissionHandler(handler: unknown) {
        permissions.device = handler;
      },
    }),
  },
  safeStorage,
  shell: {
    openExternal: async (url: string) => void opened.push(url),
  },
  screen: Object.assign(new EventEmitter(), { getAllDisplays: () => displays.all }),
  powerSaveBlocker: {
    start: (kind: string) => blockers.push(kind),
    stop: (id: number) => {
      blockers[id - 1] = '';
    },
    isStarted: (id: number) => Boolean(blockers[id - 1]),
  },
  Menu: {
    buildFromTemplate: (template: readonly MenuItemConstructorOptions[]) => menuOf(template),
    setApplicationMenu: (menu: StandinMenu) => {
      shown.menu = menu;
    },
    getApplicationMenu: () => shown.menu,
  },
};

/** For the conformance spec: what was asked of the stand-in's system side. */
export const asked = { permissions, opened, blockers };

/** Small and closed: a member that we don't use throws, so that nobody leans on what isn't there. */
function closed<Type extends object>(value: Type, name: string): Type {
  return new Proxy(value, {
    get(target, key, receiver) {
      if (typeof key === 'string' && !(key in target) && key !== 'then' && key !== '__esModule' && key !== 'default') {
        throw new Error(`stand-in has no ${name}${key}`);
      }
      const member = Reflect.get(target, key, receiver) as unknown;
      return member;
    },
  });
}

/** The module that `require('electron')` gives. */
export const electron = closed(members, '');
