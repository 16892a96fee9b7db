import type { Alert, Runbook } from '../alerting/alert.ts';
import type { EpochMs } from '../units.ts';
import { linkOf, type OurAlert } from './our-alert.ts';

/**
 * What a webhook gets: `POST` of this JSON, signed. README.md documents it for whoever writes a receiver.
 *
 *     X-Fleetwatt-Delivery: hook-1-17          the same for every attempt: a receiver may drop what it has
 *     X-Fleetwatt-Timestamp: 1764090000        seconds, of this attempt
 *     X-Fleetwatt-Signature: v1=HEX            HMAC-SHA256 with the shared key over TIMESTAMP + "." + body
 */
export const WEBHOOK_FORMAT = 'fleetwatt-webhook/1';

/** One thing that happened to one alert. Times are RFC 3339. */
export interface WebhookEvent {
  readonly event: 'firing' | 'resolved' | 'test';
  /** When it happened. */
  readonly at: string;
  readonly alert: string;
  readonly rule: string;
  readonly severity: string;
  readonly domain: string;
  readonly title: string;
  readonly detail: string;
  readonly object: string;
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly incident: string;
  readonly firedAt: string | null;
  readonly resolvedAt: string | null;
  readonly runbook: Runbook;
  /** Shows it in the console; '' where none is served. */
  readonly link: string;
}

/** What a webhook was told to fire: when that began, and the event. */
export interface Announced {
  readonly firedAt: EpochMs;
  readonly event: WebhookEvent;
}

const RANK: Readonly<Record<string, number>> = { critical: 0, warning: 1, advisory: 2 };

/** Whether a person should hear of it: it fires, is bad enough, and nothing mutes it. */
function isLoud({ state, severity, silencedBy, inhibitedBy }: Alert, least: string): boolean {
  if (state !== 'firing' || silencedBy.length > 0 || inhibitedBy.length > 0) return false;
  return (RANK[severity] ?? 2) <= (RANK[least] ?? 2);
}

/** What one webhook is to be told: what became loud, and the end of what it was told of. */
export interface News {
  readonly fired: readonly { readonly id: string; readonly announced: Announced }[];
  readonly ended: readonly { readonly id: string; readonly event: WebhookEvent }[];
}

/**
 * Holds all alerts of now against what a webhook was told. An alert that is silenced is told once the silence ends, if
 * it fires still; one that was told and then silenced is told to have ended when it has.
 */
export function newsOf(
  ours: readonly OurAlert[],
  told: ReadonlyMap<string, Announced>,
  least: string,
  now: EpochMs,
  console = '',
): News {
  const fired: { id: string; announced: Announced }[] = [];
  const firing = new Set<string>();
  const known = new Map<string, OurAlert>();
  for (const one of ours) {
    const { alert } = one;
    known.set(alert.id, one);
    if (alert.state === 'firing') firing.add(alert.id);
    const firedAt = alert.firedAt ?? now;
    if (isLoud(alert, least) && told.get(alert.id)?.firedAt !== firedAt)
      fired.push({ id: alert.id, announced: { firedAt, event: eventOf('firing', one, now, console) } });
  }
  const ended = [...told].flatMap(([id, { event }]) => {
    if (firing.has(id)) return [];
    const one = known.get(id);
    if (one && one.alert.state === 'resolved') return [{ id, event: eventOf('resolved', one, now, console) }];
    // Its rule was deleted or changed: what was told of it has ended all the same.
    return [{ id, event: { ...event, event: 'resolved' as const, at: iso(now), resolvedAt: iso(now) } }];
  });
  return { fired, ended };
}

const iso = (time: EpochMs): string => new Date(time).toISOString();

function eventOf(
  event: 'firing' | 'resolved',
  { alert, runbook }: OurAlert,
  now: EpochMs,
  console: string,
): WebhookEvent {
  const { id, rule, severity, domain, title, detail, object, path, labels, value, limit, unit, incident } = alert;
  return {
    event,
    at: iso((event === 'firing' ? alert.firedAt : alert.resolvedAt) ?? now),
    alert: id,
    ...{ rule, severity, domain, title, detail, object, path, labels, value, limit, unit, incident },
    firedAt: alert.firedAt === null ? null : iso(alert.firedAt),
    resolvedAt: event === 'firing' || alert.resolvedAt === null ? null : iso(alert.resolvedAt),
    runbook,
    link: linkOf(console, id),
  };
}

/** The body of one request. */
export function webhookBody(events: readonly WebhookEvent[]): string {
  return JSON.stringify({ format: WEBHOOK_FORMAT, events });
}
