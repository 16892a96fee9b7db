import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseFabricCsv } from '../../../shared/fabric/fabric-csv.ts';
import type { FabricFile } from '../../../shared/fabric/instant.ts';
import { printable } from '../fault.ts';
import type { EngineContext } from '../part.ts';

const NONE: FabricFile = { rows: [], problems: [] };
const MOST_BYTES = 64 << 20;

/** The file of the profile, which need not be there, and those that sources name. */
export function cableFiles({ folder, sources }: Pick<EngineContext, 'folder' | 'sources'>) {
  const given = sources().flatMap(({ settings: { fabricFile } }) => fabricFile ?? []);
  const own = { path: join(folder, 'fabric.csv'), needed: false };
  return [own, ...given.map((path) => ({ path, needed: true }))];
}

/** Reads the fabric.csv of the profile folder, which need not be there, and those of sources. */
export class FabricFileReader {
  #stamp = '';
  #file = NONE;

  /** Reads again when a file changed; gives the very same object while none did. */
  read(files: readonly { readonly path: string; readonly needed: boolean }[]): FabricFile {
    const stamp = files.map(({ path }) => `${path} ${stampOf(path)}`).join('\n');
    if (stamp === this.#stamp) return this.#file;
    this.#stamp = stamp;
    const read = files.map(({ path, needed }) => readOne(path, needed));
    this.#file = { rows: read.flatMap(({ rows }) => rows), problems: read.flatMap(({ problems }) => problems) };
    return this.#file;
  }
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return '-';
  }
}

function readOne(path: string, needed: boolean): FabricFile {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES >> 20} MiB`);
    const { rows, errors } = parseFabricCsv(readFileSync(path, 'utf8'));
    const problems = errors.map(
      ({ line, column, message }) => `${path}, line ${line}, column ${column}: ${printable(message, 200)}`,
    );
    return { rows, problems };
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (absent && !needed) return NONE;
    const why = absent ? 'there is no such file' : (error as Error).message;
    return { rows: [], problems: [`${path} cannot be read: ${why}`] };
  }
}
