import type { InteropTestReply, InteropTestStep } from '../../../shared/contract/interop.ts';
import type { AlertmanagerSettings, WebhookSettings } from '../../../shared/interop/settings.ts';
import { type WebhookEvent, webhookBody } from '../../../shared/interop/webhook.ts';
import { FaultError, faultOf } from '../fault.ts';
import { Fetcher } from '../fetch.ts';
import type { Clock } from '../schedule.ts';
import { AlertmanagerClient } from '../sources/alertmanager.ts';
import { postWebhook } from './webhook.ts';

/** Runs steps one after another until one fails. */
async function steps(
  clock: Clock,
  todo: readonly (readonly [name: string, run: () => Promise<string>])[],
): Promise<InteropTestReply> {
  const done: InteropTestStep[] = [];
  for (const [step, run] of todo) {
    const begin = clock.now();
    try {
      const text = await run();
      done.push({ step, ok: true, ms: clock.now() - begin, text });
    } catch (error) {
      const { message, hint } = faultOf(error);
      done.push({ step, ok: false, ms: clock.now() - begin, text: `${message} ${hint}`.trim() });
      return { ok: false, steps: done };
    }
  }
  return { ok: true, steps: done };
}

/** Asks an Alertmanager for its status, alerts and silences, and sends it an empty batch: nothing is changed there. */
export async function testAlertmanager(settings: AlertmanagerSettings, clock: Clock): Promise<InteropTestReply> {
  const client = new AlertmanagerClient(settings, clock);
  const send = async () => {
    const result = await client.push('[]');
    if (result.kind !== 'taken')
      throw new FaultError('refused', `It refused an empty batch: ${result.why}`, 'Check what lies between.');
    return 'An empty batch was taken';
  };
  try {
    return await steps(clock, [
      [
        'Status',
        async () => {
          const { version, cluster, members } = await client.status();
          const alone = members.length <= 1 ? 'alone' : `${members.length} in its cluster, ${cluster}`;
          return `Alertmanager ${version}, ${alone}`;
        },
      ],
      ['Alerts', async () => `${(await client.alerts()).length} alerts`],
      ['Silences', async () => `${(await client.silences()).filter(({ state }) => state === 'active').length} active`],
      ...(settings.push ? [['Send', send] as const] : []),
    ]);
  } finally {
    client.close();
  }
}

/** Sends a webhook one event that says it is a test. */
export async function testWebhook(settings: WebhookSettings, clock: Clock): Promise<InteropTestReply> {
  let fetcher: Fetcher | undefined;
  try {
    return await steps(clock, [
      [
        'Send a test',
        async () => {
          const now = clock.now();
          fetcher = new Fetcher(settings, { now: clock.now, sockets: 1 });
          const body = webhookBody([testEvent(now)]);
          const refusal = await postWebhook({ settings, fetcher, now }, `${settings.id}-test-${now}`, body);
          if (refusal !== '') throw new FaultError('refused', refusal, 'Check what the receiver expects.');
          return settings.signingKey ? 'Taken; it was signed' : 'Taken; it was not signed';
        },
      ],
    ]);
  } finally {
    fetcher?.close();
  }
}

function testEvent(now: number): WebhookEvent {
  return {
    ...{
      event: 'test',
      at: new Date(now).toISOString(),
      alert: '',
      rule: 'Test',
      severity: 'advisory',
      domain: 'data',
    },
    ...{ title: 'Test of this webhook by Fleetwatt', detail: '', object: '', path: '', labels: {}, incident: '' },
    ...{ value: null, limit: null, unit: '', firedAt: null, resolvedAt: null },
    runbook: { means: '', check: '', act: '' },
    link: '',
  };
}
