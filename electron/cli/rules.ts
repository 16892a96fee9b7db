import { parseOptions, UsageError } from './options.ts';
import { PROFILE_OPTIONS } from './profile-option.ts';
import { exportRules, exportUsage } from './rules-export.ts';
import { testRules, testUsage } from './rules-test.ts';
import { ACCESS_OPTIONS } from './source-option.ts';

const usage = `${testUsage}${exportUsage}`;

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
  throw new UsageError(usage);
}
