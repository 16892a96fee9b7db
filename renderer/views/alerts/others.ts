import type { Matcher, Severity } from '../../../shared/alerting/alert.ts';
import type { RemoteMatcher } from '../../../shared/interop/alertmanager.ts';
import type { MergedAlert, Sighting } from '../../../shared/interop/merge.ts';

const CRITICAL = /^(critical|crit|page|emergency|fatal|error|p1|sev1)$/i;
const WARNING = /^(warning|warn|ticket|major|minor|p2|p3|sev2|sev3)$/i;

/** How bad others call it, by their label; whoever says nothing gets no colour that we would have to answer for. */
export function othersSeverity({ labels }: Pick<MergedAlert, 'labels'>): Exclude<Severity, 'nodata'> {
  const said = labels.severity ?? '';
  return CRITICAL.test(said) ? 'critical' : WARNING.test(said) ? 'warning' : 'advisory';
}

/** What it says of itself; the second line of its row. */
export const othersText = ({ annotations }: Pick<MergedAlert, 'annotations'>): string =>
  annotations.summary ?? annotations.description ?? annotations.message ?? '';

/** Labels that tell it from others of its name: "instance=node-1, job=node". */
export function labelWords(labels: Readonly<Record<string, string>>): string {
  const told = Object.entries(labels).filter(([name]) => name !== 'alertname' && name !== 'severity');
  return told.map(([name, value]) => `${name}=${value}`).join(', ');
}

/** "Prom A, am-1 (no answer)": who tells of it. */
export const seenWords = (seenBy: readonly Sighting[]): string =>
  seenBy.map(({ name, silentSince }) => (silentSince === null ? name : `${name} (no answer)`)).join(', ');

const PLACES = ['site', 'hall', 'row', 'rack', 'node'] as const;

/**
 * A silence of ours as Alertmanagers know it: they have labels and no places, so a place is the labels that lead to it.
 *
 * @param under path of a place from site to node, '' for everywhere; a GPU's is its UUID
 */
export function remoteMatchers(matchers: readonly Matcher[], under: string): RemoteMatcher[] {
  if (under === '') return [...matchers];
  const at: RemoteMatcher[] = under.startsWith('GPU-')
    ? [{ name: 'UUID', op: '=', value: under }]
    : under.split('/').map((value, level) => ({ name: PLACES[level] ?? 'node', op: '=', value }));
  return [...matchers, ...at];
}

export const matcherWords = (matchers: readonly RemoteMatcher[]): string =>
  matchers.map(({ name, op, value }) => `${name} ${op} ${value === '' ? '""' : value}`).join(', ');
