import type { EpochMs } from '../units.ts';
import { fingerprintOf, RESEND_MS, RESOLVED_AGAIN_MS, type ToldAlert } from './told-alert.ts';

/** An alert that waits to be sent: what is known of it, and when that was evaluated. */
export interface Waiting {
  readonly key: string;
  readonly alert: ToldAlert;
  readonly evaluatedAt: EpochMs;
}

/** What one Alertmanager was told last of an alert. */
interface Told {
  readonly alert: ToldAlert;
  readonly at: EpochMs;
}

/** As Prometheus's notifier: so many alerts wait for one Alertmanager, then the oldest is given up. */
export const MOST_WAITING = 10_000;

/**
 * What one Alertmanager has still to be told. Only the newest of each alert waits: one that flaps while the server is
 * away is told once, as it is then, and what fired is never left without its end.
 */
export class Outbox {
  readonly #most: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #told = new Map<string, Told>();
  #dropped = 0;

  constructor(most = MOST_WAITING) {
    this.#most = most;
  }

  /** Alerts that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Alerts that were given up because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Takes what is due of all alerts that fire or have resolved lately. What fired before and is not among them any
   * longer (its rule was deleted) has ended now.
   */
  offer(alerts: readonly ToldAlert[], now: EpochMs): void {
    const seen = new Set<string>();
    for (const alert of alerts) {
      const key = fingerprintOf(alert.labels);
      seen.add(key);
      if (this.#isDue(key, alert, now)) this.#put({ key, alert, evaluatedAt: now });
    }
    for (const [key, { alert }] of this.#told) {
      if (seen.has(key)) continue;
      if (Number.isNaN(alert.resolvedAt)) this.#put({ key, alert: { ...alert, resolvedAt: now }, evaluatedAt: now });
      else if (!this.#waiting.has(key)) this.#told.delete(key);
    }
  }

  /** Everything is due again: the server began anew and knows nothing. */
  forgetTold(): void {
    for (const [key, told] of this.#told) this.#told.set(key, { ...told, at: Number.NEGATIVE_INFINITY });
  }

  /** The next alerts to send, those that wait longest first. They wait on until `done`. */
  batch(most: number): readonly Waiting[] {
    const next: Waiting[] = [];
    for (const waiting of this.#waiting.values()) {
      if (next.length === most) break;
      next.push(waiting);
    }
    return next;
  }

  /** These were taken, or refused for good. What has changed since they left waits on. */
  done(batch: readonly Waiting[]): void {
    for (const waiting of batch) if (this.#waiting.get(waiting.key) === waiting) this.#waiting.delete(waiting.key);
  }

  #isDue(key: string, alert: ToldAlert, now: EpochMs): boolean {
    const told = this.#told.get(key);
    const resolved = !Number.isNaN(alert.resolvedAt);
    if (!told) return !resolved || now - alert.resolvedAt <= RESOLVED_AGAIN_MS;
    if (told.alert.firedAt !== alert.firedAt || Number.isNaN(told.alert.resolvedAt) === resolved) return true;
    if (resolved && now - alert.resolvedAt > RESOLVED_AGAIN_MS) return false;
    return now - told.at >= RESEND_MS;
  }

  #put(waiting: Waiting): void {
    // Behind the others, unless it waits already: a busy alert does not fall back again and again.
    this.#waiting.set(waiting.key, waiting);
    this.#told.set(waiting.key, { alert: waiting.alert, at: waiting.evaluatedAt });
    if (this.#waiting.size <= this.#most) return;
    const [oldest] = this.#waiting.keys();
    this.#waiting.delete(oldest as string);
    // It is due again with the next minute, if it fires on by then.
    this.#dropped++;
  }
}
