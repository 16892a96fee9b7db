import { makeClone } from './clone.ts';

/** The isolated world in which a preload runs, and the binding that only this world sees. */
export const WORLD = 'fleetwatt-preload';
export const BINDING = '__fleetwattStandin';

declare global {
  var __fleetwattStandin: (text: string) => void;
  var __fleetwattDeliver: (text: string) => void;
}

/**
 * Runs in the isolated world. `token` names the DOM event by which the two worlds talk; what crosses is cloned by
 * Chromium itself, so that functions don't and typed arrays do, as over Electron's context bridge.
 */
function isolated(
  token: string,
  clone: ReturnType<typeof makeClone>,
  preload: (require: unknown, module: object, exports: object) => void,
): void {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const heard = new Map<string, Set<(event: object, ...args: unknown[]) => void>>();
  const functions = new Map<number, (...args: unknown[]) => unknown>();
  let next = 0;
  const send = (kind: string, channel: string, args: unknown[], id = 0) =>
    globalThis.__fleetwattStandin(JSON.stringify({ kind, channel, id, args: clone.pack(args) }));
  globalThis.__fleetwattDeliver = (text) => {
    const message = clone.unpack(text) as {
      kind: string;
      id: number;
      channel: string;
      ok: boolean;
      value: unknown;
      args: unknown[];
    };
    if (message.kind === 'reply') {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.ok) call?.resolve(message.value);
      else call?.reject(new Error(String(message.value)));
    } else for (const listener of heard.get(message.channel) ?? []) listener({}, ...message.args);
  };
  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = ++next;
        waiting.set(id, { resolve, reject });
        send('invoke', channel, args, id);
      }),
    send: (channel: string, ...args: unknown[]) => send('send', channel, args),
    on(channel: string, listener: (event: object, ...args: unknown[]) => void) {
      heard.set(channel, (heard.get(channel) ?? new Set()).add(listener));
      return ipcRenderer;
    },
    off(channel: string, listener: (event: object, ...args: unknown[]) => void) {
      heard.get(channel)?.delete(listener);
      return ipcRenderer;
    },
  };
  const tell = (detail: unknown) => document.dispatchEvent(new CustomEvent(`${token}:main`, { detail }));
  // Functions cross as numbers and are called by them; everything else is cloned.
  const out = (value: unknown): unknown => {
    if (typeof value === 'function') {
      functions.set(++next, value as never);
      return { $function: next };
    }
    if (Object.prototype.toString.call(value) !== '[object Object]') return value;
    return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, out(item)]));
  };
  const into = (value: unknown): unknown => {
    const callback = (value as { $callback?: number } | null)?.$callback;
    return callback === undefined ? value : (...args: unknown[]) => void tell({ callback, args });
  };
  document.addEventListener(`${token}:isolated`, (event) => {
    const { call, id, args } = (event as CustomEvent).detail as { call: number; id: number; args: unknown[] };
    const reply = (ok: boolean, value: unknown) => tell({ id, ok, value: ok ? out(value) : value });
    try {
      const value = functions.get(call)?.(...args.map(into));
      if (!(value instanceof Promise)) return reply(true, value);
      tell({ id, later: true });
      value.then(
        (result) => reply(true, result),
        (error: Error) => reply(false, error.message),
      );
    } catch (error) {
      reply(false, (error as Error).message);
    }
  });
  document.addEventListener(`${token}:open`, (event) => send('open', String((event as CustomEvent).detail), []));
  const contextBridge = { exposeInMainWorld: (name: string, api: unknown) => tell({ expose: name, api: out(api) }) };
  const electron = { contextBridge, ipcRenderer };
  const require = (name: string) => {
    if (name === 'electron') return electron;
    throw new Error(`module not found: ${name}`);
  };
  preload(require, { exports: {} }, {});
}

/** Runs in the page's own world before its scripts: builds what the preload exposes, frozen. */
function main(token: string): void {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const callbacks = new Map<number, (...args: unknown[]) => void>();
  let next = 0;
  // Chromium opens the window before anybody can deny it, so the page's wish goes to main and nothing opens.
  globalThis.open = (url = '') => {
    const detail = new URL(url, document.baseURI).href;
    document.dispatchEvent(new CustomEvent(`${token}:open`, { detail }));
    return null;
  };
  const into = (value: unknown): unknown => {
    if (Object.prototype.toString.call(value) !== '[object Object]') return value;
    const call = (value as { $function?: number }).$function;
    if (call === undefined)
      return Object.freeze(Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, into(item)])));
    return (...args: unknown[]) => {
      const id = ++next;
      const sent = args.map((arg) => {
        if (typeof arg !== 'function') return structuredClone(arg);
        callbacks.set(++next, arg as never);
        return { $callback: next };
      });
      // Events between the worlds are delivered at once, so a function that is no promise answers before this returns.
      let now: { ok: boolean; value: unknown } | undefined;
      const later = new Promise((resolve, reject) => {
        waiting.set(id, {
          resolve(value) {
            now = { ok: true, value };
            resolve(value);
          },
          reject(error) {
            now = { ok: false, value: error };
            reject(error);
          },
        });
      });
      document.dispatchEvent(new CustomEvent(`${token}:isolated`, { detail: { call, id, args: sent } }));
      if (!now) return later;
      later.catch(() => {});
      if (now.ok) return now.value;
      throw now.value;
    };
  };
  document.addEventListener(`${token}:main`, (event) => {
    const detail = (event as CustomEvent).detail as {
      expose?: string;
      api?: unknown;
      callback?: number;
      args?: unknown[];
      id?: number;
      later?: boolean;
      ok?: boolean;
      value?: unknown;
    };
    if (detail.expose !== undefined) {
      if (detail.expose in globalThis)
        throw new Error(`Cannot bind an API on top of an existing property: ${detail.expose}`);
      Object.defineProperty(globalThis, detail.expose, { value: into(detail.api), enumerable: true });
    } else if (detail.callback !== undefined) callbacks.get(detail.callback)?.(...(detail.args ?? []));
    else if (detail.id !== undefined && !detail.later) {
      const call = waiting.get(detail.id);
      waiting.delete(detail.id);
      if (detail.ok) call?.resolve(into(detail.value));
      else call?.reject(new Error(String(detail.value)));
    }
  });
}

/** The two scripts that a new document gets: the main world's first, then the preload's own world. */
export function worldScripts(preloadSource: string, token: string): { main: string; isolated: string } {
  const name = JSON.stringify(token);
  return {
    main: `(${main})(${name});`,
    isolated: `(${isolated})(${name}, (${makeClone})(), (require, module, exports) => {${preloadSource}\n});`,
  };
}
