import type { Finding, LayoutDocument, Severity } from '../../../shared/contract.ts';
import { HALL } from '../../../shared/topology.ts';
import { ancestorAt, labelOf } from '../places.ts';

export interface ConditionGroup {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const DOMAINS: Readonly<Record<Finding['domain'], string>> = {
  power: 'Power and thermal',
  fabric: 'Interconnect',
  hardware: 'GPU health',
  data: 'Data',
};

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, advisory: 2, nodata: 3 };

/** Conditions grouped by domain and hall; the group with the worst condition first, inside by severity, then age. */
export function conditionGroups(layout: LayoutDocument, findings: readonly Finding[]): readonly ConditionGroup[] {
  const sorted = [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.since - b.since);
  const groups = new Map<string, Finding[]>();
  for (const finding of sorted) {
    const hall = ancestorAt(layout, finding.place, HALL);
    const where = hall >= 0 ? labelOf(layout, hall) : finding.place >= 0 ? labelOf(layout, finding.place) : 'sources';
    const title = `${DOMAINS[finding.domain]}, ${where}`;
    const group = groups.get(title) ?? [];
    group.push(finding);
    groups.set(title, group);
  }
  return [...groups].map(([title, list]) => ({ title, findings: list }));
}

/** What tells one condition from another between two frames: what it is about, then how bad and since when. */
export function conditionKey(layout: LayoutDocument, finding: Finding): string {
  // The title without its numbers tells what kind of condition it is: two of one place may begin together.
  const kind = finding.title.replace(/[\d.,]+/g, '#');
  return [finding.domain, layout.path[finding.place] ?? '', kind, finding.severity, finding.since].join('\n');
}

/** Of how much of a key that says what a condition is about. */
const ABOUT = 3;

/**
 * Where the chosen condition stands in a list, −1: it is over. One that became an alert, or has become worse, has another
 * beginning or severity: it is the same by what it is about.
 */
export function indexOfChosen(layout: LayoutDocument, findings: readonly Finding[], key: string): number {
  if (key === '') return -1;
  const keys = findings.map((finding) => conditionKey(layout, finding));
  const about = (one: string) => one.split('\n').slice(0, ABOUT).join('\n');
  const exact = keys.indexOf(key);
  return exact >= 0 ? exact : keys.findIndex((one) => about(one) === about(key));
}

/** How many conditions there are of each severity, worst first, none left out that is not zero. */
export function countBySeverity(findings: readonly Finding[]): readonly (readonly [Severity, number])[] {
  return (Object.keys(RANK) as Severity[])
    .map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0);
}
