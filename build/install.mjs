// Installs what package-lock.json names, once for each content of that file.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.fleetwatt-lock');

/** Runs npm with the npm that started us, else the one on the path. Its output goes to standard error. */
export function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  const [file, all] =
    cli?.endsWith('.js') || cli?.endsWith('.cjs') ? [process.execPath, [cli, ...args]] : ['npm', args];
  return spawnSync(file, all, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: file === 'npm' && process.platform === 'win32',
    ...options,
  });
}

/** Makes node_modules match the lock file; throws with npm's exit code when it cannot. */
export function installed() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Fleetwatt needs Node 20.19 or newer; this is ${process.version}.`);
  }
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('Installing packages (once)\n');
  const result = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (result.status !== 0) {
    throw new Error(
      `npm ci failed with exit code ${result.status ?? result.signal}. Its own message stands above; check the network and run the command again.`,
    );
  }
  writeFileSync(stamp, lock);
}
