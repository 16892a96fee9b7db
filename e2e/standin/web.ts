import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { BrowserWindowConstructorOptions, Rectangle } from 'electron';
import { app, lifecycle } from './app.ts';
import type { Cdp } from './cdp.ts';
import { pack } from './clone.ts';
import { receive } from './ipc.ts';
import { BINDING, WORLD, worldScripts } from './preload-world.ts';
import { interceptRequests, toOurs, toReal } from './protocol.ts';

/** The browser's connection, set once Chromium is up. */
export const browser: { cdp: Cdp | undefined } = { cdp: undefined };

/** Of Page.frameStartedNavigating. */
interface Navigation {
  readonly frameId: string;
  readonly url: string;
  /** reload, differentDocument, sameDocument, historySameDocument and others. */
  readonly navigationType: string;
}

const contentsById = new Map<number, WebContents>();
const windows = new Set<BrowserWindow>();
let nextId = 0;

/** An event that its listeners may veto. */
function vetoable() {
  const event = {
    prevented: false,
    preventDefault() {
      event.prevented = true;
    },
  };
  return event;
}

/** One page. Only the members that the desktop host and Playwright use. */
export class WebContents extends EventEmitter {
  readonly id = ++nextId;
  targetId = '';
  #session = '';
  #context = 0;
  #url = '';
  #expected = '';
  #destroyed = false;
  #crashed = false;
  #open: (details: { url: string }) => { action: string } = () => ({ action: 'deny' });
  readonly #made: Promise<void>;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    contentsById.set(this.id, this);
    this.#made = this.#create(options);
  }

  static fromDevToolsTargetId(targetId: string): WebContents | undefined {
    return [...contentsById.values()].find((contents) => contents.targetId === targetId);
  }

  async #create(options: BrowserWindowConstructorOptions): Promise<void> {
    const cdp = browser.cdp as Cdp;
    const { targetId } = await cdp.send<{ targetId: string }>('Target.createTarget', {
      url: 'about:blank',
      width: options.width,
      height: options.height,
      newWindow: true,
    });
    this.targetId = targetId;
    this.#session = (
      await cdp.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
    ).sessionId;
    const send = (method: string, params: object = {}) => cdp.send(method, params, this.#session);
    cdp.on(
      'Runtime.executionContextCreated',
      this.#session,
      ({ context }: { context: { id: number; name: string } }) => {
        if (context.name === WORLD) this.#context = context.id;
      },
    );
    cdp.on(
      'Runtime.bindingCalled',
      this.#session,
      (call: { name: string; payload: string; executionContextId: number }) => {
        if (call.name === BINDING) void this.#receive(call.payload, call.executionContextId);
      },
    );
    cdp.on('Page.frameStartedNavigating', this.#session, ({ frameId, url, navigationType }: Navigation) => {
      // The frame of a page has the page's own id.
      const isMainFrame = frameId === this.targetId;
      const isSameDocument = /samedocument/i.test(navigationType);
      this.emit('did-start-navigation', { url: toOurs(url), isMainFrame, isSameDocument });
    });
    cdp.on('Page.frameNavigated', this.#session, ({ frame }: { frame: { url: string; parentId?: string } }) => {
      if (!frame.parentId) this.#url = toOurs(frame.url);
    });
    cdp.on('Page.navigatedWithinDocument', this.#session, ({ url }: { url: string }) => {
      this.#url = toOurs(url);
      this.emit('did-navigate-in-page', {}, this.#url, true);
    });
    cdp.on('Page.windowOpen', this.#session, ({ url }: { url: string }) => this.#open({ url: toOurs(url) }));
    cdp.on('Page.loadEventFired', this.#session, () => {
      this.emit('did-finish-load');
      this.emit('ready-to-show');
    });
    cdp.on('Inspector.targetCrashed', this.#session, () => {
      this.#crashed = true;
      this.#context = 0;
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    });
    cdp.on('Inspector.targetReloadedAfterCrash', this.#session, () => {
      this.#crashed = false;
    });
    await interceptRequests(cdp, this.#session, (url) => this.#mayNavigate(url));
    await send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD });
    const preload = options.webPreferences?.preload;
    if (preload) {
      const scripts = worldScripts(readFileSync(preload, 'utf8'), randomUUID());
      await send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.main });
      await send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.isolated, worldName: WORLD });
    }
    await Promise.all([send('Page.enable'), send('Runtime.enable'), send('Inspector.enable')]);
    app.emit('web-contents-created', {}, this);
  }

  #mayNavigate(url: string): boolean {
    if (url === this.#expected || url === this.#url) return true;
    const event = vetoable();
    this.emit('will-navigate', event, url);
    return !event.prevented;
  }

  async #receive(text: string, context: number): Promise<void> {
    const { kind, channel } = JSON.parse(text) as { kind: string; channel: string };
    if (kind === 'open') return void this.#open({ url: toOurs(channel) });
    const event = { sender: this, senderFrame: this.#destroyed ? null : { url: this.#url, parent: null } };
    const reply = await receive(text, event);
    if (reply) await this.#deliver(reply, context);
  }

  async #deliver(text: string, context: number): Promise<void> {
    const expression = `__fleetwattDeliver(${JSON.stringify(text)})`;
    await browser.cdp?.send('Runtime.evaluate', { expression, contextId: context }, this.#session).catch(() => {});
  }

  /** Sends to the page's preload; a value that can't be cloned throws. */
  send(channel: string, ...args: unknown[]): void {
    const text = pack({ kind: 'event', channel, args });
    if (this.#context && !this.#destroyed) void this.#deliver(text, this.#context);
  }

  async loadURL(url: string): Promise<void> {
    await this.#made;
    this.#expected = url;
    const loaded = await browser.cdp?.send<{ errorText?: string }>(
      'Page.navigate',
      { url: toReal(url) },
      this.#session,
    );
    if (loaded?.errorText) throw new Error(`${loaded.errorText} loading '${url}'`);
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#open = handler;
  }

  forcefullyCrashRenderer = () => void browser.cdp?.send('Page.crash', {}, this.#session).catch(() => {});
  reload = () => void browser.cdp?.send('Page.reload', {}, this.#session).catch(() => {});
  isCrashed = () => this.#crashed;
  getURL = () => this.#url;

  /** The value of a script in the page's own world. */
  async executeJavaScript(expression: string): Promise<unknown> {
    const params = { expression, awaitPromise: true, returnByValue: true };
    type Reply = { result: { value?: unknown }; exceptionDetails?: { text: string } };
    const reply = await browser.cdp?.send<Reply>('Runtime.evaluate', params, this.#session);
    if (reply?.exceptionDetails) throw new Error(reply.exceptionDetails.text);
    return reply?.result.value;
  }

  isDestroyed = () => this.#destroyed;
  close = () => void BrowserWindow.fromWebContents(this)?.close();

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    contentsById.delete(this.id);
    await this.#made.catch(() => {});
    await browser.cdp?.send('Target.closeTarget', { targetId: this.targetId }).catch(() => {});
    this.emit('destroyed');
  }
}

/** One window: bounds are remembered, not drawn; the page is real. */
export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents;
  #bounds: Rectangle;
  #maximized = false;
  #destroyed = false;
  readonly #kiosk: boolean;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.#kiosk = options.kiosk === true;
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    this.webContents = new WebContents(options);
    this.webContents.once('ready-to-show', () => this.emit('ready-to-show'));
    windows.add(this);
  }

  static getAllWindows = () => [...windows];
  static fromWebContents = (contents: WebContents) => [...windows].find((window) => window.webContents === contents);

  loadURL = (url: string) => this.webContents.loadURL(url);
  show = () => {};
  focus = () => void this.emit('focus');
  restore = () => {};
  isMinimized = () => false;
  maximize = () => {
    this.#maximized = true;
  };
  isMaximized = () => this.#maximized;
  isKiosk = () => this.#kiosk;
  getBounds = () => ({ ...this.#bounds });
  getNormalBounds = () => ({ ...this.#bounds });
  setBounds = (bounds: Partial<Rectangle>) => {
    this.#bounds = { ...this.#bounds, ...bounds };
  };
  isDestroyed = () => this.#destroyed;
  destroy = () => this.close();

  close(): void {
    if (this.#destroyed) return;
    const event = vetoable();
    this.emit('close', event);
    if (event.prevented) return;
    this.#destroyed = true;
    windows.delete(this);
    void this.webContents.destroy();
    this.emit('closed');
    if (windows.size === 0 && !app.emit('window-all-closed')) app.quit();
  }
}

lifecycle.beforeQuit.push(() => {
  for (const window of windows) window.close();
  return windows.size > 0;
});
