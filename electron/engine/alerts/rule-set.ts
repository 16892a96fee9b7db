import type { JournalRow, QuantityInfo, Rule, RuleStatus } from '../../../shared/alerting/alert.ts';
import type { AlertBook } from '../../../shared/alerting/book.ts';
import { pack } from '../../../shared/alerting/pack.ts';
import { quantities } from '../../../shared/alerting/quantities.ts';
import { type CompiledRule, compileRule } from '../../../shared/alerting/rules.ts';
import { FaultError } from '../fault.ts';
import type { Statement } from '../store/database.ts';
import type { NewRow } from './journal.ts';
import { RuleFileReader, type RulesOfFiles } from './rule-files.ts';

const shipped = new Map(pack.map((rule) => [rule.name, rule]));

/** What a change of rules writes down. */
export interface RuleChange {
  readonly rows: readonly NewRow[];
  readonly documents: readonly Statement[];
}

/** The rules in use: the pack with what was changed of it here, and the files' own. */
export class RuleSet {
  readonly #reader: RuleFileReader;
  readonly #changed: Map<string, Rule>;
  #files: RulesOfFiles = { rules: [], errors: [] };
  #compiled: readonly CompiledRule[] = [];

  constructor(folder: string, changed: readonly Rule[]) {
    this.#reader = new RuleFileReader(folder, (name) => shipped.has(name));
    this.#changed = new Map(changed.filter(({ name }) => shipped.has(name)).map((rule) => [rule.name, rule]));
    this.#files = this.#reader.read();
    this.#compile();
  }

  get compiled(): readonly CompiledRule[] {
    return this.#compiled;
  }
  get errors(): RulesOfFiles['errors'] {
    return this.#files.errors;
  }

  #compile(): void {
    const before = new Map(this.#compiled.map((one) => [one.rule, one]));
    const rules = [
      ...pack.map((rule) => this.#changed.get(rule.name) ?? rule),
      ...this.#files.rules.map(({ rule }) => rule),
    ];
    // A rule that is as it was keeps its machine, and with it the identities of its alerts.
    this.#compiled = rules.map((rule) => before.get(rule) ?? compileRule(rule));
  }

  /** Reads the files again where one changed. @returns what changed, undefined where nothing did */
  readFiles(): RuleChange | undefined {
    const before = this.#files;
    const after = this.#reader.read();
    if (after === before) return undefined;
    this.#files = after;
    const text = (rules: RulesOfFiles['rules']) => new Map(rules.map(({ rule }) => [rule.name, JSON.stringify(rule)]));
    const [old, now] = [text(before.rules), text(after.rules)];
    // What reads the same is the same rule.
    this.#files = {
      ...after,
      rules: after.rules.map((one) => {
        const same = before.rules.find(({ rule }) => rule.name === one.rule.name);
        return same && old.get(one.rule.name) === now.get(one.rule.name) ? { ...one, rule: same.rule } : one;
      }),
    };
    this.#compile();
    const rows = [...new Set([...old.keys(), ...now.keys()])].flatMap((name): NewRow[] => {
      if (old.get(name) === now.get(name)) return [];
      const file = [...after.rules, ...before.rules].find(({ rule }) => rule.name === name)?.file ?? '';
      const what = !old.has(name) ? 'Added' : !now.has(name) ? 'Removed' : 'Changed';
      return [{ kind: 'rule', rule: name, who: `rules/${file}`, text: `${what}: ${now.get(name) ?? old.get(name)}` }];
    });
    return { rows, documents: [] };
  }

  /** What the files have other than was written down last: they were changed while no engine looked. */
  unwritten(rows: readonly JournalRow[]): readonly NewRow[] {
    const written = new Map(rows.filter(({ rule }) => !shipped.has(rule)).map((row) => [row.rule, row]));
    const found = this.#files.rules.flatMap(({ rule, file }): NewRow[] => {
      const last = written.get(rule.name)?.text;
      const text = JSON.stringify(rule);
      if (last?.slice(last.indexOf(': ') + 2) === text && !last.startsWith('Removed')) return [];
      return [{ kind: 'rule', rule: rule.name, who: `rules/${file}`, text: `Found: ${text}` }];
    });
    const there = new Set(this.#files.rules.map(({ rule }) => rule.name));
    const gone = [...written.values()].flatMap(({ rule, who, text }): NewRow[] => {
      if (there.has(rule) || !who.startsWith('rules/') || text.startsWith('Removed')) return [];
      return [{ kind: 'rule', rule, who, text: `Removed: ${text.slice(text.indexOf(': ') + 2)}` }];
    });
    return [...found, ...gone];
  }

  /** Changes a rule of the pack. @throws FaultError where it is not of the pack, or cannot be read */
  save(rule: Rule, who: string): RuleChange {
    if (!shipped.has(rule.name))
      throw new FaultError('not-of-pack', `${rule.name} is no rule that ships`, 'Change it in its file in rules/.');
    const { error, column } = compileRule(rule);
    if (error !== '') throw new FaultError('bad-rule', `Column ${column}: ${error}`, 'Correct the condition.');
    const document = JSON.stringify(rule);
    this.#changed.set(rule.name, rule);
    this.#compile();
    return {
      rows: [{ kind: 'rule', rule: rule.name, who, text: `Changed: ${document}` }],
      documents: [['INSERT OR REPLACE INTO rule VALUES (?, ?)', [rule.name, document]]],
    };
  }

  /** Puts a rule of the pack back as it ships. @throws FaultError where there is none of that name */
  reset(name: string, who: string): RuleChange {
    if (!shipped.has(name))
      throw new FaultError('not-of-pack', `${name} is no rule that ships`, 'Change it in its file in rules/.');
    this.#changed.delete(name);
    this.#compile();
    return {
      rows: [{ kind: 'rule', rule: name, who, text: 'As it ships' }],
      documents: [['DELETE FROM rule WHERE name = ?', [name]]],
    };
  }

  /** Every rule with where it comes from and how it does. */
  status(book: AlertBook): readonly RuleStatus[] {
    const counts = new Map<string, { pending: number; firing: number }>();
    for (const { rule, instance } of book.records.values()) {
      if (instance.state === 'inactive') continue;
      const count = counts.get(rule.name) ?? { pending: 0, firing: 0 };
      count[instance.state]++;
      counts.set(rule.name, count);
    }
    return this.#compiled.map(({ rule, error }) => {
      const health = book.healthOf(rule.name);
      const file = this.#files.rules.find((one) => one.rule.name === rule.name)?.file ?? '';
      const seen = Number.isFinite(health.evaluatedAt);
      const lastError = error || health.error;
      return {
        ...rule,
        ...{ from: file === '' ? 'pack' : 'file', file, changed: this.#changed.has(rule.name), lastError },
        ...{ health: lastError !== '' ? 'error' : seen ? 'ok' : 'unknown' },
        evaluatedAt: seen ? health.evaluatedAt : null,
        ...(counts.get(rule.name) ?? { pending: 0, firing: 0 }),
      } satisfies RuleStatus;
    });
  }
}

/** What rules may compare, by name. */
export const quantityList: readonly QuantityInfo[] = [...quantities.values()]
  .map(({ name, label, unit, levels }) => ({ name, label, unit, levels }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
