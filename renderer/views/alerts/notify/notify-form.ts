import type { AlertSeverity } from '../../../../shared/alerting/alert.ts';
import type { LocalTime } from '../../../../shared/interop/notices.ts';
import type { NotifySettings, Sound } from '../../../../shared/interop/settings.ts';

/** What can be set of notices, in the words of the screen. */

export type QuietHours = NotifySettings['quiet'][number];

export const SOUND_WORDS: Readonly<Record<Sound, string>> = {
  none: 'No sound',
  chime: 'Chime',
  bell: 'Bell',
  alarm: 'Alarm',
};
export const SEVERITY_WORDS: Readonly<Record<AlertSeverity, string>> = {
  critical: 'Critical',
  warning: 'Warning',
  advisory: 'Advisory',
};
/** Monday first; the number is that of the settings, where 0 is Sunday. */
export const DAYS: readonly (readonly [day: number, name: string])[] = [
  [1, 'Mon'],
  [2, 'Tue'],
  [3, 'Wed'],
  [4, 'Thu'],
  [5, 'Fri'],
  [6, 'Sat'],
  [0, 'Sun'],
];
export const MOST_QUIET = 20;
export const NEW_QUIET: QuietHours = { from: '22:00', to: '06:00', days: [0, 1, 2, 3, 4, 5, 6], exceptCritical: true };

const TIME = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;

/** What is wrong with one entry of quiet hours; '' where it is right. */
export function quietError({ from, to, days }: QuietHours): string {
  if (!TIME.test(from) || !TIME.test(to)) return 'Give both times, such as 22:00 and 06:00.';
  if (from === to) return 'Begin and end are the same: give hours, or switch the sound off above.';
  return days.length === 0 ? 'Choose at least one day.' : '';
}

/** "22:00 to 06:00 of the next day". */
export const spanWords = ({ from, to }: QuietHours): string => `${from} to ${to}${from > to ? ' of the next day' : ''}`;

/** Which severities are not told at this moment, and why. */
export function quietNow(
  settings: NotifySettings,
  local: LocalTime,
  isQuiet: (settings: NotifySettings, local: LocalTime, severity: string) => boolean,
): string {
  if (!isQuiet(settings, local, 'warning')) return 'It is not quiet now.';
  return isQuiet(settings, local, 'critical')
    ? 'It is quiet now: nothing is told, critical alerts neither.'
    : 'It is quiet now: only critical alerts are told.';
}
