import { stringify } from 'yaml';
import { recordingGroups } from '../../shared/recorded/rules.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { writeWhole } from '../engine/store/atomic.ts';
import { type Parsed, UsageError } from './options.ts';

export const exportUsage = `       npm run -s fleetwatt -- rules export --kind KIND [--out FILE]
  Writes a rule file for Prometheus (also Thanos Ruler, Mimir, vmalert).
  --kind recording  racks and above, from targets with labels site, hall, row and rack: the overview of a large fleet
                    is then answered from racks, and GPUs are asked for only where one looks
  --out FILE        write it there instead of to standard output
`;

interface RuleGroup {
  readonly name: string;
  readonly rules: readonly object[];
}

/** Each kind of rule file by its name: the groups in it. */
const GROUPS: ReadonlyMap<string, () => readonly RuleGroup[]> = new Map([
  ['recording', () => recordingGroups({ profiles, rateWindow: '2m' })],
]);

/** How often a server evaluates them. */
const INTERVAL = '30s';

/** `rules export`: a rule file made from the profiles. */
export function exportRules({ values, words }: Parsed, usage: string): number {
  const make = GROUPS.get(String(values.kind ?? ''));
  if (!make) throw new UsageError(`--kind takes ${[...GROUPS.keys()].join(' or ')}\n\n${usage}`);
  if (words.length > 0) throw new UsageError(usage);
  const groups = make().map(({ name, rules }) => ({ name, interval: INTERVAL, rules }));
  const text = stringify({ groups }, { lineWidth: 0 });
  if (typeof values.out === 'string') writeWhole(values.out, text);
  else process.stdout.write(text);
  return 0;
}
