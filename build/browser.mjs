// Finds a Chromium-family browser: for the app window and for the tests.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { npm, root } from './install.mjs';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
];
const fixed = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((variable) =>
    process.env[variable]
      ? [
          join(process.env[variable], 'Google\\Chrome\\Application\\chrome.exe'),
          join(process.env[variable], 'Microsoft\\Edge\\Application\\msedge.exe'),
        ]
      : [],
  ),
};

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The system's own browser: CHROMIUM_PATH, then PATH, then the usual places. Undefined when there is none. */
export function systemBrowser() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name);
      if (folder && executable(path)) return path;
    }
  }
  return (fixed[process.platform] ?? []).find((path) => existsSync(path));
}

/** Playwright's own download, where somebody made it; undefined otherwise. */
function playwrightBrowser() {
  try {
    const { chromium } = createRequire(join(root, 'package.json'))('playwright');
    const path = chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A Chromium inside an npm package, for Linux x64 machines without any: unpacks it and gives its path. */
async function packagedBrowser() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const name = '@sparticuz/chromium';
  const require = createRequire(join(root, 'package.json'));
  try {
    require.resolve(name);
  } catch {
    process.stderr.write('No browser found; fetching one from the npm registry (once)\n');
    if (npm(['install', '--no-save', '--no-audit', '--no-fund', `${name}@147.0.0`]).status !== 0) return undefined;
  }
  const { default: chromium } = await import(require.resolve(name));
  return chromium.executablePath();
}

/** A browser for tests, in the order of the README; throws with what to do when none can be had. */
export async function testBrowser() {
  const found = systemBrowser() ?? playwrightBrowser() ?? (await packagedBrowser());
  if (!found) {
    throw new Error('The e2e tests need Chromium. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.');
  }
  return found;
}

/** One line of the browser's own version, for a test's output. */
export function browserVersion(path) {
  return spawnSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8', timeout: 20_000 }).stdout?.trim() || path;
}

/** Flags without which Chromium doesn't run as root, and those that keep it off the network. */
export function browserFlags() {
  const flags = [
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  if (process.getuid?.() === 0) flags.push('--no-sandbox', '--test-type');
  return flags;
}
