import type { AlertmanagerState, LastingFault } from '../../../shared/contract/interop.ts';
import type { NewSilence, RemoteAlert, RemoteSilence, RemoteStatus } from '../../../shared/interop/alertmanager.ts';
import type { Seen } from '../../../shared/interop/merge.ts';
import type { AlertmanagerSettings } from '../../../shared/interop/settings.ts';
import type { ToldAlert } from '../../../shared/interop/told-alert.ts';
import type { Clock } from '../schedule.ts';
import { AlertmanagerClient } from '../sources/alertmanager.ts';
import { lastingFault } from './lasting.ts';
import { Sender } from './sender.ts';

/** One configured Alertmanager: what it said last, and our alerts on their way to it. */
export class AlertmanagerPeer {
  readonly settings: AlertmanagerSettings;
  readonly client: AlertmanagerClient;
  readonly #clock: Clock;
  readonly #sender: Sender | null;
  readonly #stop = new AbortController();
  #status: RemoteStatus | null = null;
  #alerts: readonly RemoteAlert[] = [];
  #silences: readonly RemoteSilence[] | null = null;
  #lastOk: number | null = null;
  #fault: LastingFault | null = null;

  constructor(settings: AlertmanagerSettings, clock: Clock) {
    this.settings = settings;
    this.#clock = clock;
    this.client = new AlertmanagerClient(settings, clock);
    this.#sender = settings.push ? new Sender(this.client, clock) : null;
  }

  /** Reads status, alerts and silences. @throws FaultError, which is kept for `state` */
  async read(): Promise<void> {
    try {
      const { signal } = this.#stop;
      const [status, alerts, silences] = await Promise.all([
        this.client.status(signal),
        this.client.alerts(signal),
        this.client.silences(signal),
      ]);
      // Alertmanager keeps alerts in memory only: one that was started anew is told everything at once.
      if (this.#status && this.#status.startedAt !== status.startedAt) this.#sender?.serverBeganAnew();
      this.#status = status;
      this.#alerts = alerts;
      this.#silences = silences;
      this.#lastOk = this.#clock.now();
      this.#fault = null;
      this.#sender?.serverIsBack();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fault = lastingFault(this.#fault, error, this.#clock.now());
      throw error;
    }
  }

  /** Our alerts after an evaluation. */
  offer(alerts: readonly ToldAlert[], evaluatedAt: number, intervalMs: number): void {
    this.#sender?.offer(alerts, evaluatedAt, intervalMs);
  }

  /** Its silences as it had them last; null before it answered for the first time, or while it does not. */
  get silences(): readonly RemoteSilence[] | null {
    return this.#fault ? null : this.#silences;
  }

  get silentSince(): number | null {
    return this.#fault?.since ?? null;
  }

  /** Members of its cluster as one text: two that have the same members share their silences. */
  get cluster(): string {
    return this.#status && this.#status.members.length > 1
      ? this.#status.members.join(' ')
      : `alone ${this.settings.id}`;
  }

  /** Its alerts. Those of one that fell silent are kept and marked: a fault ends no alert. */
  seen(): readonly Seen[] {
    const { id, name } = this.settings;
    const silentSince = this.silentSince;
    return this.#alerts.map(({ labels, annotations, startsAt, state, silencedBy, inhibitedBy, receivers }) => ({
      labels,
      annotations,
      startsAt,
      sighting: {
        ...{ kind: 'alertmanager', id, name, silencedBy, inhibitedBy, receivers, silentSince },
        state: state === 'suppressed' ? 'suppressed' : 'firing',
      },
    }));
  }

  /** Makes a silence, and knows it at once. @returns its id */
  async createSilence(silence: NewSilence): Promise<string> {
    const id = await this.client.createSilence(silence);
    const state = silence.startsAt > this.#clock.now() ? 'pending' : 'active';
    this.#silences = [...(this.#silences ?? []), { ...silence, id, state }];
    return id;
  }

  async expireSilence(id: string): Promise<void> {
    await this.client.expireSilence(id);
    this.#silences = (this.#silences ?? []).map((one) => (one.id === id ? { ...one, state: 'expired' } : one));
  }

  state(): AlertmanagerState {
    const { id, name, insecure } = this.settings;
    return {
      id,
      name,
      insecure,
      state: this.#fault ? 'down' : this.#lastOk === null ? 'starting' : 'up',
      version: this.#status?.version ?? '',
      cluster: this.#status?.cluster ?? '',
      peers: this.#status?.members.length ?? 0,
      alerts: this.#alerts.length,
      activeSilences: (this.#silences ?? []).filter(({ state }) => state === 'active').length,
      lastOk: this.#lastOk,
      fault: this.#fault,
      sending: this.#sender?.state() ?? null,
    };
  }

  close(): void {
    this.#stop.abort();
    this.#sender?.close();
    this.client.close();
  }
}
