import type { Alert } from '../../../shared/alerting/alert.ts';

/** What a key asks to be done with the alerts of a line. */
export type Asked = 'ack' | 'silence';

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

/**
 * The window of a key that was pressed before the alerts of its line were there. None where somebody has them already: who
 * asked to acknowledge must not give them back.
 */
export const windowAsked = (asked: Asked, alerts: readonly Alert[]): Asked | null =>
  asked === 'ack' && alerts.every(({ acked }) => acked !== null) ? null : asked;
