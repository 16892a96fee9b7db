import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule, RuleFileError } from '../../../shared/alerting/alert.ts';
import { parseRuleFile } from '../../../shared/alerting/rule-file.ts';
import { printable } from '../fault.ts';

/** Rules of files, with the name of each one's file. */
export interface RulesOfFiles {
  readonly rules: readonly { readonly rule: Rule; readonly file: string }[];
  readonly errors: readonly RuleFileError[];
}

const MOST_FILES = 100;
const MOST_BYTES = 1_000_000;

/** Reads `rules/*.yaml` of the profile folder; a folder that is not there is no error. */
export class RuleFileReader {
  readonly #folder: string;
  readonly #taken: (name: string) => boolean;
  #stamp: string | undefined;
  #read: RulesOfFiles = { rules: [], errors: [] };

  /** @param taken names that a file may not use: those of the pack */
  constructor(profileFolder: string, taken: (name: string) => boolean) {
    this.#folder = join(profileFolder, 'rules');
    this.#taken = taken;
  }

  /** Reads again when a file changed; gives the very same object while none did. */
  read(): RulesOfFiles {
    const files = this.#files();
    const stamp = files.map(({ path, stamp: one }) => `${path} ${one}`).join('\n');
    if (stamp === this.#stamp) return this.#read;
    this.#stamp = stamp;
    const rules: { rule: Rule; file: string }[] = [];
    const errors: RuleFileError[] = [];
    const bad = (file: string, line: number, column: number, message: string) =>
      errors.push({ file, line, column, message: printable(message, 300) });
    for (const { path, name: file } of files.slice(0, MOST_FILES)) {
      const parsed = parse(path);
      for (const { line, column, message } of parsed.errors) bad(file, line, column, message);
      for (const rule of parsed.rules) {
        const other = rules.find((one) => one.rule.name === rule.name);
        if (this.#taken(rule.name)) bad(file, 1, 1, `${rule.name} is the name of a rule that ships`);
        else if (other) bad(file, 1, 1, `${rule.name} stands in ${other.file} already`);
        else rules.push({ rule, file });
      }
    }
    if (files.length > MOST_FILES)
      bad(
        files[MOST_FILES].name,
        1,
        1,
        `There are more than ${MOST_FILES} files: this and those after it are not read`,
      );
    this.#read = { rules, errors };
    return this.#read;
  }

  #files(): { path: string; name: string; stamp: string }[] {
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
          return [{ path, name, stamp: `${mtimeMs} ${size}` }];
        } catch {
          return [];
        }
      });
  }
}

function parse(path: string): ReturnType<typeof parseRuleFile> {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error('The file is larger than 1 MB');
    return parseRuleFile(readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    return { rules: [], errors: [{ line: 1, column: 1, message: (error as Error).message }] };
  }
}
