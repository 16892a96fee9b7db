import type { InteropReply, OthersReply } from '../../../shared/contract/interop.ts';
import { mergeAlerts } from '../../../shared/interop/merge.ts';
import { type OurAlert, toldOf } from '../../../shared/interop/our-alert.ts';
import { fingerprintOf } from '../../../shared/interop/told-alert.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { Answers, EngineContext, EnginePart } from '../part.ts';
import { Schedule } from '../schedule.ts';
import type { Store } from '../store/database.ts';
import { AlertmanagerPeer } from './peer.ts';
import { PrometheusAlerting } from './prometheus-alerting.ts';
import { SilenceCopies } from './silence-copies.ts';
import { OthersSilences } from './silences.ts';
import { testAlertmanager, testWebhook } from './try.ts';
import { Webhook } from './webhook.ts';

const READ_EVERY_MS = 15_000;
const AT_ONCE = 8;
const MOST_ALERTS = 5000;

/** What the alert engine gives after each evaluation. */
export interface Evaluated {
  readonly at: number;
  readonly intervalMs: number;
  /** Every alert that is pending, fires, or has resolved within 15 min. */
  readonly alerts: readonly OurAlert[];
}

/** Something that is open for an entry of the settings. */
interface Open<S> {
  readonly settings: S;
  close(): void;
}

/** What our alerts are exchanged with: Alertmanagers, the alerting of Prometheus sources, webhooks. */
export class Interop implements EnginePart {
  readonly answers: Answers;
  readonly #context: EngineContext;
  readonly #evaluated: () => Evaluated | null;
  readonly #copies: SilenceCopies;
  readonly #schedule: Schedule;
  readonly #peers = new Map<string, AlertmanagerPeer>();
  readonly #webhooks = new Map<string, Webhook>();
  readonly #prometheus = new Map<string, PrometheusAlerting>();
  readonly #readEveryMs: number;
  #settings: Settings | undefined;
  #offered = Number.NEGATIVE_INFINITY;
  #seq: number;

  /** `evaluated`: the newest evaluation of our own alerts, null before the first. */
  constructor(context: EngineContext, evaluated: () => Evaluated | null, readEveryMs = READ_EVERY_MS) {
    this.#readEveryMs = readEveryMs;
    this.#context = context;
    this.#evaluated = evaluated;
    this.#copies = new SilenceCopies(context.store);
    this.#schedule = new Schedule(context.clock, AT_ONCE);
    this.#seq = Number(context.store.get('SELECT max(seq) AS seq FROM webhook_waiting')?.seq ?? 0);
    const silences = new OthersSilences(this.#peers, this.#copies, context.clock);
    this.answers = {
      interop: () => this.#state(),
      othersAlerts: () => this.#othersAlerts(),
      othersRules: () => [...this.#prometheus.values()].flatMap(({ rules }) => rules),
      ...silences.answers,
      saveAlertmanager: ({ alertmanager }) => this.#change('alertmanagers', alertmanager.id, alertmanager),
      removeAlertmanager: ({ id }) => this.#change('alertmanagers', id, null),
      testAlertmanager: ({ alertmanager }) => testAlertmanager(alertmanager, context.clock),
      saveWebhook: ({ webhook }) => this.#change('webhooks', webhook.id, webhook),
      removeWebhook: ({ id }) => this.#change('webhooks', id, null),
      saveConsole: ({ url }) => this.#saveConsole(url),
      testWebhook: ({ webhook }) => testWebhook(webhook, context.clock),
    };
  }

  tick(): void {
    this.#followSettings();
    this.#followSources();
    const evaluated = this.#evaluated();
    if (!evaluated || evaluated.at <= this.#offered) return;
    this.#offered = evaluated.at;
    const { at, intervalMs, alerts } = evaluated;
    if (this.#peers.size > 0) {
      const told = alerts.flatMap((one) => toldOf(one, this.#console));
      for (const peer of this.#peers.values()) peer.offer(told, at, intervalMs);
    }
    for (const webhook of this.#webhooks.values()) webhook.offer(alerts, at, this.#console);
  }

  close(): void {
    this.#schedule.stop();
    for (const open of [this.#peers, this.#webhooks, this.#prometheus]) for (const one of open.values()) one.close();
  }

  #followSettings(): void {
    const { clock, store } = this.#context;
    const settings = this.#context.settings();
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#keep(this.#peers, settings.alertmanagers, (one) => {
      const peer = new AlertmanagerPeer(one, clock);
      this.#read(`alertmanager ${one.id}`, async () => {
        const began = clock.now();
        await peer.read();
        if (peer.silences) this.#copies.compare(one.id, peer.silences, began);
      });
      return peer;
    });
    this.#keep(this.#webhooks, settings.webhooks, (one) => new Webhook(one, store, clock, () => ++this.#seq));
    forgetRemoved(store, settings, clock.now());
    // Whoever is new hears of everything at once.
    this.#offered = Number.NEGATIVE_INFINITY;
  }

  #followSources(): void {
    const { clock } = this.#context;
    const sources = this.#context.sources();
    const servers = sources.flatMap(({ settings }) => (settings.kind === 'prometheus' ? [settings] : []));
    this.#keep(this.#prometheus, servers, (one) => {
      const spent = (bytes: number) =>
        this.#context
          .sources()
          .find(({ settings }) => settings.id === one.id)
          ?.spent?.(bytes);
      const alerting = new PrometheusAlerting(one, clock, spent);
      this.#read(`prometheus ${one.id}`, () => alerting.read());
      return alerting;
    });
  }

  #read(id: string, run: () => Promise<void>): void {
    this.#schedule.add({ id, intervalMs: this.#readEveryMs, run });
  }

  /** Keeps one open for each entry that is wanted; it is made anew where its entry changed. */
  #keep<S extends { readonly id: string }, T extends Open<S>>(
    open: Map<string, T>,
    wanted: readonly S[],
    make: (settings: S) => T,
  ): void {
    for (const [id, one] of open) {
      const next = wanted.find((settings) => settings.id === id);
      if (next === one.settings || (next && JSON.stringify(next) === JSON.stringify(one.settings))) continue;
      one.close();
      open.delete(id);
      for (const kind of ['alertmanager', 'prometheus']) if (!next) this.#schedule.remove(`${kind} ${id}`);
    }
    for (const settings of wanted) if (!open.has(settings.id)) open.set(settings.id, make(settings));
  }

  /** Settings with one entry changed in its place, added at the end, or taken out. */
  #change<List extends 'alertmanagers' | 'webhooks'>(
    list: List,
    id: string,
    entry: Settings[List][number] | null,
  ): Settings {
    const before = this.#context.settings();
    const entries = before[list] as readonly Settings[List][number][];
    const others = entries.filter((one) => one.id !== id);
    const at = entries.findIndex((one) => one.id === id);
    const next = entry === null ? others : at < 0 ? [...entries, entry] : entries.with(at, entry);
    const settings = { ...before, [list]: next };
    this.#context.changeSettings(settings);
    return settings;
  }

  /** Where the console is reached: what pages lead to. */
  get #console(): string {
    return this.#context.settings().consoleUrl ?? this.#context.served();
  }

  #saveConsole(url: string): Settings {
    const { consoleUrl: _, ...others } = this.#context.settings();
    const settings = { ...others, ...(url === '' ? {} : { consoleUrl: url }) };
    this.#context.changeSettings(settings);
    return settings;
  }

  #state(): InteropReply {
    return {
      console: { url: this.#console, served: this.#context.served() },
      alertmanagers: [...this.#peers.values()].map((peer) => peer.state()),
      prometheus: [...this.#prometheus.values()].map((one) => one.state()),
      webhooks: [...this.#webhooks.values()].map((webhook) => webhook.state()),
      lostSilences: this.#copies.lost(this.#context.clock.now()),
    };
  }

  #othersAlerts(): OthersReply {
    const servers = [...this.#prometheus.values(), ...this.#peers.values()];
    const ours = (this.#evaluated()?.alerts ?? []).map(({ alert }) =>
      fingerprintOf(new Map(Object.entries(alert.labels))),
    );
    const alerts = mergeAlerts(
      servers.flatMap((server) => server.seen()),
      new Set(ours),
    );
    const silent = servers.flatMap((server) => {
      const { name, fault } = server.state();
      return fault ? [{ name, since: fault.since, message: fault.message }] : [];
    });
    return { alerts: alerts.slice(0, MOST_ALERTS), total: alerts.length, silent };
  }
}

/** What lies in the database of webhooks that were removed goes with them. */
function forgetRemoved(store: Store, { webhooks }: Settings, now: number): void {
  const known = new Set(webhooks.map(({ id }) => id));
  const rows = store.all(
    'SELECT DISTINCT webhook FROM webhook_told UNION SELECT DISTINCT webhook FROM webhook_waiting',
  );
  const gone = rows.map(({ webhook }) => String(webhook)).filter((id) => !known.has(id));
  for (const id of gone) {
    store.write(
      ['webhook_told', 'webhook_waiting'].map((table) => [`DELETE FROM ${table} WHERE webhook = ?`, [id]] as const),
      now,
    );
  }
}
