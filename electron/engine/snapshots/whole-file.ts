import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Ending of what is being written; never the ending of what may be opened. */
const UNFINISHED = '.part';

const PIECE = 1 << 20;

/**
 * Writes a file that is there whole or not at all, also when the process or the machine ends at any moment: into a file
 * of another name in the same folder, to the disk, renamed, and the folder to the disk. Does not hold up the engine.
 *
 * @param progress hears of the bytes so far; what it throws ends the writing and leaves nothing
 */
export async function writeFileWhole(
  file: string,
  bytes: Uint8Array,
  progress: (written: number) => void = () => {},
): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}${UNFINISHED}`);
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await writeAll(handle, bytes, progress);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, progress: (written: number) => void): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, Math.min(PIECE, bytes.length - at));
    at += bytesWritten;
    progress(at);
  }
}

/** Removes what an earlier process left unfinished. Only the owner of the profile's lock may call it. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('.') && name.endsWith(UNFINISHED)) await unlink(join(folder, name)).catch(() => {});
  }
}
