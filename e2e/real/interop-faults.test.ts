import { createHmac } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { AlertmanagerClient } from '../../electron/engine/sources/alertmanager.ts';
import type { OurAlert } from '../../shared/interop/our-alert.ts';
import { alertmanagerSchema } from '../../shared/interop/settings.ts';
import { settingsSchema } from '../../shared/settings.ts';
import { read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { ourAlert, type Running, startInterop, startReceiver, until } from './interop.fixture.ts';
import { startAlertmanager } from './servers.ts';

const real = requireReal('alertmanager');
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

async function receiver(answer?: Answer) {
  const made = await startReceiver(answer);
  closing.push(() => made.close());
  return made;
}

function interop(settings: object): Running {
  const running = startInterop(settings);
  closing.push(() => running.close());
  return running;
}

function evaluate(running: Running, alerts: readonly OurAlert[]): void {
  const at = Math.max(Date.now(), (running.evaluated?.at ?? 0) + 1);
  running.evaluated = { at, intervalMs: 5000, alerts };
  running.tick();
}

const STATUS = JSON.stringify({
  versionInfo: { version: '0.25.0' },
  cluster: { status: 'disabled' },
  uptime: '2026-11-25T00:00:00Z',
});

/** Something that answers reads as an Alertmanager does, and posts of alerts as the test wants. */
async function standing(post: Answer) {
  return receiver((response, request) => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'POST') post(response, request);
    else response.end(request.url?.endsWith('/status') ? STATUS : '[]');
  });
}

const sendingTo = (url: string, more: object = {}) =>
  interop({ alertmanagers: [{ id: 'am', name: 'AM', url, timeoutMs: 60_000, ...more }] });
const sending = async (running: Running) => (await running.call('interop', {})).alertmanagers[0]?.sending;
const posted = (bodies: readonly { text: string }[]) =>
  bodies
    .filter(({ text }) => text.startsWith('['))
    .map(({ text }) => JSON.parse(text) as { startsAt: string; endsAt: string }[]);

describe('F3: an Alertmanager that', () => {
  test('was away for as long as an alert fired hears of its begin and its end, each with its own time', async () => {
    let away = true;
    const server = await standing((response) => void (away ? response.writeHead(503).end() : response.end()));
    const running = sendingTo(server.url);
    const firedAt = Date.now() - 600_000;
    evaluate(running, [ourAlert('a1', { firedAt })]);
    await until(
      () => sending(running),
      (state) => state?.fault?.code === 'http-503',
    );
    const resolvedAt = Date.now() - 1000;
    evaluate(running, [ourAlert('a1', { firedAt, state: 'resolved', resolvedAt })]);
    away = false;
    await until(
      () => sending(running),
      (state) => state?.waiting === 0,
    );
    const last = posted(server.bodies).at(-1)?.[0];
    expect([last?.startsAt, last?.endsAt].map((text) => Date.parse(text ?? ''))).toEqual([firedAt, resolvedAt]);
  });

  test('answers slowly, redirects, or refuses our credentials is told of, and nothing is lost', async () => {
    const elsewhere = await receiver();
    const cases: readonly (readonly [Answer, string, object?])[] = [
      [() => {}, 'timeout', { timeoutMs: 500 }],
      [(response) => void response.writeHead(307, { location: elsewhere.url }).end(), 'redirect'],
      [(response) => void response.writeHead(401).end(), 'http-401'],
      [(response) => void response.writeHead(429, { 'retry-after': '1' }).end(), 'http-429'],
    ];
    for (const [answer, code, more] of cases) {
      const running = sendingTo((await standing(answer)).url, more);
      evaluate(running, [ourAlert('a1', { firedAt: Date.now() })]);
      const state = await until(
        () => sending(running),
        (told) => told?.fault != null,
      );
      expect(state).toMatchObject({ waiting: 1, sent: 0, refused: 0, fault: { code } });
    }
    expect(elsewhere.bodies, 'nobody else hears of it').toEqual([]);
  });

  test('takes no batch with one alert of it gets the others; batches have 64 alerts at most', async () => {
    const server = await standing((response, request) => {
      const mine = server.bodies.at(-1)?.text.includes('"r70"');
      void request;
      response.writeHead(mine ? 422 : 200).end(mine ? '{"code":601,"message":"generatorURL must be of type uri"}' : '');
    });
    const running = sendingTo(server.url);
    evaluate(
      running,
      Array.from({ length: 100 }, (_, i) => ourAlert(`r${i}`, { firedAt: Date.now() })),
    );
    const state = await until(
      () => sending(running),
      (told) => told?.waiting === 0,
    );
    expect(state).toMatchObject({ sent: 99, refused: 1, refusal: expect.stringContaining('must be of type uri') });
    expect(Math.max(...posted(server.bodies).map(({ length }) => length))).toBe(64);
  });

  test.skipIf(real.skip !== null)(
    titled('is real takes the valid alerts of a batch with a bad one', real),
    async () => {
      const server = await startAlertmanager();
      closing.push(() => server.stop());
      const client = new AlertmanagerClient(
        alertmanagerSchema.parse({ id: 'am', name: 'AM', url: server.url }),
        systemClock,
      );
      closing.push(() => client.close());
      const alert = (labels: object, more: object = {}) => ({ labels, ...more });
      const partly = await client.push(JSON.stringify([alert({ alertname: 'Good' }), alert({ 'bad-name': 'x' })]));
      expect(partly).toMatchObject({ kind: 'partly', why: expect.stringContaining('invalid label') });
      const refused = await client.push(JSON.stringify([alert({ alertname: 'Other' }, { generatorURL: 'no uri' })]));
      expect(refused).toMatchObject({ kind: 'refused' });
      expect((JSON.parse(await read(`${server.url}/api/v2/alerts`)) as unknown[]).length).toBe(1);
      await expect(
        client.createSilence({
          ...{ matchers: [{ name: 'a', op: '=~', value: '(' }], startsAt: Date.now(), endsAt: Date.now() + 60_000 },
          ...{ createdBy: 'Kim', comment: 'bad regex' },
        }),
      ).rejects.toThrow(/refused the silence \(400\)/);
    },
  );
});

test('F4: an alert that flaps every pass is sent as it is, one at a time, and never fills the queue', async () => {
  const server = await standing((response) => void response.writeHead(503).end());
  const running = sendingTo(server.url);
  for (let i = 0; i < 720; i++) {
    const at = Date.now();
    evaluate(running, [
      i % 2 === 0
        ? ourAlert('a1', { firedAt: at })
        : ourAlert('a1', { firedAt: at - 1, state: 'resolved', resolvedAt: at }),
    ]);
  }
  expect(await sending(running)).toMatchObject({ waiting: 1, dropped: 0 });
});

describe('a webhook', () => {
  const KEY = 'canary-hmac-key-1c9e';
  const file = (running: Running, name: string, text: string) => {
    const path = join(running.folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o600);
    return path;
  };

  test('gets signed JSON, once for each begin and end, over an end of ours and of its own', async () => {
    let away = true;
    const hook = await receiver((response) => void response.writeHead(away ? 500 : 204).end());
    const running = interop({});
    const webhooks = [
      {
        id: 'hook',
        name: 'Hook',
        url: { file: file(running, 'url', `${hook.url}/in?key=canary-query-77`) },
        signingKey: { file: file(running, 'key', KEY) },
        timeoutMs: 60_000,
      },
    ];
    const settings = { ...running.settings, webhooks } as unknown as typeof running.settings;
    running.settings = settingsSchema.parse(settings);
    const began = Math.floor(Date.now() / 1000);
    const firedAt = Date.now() - 5000;
    evaluate(running, [
      ourAlert('a1', { firedAt }),
      ourAlert('a2', { firedAt, silencedBy: ['s'] }),
      ourAlert('a3', { firedAt, severity: 'advisory' }),
    ]);
    const down = await until(
      () => running.call('interop', {}),
      ({ webhooks: [told] }) => told?.sending.fault != null,
    );
    expect(down.webhooks[0]).toMatchObject({
      signed: true,
      sending: { waiting: 1, sent: 0, fault: { code: 'http-500' } },
    });

    // Killed and started again: what waits is on the disk, and what was told to fire is not told again.
    running.end();
    running.again();
    away = false;
    hook.bodies.length = 0;
    running.evaluated = null;
    evaluate(running, [ourAlert('a1', { firedAt }), ourAlert('a2', { firedAt })]);
    const all = () => hook.bodies.flatMap(({ text }) => JSON.parse(text).events as { event: string; path: string }[]);
    await until(all, ({ length }) => length >= 2);
    const resolvedAt = Date.now();
    evaluate(running, [ourAlert('a2', { firedAt, state: 'resolved', resolvedAt })]);
    await until(all, ({ length }) => length >= 4);
    expect(
      all()
        .map(({ event, path }) => `${event} ${path}`)
        .sort(),
    ).toEqual([...['firing PDX-1/a1', 'firing PDX-1/a2', 'resolved PDX-1/a1', 'resolved PDX-1/a2']]);
    for (const { headers, text } of hook.bodies) {
      const timestamp = String(headers['x-fleetwatt-timestamp']);
      const expected = createHmac('sha256', KEY).update(`${timestamp}.${text}`).digest('hex');
      expect(headers['x-fleetwatt-signature']).toBe(`v1=${expected}`);
      expect(Number(timestamp)).toBeGreaterThanOrEqual(began);
      expect(Number(timestamp)).toBeLessThanOrEqual(Date.now() / 1000);
      expect(JSON.parse(text)).toMatchObject({ format: 'fleetwatt-webhook/1' });
    }
    const sent = await until(
      () => running.call('interop', {}),
      ({ webhooks: [told] }) => told?.sending.waiting === 0,
    );
    expect(sent.webhooks[0]?.sending).toMatchObject({ waiting: 0, dropped: 0, refused: 0 });
  });

  test('F1: no secret of an exchange is in an answer, in the database, or in what a test says', async () => {
    const canaries = ['canary-bearer-11', 'canary-basic-22', 'canary-query-33', KEY, 'canary-header-44'];
    const forms = canaries.flatMap((one) => [
      one,
      Buffer.from(one).toString('base64').replace(/=+$/, ''),
      encodeURIComponent(one),
    ]);
    const refusing = await receiver((response, request) => {
      // A server that says back what it was told.
      response.writeHead(400, { 'content-type': 'text/plain' }).end(JSON.stringify(request.headers));
    });
    const running = interop({});
    const secret = (name: string, text: string) => ({ file: file(running, name, text) });
    const auth = { kind: 'bearer', token: secret('bearer', canaries[0] as string) };
    const basic = { kind: 'basic', user: 'u', password: secret('basic', canaries[1] as string) };
    const headers = [{ name: 'X-Api-Key', value: secret('header', canaries[4] as string) }];
    const url = secret('url', `${refusing.url}/in?token=${canaries[2]}`);
    const webhook = { id: 'hook', name: 'Hook', url, auth: basic, headers, signingKey: secret('key', KEY) };
    const alertmanager = { id: 'am', name: 'AM', url: refusing.url, auth, headers };
    running.settings = settingsSchema.parse({ schema: 1, alertmanagers: [alertmanager], webhooks: [webhook] });
    evaluate(running, [ourAlert('a1', { firedAt: Date.now() })]);
    await until(
      () => running.call('interop', {}),
      (told) => (told.webhooks[0]?.sending.refused ?? 0) > 0 && told.alertmanagers[0]?.state === 'down',
    );
    const answers = JSON.stringify([
      await running.call('interop', {}),
      await running.call('othersAlerts', {}),
      await running.call('testAlertmanager', { alertmanager } as never),
      await running.call('testWebhook', { webhook } as never),
      running.settings,
    ]);
    running.end();
    const database = readdirSync(running.folder)
      .filter((name) => name.startsWith('fleetwatt.db'))
      .map((name) => readFileSync(join(running.folder, name), 'latin1'))
      .join('');
    running.again();
    expect(refusing.bodies.length, 'it was really asked').toBeGreaterThan(0);
    for (const form of forms) {
      expect(answers).not.toContain(form);
      expect(database).not.toContain(form);
    }
  });

  test('settings take no address with a query in them', async () => {
    const webhooks = [{ id: 'h', name: 'H', url: 'http://127.0.0.1:1/in?token=x' }];
    expect(settingsSchema.safeParse({ schema: 1, webhooks }).error?.issues[0]?.message).toBeTruthy();
    expect(settingsSchema.parse({ schema: 1 })).toMatchObject({
      alertmanagers: [],
      webhooks: [],
      notify: { quiet: [] },
    });
  });
});
