import { stringify } from 'yaml';
import { alertingFile } from '../../shared/recorded/alerting.ts';
import { recordingGroups } from '../../shared/recorded/rules.ts';
import { writeWhole } from '../engine/store/atomic.ts';
import { outPath, type Parsed, UsageError, wholeNumber } from './options.ts';
import { type OwnSettings, ownSettings, profileOptionsUsage } from './profile-option.ts';

export const exportUsage = `       npm run -s fleetwatt -- rules export --kind KIND [--out FILE]
  Writes a rule file for Prometheus (also Thanos Ruler, Mimir, vmalert).
  --kind recording  racks and above, from targets with labels site, hall, row and rack: the overview of a large fleet
                    is then answered from racks, and GPUs are asked for only where one looks. What is recorded gets
                    as old as --interval and a scrape interval together; twice as old is stale (5 min at most)
  --kind alerting   the rules in use with their runbooks; its first lines say what a server cannot tell, and why
  --budgets FILE    alerting: budgets.csv, without which (and without a profile that has one) there are no alerts about budgets
${profileOptionsUsage}  --wait-tick B     bytes that a tick of ports' wait counters stands for; else the one that the profile's
                    sources agree on. Without one, nothing is said about ports that wait
  --rate-window W   window of rate(), such as 2m (the default): at least twice the server's scrape interval
  --interval S      seconds between evaluations (1 to 300, default 30)
  --out FILE        write it there instead of to standard output
`;

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly object[] }[];
  /** What a person should know of it, one line each. */
  readonly notes: readonly string[];
}

/** Each kind of rule file by its name. */
const FILES: ReadonlyMap<string, (parsed: Parsed) => RuleFile> = new Map([
  ['recording', recording],
  ['alerting', alerting],
]);

const NOTES = [
  'Alerts of Fleetwatt for Prometheus 2.42 and later. On a server an alert ends when its series do; in Fleetwatt it holds.',
  'Needs targets with labels site, hall, row and rack, PDUs with a label feed, and a job that scrapes the server itself.',
  'SourceDown is about jobs here, RulesCannotRun about groups of rules; what is usual begins anew after an hour away.',
];

/** Of the profile's own mappings too: boards that only they know would else be in no recorded sum. */
function recording(parsed: Parsed): RuleFile {
  const own = ownSettings(parsed);
  const [rateWindow, intervalS, waitTickBytes] = [windowOf(parsed), intervalOf(parsed), tickOf(parsed, own)];
  return {
    groups: recordingGroups({ profiles: own.profiles, rateWindow, intervalS, waitTickBytes }),
    notes: [],
  };
}

function alerting(parsed: Parsed): RuleFile {
  const own = ownSettings(parsed);
  const { settings, budgets } = own;
  const { groups, left } = alertingFile(own.rules, {
    ...{ profiles: own.profiles, rateWindow: windowOf(parsed), intervalS: intervalOf(parsed), budgets },
    waitTickBytes: tickOf(parsed, own),
    constants: { warn_ratio: settings.warnRatio, crit_ratio: settings.critRatio },
  });
  const unplaced = budgets.length > 0 ? [] : ['Without --budgets FILE there are no alerts about budgets.'];
  return {
    groups,
    notes: [...NOTES, ...unplaced, ...left.map(({ rule, why }) => `Not in this file: ${rule}: ${why}.`)],
  };
}

function windowOf({ values }: Parsed): string {
  const text = values['rate-window'] ?? '2m';
  if (typeof text === 'string' && /^[1-9][0-9]{0,4}[smh]$/.test(text)) return text;
  throw new UsageError(`--rate-window takes a duration such as 2m, not ${JSON.stringify(text)}`);
}

/** `--wait-tick`, else what all sources of the profile that have one agree on. */
function tickOf(parsed: Parsed, { settings }: OwnSettings): number | undefined {
  const given = wholeNumber(parsed, 'wait-tick', [1, 1_000_000], 0);
  if (given > 0) return given;
  const ticks = new Set(settings.sources.flatMap(({ waitTickBytes }) => waitTickBytes ?? []));
  return ticks.size === 1 ? [...ticks][0] : undefined;
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
  if (typeof values.out === 'string') writeWhole(outPath(values.out), text);
  else process.stdout.write(text);
  return 0;
}
