// `npm run dev`: rebuilds on change and restarts the serve host.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';
import { built } from './sources.mjs';

/** Builds, starts `serve` with the given arguments, and does both again after each change. Runs until stopped. */
export async function dev(args) {
  let child;
  let timer;
  const restart = async () => {
    try {
      await built();
    } catch (error) {
      process.stderr.write(`${error.message}\n`);
      return;
    }
    child?.kill();
    child = spawn(process.execPath, [join(root, 'build/run.mjs'), 'fleetwatt', 'serve', ...args], { stdio: 'inherit' });
  };
  process.on('exit', () => child?.kill());
  for (const folder of ['shared', 'electron', 'renderer']) {
    watch(join(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(restart, 300);
    });
  }
  await restart();
  return new Promise(() => {});
}
