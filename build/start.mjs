// `npm start`: the desktop where an Electron binary is or can be had, otherwise serve with an app window.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { browserFlags, systemBrowser } from './browser.mjs';
import { root } from './install.mjs';
import { exitWithParent } from './parent.mjs';

const usage = `Usage: npm start -- [options]
  --demo          open the demo fleet
  --source URL    open this Prometheus-compatible server (for this run only)
  --web           the serve host even where Electron is installed
  --no-open       print the address and open no window
  --port N        port of the serve host (default: a free one)
  --profile DIR   folder for settings, topology and budgets
  --help          this text
`;

const dayMs = 24 * 60 * 60 * 1000;

/** Path of the Electron binary, or undefined. Never loads the package: that would start its download. */
function electronBinary() {
  const folder = join(root, 'node_modules', 'electron');
  const named = join(folder, 'path.txt');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const binary = existsSync(named)
    ? readFileSync(named, 'utf8')
    : ({ darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron');
  const path = join(override ?? join(folder, 'dist'), binary);
  return existsSync(path) ? path : undefined;
}

/** The binary, downloaded where that is possible. A failure is remembered for a day. */
function findElectron() {
  const found = electronBinary();
  if (found) return found;
  const install = join(root, 'node_modules', 'electron', 'install.js');
  const failed = join(root, 'node_modules', '.fleetwatt-electron-failed');
  if (!existsSync(install)) return undefined;
  if (existsSync(failed) && Date.now() - statSync(failed).mtimeMs < dayMs) return undefined;
  process.stderr.write('Fetching Electron (once)\n');
  const result = spawnSync(process.execPath, [install], { cwd: root, stdio: 'ignore', timeout: 180_000 });
  const binary = result.status === 0 ? electronBinary() : undefined;
  if (!binary)
    writeFileSync(failed, 'The Electron binary could not be downloaded. Delete this file to try again now.\n');
  return binary;
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Resolves with a child's exit code. */
function ended(child) {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 0));
    child.once('error', () => resolve(1));
  });
}

/** Opens `url` in a window without browser chrome. The pipe makes the browser leave when we do, however we end. */
function openAppWindow(url) {
  const browser = systemBrowser();
  if (!browser) return undefined;
  const data = mkdtempSync(join(tmpdir(), 'fleetwatt-window-'));
  const child = spawn(
    browser,
    [`--app=${url}`, `--user-data-dir=${data}`, '--window-size=1440,900', '--remote-debugging-pipe', ...browserFlags()],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  child.stdio[3].on('error', () => {});
  child.stdio[4].on('error', () => {});
  child.stdio[4].resume();
  child.once('exit', () => rmSync(data, { recursive: true, force: true, maxRetries: 5 }));
  return child;
}

async function startDesktop(binary, args) {
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(binary, [...flags, root, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
  process.on('exit', () => child.kill());
  return ended(child);
}

function parse(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        demo: { type: 'boolean' },
        source: { type: 'string' },
        web: { type: 'boolean' },
        'no-open': { type: 'boolean' },
        port: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}`);
    return undefined;
  }
}

/** Runs the console until it is stopped; returns the exit code. */
export async function start(args) {
  const options = parse(args);
  if (!options) return 2;
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  exitWithParent();
  const wantsDesktop = !options.web && !options['no-open'] && !options.port && hasDisplay();
  const binary = wantsDesktop ? findElectron() : undefined;
  if (binary)
    return startDesktop(
      binary,
      args.filter((arg) => arg !== '--'),
    );
  if (wantsDesktop)
    process.stderr.write(
      'No Electron binary here: the console runs as a local web server with a window of your browser.\n',
    );
  return startServe(options);
}

async function startServe(options) {
  const { run } = await import('../dist/node/cli.mjs');
  const args = ['serve'];
  if (options.demo) args.push('--demo');
  for (const name of ['source', 'port', 'profile']) if (options[name]) args.push(`--${name}`, options[name]);
  let window;
  const stop = new AbortController();
  process.on('exit', () => window?.kill());
  const code = await run(args, {
    signal: stop.signal,
    onReady(url) {
      if (options['no-open'] || !hasDisplay()) return;
      window = openAppWindow(url);
      // The window is the app: closing it ends the console.
      window?.once('exit', () => stop.abort());
      if (!window) process.stdout.write('No Chromium-family browser found: open the address above in any browser.\n');
    },
  });
  if (window && window.exitCode === null) {
    window.kill();
    await ended(window);
  }
  return code;
}
