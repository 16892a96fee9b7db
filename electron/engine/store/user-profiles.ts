import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../../../shared/signals/profile.ts';
import { profiles as builtIn } from '../../../shared/signals/profiles/all.ts';
import { parseUserProfiles, withUserProfiles } from '../../../shared/signals/user-profile.ts';
import { printable } from '../fault.ts';

/** The profiles in use, and what was wrong with the user's own. */
export interface ProfilesInUse {
  readonly profiles: readonly Profile[];
  readonly warnings: readonly string[];
}

const MOST_BYTES = 1_000_000;
const MOST_FILES = 100;

/** Reads `profiles/*.yaml` of the profile folder; a folder that is not there is no error. */
export class UserProfileReader {
  readonly #folder: string;
  #stamp: string | undefined;
  #read: ProfilesInUse = { profiles: builtIn, warnings: [] };

  constructor(profileFolder: string) {
    this.#folder = join(profileFolder, 'profiles');
  }

  /** Reads again when a file changed; gives the very same object while none did. */
  read(): ProfilesInUse {
    const files = this.#files();
    const stamp = files.map(({ path, stamp: one }) => `${path} ${one}`).join('\n');
    if (stamp === this.#stamp) return this.#read;
    this.#stamp = stamp;
    const warnings: string[] = [];
    const own = files.slice(0, MOST_FILES).flatMap(({ path, size }) => {
      try {
        if (size > MOST_BYTES) throw new Error('it is larger than 1 MB');
        const { profiles, errors } = parseUserProfiles(readFileSync(path, 'utf8'));
        for (const { line, column, message } of errors)
          warnings.push(`${path}, line ${line}, column ${column}: ${printable(message, 200)}`);
        return profiles;
      } catch (error) {
        warnings.push(`${path} cannot be read: ${printable((error as Error).message, 200)}`);
        return [];
      }
    });
    if (files.length > MOST_FILES)
      warnings.push(`${this.#folder} has more than ${MOST_FILES} files: the others are not read`);
    this.#read = { profiles: own.length === 0 ? builtIn : withUserProfiles(own, builtIn), warnings };
    return this.#read;
  }

  #files(): { path: string; stamp: string; size: number }[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return [];
    }
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .flatMap((name) => {
        const path = join(this.#folder, name);
        try {
          const { mtimeMs, size } = statSync(path);
          return [{ path, stamp: `${mtimeMs} ${size}`, size }];
        } catch {
          return [];
        }
      });
  }
}
