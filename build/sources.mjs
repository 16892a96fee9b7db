// Builds every bundle when a source changed since the last build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

const stamp = join(root, 'dist', '.sources');
const inputs = ['shared', 'electron', 'renderer', 'vite.config.ts', 'package-lock.json'];

/** A digest of path, size and modification time of everything that goes into the bundles; some milliseconds. */
function digest() {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(join(root, path));
    if (stat.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) visit(`${path}/${name}`);
    } else if (!/\.(test|fixture)\.tsx?$/.test(path)) {
      hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
    }
  };
  for (const input of inputs) visit(input);
  return hash.digest('hex');
}

/** True where the bundles are those of the sources as they stand. */
function current() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest();
}

/** Builds renderer, hosts, engine and CLI into dist/ when needed. Throws vite's error when it cannot. */
export async function built({ force = false } = {}) {
  if (!force && current()) return;
  process.stderr.write('Building\n');
  const before = digest();
  const { createBuilder } = await import('vite');
  const builder = await createBuilder({ configFile: join(root, 'vite.config.ts'), logLevel: 'error' });
  await builder.buildApp();
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, before);
}
