import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { SNAPSHOT_ENDING } from '../../shared/snapshot/manifest.ts';

/** As much of a file as one answer has; the engine's pieces are as long. */
const PIECE = 384 * 1024;
/** Files that may be asked for at once; older ones are forgotten. */
const MOST = 8;

/**
 * Snapshots that somebody opened from outside: by a double click, by the command line, or through a second instance.
 * They are read where they lie, never copied into the library; the page takes them for as foreign as any dropped file.
 */
export class OpenedFiles {
  readonly #paths = new Map<string, string>();
  #count = 0;

  /** The address of the console that shows a file; null for what is no file with a snapshot's ending. */
  add(path: string, cwd: string): string | null {
    const whole = resolve(cwd, path);
    if (!whole.endsWith(SNAPSHOT_ENDING) || !statSync(whole, { throwIfNoEntry: false })?.isFile()) return null;
    const name = `opened.${++this.#count}`;
    this.#paths.set(name, whole);
    const [oldest] = this.#paths.keys();
    if (this.#paths.size > MOST && oldest !== undefined) this.#paths.delete(oldest);
    return `#/snapshots/${name}?replay=1&name=${encodeURIComponent(basename(whole))}`;
  }

  /** The file of a command line; the last one where there are several. */
  addOf(argv: readonly string[], cwd: string): string | null {
    const path = argv.findLast((arg) => !arg.startsWith('-') && arg.endsWith(SNAPSHOT_ENDING));
    return path === undefined ? null : this.add(path, cwd);
  }

  /** What the call `readSnapshot` answers; null where the name is not one of these. @throws where it cannot be read */
  read({ file, from }: { readonly file: string; readonly from: number }): { bytes: number; base64: string } | null {
    const path = this.#paths.get(file);
    if (path === undefined) return null;
    const handle = openSync(path, 'r');
    try {
      const { size } = fstatSync(handle);
      const piece = Buffer.alloc(Math.max(0, Math.min(PIECE, size - from)));
      const length = readSync(handle, piece, 0, piece.length, from);
      return { bytes: size, base64: piece.toString('base64', 0, length) };
    } finally {
      closeSync(handle);
    }
  }
}
