import type { AlertsReply } from '../../shared/alerting/alert.ts';
import type { HelloReply } from '../../shared/contract.ts';
import type { Hub, ToViewer } from '../../shared/hub.ts';
import { type LocalTime, type Notice, type Noticed, noticeOf } from '../../shared/interop/notices.ts';
import type { NotifySettings } from '../../shared/interop/settings.ts';
import type { Settings } from '../../shared/settings.ts';

/** What the desktop gives: its notices, its badge, its clock. */
export interface NotifierDoors {
  show(notice: Notice): void;
  /** Loud alerts that nobody has acknowledged. */
  badge(count: number): void;
  now(): number;
  local(): LocalTime;
  repeat(run: () => void, ms: number): () => void;
}

const ASK_EVERY_MS = 2000;

/**
 * Tells of alerts at the desk, with no window open as well: asks the engine as a viewer of its own, every 2 s. What
 * already fired when the desk was opened is on the screen, and not told.
 * @returns ends it
 */
export function startNotifier(hub: Hub, doors: NotifierDoors): () => void {
  let notify: NotifySettings | null = null;
  let noticed: Noticed | null = null;
  let asked = 0;
  let counted = -1;
  const waiting = new Map<number, (value: unknown) => void>();
  const post = (message: ToViewer) => {
    if ('event' in message) {
      if (message.event === 'settings') notify = (message.value as Settings).notify;
      return;
    }
    if (message.ok) waiting.get(message.id)?.(message.value);
    waiting.delete(message.id);
  };
  const link = hub.connect({ role: 'read', post });
  const ask = (call: 'hello' | 'alerts', take: (value: never) => void) => {
    waiting.set(++asked, take as (value: unknown) => void);
    link.receive({ id: asked, call, arg: {} });
  };
  const heard = ({ alerts, counts }: AlertsReply) => {
    if (notify === null) return;
    const count = notify.badge ? counts.unowned : 0;
    if (count !== counted) doors.badge(count);
    counted = count;
    const next = noticeOf(alerts, noticed, notify, doors.now(), doors.local());
    noticed = next.noticed;
    if (next.notice?.show) doors.show(next.notice);
  };
  const stop = doors.repeat(() => {
    // An engine that is being started again answers later, or not at all.
    if (waiting.size > 0) return;
    if (notify === null)
      ask('hello', ({ settings }: HelloReply) => {
        notify = settings.notify;
      });
    else ask('alerts', heard);
  }, ASK_EVERY_MS);
  return () => {
    stop();
    link.close();
  };
}
