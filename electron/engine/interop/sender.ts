import type { SendingState } from '../../../shared/contract/interop.ts';
import { alertsBody } from '../../../shared/interop/alertmanager.ts';
import { Outbox, type Waiting } from '../../../shared/interop/outbox.ts';
import type { ToldAlert } from '../../../shared/interop/told-alert.ts';
import { FaultError, printable } from '../fault.ts';
import type { Clock } from '../schedule.ts';
import type { AlertmanagerClient } from '../sources/alertmanager.ts';
import { lastingFault } from './lasting.ts';

export const MOST_BATCH = 64;
const FIRST_WAIT_MS = 1000;
const MOST_WAIT_MS = 60_000;
/** Errors that are about us, not about now: asking again soon would change nothing. */
const LASTING = /^http-4(?!29)/;

/**
 * Sends our alerts to one Alertmanager: at most 64 at once, one batch after another, again with growing pauses while it
 * does not answer. What waits is in memory: after a restart of the engine every firing alert is sent anew.
 */
export class Sender {
  readonly #client: Pick<AlertmanagerClient, 'push'>;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #stop = new AbortController();
  #intervalMs = 0;
  #busy = false;
  #cancel: (() => void) | undefined;
  #failures = 0;
  #sent = 0;
  #refused = 0;
  #refusal = '';
  #lastOk: number | null = null;
  #fault: SendingState['fault'] = null;

  constructor(client: Pick<AlertmanagerClient, 'push'>, clock: Clock, outbox = new Outbox()) {
    this.#client = client;
    this.#clock = clock;
    this.#outbox = outbox;
  }

  /** All alerts that fire or have resolved within 15 min, after an evaluation. `intervalMs`: between evaluations. */
  offer(alerts: readonly ToldAlert[], evaluatedAt: number, intervalMs: number): void {
    this.#intervalMs = intervalMs;
    this.#outbox.offer(alerts, evaluatedAt);
    this.#start();
  }

  /** The server was started anew and remembers no alert: everything is sent again with the next evaluation. */
  serverBeganAnew(): void {
    this.#outbox.forgetTold();
  }

  /** It answers again: what waits need not wait on. */
  serverIsBack(): void {
    if (this.#failures === 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#start();
  }

  state(): SendingState {
    return {
      waiting: this.#outbox.size,
      sent: this.#sent,
      dropped: this.#outbox.dropped,
      refused: this.#refused,
      refusal: this.#refusal,
      lastOk: this.#lastOk,
      fault: this.#fault,
    };
  }

  close(): void {
    this.#stop.abort();
    this.#cancel?.();
  }

  #start(): void {
    if (this.#busy || this.#cancel || this.#stop.signal.aborted || this.#outbox.size === 0) return;
    this.#busy = true;
    void this.#run().finally(() => {
      this.#busy = false;
      // What was offered while the last batch was on its way.
      if (this.#failures === 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    try {
      while (this.#outbox.size > 0 && !this.#stop.signal.aborted) {
        const batch = this.#outbox.batch(MOST_BATCH);
        await this.#push(batch);
        this.#failures = 0;
        this.#fault = null;
        this.#lastOk = this.#clock.now();
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failed(error);
    }
  }

  /** Sends a batch; one that is refused as a whole is halved until the culprit is alone. */
  async #push(batch: readonly Waiting[]): Promise<void> {
    const result = await this.#client.push(alertsBody(batch, this.#intervalMs), this.#stop.signal);
    if (result.kind === 'refused' && batch.length > 1) {
      const half = batch.length >> 1;
      await this.#push(batch.slice(0, half));
      await this.#push(batch.slice(half));
      return;
    }
    this.#outbox.done(batch);
    if (result.kind === 'taken') this.#sent += batch.length;
    else {
      // 400: how many of them were taken it does not say; the valid ones were.
      this.#refused += 1;
      this.#refusal = printable(result.why, 300);
      if (result.kind === 'partly') this.#sent += batch.length - 1;
    }
  }

  #failed(error: unknown): void {
    this.#failures++;
    const fault = lastingFault(this.#fault, error, this.#clock.now());
    this.#fault = fault;
    const asked = error instanceof FaultError ? error.retryAfterMs : undefined;
    const wait = LASTING.test(fault.code)
      ? MOST_WAIT_MS
      : (asked ?? Math.min(FIRST_WAIT_MS * 2 ** Math.min(this.#failures - 1, 10), MOST_WAIT_MS));
    this.#cancel = this.#clock.later(() => {
      this.#cancel = undefined;
      this.#start();
    }, wait);
  }
}
