import type { Alert, Runbook } from '../alerting/alert.ts';
import type { ToldAlert } from './told-alert.ts';

/** An alert of ours with what a person should do about it. */
export interface OurAlert {
  readonly alert: Alert;
  readonly runbook: Runbook;
}

/** The address of an alert in a console; '' where nobody serves one. */
export const linkOf = (console: string, id: string) =>
  console === '' ? '' : `${console.replace(/\/$/, '')}/#/alerts/${id}`;

/** An alert as Alertmanagers are told of it; nothing of one that is pending. @param console its address, or '' */
export function toldOf({ alert, runbook }: OurAlert, console = ''): readonly ToldAlert[] {
  const { firedAt, resolvedAt, state } = alert;
  if (firedAt === null || state === 'pending') return [];
  const said: readonly (readonly [string, string])[] = [
    ['summary', alert.title],
    ['description', alert.detail],
    ...annotationsOf(runbook),
  ];
  return [
    {
      labels: new Map(Object.entries(alert.labels)),
      annotations: new Map(said.filter(([, text]) => text !== '')),
      firedAt,
      resolvedAt: state === 'resolved' ? (resolvedAt ?? firedAt) : Number.NaN,
      link: linkOf(console, alert.id),
    },
  ];
}

/** A runbook as annotations: what it means, what to check, what to do. */
export function annotationsOf({ means, check, act }: Runbook): readonly (readonly [string, string])[] {
  const lines: readonly (readonly [string, string])[] = [
    ['runbook_means', means],
    ['runbook_check', check],
    ['runbook_act', act],
  ];
  return lines.filter(([, text]) => text !== '');
}
