import type { LastingFault, OthersRule, PrometheusAlertingState } from '../../../shared/contract/interop.ts';
import { AnswerError } from '../../../shared/interop/alertmanager.ts';
import type { Seen } from '../../../shared/interop/merge.ts';
import {
  type PrometheusAlert,
  readPrometheusAlerts,
  readPrometheusRules,
} from '../../../shared/interop/prometheus-alerting.ts';
import { fingerprintOf } from '../../../shared/interop/told-alert.ts';
import type { Labels } from '../../../shared/labels.ts';
import type { PrometheusSource } from '../../../shared/settings.ts';
import { FaultError, printable } from '../fault.ts';
import { Fetcher } from '../fetch.ts';
import type { Clock } from '../schedule.ts';
import { apiUrl } from '../sources/prometheus-api.ts';
import { readExternalLabels } from './external-labels.ts';
import { lastingFault } from './lasting.ts';

const MOST_BYTES = 50 << 20;
const RULES_EVERY_MS = 60_000;
/** A configuration changes seldom, and is long. */
const CONFIG_EVERY_MS = 600_000;
/** A server without alerting is asked again now and then: it may get a ruler. */
const NONE_EVERY_MS = 300_000;
const NO_ALERTING: ReadonlySet<string> = new Set(['http-400', 'http-404', 'http-405', 'http-422', 'http-501']);

/** The alerting of one Prometheus source: its alerts with every read, its rules when those changed and once a minute, one question at a time. */
export class PrometheusAlerting {
  readonly settings: PrometheusSource;
  readonly #clock: Clock;
  #fetcher: Fetcher | undefined;
  /** Told of each question and the bytes of its answer: they count as the source's. */
  readonly #spent: (bytes: number) => void;
  readonly #stop = new AbortController();
  #alerts: readonly PrometheusAlert[] = [];
  #rules: readonly OthersRule[] = [];
  #rulesAt = Number.NEGATIVE_INFINITY;
  #external: Labels = new Map();
  #configAt = Number.NEGATIVE_INFINITY;
  /** The alerts with which they were asked for. */
  #rulesOf = '';
  #noneUntil = Number.NEGATIVE_INFINITY;
  #lastOk: number | null = null;
  #fault: LastingFault | null = null;

  constructor(settings: PrometheusSource, clock: Clock, spent: (bytes: number) => void) {
    this.settings = settings;
    this.#clock = clock;
    this.#spent = spent;
  }

  /** @throws FaultError, which is kept for `state` */
  async read(): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#noneUntil) return;
    const { id, name } = this.settings;
    try {
      this.#alerts = await this.#ask('alerts', readPrometheusAlerts);
      // Rules say what state they are in: with other alerts than before they are asked for again.
      const told = this.#alerts.map(({ labels, state }) => `${state} ${fingerprintOf(labels)}`).join('\n');
      if (told !== this.#rulesOf || now - this.#rulesAt >= RULES_EVERY_MS) {
        this.#rules = await this.#ask('rules?type=alert', (json) => readPrometheusRules(json, id, name));
        this.#rulesAt = now;
        this.#rulesOf = told;
      }
      await this.#readConfig(now);
      this.#lastOk = this.#clock.now();
      this.#fault = null;
      this.#noneUntil = Number.NEGATIVE_INFINITY;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (error instanceof FaultError && NO_ALERTING.has(error.fault.code) && this.#lastOk === null) {
        this.#noneUntil = now + NONE_EVERY_MS;
        this.#fault = null;
        return;
      }
      this.#fault = lastingFault(this.#fault, error, this.#clock.now());
      throw error;
    }
  }

  /** A server that does not tell its configuration (Mimir, Thanos, a proxy) is no fault: nothing is taken off its labels. */
  async #readConfig(now: number): Promise<void> {
    if (now - this.#configAt < CONFIG_EVERY_MS || this.#alerts.length === 0) return;
    this.#configAt = now;
    try {
      this.#external = await this.#ask('status/config', readExternalLabels);
    } catch (error) {
      if (this.#stop.signal.aborted) throw error;
    }
  }

  get rules(): readonly OthersRule[] {
    return this.#rules;
  }

  get silentSince(): number | null {
    return this.#fault?.since ?? null;
  }

  /** Its alerts; those of a server that fell silent are kept and marked. */
  seen(): readonly Seen[] {
    const { id, name } = this.settings;
    const common = { kind: 'prometheus', id, name, silencedBy: [], inhibitedBy: [], receivers: [] } as const;
    return this.#alerts.map(({ labels, annotations, state, activeAt }) => ({
      labels,
      annotations,
      startsAt: activeAt,
      external: this.#external,
      sighting: { ...common, state, silentSince: this.silentSince },
    }));
  }

  state(): PrometheusAlertingState {
    const { id, name } = this.settings;
    const none = this.#noneUntil > this.#clock.now();
    return {
      id,
      name,
      state: this.#fault ? 'down' : none ? 'none' : this.#lastOk === null ? 'starting' : 'up',
      alerts: this.#alerts.length,
      rules: this.#rules.length,
      failedRules: this.#rules.filter(({ health }) => health === 'err').length,
      lastOk: this.#lastOk,
      fault: this.#fault,
    };
  }

  close(): void {
    this.#stop.abort();
    this.#fetcher?.close();
  }

  async #ask<T>(path: string, read: (json: string) => T): Promise<T> {
    this.#fetcher ??= new Fetcher(this.settings, { now: this.#clock.now, sockets: 1 });
    const { body, status } = await this.#fetcher.ask(
      { url: apiUrl(this.settings.url, path), accept: 'application/json', maxBytes: MOST_BYTES },
      this.#stop.signal,
    );
    this.#spent(body.length);
    // Refused with an explanation: a server that has no such endpoint.
    if (status !== 200) throw new FaultError(`http-${status}`, 'It has no alerting', 'Nothing needs to be done.');
    try {
      return read(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch (error) {
      const why = error instanceof AnswerError ? error.message : 'The answer is not valid UTF-8';
      throw new FaultError(
        'not-prometheus',
        `${new URL(this.settings.url).host}: ${printable(why, 200)}`,
        'Check that the address is a Prometheus-compatible server.',
      );
    }
  }
}
