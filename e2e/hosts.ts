import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Browser, chromium, type ElectronApplication, _electron as electron, type Page } from '@playwright/test';

const root = resolve(import.meta.dirname, '..');
/** Folder of the stand-in for Electron's binary. */
const standin = join(root, 'e2e/standin');

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
  const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(kill);
}

/** Headless Chromium for a page: the one that the runner found. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--force-color-profile=srgb'],
  });
}

async function openServe(options: OpenOptions): Promise<Console> {
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
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await ended(child);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const url = await readyUrl(child);
    browser = await launchBrowser();
    const page = await browser.newPage({
      viewport: options.viewport ?? { width: 1920, height: 1080 },
      colorScheme: options.theme ?? 'dark',
    });
    await prepare(page);
    await page.goto(options.readOnly ? `${url.split('#')[0]}#key=${READ_TOKEN}` : url);
    return { page, ranOn: 'serve', profile, pid: child.pid as number, saved: (begin) => savedBy(page, begin), close };
  } catch (error) {
    await close();
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

async function openDesktop(options: OpenOptions): Promise<Console> {
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
  });
  const page = await app.firstWindow();
  await prepare(page);
  // The first document may have begun before the script above was known: it is watched from here on then.
  await page.waitForFunction(() => location.href !== 'about:blank');
  await page.evaluate(watchViolations);
  await page.emulateMedia({ colorScheme: options.theme ?? 'dark' });
  await page.setViewportSize(size);
  return {
    page,
    ranOn: real ? 'desktop host on Electron' : 'desktop host on stand-in',
    profile,
    pid: app.process().pid as number,
    saved: (begin) => savedAt(app, profile, begin),
    async close() {
      await app.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
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

/** Every page remembers the policy violations that it did not ask for. */
async function prepare(page: Page): Promise<void> {
  await page.addInitScript(watchViolations);
}

async function savedBy(page: Page, begin: () => Promise<unknown>) {
  const [download] = await Promise.all([page.waitForEvent('download'), begin()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Electron asks its user where a download goes; a spec says it by the session's event before anybody is asked. */
async function savedAt(app: ElectronApplication, profile: string, begin: () => Promise<unknown>) {
  const path = join(profile, 'saved.download');
  const done = app.evaluate(
    ({ session }, to) =>
      new Promise<{ name: string; state: string }>((resolve) =>
        session.defaultSession.once('will-download', (_event, item) => {
          item.setSavePath(to);
          item.once('done', (_done, state) => resolve({ name: item.getFilename(), state }));
        }),
      ),
    path,
  );
  const [{ name, state }] = await Promise.all([done, begin()]);
  if (state !== 'completed') throw new Error(`The download of ${name} was ${state}`);
  return { name, bytes: readFileSync(path) };
}

/** Opens the console on a host, with a profile of its own that `close` removes. */
export function openConsole(host: HostName, options: OpenOptions = {}): Promise<Console> {
  return host === 'serve' ? openServe(options) : openDesktop(options);
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
