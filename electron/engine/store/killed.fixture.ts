import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'vite';

/** Bundles a program of tests that runs in a process of its own, to be killed. @returns its path */
export async function bundled(entry: string, folder: string): Promise<string> {
  const outDir = join(folder, 'bundle');
  await build({
    ...{ configFile: false, root: process.cwd(), logLevel: 'error' },
    build: {
      ...{ outDir, target: 'node20', ssr: entry },
      rollupOptions: { output: { entryFileNames: 'killed.mjs' } },
    },
    // SQLite has a file of its own beside it, so it stays where it is.
    ssr: { noExternal: true, external: ['node-sqlite3-wasm'] },
    plugins: [
      {
        name: 'sqlite-where-it-is',
        enforce: 'post',
        generateBundle(_, bundle) {
          const path = join(process.cwd(), 'node_modules/node-sqlite3-wasm/dist/node-sqlite3-wasm.js');
          for (const chunk of Object.values(bundle)) {
            if ('code' in chunk) chunk.code = chunk.code.replaceAll('"node-sqlite3-wasm"', JSON.stringify(path));
          }
        },
      },
    ],
  });
  return join(outDir, 'killed.mjs');
}

/**
 * Runs the program until it has said `least` things or some more, then kills it at a moment that depends on `n`.
 * @returns all that it said
 */
export async function runAndKill<Said>(
  program: string,
  args: readonly string[],
  n: number,
  least = 2,
): Promise<readonly Said[]> {
  const child = fork(program, [...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const said: Said[] = [];
  child.on('message', (message) => said.push(message as Said));
  while (said.length < least + (n % 4)) await once(child, 'message');
  // Not a wait for something to happen: the moment is what is being tried, and it is another each time.
  await new Promise((resolve) => setTimeout(resolve, (n * 37) % 31));
  child.kill('SIGKILL');
  await once(child, 'exit');
  return said;
}
