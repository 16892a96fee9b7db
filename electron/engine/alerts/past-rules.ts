import type { JournalRow, Rule } from '../../../shared/alerting/alert.ts';
import { pack } from '../../../shared/alerting/pack.ts';
import { type CompiledRule, compileRule } from '../../../shared/alerting/rules.ts';
import type { NewRow, RuleRows } from './journal.ts';

/** Shares of a budget from which it is near, and at its cap. */
export interface Ratios {
  readonly warnRatio: number;
  readonly critRatio: number;
}

/** What rules and ratios were at a time, as far as the journal tells. */
export interface RulesThen {
  /** By name; a rule of which that is not known, or that was not there, is missing. */
  readonly rules: ReadonlyMap<string, CompiledRule>;
  /** null: not known. */
  readonly ratios: Ratios | null;
}

const shipped = new Map(pack.map((rule) => [rule.name, rule]));
/** Under this name the ratios of the settings stand among the rules' changes. */
const RATIOS = 'Warning and critical share of a budget';
const compiled = new WeakMap<Rule, CompiledRule>();

/** A rule, a text of one, compiled once. */
function compile(rule: Rule): CompiledRule {
  const known = compiled.get(rule) ?? compileRule(rule);
  compiled.set(rule, known);
  return known;
}

/**
 * Rules and ratios as they were. What was not changed since is what it is today; what was changed is what the last row
 * before says. Before its first row a rule of the pack was as it ships, where no rows were let go; of any other rule it
 * is not known.
 */
export function rulesThen(
  { rows, whole }: RuleRows,
  today: readonly CompiledRule[],
  ratios: Ratios,
  time: number,
): RulesThen {
  const byName = new Map<string, JournalRow[]>();
  for (const row of rows) byName.set(row.rule, [...(byName.get(row.rule) ?? []), row]);
  const rules = new Map<string, CompiledRule>();
  for (const name of new Set([...byName.keys(), ...today.map(({ rule }) => rule.name)])) {
    if (name === RATIOS) continue;
    const now = today.find(({ rule }) => rule.name === name);
    const rule = ruleThen(name, byName.get(name) ?? [], whole, time, now);
    if (rule) rules.set(name, rule);
  }
  return { rules, ratios: ratiosThen(byName.get(RATIOS) ?? [], ratios, time) };
}

function ruleThen(
  name: string,
  rows: readonly JournalRow[],
  whole: boolean,
  time: number,
  now: CompiledRule | undefined,
): CompiledRule | undefined {
  const last = rows.findLast((row) => row.time <= time);
  const ships = shipped.get(name);
  if (last === rows.at(-1)) return now;
  if (last) return last.text === AS_SHIPS ? ships && compile(ships) : ofRow(last, 'Removed');
  // What was removed stands in the row; what was changed does not say from what.
  if (rows[0].text.startsWith('Removed: ')) return ofRow(rows[0], '');
  return whole && ships ? compile(ships) : undefined;
}

const AS_SHIPS = 'As it ships';
/** Rules by the row that has them: a row never changes. */
const read = new WeakMap<JournalRow, Rule>();

/** The rule that a row put in place; undefined where it took one away, or cannot be read. */
function ofRow(row: JournalRow, not: string): CompiledRule | undefined {
  const [, what = '', document = ''] = /^(\w+): (.*)$/s.exec(row.text) ?? [];
  if (what === not || document === '') return undefined;
  try {
    const rule = read.get(row) ?? (JSON.parse(document) as Rule);
    read.set(row, rule);
    return compile(rule);
  } catch {
    return undefined;
  }
}

function ratiosThen(rows: readonly JournalRow[], today: Ratios, time: number): Ratios | null {
  const next = rows.find((row) => row.time > time);
  if (!next) return today;
  const [, warn, crit] = /, before (\S+) and (\S+)$/.exec(next.text) ?? [];
  const [warnRatio, critRatio] = [Number(warn), Number(crit)];
  return warnRatio > 0 && critRatio > 0 ? { warnRatio, critRatio } : null;
}

/** The row of other ratios than those that were written down last. */
export const ratiosChanged = (from: Ratios, to: Ratios): NewRow => ({
  ...{ kind: 'rule', rule: RATIOS, who: 'settings' },
  text: `Changed: ${to.warnRatio} and ${to.critRatio}, before ${from.warnRatio} and ${from.critRatio}`,
});
