import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Browser, chromium, type ElectronApplication, _electron as electron, type Page } from '@playwright/test';
import { CHROMIUM_FLAGS } from './chromium-flags.ts';

const root = resolve(import.meta.dirname, '..');
/** Folder of the stand-in for Electron's binary. */
const standin = join(root, 'e2e/standin');

/** How often the demo fleet that tests share reads its 889 exporters, ms: half as often as others, for half of the work. */
const CALM_POLL_MS = 10_000;

/** The longest that a spec waits for one thing, as its assertions do (playwright.config.ts). */
export const LONGEST_MS = 60_000;
/** The longest that a file may take which is made on demand: of an hour of 2,048 GPUs, while other specs run. */
const MADE_MS = 2 * LONGEST_MS;

export type HostName = 'serve' | 'desktop';

export interface OpenOptions {
  readonly demo?: boolean;
  readonly source?: string;
  /** Written as settings.json of the profile before the start. */
  readonly settings?: object;
  /** Other files of the profile folder, by their path in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly theme?: 'dark' | 'light';
  /** The page has a token that may only look (serve). */
  readonly readOnly?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** The demo fleet is this test's alone: for one that acknowledges, silences or stops something. */
  readonly own?: boolean;
}

/** A running console with one page, whichever host it is. */
export interface Console {
  readonly page: Page;
  /** `serve`, `desktop host on stand-in`, or `desktop host on Electron`. */
  readonly ranOn: string;
  readonly profile: string;
  /** Process that the host started us in: the parent of the engine's process. */
  readonly pid: number;
  /** Does what begins a download, and gives the file once it is whole. */
  saved(begin: () => Promise<unknown>): Promise<{ readonly name: string; readonly bytes: Buffer }>;
  close(): Promise<void>;
}

function newProfile({ settings, files = {} }: OpenOptions): string {
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-e2e-'));
  mkdirSync(profile, { recursive: true });
  if (settings) writeFileSync(join(profile, 'settings.json'), JSON.stringify({ schema: 1, ...settings }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(profile, dirname(path)), { recursive: true });
    writeFileSync(join(profile, path), text);
  }
  return profile;
}

function hostArgs({ demo, source }: OpenOptions): string[] {
  return [...(demo ? ['--demo'] : []), ...(source ? ['--source', source] : [])];
}

const READ_TOKEN = 'a-token-of-a-wall-that-may-look';

function tokenArgs(profile: string, { readOnly }: OpenOptions): string[] {
  if (!readOnly) return [];
  const file = join(profile, 'tokens.txt');
  writeFileSync(file, `wall read ${READ_TOKEN}\n`, { mode: 0o600 });
  return ['--token-file', file];
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let text = '';
    const hear = (chunk: unknown) => {
      text += String(chunk);
      const url = /ready at (\S+)/.exec(text)?.[1];
      if (url) done(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => fail(new Error(`serve ended with ${code}: ${text}`)));
  });
}

/** Ends a process that we started and waits until it is gone. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  await gone;
  clearTimeout(kill);
}

/** Headless Chromium for a page: the one that the runner found. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [...CHROMIUM_FLAGS],
  });
}

/** A host that runs, without a page yet. */
interface Host {
  readonly profile: string;
  readonly pid: number;
  /** A page as the options want it, with nothing that an earlier one left in its storage. */
  page(options: OpenOptions): Promise<Pick<Console, 'page' | 'ranOn' | 'saved' | 'close'>>;
  end(): Promise<void>;
}

async function startServe(options: OpenOptions, browser: () => Promise<Browser>): Promise<Host> {
  const profile = newProfile(options);
  const child = spawn(
    process.execPath,
    [
      join(root, 'build/run.mjs'),
      'fleetwatt',
      'serve',
      '--profile',
      profile,
      ...hostArgs(options),
      ...tokenArgs(profile, options),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, npm_lifecycle_event: '' } },
  );
  const end = async () => {
    await ended(child);
    rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
  };
  try {
    const url = await readyUrl(child);
    return {
      profile,
      pid: child.pid as number,
      end,
      async page({ viewport, theme, readOnly }) {
        const page = await (await browser()).newPage({
          viewport: viewport ?? { width: 1920, height: 1080 },
          colorScheme: theme ?? 'dark',
        });
        await prepare(page);
        await page.goto(readOnly ? `${url.split('#')[0]}#key=${READ_TOKEN}` : url);
        return { page, ranOn: 'serve', saved: (begin) => savedBy(page, begin), close: () => page.context().close() };
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Folder of a real Electron binary, where there is one. */
export function realElectron(): string | undefined {
  const folder = join(root, 'node_modules/electron');
  const named = join(folder, 'path.txt');
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist');
  if (dist === standin) return undefined;
  return existsSync(named) && existsSync(join(dist, readFileSync(named, 'utf8'))) ? dist : undefined;
}

async function startDesktop(options: OpenOptions): Promise<Host> {
  const profile = newProfile(options);
  const real = realElectron();
  const size = options.viewport ?? { width: 1920, height: 1080 };
  writeFileSync(join(profile, 'window.json'), JSON.stringify({ x: 0, y: 0, ...size, maximized: false }));
  // Playwright asks the electron package for the binary inside this process, so the variable must be set here.
  if (!real) process.env.ELECTRON_OVERRIDE_DIST_PATH = standin;
  const app = await electron.launch({
    args: [root, `--user-data-dir=${profile}`, ...hostArgs(options)],
    cwd: root,
    env: process.env as Record<string, string>,
    timeout: LONGEST_MS,
  });
  let fresh = true;
  return {
    profile,
    pid: app.process().pid as number,
    async page({ theme, viewport }) {
      const page = await app.firstWindow({ timeout: LONGEST_MS });
      // What an earlier test had emulated in this window as well.
      await page.emulateMedia({
        ...{ media: null, reducedMotion: null, forcedColors: null, contrast: null },
        colorScheme: theme ?? 'dark',
      });
      if (fresh) await watchWindow(page);
      else await startAgain(page);
      fresh = false;
      await page.setViewportSize(viewport ?? { width: 1920, height: 1080 });
      // The app has one window, which the next page is as well.
      const ranOn = real ? 'desktop host on Electron' : 'desktop host on stand-in';
      return { page, ranOn, saved: (begin) => savedAt(app, profile, begin), close: async () => {} };
    },
    async end() {
      await app.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

async function watchWindow(page: Page): Promise<void> {
  await prepare(page);
  // The first document may have begun before the script above was known: it is watched from here on then.
  await page.waitForFunction(() => location.href !== 'about:blank');
  await page.evaluate(watchViolations);
}

/** The window as it opens: its first view, and nothing in its storage. */
async function startAgain(page: Page): Promise<void> {
  await page.evaluate(() => {
    localStorage.clear();
    history.replaceState(null, '', location.pathname);
  });
  await page.reload();
}

declare global {
  interface Window {
    __violations?: string[];
  }
}

/** Runs in the page: remembers the policy violations of this document, once. */
function watchViolations(): void {
  if (window.__violations) return;
  window.__violations = [];
  document.addEventListener('securitypolicyviolation', (event) =>
    window.__violations?.push(`${event.violatedDirective} ${event.blockedURI}`),
  );
}

/** Every page remembers the policy violations that it did not ask for, and is waited for with one patience on either host. */
async function prepare(page: Page): Promise<void> {
  // What the config says of actions does not reach the windows of Electron.
  page.setDefaultTimeout(LONGEST_MS);
  await page.addInitScript(watchViolations);
}

async function savedBy(page: Page, begin: () => Promise<unknown>) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: MADE_MS }), begin()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** What a spec keeps in the main process while a download is under way. */
interface Saving {
  saving?: Promise<{ readonly name: string; readonly state: string }>;
}

/** Electron asks its user where a download goes; a spec says it by the session's event before anybody is asked. */
async function savedAt(app: ElectronApplication, profile: string, begin: () => Promise<unknown>) {
  const path = join(profile, 'saved.download');
  // Main listens before anything begins.
  await app.evaluate(({ session }, to) => {
    (globalThis as Saving).saving = new Promise((resolve) =>
      session.defaultSession.once('will-download', (_event, item) => {
        item.setSavePath(to);
        item.once('done', (_done, state) => resolve({ name: item.getFilename(), state }));
      }),
    );
  }, path);
  await begin();
  const { name, state } = await app.evaluate(
    (_electron, most) =>
      Promise.race([
        (globalThis as Saving).saving as Required<Saving>['saving'],
        new Promise<never>((_resolve, reject) => {
          setTimeout(() => reject(new Error(`No download has ended within ${most} ms`)), most);
        }),
      ]),
    MADE_MS,
  );
  if (state !== 'completed') throw new Error(`The download of ${name} was ${state}`);
  return { name, bytes: readFileSync(path) };
}

/**
 * What tests of one worker have in common: a browser, and a console of the demo fleet that those get who ask for nothing
 * else. A test that changes a file of its profile has it thrown away, so that the next begins afresh.
 */
export class Shared {
  #browser: Promise<Browser> | undefined;
  #demo: { readonly host: Host; readonly files: string } | undefined;

  readonly browser = (): Promise<Browser> => {
    this.#browser ??= launchBrowser();
    return this.#browser;
  };

  /** Opens the console on a host: the shared demo, else one with a profile of its own that `close` removes. */
  async open(name: HostName, options: OpenOptions = {}): Promise<Console> {
    const own = options.own || !options.demo || options.settings || options.files || options.source;
    const host = own ? await this.#start(name, options) : await this.#shared(name, options);
    const { profile, pid, end } = host;
    try {
      const { close, ...shown } = await host.page(options);
      return { ...shown, profile, pid, close: () => close().finally(() => (own ? end() : this.#kept(host))) };
    } catch (error) {
      await end();
      this.#demo = own ? this.#demo : undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#demo?.host.end();
    await (await this.#browser)?.close();
  }

  #start(name: HostName, options: OpenOptions): Promise<Host> {
    return name === 'serve' ? startServe(options, this.browser) : startDesktop(options);
  }

  async #shared(name: HostName, options: OpenOptions): Promise<Host> {
    if (!this.#demo) {
      // Whoever may only look comes in beside who may change things.
      const host = await this.#start(name, {
        ...options,
        readOnly: name === 'serve',
        settings: { pollMs: CALM_POLL_MS },
      });
      this.#demo = { host, files: filesOf(host.profile) };
    }
    return this.#demo.host;
  }

  async #kept(host: Host): Promise<void> {
    if (this.#demo?.host !== host || filesOf(host.profile) === this.#demo.files) return;
    this.#demo = undefined;
    await host.end();
  }
}

/** Names and texts of what an operator may change in a profile; the database and the window go on by themselves. */
function filesOf(profile: string): string {
  try {
    return textsIn(profile);
  } catch {
    // Something went while it was listed: that is a change.
    return `changing at ${performance.now()}`;
  }
}

function textsIn(profile: string): string {
  return readdirSync(profile, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(json|csv|ya?ml|fwsnap)$/.test(entry.name) && entry.name !== 'window.json')
    .map(
      (entry) =>
        `${entry.name}\n${entry.name.endsWith('.fwsnap') ? '' : readFileSync(join(entry.parentPath, entry.name), 'utf8')}`,
    )
    .sort()
    .join('\n');
}

/** Process ids of the children of a process, and of theirs (Linux). */
export function childrenOf(pid: number): number[] {
  let text = '';
  try {
    text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return [];
  }
  const direct = text.trim().split(/\s+/).filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}

/** Command line of a process (Linux); '' when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
