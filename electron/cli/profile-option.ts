import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule } from '../../shared/alerting/alert.ts';
import { pack } from '../../shared/alerting/pack.ts';
import type { PlaceBudget } from '../../shared/recorded/feed-quantities.ts';
import { defaultSettings, type Settings, settingsSchema } from '../../shared/settings.ts';
import type { Profile } from '../../shared/signals/profile.ts';
import { profiles as builtIn } from '../../shared/signals/profiles/all.ts';
import { parseBudgetsCsv } from '../../shared/topology-csv.ts';
import { rulesInUse } from '../engine/alerts/rules-in-use.ts';
import { UserProfileReader } from '../engine/store/user-profiles.ts';
import { type Parsed, UsageError } from './options.ts';

export const profileOptionsUsage = `  --profile DIR     the rules, thresholds, budgets and mappings of this profile folder instead of the shipped ones; a
                    console may be using it meanwhile
  --settings FILE   this settings.json instead of the profile's: the shares at which budgets are near and at their cap
`;
export const PROFILE_OPTIONS = { profile: { type: 'string' }, settings: { type: 'string' } } as const;

/** What a person has set, for commands that run without an engine. */
export interface OwnSettings {
  readonly settings: Settings;
  readonly rules: readonly Rule[];
  readonly profiles: readonly Profile[];
  readonly budgets: readonly PlaceBudget[];
}

/** Reads `--profile` and `--settings`; the defaults where neither is given. What is wrong in a rule file is an error. */
export function ownSettings({ values }: Parsed): OwnSettings {
  const { profile, settings: file, budgets } = values;
  const folder = typeof profile === 'string' ? profile : undefined;
  if (folder !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--profile: ${folder} is no folder`);
  const inFolder = (name: string) =>
    folder !== undefined && existsSync(join(folder, name)) ? join(folder, name) : undefined;
  const settingsFile = typeof file === 'string' ? file : inFolder('settings.json');
  const budgetsFile = typeof budgets === 'string' ? budgets : inFolder('budgets.csv');
  return {
    settings: settingsFile === undefined ? defaultSettings : settingsOf(settingsFile),
    rules: folder === undefined ? pack : rulesOf(folder),
    profiles: folder === undefined ? builtIn : profilesOf(folder),
    budgets: budgetsFile === undefined ? [] : budgetsOf(budgetsFile),
  };
}

const MEND = 'Mend it, or give another with --settings.';

function settingsOf(file: string): Settings {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}. ${MEND}`, { cause: error });
  }
  const parsed = settingsSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${file}: ${issue?.path.join('.')}: ${issue?.message ?? 'not valid'}. ${MEND}`);
}

function rulesOf(folder: string): readonly Rule[] {
  const { rules, errors } = rulesInUse(folder);
  const [first] = errors;
  if (first) throw new Error(`rules/${first.file}, line ${first.line}, column ${first.column}: ${first.message}`);
  return rules;
}

function profilesOf(folder: string): readonly Profile[] {
  const { profiles, warnings } = new UserProfileReader(folder).read();
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  return profiles;
}

/** Budgets and ratings of places; feeds may be rated where the place has no budget of its own. */
export function budgetsOf(file: string): readonly PlaceBudget[] {
  const { rows, errors } = parseBudgetsCsv(readFileSync(file, 'utf8'));
  const [first] = errors;
  if (first) throw new Error(`${file}, line ${first.line}, column ${first.column}: ${first.message}`);
  return rows.map(({ place, budgetW, feedAW, feedBW, derate }) => ({
    ...{ path: place, watts: budgetW, feedAW, feedBW, derate },
  }));
}
