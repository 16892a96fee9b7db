import type { AlertDomain, AlertSeverity, AlertSummary, AlertsReply } from '../../../shared/alerting/alert.ts';
import { pastTitle } from '../../../shared/alerting/tense.ts';
import { formatCount } from '../../../shared/format.ts';

/** One cause as the wall tells it: by its loudest alert, in as few letters as it takes. */
export interface Cause {
  readonly id: string;
  readonly severity: AlertSeverity;
  readonly domain: AlertDomain;
  readonly title: string;
  /** The same in the past tense: for a wall that has lost its data. */
  readonly was: string;
  readonly detail: string;
  readonly startedAt: number;
}

/** Causes that fire and are not muted, in the order of the reply: worst first. */
export function causesOf({ alerts, incidents }: Pick<AlertsReply, 'alerts' | 'incidents'>): readonly Cause[] {
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  return incidents.flatMap(
    ({ id, severity, domain, title, detail, startedAt, alerts: own, firing, muted }): Cause[] => {
      if (muted || firing === 0) return [];
      const loudest = byId.get(own[0] ?? '');
      const others = firing > 1 ? `+${formatCount(firing - 1)} related` : '';
      const words = loudest ? loudest.detail : detail;
      return [
        {
          ...{ id, severity, domain, startedAt, title: shortTitle(loudest?.title ?? title) },
          was: shortTitle(loudest ? pastTitle(loudest) : title),
          detail: [shortDetail(words, others !== ''), others].filter((part) => part !== '').join(', '),
        },
      ];
    },
  );
}

/**
 * Why a list without causes does not say that nothing is active; '' where it does. A frame counts what fires before the
 * list of it has come: of a large fleet that takes a moment.
 *
 * @param failed the list was asked for last without an answer
 */
export function unknownOf(
  reply: Pick<AlertsReply, 'evaluatedAt' | 'version'> | undefined,
  told: Pick<AlertSummary, 'counts' | 'version'> | undefined,
  failed: boolean,
): string {
  if (reply?.evaluatedAt === null) return 'Alerts are not known: no rule has run yet';
  const { critical = 0, warning = 0, advisory = 0 } = told?.counts ?? {};
  const firing = critical + warning + advisory;
  const isAwaited = firing > 0 && reply?.version !== told?.version;
  if (failed && (isAwaited || reply === undefined)) return 'Alerts are not known: they could not be read';
  if (isAwaited) return `Loading ${formatCount(firing)} ${firing === 1 ? 'alert' : 'alerts'}`;
  return reply === undefined ? 'Loading alerts' : '';
}

/** "Row A2 at 97.8% of budget" → "Row A2 97.8%": what is read from five metres has room for few words. */
export const shortTitle = (title: string) =>
  title
    .replace(/ (counted )?at ((≥ )?[\d.,]+%) of (\w+ )?budget$/, ' $1$2')
    .replace(/^GPU /, '')
    .replace(/^Link (\S+) \S+ saturated$/, '$1 link full')
    .replace(/^Link (\S+) \S+ /, '$1 link ')
    .replace(/ uplinks (were )?saturated$/, (_, past = '') => ` ${past && 'was '}full`)
    .replace(/ in HW thermal slowdown$/, ' hot')
    .replace(/ in SW thermal slowdown$/, ' hot')
    .replace(/ in HW power brake$/, ' power brake')
    .replace(/^Source (.+) does not answer$/, '$1 silent')
    .replace(/^Node (\S+) has (never reported|stopped reporting)$/, '$1 silent')
    .replace(/ has (never reported|stopped reporting)$/, ' $1');

/** The first sentence; how fast it rises and what its limit is are read at the desk where more follows. */
const shortDetail = (detail: string, more: boolean) =>
  detail
    .replace(/\.(\s.*)?$/, '')
    .replace(/, (rising|falling) .*$/, more ? '' : ', $1')
    .replace(/, limit .*$/, more ? '' : '$&')
    .replace(/( of their rate), \d.* full$/, more ? '$1' : '$&');
