import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { pack } from '../../shared/alerting/pack.ts';
import { alertingFile, type PlaceBudget } from '../../shared/recorded/alerting.ts';
import { recordingGroups } from '../../shared/recorded/rules.ts';
import { defaultSettings } from '../../shared/settings.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { parseBudgetsCsv } from '../../shared/topology-csv.ts';
import { writeWhole } from '../engine/store/atomic.ts';
import { type Parsed, UsageError, wholeNumber } from './options.ts';

export const exportUsage = `       npm run -s fleetwatt -- rules export --kind KIND [--out FILE]
  Writes a rule file for Prometheus (also Thanos Ruler, Mimir, vmalert).
  --kind recording  racks and above, from targets with labels site, hall, row and rack: the overview of a large fleet
                    is then answered from racks, and GPUs are asked for only where one looks
  --kind alerting   the pack of alerts with its runbooks; says what cannot be told by a server, and why
  --budgets FILE    alerting: budgets.csv, without which there are no alerts about budgets
  --interval S      alerting: seconds between evaluations (1 to 300, default 30)
  --out FILE        write it there instead of to standard output
`;

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly object[] }[];
  /** What a person should know of it, one line each. */
  readonly notes: readonly string[];
}

/** Each kind of rule file by its name. */
const FILES: ReadonlyMap<string, (parsed: Parsed) => RuleFile> = new Map([
  ['recording', () => ({ groups: recordingGroups({ profiles, rateWindow: '2m' }), notes: [] })],
  ['alerting', alerting],
]);

function alerting(parsed: Parsed): RuleFile {
  const { budgets: file } = parsed.values;
  const { warnRatio, critRatio } = defaultSettings;
  const { groups, left } = alertingFile(pack, {
    ...{ profiles, rateWindow: '2m', intervalS: intervalOf(parsed), budgets: budgetsOf(file) },
    constants: { warn_ratio: warnRatio, crit_ratio: critRatio },
  });
  const unplaced = typeof file === 'string' ? [] : ['Without --budgets FILE there are no alerts about budgets.'];
  return { groups, notes: [...unplaced, ...left.map(({ rule, why }) => `Not in this file: ${rule}: ${why}.`)] };
}

function budgetsOf(file: string | boolean | undefined): readonly PlaceBudget[] {
  if (typeof file !== 'string') return [];
  const { rows, errors } = parseBudgetsCsv(readFileSync(file, 'utf8'));
  const [first] = errors;
  if (first) throw new Error(`${file}, line ${first.line}, column ${first.column}: ${first.message}`);
  return rows.flatMap(({ place, budgetW }) => (budgetW > 0 ? [{ path: place, watts: budgetW }] : []));
}

/** How often a server evaluates them, seconds. */
const intervalOf = (parsed: Parsed) => wholeNumber(parsed, 'interval', [1, 300], 30);

/** `rules export`: a rule file made from the profiles. */
export function exportRules(parsed: Parsed, usage: string): number {
  const { values, words } = parsed;
  const make = FILES.get(String(values.kind ?? ''));
  if (!make) throw new UsageError(`--kind takes ${[...FILES.keys()].join(' or ')}\n\n${usage}`);
  if (words.length > 0) throw new UsageError(usage);
  const { groups, notes } = make(parsed);
  const timed = groups.map(({ name, rules }) => ({ name, interval: `${intervalOf(parsed)}s`, rules }));
  const text = notes.map((note) => `# ${note}\n`).join('') + stringify({ groups: timed }, { lineWidth: 0 });
  if (typeof values.out === 'string') writeWhole(values.out, text);
  else process.stdout.write(text);
  return 0;
}
