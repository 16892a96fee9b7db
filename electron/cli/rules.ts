import { readFileSync, statSync } from 'node:fs';
import { caseFileSchema, differencesOf, runCase } from '../../shared/alerting/cases.ts';
import { parseOptions, UsageError } from './options.ts';
import { exportRules, exportUsage } from './rules-export.ts';

const usage = `Usage: npm run -s fleetwatt -- rules test FILE [--json]
  Evaluates alert rules on given series and prints every state, so that a threshold can be tried on what happened.
  FILE    cases in the form fleetwatt-alert-cases/1 (JSON)
  --json  {"cases": [{"id", "alerts": [{"labels", "states", "activeAt"}]}], "differences": N}
          one character and one time for each evaluation: - inactive, P pending, F firing
  Exit code 1 where a case has "expected" and differs from it, or FILE is not right.
${exportUsage}`;

const MOST_BYTES = 512 << 20;

/** `rules`: alert rules without a fleet. */
export async function rules(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    args,
    {
      json: { type: 'boolean' },
      kind: { type: 'string' },
      out: { type: 'string' },
      budgets: { type: 'string' },
      interval: { type: 'string' },
    },
    usage,
  );
  if (!parsed) return 0;
  const [verb, file, ...more] = parsed.words;
  if (verb === 'export') return exportRules({ ...parsed, words: parsed.words.slice(1) }, usage);
  if (verb !== 'test' || file === undefined || more.length > 0) throw new UsageError(usage);
  const { semantics, cases } = read(file);
  const results = cases.map((one) => ({ one, alerts: runCase(one, semantics) }));
  const differences = results.flatMap(({ one, alerts }) => differencesOf(one, alerts));
  if (parsed.values.json) {
    const told = results.map(({ one: { id }, alerts }) => ({ id, alerts }));
    process.stdout.write(`${JSON.stringify({ cases: told, differences: differences.length })}\n`);
  } else {
    for (const { one, alerts } of results) process.stdout.write(forPerson(one.id, one.evalTimes, alerts));
    process.stdout.write(`${results.length} cases, ${differences.length} differences\n`);
  }
  for (const line of differences) process.stderr.write(`${line}\n`);
  return differences.length > 0 ? 1 : 0;
}

function read(file: string) {
  if (statSync(file).size > MOST_BYTES) throw new Error(`${file} is larger than ${MOST_BYTES >> 20} MiB`);
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = caseFileSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${file}: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not valid'}`);
}

function forPerson(id: number | string, times: readonly number[], alerts: ReturnType<typeof runCase>): string {
  const lines = alerts.flatMap(({ labels, states, activeAt }) => {
    const name = JSON.stringify(labels);
    return [...states].flatMap((state, i) => {
      if (state === (states[i - 1] ?? '-')) return [];
      const word = state === 'F' ? 'firing' : state === 'P' ? 'pending' : 'inactive';
      const since = activeAt[i] === null ? '' : `, active since ${activeAt[i]} s`;
      return [`  ${times[i]} s  ${word}  ${name}${since}`];
    });
  });
  return [`case ${id}: ${lines.length === 0 ? 'no alert' : ''}`, ...lines, ''].join('\n');
}
