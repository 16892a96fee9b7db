import { useEffect, useRef } from 'react';
import { type Noticed, noticeOf } from '../../../shared/interop/notices.ts';
import type { NotifySettings } from '../../../shared/interop/settings.ts';
import { useAlerts } from '../../ask/alerts.ts';
import { armSounds, localTime, playSound, soundsOn } from '../../live/sounds.ts';

/**
 * New alerts are heard in this window, as the settings and the quiet hours have it. Where several windows are open each
 * is heard, unless its viewer switched it off.
 *
 * @param version the frame's number of alerts
 * @param live what is shown is live: a replay and a page without data make no sound
 */
export function useNotices(version: number, notify: NotifySettings | undefined, live: boolean, now: number): void {
  const heard = notify !== undefined && [notify.critical, notify.warning, notify.advisory].some(isHeard);
  const on = live && heard && soundsOn();
  const reply = useAlerts(version, on);
  const noticed = useRef<Noticed | null>(null);
  const clock = useRef(now);
  clock.current = now;
  useEffect(armSounds, []);
  useEffect(() => {
    if (!on || notify === undefined || reply.data === undefined) return;
    const next = noticeOf(reply.data.alerts, noticed.current, notify, clock.current, localTime());
    noticed.current = next.noticed;
    if (next.notice) void playSound(next.notice.sound);
  }, [on, notify, reply.data]);
}

const isHeard = ({ sound }: NotifySettings['critical']) => sound !== 'none';
