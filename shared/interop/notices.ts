import type { Alert, AlertSeverity } from '../alerting/alert.ts';
import { SEVERITY_RANK } from '../alerting/incidents.ts';
import type { EpochMs } from '../units.ts';
import type { NotifySettings, Sound } from './settings.ts';

/** Notices at the desk: which alert is told, how loud, and when not. */

/** The local time of whoever looks: minutes since midnight, and the day (0 is Sunday). */
export interface LocalTime {
  readonly minute: number;
  readonly day: number;
}

/** One notice; several alerts of a moment are one. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly severity: AlertSeverity;
  /** False: it is only heard. */
  readonly show: boolean;
  readonly sound: Sound;
  /** Ids of the alerts that it tells of. */
  readonly alerts: readonly string[];
}

/** At most one notice in this time. */
export const NOTICE_EVERY_MS = 5000;
const MOST_LINES = 4;
/** From silent to urgent (settings.ts has the list, with zod, which pages do not load). */
const SOUND_RANK: readonly Sound[] = ['none', 'chime', 'bell', 'alarm'];

/** Whether a moment lies in hours without notices; they may go over midnight, and count to the day that they began on. */
export function isQuiet({ quiet }: NotifySettings, { minute, day }: LocalTime, severity: string): boolean {
  return quiet.some(({ from, to, days, exceptCritical }) => {
    if (exceptCritical && severity === 'critical') return false;
    const [begin, end] = [minuteOf(from), minuteOf(to)];
    if (begin < end) return days.includes(day) && minute >= begin && minute < end;
    return (days.includes(day) && minute >= begin) || (days.includes((day + 6) % 7) && minute < end);
  });
}

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** What is told already, and when the last notice was. Alerts that fire when a viewer opens are told of to nobody. */
export interface Noticed {
  readonly told: ReadonlyMap<string, EpochMs>;
  readonly at: EpochMs;
}

/**
 * The notice of alerts that began to fire, are loud and not told yet; null where there is none, or the last one was less
 * than 5 s ago: they wait then.
 */
export function noticeOf(
  alerts: readonly Alert[],
  before: Noticed | null,
  settings: NotifySettings,
  now: EpochMs,
  local: LocalTime,
): { readonly noticed: Noticed; readonly notice: Notice | null } {
  const loud = alerts.filter(
    ({ state, silencedBy, inhibitedBy, acked }) =>
      state === 'firing' && silencedBy.length === 0 && inhibitedBy.length === 0 && acked === null,
  );
  const firing = new Map(loud.map(({ id, firedAt }) => [id, firedAt ?? now]));
  if (before === null) return { noticed: { told: firing, at: Number.NEGATIVE_INFINITY }, notice: null };
  const fresh = loud.filter(({ id, firedAt }) => before.told.get(id) !== (firedAt ?? now));
  const kept = new Map([...before.told].filter(([id]) => firing.has(id)));
  if (fresh.length === 0 || now - before.at < NOTICE_EVERY_MS)
    return { noticed: { told: kept, at: before.at }, notice: null };
  const shown = fresh.filter(({ severity }) => isTold(settings[severity]) && !isQuiet(settings, local, severity));
  const noticed = { told: firing, at: shown.length > 0 ? now : before.at };
  return { noticed, notice: shown.length > 0 ? noticeFor(shown, settings) : null };
}

/** It is shown or heard, or both. */
const isTold = ({ show, sound }: NotifySettings[AlertSeverity]) => show || sound !== 'none';

function noticeFor(alerts: readonly Alert[], settings: NotifySettings): Notice {
  const [first] = [...alerts].sort((a, b) => SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity]);
  const shown = alerts.filter(({ severity }) => settings[severity].show);
  const others = shown.filter((alert) => alert !== first);
  const lines = others.slice(0, MOST_LINES).map(({ title }) => title);
  const more = others.length - lines.length;
  return {
    title: first.title,
    body: [...(first.detail ? [first.detail] : []), ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    severity: first.severity,
    show: shown.length > 0,
    sound: loudest(alerts.map(({ severity }) => settings[severity].sound)),
    alerts: alerts.map(({ id }) => id),
  };
}

const loudest = (sounds: readonly Sound[]): Sound =>
  sounds.reduce((a, b) => (SOUND_RANK.indexOf(b) > SOUND_RANK.indexOf(a) ? b : a), 'none');

/** How many loud alerts nobody has acknowledged, before a page's name: "(3) Fleetwatt". */
export function countedTitle(title: string, count: number): string {
  const bare = title.replace(/^\(\d+\+?\) /, '');
  return count === 0 ? bare : `(${count > 99 ? '99+' : count}) ${bare}`;
}
