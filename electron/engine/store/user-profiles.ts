import type { Profile } from '../../../shared/signals/profile.ts';
import { profiles as builtIn } from '../../../shared/signals/profiles/all.ts';
import { parseUserProfiles, withUserProfiles } from '../../../shared/signals/user-profile.ts';
import { printable } from '../fault.ts';
import { MOST_FILES, YamlFolder } from './yaml-folder.ts';

/** The profiles in use, and what was wrong with the user's own. */
export interface ProfilesInUse {
  readonly profiles: readonly Profile[];
  readonly warnings: readonly string[];
}

/** Reads `profiles/*.yaml` of the profile folder. */
export class UserProfileReader {
  readonly #folder: YamlFolder;
  #read: ProfilesInUse = { profiles: builtIn, warnings: [] };

  constructor(profileFolder: string) {
    this.#folder = new YamlFolder(profileFolder, 'profiles');
  }

  /** Reads again when a file changed; gives the very same object while none did. */
  read(): ProfilesInUse {
    const changed = this.#folder.changed();
    if (!changed) return this.#read;
    const warnings: string[] = [];
    const own = changed.files.flatMap(({ path, text, error }) => {
      if (error !== '') warnings.push(`${path} cannot be read: ${printable(error, 200)}`);
      const { profiles, errors } = parseUserProfiles(text);
      for (const { line, column, message } of error === '' ? errors : [])
        warnings.push(`${path}, line ${line}, column ${column}: ${printable(message, 200)}`);
      return profiles;
    });
    if (changed.tooMany !== '')
      warnings.push(`${this.#folder.path} has more than ${MOST_FILES} files: the others are not read`);
    this.#read = { profiles: own.length === 0 ? builtIn : withUserProfiles(own, builtIn), warnings };
    return this.#read;
  }
}
