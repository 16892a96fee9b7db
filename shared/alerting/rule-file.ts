import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ruleSchema } from '../contract/alerts.ts';
import type { LineError } from '../csv.ts';
import type { Rule } from './alert.ts';
import { compileRule } from './rules.ts';

/**
 * Rules of the user's own, `rules/*.yaml` in the profile folder: a list of rules, or `rules:` with such a list.
 *
 *     - name: TempMarginLow
 *       when: gpu.temp_margin < 5       # quantities: `fleetwatt rules quantities`, or the editor
 *       clear: gpu.temp_margin > 8      # optional: stays until this holds
 *       for: 2m
 *       keepFiringFor: 5m
 *       severity: warning               # critical, warning or advisory
 *       labels: { team: cooling }
 *
 * `at`, `domain`, `title`, `runbook`, `onStale`, `overrides` (place, when, clear, for) and `enabled` are optional; they
 * mean what the same keys of a rule mean in alert.ts. Durations are as Prometheus writes them: 90s, 2m, 1h30m.
 */
export interface RuleFile {
  readonly rules: readonly Rule[];
  /** What is wrong, at most 20; a rule with an error is left out, the others are used. */
  readonly errors: readonly LineError[];
}

const MOST_ERRORS = 20;
const MOST_BYTES = 1_000_000;
const MOST_RULES = 1000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "1h30m" in ms; NaN where it is no duration. */
export function durationOf(text: string): number {
  if (text === '0') return 0;
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) return Number.NaN;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) sum += Number(count) * UNITS[unit];
  return sum;
}

const duration = z.union([z.string(), z.literal(0)]).transform((text, context) => {
  const ms = durationOf(String(text));
  if (Number.isNaN(ms)) context.addIssue({ code: 'custom', message: 'is no duration such as 90s, 2m or 1h30m' });
  return ms;
});

const { forMs, keepFiringForMs, overrides, runbook, ...same } = ruleSchema.shape;
const written = z.strictObject({
  ...same,
  for: duration.optional(),
  keepFiringFor: duration.optional(),
  overrides: z
    .array(
      z.strictObject({
        place: z.string().min(1).max(500),
        when: z.string().min(1).max(500),
        clear: z.string().max(500).optional(),
        for: duration.optional(),
      }),
    )
    .max(1000)
    .default([]),
  runbook: z
    .strictObject({
      means: z.string().max(2000).default(''),
      check: z.string().max(2000).default(''),
      act: z.string().max(2000).default(''),
    })
    .default({ means: '', check: '', act: '' }),
});

/** Reads one file. Nothing is thrown: what is wrong stands in `errors` with its line and column, from 1. */
export function parseRuleFile(text: string): RuleFile {
  if (text.length > MOST_BYTES)
    return { rules: [], errors: [{ line: 1, column: 1, message: 'The file is larger than 1 MB' }] };
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const errors: LineError[] = [];
  const rules: Rule[] = [];
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    if (errors.length < MOST_ERRORS) errors.push({ line, column: col, message });
  };
  for (const document of Array.isArray(documents) ? documents : []) {
    for (const error of document.errors) at(error.pos[0], error.message);
    if (document.errors.length === 0) readDocument(document, at, rules);
  }
  return { rules, errors };
}

type At = (offset: number, message: string) => void;

function readDocument(document: Document, at: At, rules: Rule[]): void {
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    at(document.contents?.range?.[0] ?? 0, (error as Error).message);
    return;
  }
  const inside = typeof plain === 'object' && plain !== null && 'rules' in plain;
  const list = inside ? (plain as { rules: unknown }).rules : plain;
  // An empty file, or one with comments only, has no rules.
  if (list === null || list === undefined) return;
  if (!Array.isArray(list)) {
    at(document.contents?.range?.[0] ?? 0, 'A list of rules was expected');
    return;
  }
  const root = inside ? ['rules'] : [];
  list.slice(0, MOST_RULES).forEach((one, index) => {
    readRule(one, [...root, index], document, at, rules);
  });
  if (list.length > MOST_RULES) at(offsetOf(document, [...root, MOST_RULES]), `A file has at most ${MOST_RULES} rules`);
}

type Path = readonly (string | number)[];

function readRule(plain: unknown, path: Path, document: Document, at: At, rules: Rule[]): void {
  const checked = written.safeParse(plain);
  if (!checked.success) {
    for (const issue of checked.error.issues) {
      const inner = issue.path.filter((key) => typeof key !== 'symbol');
      const name = inner.filter((key) => typeof key === 'string').at(-1);
      at(offsetOf(document, [...path, ...inner]), name === undefined ? issue.message : `${name}: ${issue.message}`);
    }
    return;
  }
  const { for: wait = 0, keepFiringFor = 0, overrides: others, ...rest } = checked.data;
  const rule: Rule = {
    ...rest,
    ...{ forMs: wait, keepFiringForMs: keepFiringFor },
    overrides: others.map(({ for: own, ...one }) => ({ ...one, ...(own === undefined ? {} : { forMs: own }) })),
  };
  if (rules.some(({ name }) => name === rule.name)) {
    at(offsetOf(document, [...path, 'name']), `${rule.name} stands here twice`);
    return;
  }
  const compiled = compileRule(rule);
  if (compiled.error === '') rules.push(rule);
  else at(offsetOf(document, [...path, 'when']) + Math.max(0, compiled.column - 1), compiled.error);
}

/** Where the value of a path stands in the text; one that is missing, where the nearest that is there begins. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const found = document.getIn(path.slice(0, length), true);
    if (isNode(found) && found.range) return found.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
