import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const TRIES = 5;

function rename(from: string, to: string): void {
  for (let left = TRIES; ; left--) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      // On Windows a virus scanner may hold the file for a moment.
      const busy =
        ['EPERM', 'EBUSY', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '') &&
        process.platform === 'win32';
      if (!busy || left === 0) throw error;
    }
  }
}

/** Replaces a file: a reader, and a machine that loses power, finds the old text or the new one, never half of one. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    // Not writeSync: on a disk with little room left it may write a part and say so by its result alone.
    writeFileSync(handle, text);
    fsyncSync(handle);
  } catch (error) {
    closeSync(handle);
    unlinkSync(temporary);
    throw error;
  }
  closeSync(handle);
  rename(temporary, file);
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
