import { afterEach, expect, test } from 'vitest';
import type { OurAlert } from '../../shared/interop/our-alert.ts';
import { read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { ourAlert, type Receiver, type Running, startInterop, startReceiver, until } from './interop.fixture.ts';
import { freePort, type Running as Server } from './running.ts';
import { startAlertmanager } from './servers.ts';

const real = requireReal('alertmanager');
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const named = (title: string) => titled(title, real);
const runReal = test.skipIf(real.skip !== null);

async function alertmanager(receiver?: Receiver): Promise<Server> {
  const to = receiver ? `, webhook_configs: [{url: '${receiver.url}', send_resolved: true}]` : '';
  const server = await startAlertmanager({
    configText: `route: {receiver: all, group_by: [site], group_wait: 1s, group_interval: 1s}\nreceivers: [{name: all${to}}]\n`,
  });
  closing.push(() => server.stop());
  return server;
}

function interop(...urls: readonly string[]): Running {
  const alertmanagers = urls.map((url, i) => ({ id: `am-${i}`, name: `AM ${i}`, url, timeoutMs: 60_000 }));
  const running = startInterop({ alertmanagers });
  closing.push(() => running.close());
  return running;
}

/** One evaluation with these alerts, a moment after the last. */
function evaluate(running: Running, alerts: readonly OurAlert[]): number {
  const at = Math.max(Date.now(), (running.evaluated?.at ?? 0) + 1);
  running.evaluated = { at, intervalMs: 5000, alerts };
  running.tick();
  return at;
}

interface ApiAlert {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly generatorURL: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: { readonly state: string; readonly silencedBy: readonly string[] };
}
const alertsOf = async (server: Server) => JSON.parse(await read(`${server.url}/api/v2/alerts`)) as ApiAlert[];
const count = (server: Server, wanted: number) =>
  until(
    () => alertsOf(server),
    ({ length }) => length === wanted,
  );

runReal(named('receives, groups, is silenced from here, and sees resolves'), async () => {
  const receiver = await startReceiver();
  closing.push(() => receiver.close());
  const server = await alertmanager(receiver);
  const running = interop(server.url);
  const firedAt = Date.now() - 120_000;
  const firing = ['a1', 'a2'].map((rack) => ourAlert(rack, { firedAt }));
  const at = evaluate(running, [...firing, ourAlert('a3', { state: 'pending', firedAt: null })]);

  const alerts = await count(server, 2);
  expect(alerts.map(({ labels }) => labels.rack).sort()).toEqual(['a1', 'a2']);
  for (const { startsAt, endsAt, annotations, labels, generatorURL } of alerts) {
    expect(generatorURL).toBe(`http://console:8080/#/alerts/${'0'.repeat(14)}${labels.rack}`);
    expect(Date.parse(startsAt)).toBe(firedAt);
    expect(Date.parse(endsAt)).toBe(at + 4 * 60_000);
    expect(annotations).toMatchObject({ runbook_act: 'Shed load.' });
  }
  // Alerts that began longer ago than the group waits are told at once: the first notification may be of one of them.
  const groups = await until(
    () => receiver.bodies.map(({ text }) => JSON.parse(text)),
    (told) => told.some(({ alerts }) => alerts.length === 2),
  );
  for (const group of groups) expect(group).toMatchObject({ status: 'firing', groupLabels: { site: 'PDX-1' } });
  expect(groups.at(-1)?.alerts, 'one notification for the group').toHaveLength(2);

  const matchers = [{ name: 'rack', op: '=~' as const, value: 'a1|zz' }];
  const made = await running.call('silenceOthers', {
    ...{ alertmanagers: [], matchers, endsAt: Date.now() + 3_600_000, who: 'Kim', reason: 'PDU work' },
  });
  expect(made.failed).toEqual([]);
  const silenced = await until(
    () => alertsOf(server),
    (all) => all.some(({ status }) => status.state === 'suppressed'),
  );
  expect(silenced.filter(({ status }) => status.state === 'suppressed').map(({ labels }) => labels.rack)).toEqual([
    'a1',
  ]);
  const others = await until(
    () => running.call('othersAlerts', {}),
    ({ alerts: all }) => all.some(({ state }) => state === 'suppressed'),
  );
  expect(others.alerts.map(({ labels, state, ours }) => [labels.rack, state, ours])).toEqual([
    ['a2', 'firing', true],
    ['a1', 'suppressed', true],
  ]);
  expect(await running.call('othersSilences', {})).toMatchObject([{ ours: true, state: 'active', createdBy: 'Kim' }]);

  const resolvedAt = Date.now();
  evaluate(running, [firing[0] as OurAlert, ourAlert('a2', { firedAt, state: 'resolved', resolvedAt })]);
  await count(server, 1);
  const told = await until(
    () => receiver.bodies.map(({ text }) => JSON.parse(text)).flatMap((body) => body.alerts),
    (all) => all.some(({ status }: { status: string }) => status === 'resolved'),
  );
  expect(told.find(({ status }: { status: string }) => status === 'resolved')).toMatchObject({
    labels: { rack: 'a2' },
  });
  await running.call('expireOthersSilence', { alertmanager: 'am-0', id: made.made[0]?.id ?? '' });
  const loud = await until(
    () => alertsOf(server),
    (all) => all.every(({ status }) => status.state === 'active'),
  );
  expect(loud).toHaveLength(1);
});

runReal(
  named('stopped and started again it has every alert and silence at once; killed, the silence is offered'),
  async () => {
    const server = await alertmanager();
    const running = interop(server.url);
    const firedAt = Date.now() - 1000;
    const alerts = [ourAlert('a1', { firedAt })];
    evaluate(running, alerts);
    await count(server, 1);
    await until(
      () => running.call('interop', {}),
      ({ alertmanagers }) => alertmanagers[0]?.state === 'up',
    );
    const arg = { alertmanagers: ['am-0'], matchers: [{ name: 'rack', op: '=' as const, value: 'a1' }], who: 'Kim' };
    await running.call('silenceOthers', { ...arg, endsAt: Date.now() + 3_600_000, reason: 'kept' });

    await server.halt();
    const down = await until(
      () => running.call('interop', {}),
      // A question that was on its way when it ended was cut.
      ({ alertmanagers }) => alertmanagers[0]?.fault?.code === 'econnrefused',
    );
    expect(down.alertmanagers[0]?.state).toBe('down');
    expect(
      (await running.call('othersAlerts', {})).alerts[0]?.seenBy[0]?.silentSince,
      'not shown as resolved',
    ).not.toBeNull();
    // What changed meanwhile waits.
    evaluate(running, [...alerts, ourAlert('a2', { firedAt })]);
    await server.restart();
    await until(
      () => running.call('interop', {}),
      ({ alertmanagers }) => alertmanagers[0]?.state === 'up',
    );
    evaluate(running, [...alerts, ourAlert('a2', { firedAt })]);
    const back = await count(server, 2);
    expect(back.map(({ startsAt }) => Date.parse(startsAt))).toEqual([firedAt, firedAt]);
    expect(back.find(({ labels }) => labels.rack === 'a1')?.status.state).toBe('suppressed');
    expect((await running.call('interop', {})).lostSilences).toEqual([]);

    const { made } = await running.call('silenceOthers', { ...arg, endsAt: Date.now() + 3_600_000, reason: 'fresh' });
    await server.kill();
    // Our own end and start lose nothing either.
    running.end();
    running.again();
    await server.restart();
    running.tick();
    const { lostSilences } = await until(
      () => running.call('interop', {}),
      (state) => state.lostSilences.length > 0,
    );
    expect(lostSilences).toMatchObject([{ id: made[0]?.id, comment: 'fresh', createdBy: 'Kim' }]);
    await running.call('restoreSilence', { alertmanager: 'am-0', id: made[0]?.id ?? '' });
    const silences = JSON.parse(await read(`${server.url}/api/v2/silences`)) as { comment: string }[];
    expect(silences.map(({ comment }) => comment).sort()).toEqual(['fresh', 'kept']);
    expect((await running.call('interop', {})).lostSilences).toEqual([]);
  },
);

runReal(named('one that is down hides nothing of the other and is told'), async () => {
  const server = await alertmanager();
  const running = interop(`http://127.0.0.1:${await freePort()}`, server.url);
  evaluate(running, [ourAlert('a1', { firedAt: Date.now() })]);
  await count(server, 1);
  const others = await until(
    () => running.call('othersAlerts', {}),
    ({ total, silent }) => total === 1 && silent.length > 0,
  );
  expect(others.silent).toMatchObject([{ name: 'AM 0', message: expect.stringContaining('Nothing listens there') }]);
  const { alertmanagers } = await running.call('interop', {});
  expect(alertmanagers.map(({ state }) => state)).toEqual(['down', 'up']);
  expect(alertmanagers[0]?.sending).toMatchObject({ waiting: 1, sent: 0 });
  const reply = await running.call('silenceOthers', {
    ...{ alertmanagers: [], matchers: [{ name: 'rack', op: '=', value: 'a1' }] },
    ...{ endsAt: Date.now() + 60_000, who: 'Kim', reason: 'work' },
  });
  expect([reply.made.length, reply.failed.length]).toEqual([1, 1]);
});

runReal(named('F4: 10,000 alerts at once, and as many ends'), async () => {
  const server = await alertmanager();
  const running = interop(server.url);
  const firedAt = Date.now();
  const many = (more: object) => Array.from({ length: 10_000 }, (_, i) => ourAlert(`r${i}`, { firedAt, ...more }));
  evaluate(running, many({}));
  const sent = (count: number) =>
    until(
      async () => (await running.call('interop', {})).alertmanagers[0]?.sending,
      (sending) => sending?.sent === count,
    );
  expect(await sent(10_000)).toMatchObject({ dropped: 0, refused: 0 });
  expect(await alertsOf(server)).toHaveLength(10_000);
  evaluate(running, many({ state: 'resolved', resolvedAt: Date.now() }));
  await sent(20_000);
  expect(
    await until(
      () => alertsOf(server),
      ({ length }) => length === 0,
    ),
  ).toEqual([]);
});
