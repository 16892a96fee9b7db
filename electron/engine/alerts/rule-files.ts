import type { Rule, RuleFileError } from '../../../shared/alerting/alert.ts';
import { parseRuleFile } from '../../../shared/alerting/rule-file.ts';
import { printable } from '../fault.ts';
import { MOST_FILES, YamlFolder } from '../store/yaml-folder.ts';

/** Rules of files, with the name of each one's file. */
export interface RulesOfFiles {
  readonly rules: readonly { readonly rule: Rule; readonly file: string }[];
  readonly errors: readonly RuleFileError[];
}

/** Reads `rules/*.yaml` of the profile folder. */
export class RuleFileReader {
  readonly #folder: YamlFolder;
  readonly #taken: (name: string) => boolean;
  #read: RulesOfFiles = { rules: [], errors: [] };

  /** @param taken names that a file may not use: those of the pack */
  constructor(profileFolder: string, taken: (name: string) => boolean) {
    this.#folder = new YamlFolder(profileFolder, 'rules');
    this.#taken = taken;
  }

  /** Reads again when a file changed; gives the very same object while none did. */
  read(): RulesOfFiles {
    const changed = this.#folder.changed();
    if (!changed) return this.#read;
    const rules: { rule: Rule; file: string }[] = [];
    const errors: RuleFileError[] = [];
    const bad = (file: string, line: number, column: number, message: string) =>
      errors.push({ file, line, column, message: printable(message, 300) });
    for (const { name: file, text, error } of changed.files) {
      if (error !== '') {
        bad(file, 1, 1, error);
        continue;
      }
      const parsed = parseRuleFile(text);
      for (const { line, column, message } of parsed.errors) bad(file, line, column, message);
      for (const rule of parsed.rules) {
        const other = rules.find((one) => one.rule.name === rule.name);
        if (this.#taken(rule.name)) bad(file, 1, 1, `${rule.name} is the name of a rule that ships`);
        else if (other) bad(file, 1, 1, `${rule.name} stands in ${other.file} already`);
        else rules.push({ rule, file });
      }
    }
    if (changed.tooMany !== '')
      bad(changed.tooMany, 1, 1, `There are more than ${MOST_FILES} files: this and those after it are not read`);
    this.#read = { rules, errors };
    return this.#read;
  }
}
