import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One file of the folder. */
export interface YamlFile {
  readonly path: string;
  readonly name: string;
  readonly text: string;
  /** Why it cannot be read; '' where it can. */
  readonly error: string;
}

/** What lies in the folder. */
export interface YamlFiles {
  /** In the order of their names. */
  readonly files: readonly YamlFile[];
  /** The first that is one too many, and is not read any more than those after it; '' where all are read. */
  readonly tooMany: string;
}

const MOST_BYTES = 1_000_000;
export const MOST_FILES = 100;

/** A folder of YAML files in the profile folder, read again when one changed. A folder that is not there is empty. */
export class YamlFolder {
  readonly path: string;
  #stamp: string | undefined;

  constructor(profileFolder: string, name: string) {
    this.path = join(profileFolder, name);
  }

  /** All files if any changed since this was asked last; undefined where none did. */
  changed(): YamlFiles | undefined {
    const found = this.#list();
    const stamp = found.map(({ path, stamp: one }) => `${path} ${one}`).join('\n');
    if (stamp === this.#stamp) return undefined;
    this.#stamp = stamp;
    return { files: found.slice(0, MOST_FILES).map(readOne), tooMany: found[MOST_FILES]?.name ?? '' };
  }

  #list(): { path: string; name: string; stamp: string }[] {
    let names: string[];
    try {
      names = readdirSync(this.path);
    } catch {
      return [];
    }
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .flatMap((name) => {
        const path = join(this.path, name);
        try {
          const { mtimeMs, size } = statSync(path);
          return [{ path, name, stamp: `${mtimeMs} ${size}` }];
        } catch {
          return [];
        }
      });
  }
}

function readOne({ path, name }: { path: string; name: string }): YamlFile {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error('It is larger than 1 MB');
    return { path, name, text: readFileSync(path, 'utf8').replace(/^\ufeff/, ''), error: '' };
  } catch (error) {
    return { path, name, text: '', error: (error as Error).message };
  }
}
