import { readFileSync, statSync } from 'node:fs';
import { caseFileSchema, differencesOf, runCase } from '../../shared/alerting/cases.ts';
import type { PrometheusSource } from '../../shared/settings.ts';
import { SNAPSHOT_ENDING } from '../../shared/snapshot/manifest.ts';
import { printable } from '../engine/fault.ts';
import { type Parsed, required, UsageError, wholeNumber } from './options.ts';
import { ownSettings, profileOptionsUsage } from './profile-option.ts';
import { backTestCases, stepsOf } from './rules-back-test.ts';
import { namedRules, overServer, overSnapshot } from './rules-past.ts';
import { accessOf, accessUsage, sourceOf } from './source-option.ts';

export const testUsage = `Usage: npm run -s fleetwatt -- rules test CASES.json [--json]
  Evaluates alert rules on given series and prints every state, so that a threshold can be tried on what happened.
  CASES   cases in the form fleetwatt-alert-cases/1 (JSON)
  --json  {"cases": [{"id", "alerts": [{"labels", "states", "activeAt"}]}], "differences": N}
          one character and one time for each evaluation: - inactive, P pending, F firing
  Exit code 1 where a case has "expected" and differs from it, or the file is not right.
       npm run -s fleetwatt -- rules test RULES --series FILE${SNAPSHOT_ENDING} [--json]
       npm run -s fleetwatt -- rules test RULES|CASES.json --source URL --from TIME --to TIME [--step SECONDS] [--json]
  RULES   pack (all rules in use), names of rules such as BudgetNearCap,LinkDown, or rules.yaml as in a profile's rules/.
          What is printed is what the engine would have done, one evaluation an instant; with --json a case a rule, and
          the instants as "times". A snapshot alone is short for pack --series FILE${SNAPSHOT_ENDING}
  --from, --to  RFC 3339 (2026-11-24T08:00:00Z) or seconds since 1970; rounded down to whole steps
  --step        seconds between evaluations (default 30)
  --rate-window window of rate() for the server's counters, at least twice its scrape interval (default 1m)
  --csv FILE    topology.csv; --budgets FILE budgets.csv; --wait-tick B as for export
${profileOptionsUsage}${accessUsage}  Of CASES the server evaluates the expression at every step, and states follow from its answers.
`;

const MOST_BYTES = 512 << 20;

/** `rules test`: cases, or rules over the past. */
export async function testRules(parsed: Parsed, usage: string): Promise<number> {
  const [file, ...more] = parsed.words;
  if (file === undefined || more.length > 0) throw new UsageError(usage);
  if (/\.json$/i.test(file) || isCaseFile(file)) return testCases(file, parsed, usage);
  const { series, source } = parsed.values;
  if (file.endsWith(SNAPSHOT_ENDING))
    return tellPast(parsed, overSnapshot(namedRules('pack', parsed), file, ownSettings(parsed).settings));
  const rules = namedRules(file, parsed);
  if (typeof series === 'string') return tellPast(parsed, overSnapshot(rules, series, ownSettings(parsed).settings));
  if (typeof source === 'string')
    return tellPast(parsed, await overServer(rules, serverOf(source, parsed), stepsOf(parsed, usage), parsed));
  throw new UsageError(
    `Rules are tried on something: give --series FILE${SNAPSHOT_ENDING} or --source URL\n\n${usage}`,
  );
}

/** A case file may be called anything. */
function isCaseFile(file: string): boolean {
  if (/\.(ya?ml|fwsnap)$/i.test(file) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  return true;
}

function serverOf(url: string, parsed: Parsed): PrometheusSource {
  const { 'rate-window': rateWindow } = parsed.values;
  const tick = wholeNumber(parsed, 'wait-tick', [1, 1_000_000], 0);
  const more = { ...(rateWindow === undefined ? {} : { rateWindow }), ...(tick > 0 ? { waitTickBytes: tick } : {}) };
  return sourceOf(url, 'prometheus', { ...accessOf(parsed), ...more }) as PrometheusSource;
}

type Past = ReturnType<typeof overSnapshot>;

function tellPast({ values }: Parsed, test: Past): number {
  for (const { rule, why } of test.failed()) process.stderr.write(`${rule} could not be evaluated: ${why}\n`);
  const results = test.result();
  if (values.json) {
    const times = test.times.map((time) => time / 1000);
    process.stdout.write(`${JSON.stringify({ times, cases: results, differences: 0 })}\n`);
    return 0;
  }
  const lines = test.transitions.map(
    ({ time, kind, severity, rule, title }) =>
      `${instant(time / 1000)}  ${kind.padEnd(8)}  ${severity}  ${rule}  ${printable(title, 300)}`,
  );
  const fired = new Set(test.transitions.flatMap(({ kind, rule }) => (kind === 'firing' ? [rule] : []))).size;
  process.stdout.write(
    `${[...lines, `${test.times.length} evaluations, ${results.length} rules, ${fired} of them fired`].join('\n')}\n`,
  );
  return 0;
}

async function testCases(file: string, parsed: Parsed, usage: string): Promise<number> {
  const { semantics, cases } = read(file);
  const { source } = parsed.values;
  const results =
    typeof source === 'string'
      ? await backTestCases(cases, serverOf(required(parsed, 'source', usage), parsed), stepsOf(parsed, usage))
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
