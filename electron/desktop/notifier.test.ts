import { expect, test } from 'vitest';
import type { Alert } from '../../shared/alerting/alert.ts';
import type { Hub, Viewer } from '../../shared/hub.ts';
import type { Notice } from '../../shared/interop/notices.ts';
import { defaultSettings } from '../../shared/settings.ts';
import { startNotifier } from './notifier.ts';

test('an alert that begins is told at the desk once, and the badge counts; a dead engine ends nothing', () => {
  const alerts: Alert[] = [];
  let [alive, now, tick] = [true, 0, () => {}];
  const [notices, badges]: [Notice[], number[]] = [[], []];
  const hub = {
    connect: ({ post }: Viewer) => ({
      receive(message: unknown) {
        const { id, call } = message as { id: number; call: string };
        const counts = { unowned: alerts.length };
        if (alive) post({ id, ok: true, value: call === 'hello' ? { settings: defaultSettings } : { alerts, counts } });
        else post({ id, ok: false, fault: { code: 'engine-restarting', message: '', hint: '' } });
      },
      close() {},
    }),
  } as unknown as Hub;
  startNotifier(hub, {
    ...{ show: (notice) => notices.push(notice), badge: (count) => badges.push(count), now: () => now },
    local: () => ({ minute: 720, day: 1 }),
    repeat(run) {
      tick = run;
      return () => {};
    },
  });
  const pass = () => {
    now += 10_000;
    tick();
  };
  const alert = (id: string) =>
    ({
      id,
      state: 'firing',
      severity: 'critical',
      title: id,
      detail: '',
      firedAt: now,
      silencedBy: [],
      inhibitedBy: [],
      acked: null,
    }) as unknown as Alert;
  alerts.push(alert('before'));
  pass();
  pass();
  alerts.push(alert('row A2 at cap'));
  alive = false;
  pass();
  alive = true;
  pass();
  pass();
  expect(notices.map(({ title, sound }) => [title, sound])).toEqual([['row A2 at cap', 'alarm']]);
  expect(badges).toEqual([1, 2]);
});
