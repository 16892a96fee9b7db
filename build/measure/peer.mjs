// Peers are not dependencies: they are fetched into node_modules/.fleetwatt-peers when a measurement first asks.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { npm, root } from '../install.mjs';

const folder = join(root, 'node_modules', '.fleetwatt-peers');
const versions = { 'parse-prometheus-text-format': '1.1.1', echarts: '6.1.0' };

/** Folder of an installed peer package. Throws with what to do where the registry can't be reached. */
export function peer(name) {
  const at = join(folder, 'node_modules', name);
  if (!existsSync(at)) {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    process.stderr.write('Fetching the peers to measure against (once)\n');
    // All in one call: npm removes what a call without --save does not name.
    const all = Object.entries(versions).map(([peerName, version]) => `${peerName}@${version}`);
    const result = npm(['install', '--no-audit', '--no-fund', '--no-save', '--prefix', folder, ...all], {
      cwd: folder,
    });
    if (result.status !== 0)
      throw new Error(
        `${name} could not be installed, so there is nothing to measure against. Check the network and try again.`,
      );
  }
  return at;
}

/** `require` from inside the peers' folder. */
export function requirePeer(name) {
  peer(name);
  return createRequire(join(folder, 'package.json'))(name);
}

/** Middle value; for an even count the lower of the two middle ones. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/** Milliseconds that `work` takes. */
export function timed(work) {
  const begin = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

/** A row of the result; `factor` is how many times faster we must be. */
export function row(name, workload, ours, theirs, peerName, factor, more = {}) {
  const ratio = theirs / ours;
  return {
    name,
    workload,
    ours,
    theirs,
    unit: 'ms',
    peer: peerName,
    ratio,
    goal: `≥ ${factor} ×`,
    holds: ratio >= factor,
    ...more,
  };
}

/** Fleets of performance.md, in GPUs. */
export const SIZES = [1000, 10_000, 100_000];

/** Fleets that a row is measured on: those up to `size`, or the one of `gpus`. */
export const sizesOf = (size, gpus) => (gpus ? [gpus] : SIZES.filter((one) => one <= size));
