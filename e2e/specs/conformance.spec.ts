import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ElectronApplication, _electron as electron, expect, type Page, test } from '@playwright/test';
import { LONGEST_MS, realElectron } from '../hosts.ts';

/**
 * What we rely on of Electron, stated once by a small app of its own. On a machine with Electron's binary this checks
 * the statements; elsewhere it checks that the stand-in keeps to them.
 */
const MAIN = `
const { app, protocol, ipcMain, BrowserWindow } = require('electron');
const thrown = (run) => { try { run(); return ''; } catch (error) { return String(error.message) || 'thrown'; } };
const seen = (globalThis.seen = { urls: [] });
app.enableSandbox();
protocol.registerSchemesAsPrivileged([{ scheme: 'box', privileges: { standard: true, secure: true } }]);
seen.windowBeforeReady = thrown(() => new BrowserWindow({ show: false }));
app.whenReady().then(() => {
  protocol.handle('box', (request) => {
    seen.urls.push(request.url);
    return new Response('<!doctype html><title>Box</title>', { headers: { 'content-type': 'text/html', 'x-box': 'yes' } });
  });
  ipcMain.handle('echo', (event, value) => {
    seen.sender = event.senderFrame && event.senderFrame.url;
    return value;
  });
  ipcMain.handle('kind', (_event, value) => Object.prototype.toString.call(value));
  ipcMain.handle('fail', () => { throw new RangeError('out of the box'); });
  ipcMain.handle('function', () => () => 1);
  seen.lateSchemes = thrown(() => protocol.registerSchemesAsPrivileged([{ scheme: 'late', privileges: {} }]));
  seen.lateSandbox = thrown(() => app.enableSandbox());
  seen.secondProtocol = thrown(() => protocol.handle('box', () => new Response('')));
  seen.secondHandler = thrown(() => ipcMain.handle('echo', () => 1));
  const window = new BrowserWindow({
    show: false,
    width: 400,
    height: 300,
    webPreferences: { preload: require('node:path').join(__dirname, 'preload.cjs'), contextIsolation: true, sandbox: true },
  });
  globalThis.box = window;
  globalThis.thrown = thrown;
  window.loadURL('box://app/');
});
`;
const PRELOAD = `
const { contextBridge, ipcRenderer } = require('electron');
let fs = 'no';
try { require('fs'); fs = 'yes'; } catch {}
contextBridge.exposeInMainWorld('box', {
  inner: { fs, list: [1, 2] },
  add: (a, b) => a + b,
  invoke: (channel, value) => ipcRenderer.invoke(channel, value),
  sendFunction: () => ipcRenderer.invoke('echo', () => 1),
  on: (listener) => { ipcRenderer.on('event', (_event, value) => listener(value)); },
});
`;

interface Box {
  readonly inner: { readonly fs: string; readonly list: readonly number[] };
  add(a: number, b: number): unknown;
  invoke(channel: string, value?: unknown): Promise<unknown>;
  sendFunction(): Promise<unknown>;
  on(listener: (value: unknown) => void): void;
}
declare global {
  var box: Box;
}

let app: ElectronApplication;
let page: Page;
let folder = '';

test.describe.configure({ mode: 'serial' });
test.skip(() => test.info().project.name !== 'desktop', 'about the desktop host only');

test.beforeAll(async () => {
  if (test.info().project.name !== 'desktop') return;
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-conformance-'));
  mkdirSync(join(folder, 'dist/desktop'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"box","version":"1.0.0","main":"dist/desktop/main.cjs"}');
  writeFileSync(join(folder, 'dist/desktop/main.cjs'), MAIN);
  writeFileSync(join(folder, 'dist/desktop/preload.cjs'), PRELOAD);
  const real = realElectron();
  if (!real) process.env.ELECTRON_OVERRIDE_DIST_PATH = resolve(import.meta.dirname, '../standin');
  process.stdout.write(`  conformance ran on ${real ? 'Electron' : 'the stand-in'}\n`);
  app = await electron.launch({
    args: [folder, `--user-data-dir=${join(folder, 'profile')}`],
    env: process.env as Record<string, string>,
    timeout: LONGEST_MS,
  });
  page = await app.firstWindow({ timeout: LONGEST_MS });
  page.setDefaultTimeout(LONGEST_MS);
  await page.waitForFunction(() => 'box' in window);
});

test.afterAll(async () => {
  if (folder === '') return;
  await app?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What the app's main process has noted. */
function seen(): Promise<Record<string, string> & { urls: string[] }> {
  return app.evaluate(() => (globalThis as unknown as { seen: Record<string, string> & { urls: string[] } }).seen);
}

test('order: what belongs before ready throws after it, and windows the other way round', async () => {
  const { lateSchemes, lateSandbox, windowBeforeReady } = await seen();
  expect(lateSchemes).toMatch(/before app is ready/);
  expect(lateSandbox).toMatch(/before app is ready/);
  expect(windowBeforeReady).toMatch(/before app is ready/);
});

test('a second handler of a scheme or a channel throws', async () => {
  const { secondProtocol, secondHandler } = await seen();
  expect(secondProtocol).not.toBe('');
  expect(secondHandler).toMatch(/second handler for 'echo'/);
});

test('handlers see our scheme; the sender is the page', async () => {
  await page.evaluate(() => box.invoke('echo', 1));
  const { urls, sender } = await seen();
  expect(urls).toContain('box://app/');
  expect(sender).toBe('box://app/');
});

test('the page gets copies, frozen, and nothing of Node; a sandboxed preload has no fs', async () => {
  const found = await page.evaluate(() => ({
    frozen: [Object.isFrozen(box), Object.isFrozen(box.inner)],
    sum: box.add(2, 3),
    inner: box.inner,
    names: ['require', 'module', 'ipcRenderer', 'electron'].filter((name) => name in window),
  }));
  expect(found).toEqual({ frozen: [true, true], sum: 5, inner: { fs: 'no', list: [1, 2] }, names: [] });
});

test('typed arrays and what JSON has no word for survive both ways', async () => {
  expect(await page.evaluate(() => box.invoke('kind', new Float32Array([1.5, Number.NaN])))).toBe(
    '[object Float32Array]',
  );
  const back = await page.evaluate(async () => {
    const floats = (await box.invoke('echo', new Float32Array([1.5, Number.NaN, -0]))) as Float32Array;
    const rest = (await box.invoke('echo', { a: Number.POSITIVE_INFINITY, b: undefined, c: new Date(5) })) as {
      a: number;
      c: Date;
    };
    return [
      Object.prototype.toString.call(floats),
      [...floats].map((value) => (Object.is(value, -0) ? '-0' : String(value))),
      [String(rest.a), 'b' in rest, rest.c.getTime()],
    ];
  });
  expect(back).toEqual(['[object Float32Array]', ['1.5', 'NaN', '-0'], ['Infinity', true, 5]]);
});

test('bytes that main sends arrive as bytes; a function cannot be sent', async () => {
  const heard = page.evaluate(
    () =>
      new Promise((done) => {
        Object.assign(window, { listening: true });
        box.on((value) => done([Object.prototype.toString.call(value), ...(value as Uint8Array)]));
      }),
  );
  await page.waitForFunction(() => 'listening' in window);
  const refused = await app.evaluate(() => {
    const main = globalThis as unknown as {
      box: { webContents: { send(channel: string, value: unknown): void } };
      thrown(run: () => void): string;
    };
    const text = main.thrown(() => main.box.webContents.send('event', () => 1));
    main.box.webContents.send('event', new Uint8Array([1, 2, 255]));
    return text;
  });
  expect(refused).not.toBe('');
  expect(await heard).toEqual(['[object Uint8Array]', 1, 2, 255]);
});

test('functions are refused in questions and answers', async () => {
  const message = (what: 'sendFunction' | 'function') =>
    page.evaluate(
      (name) =>
        (name === 'function' ? box.invoke('function') : box.sendFunction()).then(
          () => 'no error',
          (error: Error) => error.message,
        ),
      what,
    );
  expect(await message('sendFunction')).toContain('An object could not be cloned');
  expect(await message('function')).toContain('An object could not be cloned');
});

test('an error of a handler loses its class and says whose it was', async () => {
  const error = await page.evaluate(() =>
    box.invoke('fail').catch((thrown: Error) => ({ message: thrown.message, range: thrown instanceof RangeError })),
  );
  expect(error).toEqual({ message: "Error invoking remote method 'fail': RangeError: out of the box", range: false });
});

test('what safeStorage seals is not the text, and opens again', async () => {
  const found = await app.evaluate(async ({ safeStorage }) => {
    if (!(await safeStorage.isAsyncEncryptionAvailable())) return null;
    const one = await safeStorage.encryptStringAsync('word');
    const { result } = await safeStorage.decryptStringAsync(one);
    const broken = await safeStorage.decryptStringAsync(Buffer.from('none')).then(
      () => 'opened',
      () => 'refused',
    );
    return { result, broken, isBytes: Buffer.isBuffer(one), plain: one.toString('latin1').includes('word') };
  });
  // A machine without a keychain has nothing to compare.
  if (found !== null) expect(found).toMatchObject({ result: 'word', broken: 'refused', isBytes: true, plain: false });
});
