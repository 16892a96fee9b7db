import type { Alert } from '../../../shared/alerting/alert.ts';

/** Alerts behind a line of the rail, the one that it is named after first: those of its rule in the same incident. */
export function alertsOfLine(alerts: readonly Alert[], id: string): readonly Alert[] {
  const lead = alerts.find((one) => one.id === id);
  if (lead === undefined || lead.state === 'resolved') return [];
  // One that is pending belongs to no incident yet.
  if (lead.state !== 'firing') return [lead];
  const alike = ({ rule, severity, state, incident }: Alert) =>
    state === 'firing' && rule === lead.rule && severity === lead.severity && incident === lead.incident;
  return [lead, ...alerts.filter((one) => one !== lead && alike(one))];
}
