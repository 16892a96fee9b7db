import { createHmac } from 'node:crypto';
import type { LastingFault, WebhookState } from '../../../shared/contract/interop.ts';
import type { OurAlert } from '../../../shared/interop/our-alert.ts';
import type { WebhookSettings } from '../../../shared/interop/settings.ts';
import { type Announced, newsOf, type WebhookEvent, webhookBody } from '../../../shared/interop/webhook.ts';
import { FaultError, printable } from '../fault.ts';
import { Fetcher } from '../fetch.ts';
import type { Clock } from '../schedule.ts';
import { readSecret } from '../secrets.ts';
import type { Statement, Store } from '../store/database.ts';
import { lastingFault } from './lasting.ts';

const MOST_WAITING = 10_000;
/** Older news nobody acts on; the journal has it. */
const MOST_AGE_MS = 24 * 3_600_000;
const MOST_EVENTS = 500;
/** Whatever happens, at most one request in this time. */
const APART_MS = 5000;
const FIRST_WAIT_MS = 5000;
const MOST_WAIT_MS = 300_000;

/** Signs and sends one request. @throws FaultError where it must be tried again @returns why it was refused for good, '' where it was taken */
export async function postWebhook(
  { settings, fetcher, now }: { settings: WebhookSettings; fetcher: Fetcher; now: number },
  delivery: string,
  body: string,
  signal?: AbortSignal,
): Promise<string> {
  const url = typeof settings.url === 'string' ? settings.url : readSecret(settings.url);
  const timestamp = String(Math.floor(now / 1000));
  const signature = settings.signingKey
    ? createHmac('sha256', readSecret(settings.signingKey)).update(`${timestamp}.${body}`).digest('hex')
    : undefined;
  const { status, retryAfterMs } = await fetcher.write(
    {
      url,
      json: body,
      headers: {
        'x-fleetwatt-delivery': delivery,
        'x-fleetwatt-timestamp': timestamp,
        ...(signature ? { 'x-fleetwatt-signature': `v1=${signature}` } : {}),
      },
    },
    signal,
  );
  if (status >= 200 && status < 300) return '';
  const host = new URL(url).host;
  // What it says of the message is final; what it says of us may be mended.
  if ([400, 409, 413, 415, 422].includes(status)) return `${host} refused it (${status})`;
  throw new FaultError(
    `http-${status}`,
    `${host} answered ${status}`,
    status === 401 || status === 403 || status === 404
      ? 'Check the address and its credentials; it is tried again.'
      : 'It is tried again.',
    retryAfterMs,
  );
}

interface Entry {
  readonly seq: number;
  readonly time: number;
  readonly event: WebhookEvent;
}

/**
 * One webhook. What it was told and what waits for it lie in the database: whatever ends the engine, it hears of every
 * alert that fired, at least once, and of its end.
 */
export class Webhook {
  readonly settings: WebhookSettings;
  readonly #store: Store;
  readonly #clock: Clock;
  #fetcher: Fetcher | undefined;
  readonly #told = new Map<string, Announced>();
  readonly #stop = new AbortController();
  #waiting: Entry[] = [];
  readonly #nextSeq: () => number;
  #busy = false;
  #cancel: (() => void) | undefined;
  #failures = 0;
  #sent = 0;
  #dropped = 0;
  #refused = 0;
  #refusal = '';
  #lastOk: number | null = null;
  #fault: LastingFault | null = null;

  /** `nextSeq` numbers what waits, for all webhooks together. */
  constructor(settings: WebhookSettings, store: Store, clock: Clock, nextSeq: () => number) {
    this.settings = settings;
    this.#store = store;
    this.#clock = clock;
    this.#nextSeq = nextSeq;
    this.#load();
    this.#later(0);
  }

  /** All alerts after an evaluation. `console`: its address, or ''. */
  offer(ours: readonly OurAlert[], now: number, console = ''): void {
    const { id, least } = this.settings;
    const { fired, ended } = newsOf(ours, this.#told, least, now, console);
    if (fired.length === 0 && ended.length === 0) return;
    const batch: Statement[] = [];
    for (const { id: alert, announced } of fired) {
      this.#told.set(alert, announced);
      const values = [id, alert, announced.firedAt, JSON.stringify(announced.event)];
      batch.push(['INSERT OR REPLACE INTO webhook_told VALUES (?, ?, ?, ?)', values]);
    }
    for (const { id: alert } of ended) {
      this.#told.delete(alert);
      batch.push(['DELETE FROM webhook_told WHERE webhook = ? AND alert = ?', [id, alert]]);
    }
    const events = [...fired.map(({ announced }) => announced.event), ...ended.map(({ event }) => event)];
    for (const event of events) {
      const seq = this.#nextSeq();
      this.#waiting.push({ seq, time: now, event });
      batch.push(['INSERT INTO webhook_waiting VALUES (?, ?, ?, ?)', [seq, id, now, JSON.stringify(event)]]);
    }
    this.#store.write(batch, now);
    this.#giveUpOld(now);
    if (this.#failures === 0) this.#later(0);
  }

  state(): WebhookState {
    const { id, name, insecure, signingKey } = this.settings;
    const sending = {
      ...{ waiting: this.#waiting.length, sent: this.#sent, dropped: this.#dropped, refused: this.#refused },
      ...{ refusal: this.#refusal, lastOk: this.#lastOk, fault: this.#fault },
    };
    return { id, name, insecure, signed: signingKey !== undefined, sending };
  }

  close(): void {
    this.#stop.abort();
    this.#cancel?.();
    this.#fetcher?.close();
  }

  #load(): void {
    const { id } = this.settings;
    for (const row of this.#store.all('SELECT alert, fired, document FROM webhook_told WHERE webhook = ?', [id])) {
      const event = eventFrom(row.document);
      if (event) this.#told.set(String(row.alert), { firedAt: Number(row.fired), event });
    }
    const waiting = 'SELECT seq, time, document FROM webhook_waiting WHERE webhook = ? ORDER BY seq';
    for (const row of this.#store.all(waiting, [id])) {
      const event = eventFrom(row.document);
      if (event) this.#waiting.push({ seq: Number(row.seq), time: Number(row.time), event });
    }
  }

  #giveUpOld(now: number): void {
    const over = Math.max(0, this.#waiting.length - MOST_WAITING);
    const kept = this.#waiting.slice(over).filter(({ time }) => now - time <= MOST_AGE_MS);
    if (kept.length === this.#waiting.length) return;
    const keep = new Set(kept);
    this.#forget(this.#waiting.filter((entry) => !keep.has(entry)));
    this.#dropped += this.#waiting.length - kept.length;
    this.#waiting = kept;
  }

  #forget(entries: readonly Entry[]): void {
    this.#store.write(
      entries.map(({ seq }) => ['DELETE FROM webhook_waiting WHERE seq = ?', [seq]] as const),
      this.#clock.now(),
    );
  }

  #later(ms: number): void {
    if (this.#cancel || this.#busy || this.#waiting.length === 0 || this.#stop.signal.aborted) return;
    this.#cancel = this.#clock.later(() => {
      this.#cancel = undefined;
      this.#busy = true;
      void this.#send()
        .catch((error: unknown) => this.#failed(error))
        .then((wait) => {
          this.#busy = false;
          this.#later(typeof wait === 'number' ? wait : APART_MS);
        });
    }, ms);
  }

  async #send(): Promise<void> {
    const now = this.#clock.now();
    this.#giveUpOld(now);
    const batch = this.#waiting.slice(0, MOST_EVENTS);
    const [first, last] = [batch[0], batch.at(-1)];
    if (!first || !last) return;
    const { settings } = this;
    this.#fetcher ??= new Fetcher(settings, { now: this.#clock.now, sockets: 1 });
    const refusal = await postWebhook(
      { settings, fetcher: this.#fetcher, now },
      `${settings.id}-${first.seq}-${last.seq}`,
      webhookBody(batch.map(({ event }) => event)),
      this.#stop.signal,
    );
    this.#forget(batch);
    const gone = new Set(batch);
    this.#waiting = this.#waiting.filter((entry) => !gone.has(entry));
    this.#failures = 0;
    this.#fault = null;
    if (refusal === '') {
      this.#sent += batch.length;
      this.#lastOk = this.#clock.now();
    } else {
      this.#refused += batch.length;
      this.#refusal = printable(refusal, 300);
    }
  }

  /** @returns milliseconds until the next try */
  #failed(error: unknown): number {
    if (this.#stop.signal.aborted) return 0;
    this.#failures++;
    this.#fault = lastingFault(this.#fault, error, this.#clock.now());
    const asked = error instanceof FaultError ? error.retryAfterMs : undefined;
    return Math.max(APART_MS, asked ?? Math.min(FIRST_WAIT_MS * 2 ** Math.min(this.#failures - 1, 10), MOST_WAIT_MS));
  }
}

function eventFrom(document: unknown): WebhookEvent | undefined {
  try {
    return JSON.parse(String(document)) as WebhookEvent;
  } catch {
    return undefined;
  }
}
