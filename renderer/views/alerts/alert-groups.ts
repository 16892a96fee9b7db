import type { Alert, AlertSeverity, Incident } from '../../../shared/alerting/alert.ts';
import { formatCount } from '../../../shared/format.ts';
import { standingOf } from './alert-facets.ts';

/** Alerts of one cause, or a single alert. */
export interface AlertGroup {
  readonly id: string;
  /** null for alerts that are of no incident: pending ones. */
  readonly incident: Incident | null;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly alerts: readonly Alert[];
}

/** The list in its sections: what wants somebody, what is pending, what is muted (folded), what was resolved lately. */
export interface Sections {
  readonly open: readonly AlertGroup[];
  readonly pending: readonly Alert[];
  readonly muted: readonly Alert[];
  readonly resolved: readonly Alert[];
}

const RANK: Readonly<Record<AlertSeverity, number>> = { critical: 0, warning: 1, advisory: 2 };

/** Worst first, those that somebody owns behind those that nobody does, then the longest-lasting first. */
function before(a: Alert, b: Alert): number {
  const owned = (alert: Alert) => (alert.acked === null ? 0 : 1);
  return owned(a) - owned(b) || RANK[a.severity] - RANK[b.severity] || a.activeAt - b.activeAt;
}

/** Sorts alerts into sections; firing ones by incident, an incident where its first alert stands. */
export function sectionsOf(alerts: readonly Alert[], incidents: readonly Incident[]): Sections {
  const byId = new Map(incidents.map((incident) => [incident.id, incident]));
  const groups = new Map<string, Alert[]>();
  const [pending, muted, resolved]: Alert[][] = [[], [], []];
  for (const alert of [...alerts].sort(before)) {
    const standing = standingOf(alert);
    if (standing === 'pending') pending.push(alert);
    else if (standing === 'silenced' || standing === 'inhibited') muted.push(alert);
    else if (standing === 'resolved') resolved.push(alert);
    else {
      const key = alert.incident === '' ? alert.id : alert.incident;
      groups.set(key, [...(groups.get(key) ?? []), alert]);
    }
  }
  const open = [...groups].map(([id, list]): AlertGroup => {
    const incident = byId.get(id) ?? null;
    const worst = list.reduce((a, b) => (RANK[b.severity] < RANK[a.severity] ? b : a));
    return { id, incident, severity: worst.severity, title: titleOf(incident, list), alerts: list };
  });
  return { open, pending, muted, resolved: resolved.sort((a, b) => (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0)) };
}

/** An incident's words are the engine's, which tells them anew; where none of it is known any more, its loudest alert's. */
function titleOf(incident: Incident | null, alerts: readonly Alert[]): string {
  if (incident === null) return alerts[0].title;
  if (alerts.some(({ unknownSince }) => unknownSince === null)) return incident.title;
  return alerts.length === 1 ? alerts[0].title : `${alerts[0].title} and ${formatCount(alerts.length - 1)} more`;
}

/** Ids in the order of the list, groups that are folded left out but for their first: what [ and ] step through. */
export function stepsOf(sections: Sections, folded: ReadonlySet<string>): readonly string[] {
  return [
    ...sections.open.flatMap(({ id, alerts }) => (folded.has(id) ? alerts.slice(0, 1) : alerts)),
    ...sections.pending,
    ...(folded.has('muted') ? [] : sections.muted),
    ...(folded.has('resolved') ? [] : sections.resolved),
  ].map(({ id }) => id);
}
