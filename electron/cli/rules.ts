import { readFileSync, statSync } from 'node:fs';
import { caseFileSchema, differencesOf, runCase } from '../../shared/alerting/cases.ts';
import { parseOptions, UsageError } from './options.ts';
import { PROFILE_OPTIONS } from './profile-option.ts';
import { backTestCases, backTestUsage, stepsOf } from './rules-back-test.ts';
import { exportRules, exportUsage } from './rules-export.ts';

const usage = `Usage: npm run -s fleetwatt -- rules test FILE [--json]
  Evaluates alert rules on given series and prints every state, so that a threshold can be tried on what happened.
  FILE    cases in the form fleetwatt-alert-cases/1 (JSON)
  --json  {"cases": [{"id", "alerts": [{"labels", "states", "activeAt"}]}], "differences": N}
          one character and one time for each evaluation: - inactive, P pending, F firing
  Exit code 1 where a case has "expected" and differs from it, or FILE is not right.
${backTestUsage}${exportUsage}`;

const RANGE = Object.fromEntries(['source', 'from', 'to', 'step'].map((name) => [name, { type: 'string' as const }]));

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
      'wait-tick': { type: 'string' },
      'rate-window': { type: 'string' },
      ...PROFILE_OPTIONS,
      ...RANGE,
    },
    usage,
  );
  if (!parsed) return 0;
  const [verb, file, ...more] = parsed.words;
  if (verb === 'export') return exportRules({ ...parsed, words: parsed.words.slice(1) }, usage);
  if (verb !== 'test' || file === undefined || more.length > 0) throw new UsageError(usage);
  const { semantics, cases } = read(file);
  const { source } = parsed.values;
  const results =
    typeof source === 'string'
      ? await backTestCases(cases, source, stepsOf(parsed, usage))
      : cases.map((one) => ({ one, alerts: runCase(one, semantics) }));
  const differences = results.flatMap(({ one, alerts }) => differencesOf(one, alerts));
  if (parsed.values.json) {
    const told = results.map(({ one: { id }, alerts }) => ({ id, alerts }));
    process.stdout.write(`${JSON.stringify({ cases: told, differences: differences.length })}\n`);
  } else {
    for (const { one, alerts } of results)
      process.stdout.write(forPerson(one.id, one.evalTimes, alerts, source === undefined ? seconds : instant));
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

const seconds = (time: number) => `${time} s`;
const instant = (time: number) => new Date(time * 1000).toISOString().replace('.000Z', 'Z');

function forPerson(
  id: number | string,
  times: readonly number[],
  alerts: ReturnType<typeof runCase>,
  told: (time: number) => string,
): string {
  const lines = alerts.flatMap(({ labels, states, activeAt }) => {
    const name = JSON.stringify(labels);
    return [...states].flatMap((state, i) => {
      if (state === (states[i - 1] ?? '-')) return [];
      const word = state === 'F' ? 'firing' : state === 'P' ? 'pending' : 'inactive';
      const start = activeAt[i];
      const since = start === null || start === undefined ? '' : `, active since ${told(start)}`;
      return [`  ${told(times[i] as number)}  ${word}  ${name}${since}`];
    });
  });
  return [`case ${id}: ${lines.length === 0 ? 'no alert' : ''}`, ...lines, ''].join('\n');
}
