import { quantityList } from '../engine/alerts/rule-set.ts';
import { parseOptions, UsageError } from './options.ts';
import { PROFILE_OPTIONS } from './profile-option.ts';
import { exportRules, exportUsage } from './rules-export.ts';
import { testRules, testUsage } from './rules-test.ts';
import { ACCESS_OPTIONS } from './source-option.ts';

const usage = `${testUsage}${exportUsage}       npm run -s fleetwatt -- rules quantities [--json]
  What conditions may compare: name, unit, and the kinds of object that have it.
`;

const TEXTS = [
  'kind',
  'out',
  'budgets',
  'csv',
  'interval',
  'wait-tick',
  'rate-window',
  'series',
  'source',
  'from',
  'to',
  'step',
];

/** `rules`: alert rules without a fleet. */
export async function rules(args: readonly string[]): Promise<number> {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, { type: 'string' as const }]));
  const options = { json: { type: 'boolean' }, ...texts, ...PROFILE_OPTIONS, ...ACCESS_OPTIONS } as const;
  const parsed = parseOptions(args, options, usage);
  if (!parsed) return 0;
  const [verb, ...words] = parsed.words;
  if (verb === 'export') return exportRules({ ...parsed, words }, usage);
  if (verb === 'test') return testRules({ ...parsed, words }, usage);
  if (verb === 'quantities' && words.length === 0) return tellQuantities(parsed.values.json === true);
  throw new UsageError(usage);
}

function tellQuantities(json: boolean): number {
  const lines = quantityList.map(
    ({ name, unit, label, levels }) => `${name.padEnd(28)}  ${unit.padEnd(7)}  ${label} (${levels.join(', ')})`,
  );
  process.stdout.write(json ? `${JSON.stringify(quantityList)}\n` : `${lines.join('\n')}\n`);
  return 0;
}
