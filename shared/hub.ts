import type { AlertSeverity } from './alerting/alert.ts';
import {
  type CallName,
  type CallResult,
  calls,
  type EngineEvent,
  type EventName,
  type Fault,
  type FromEngine,
  type HelloReply,
  type Role,
} from './contract.ts';
import { type DemoDoors, DemoKeeper } from './demo-keeper.ts';
import { EngineKeeper, type EngineProcess, type HostClock } from './engine-keeper.ts';
import { DEMO_SOURCE_ID, demoSource } from './run-sources.ts';
import type { Settings, SourceSettings } from './settings.ts';
import { noVault, type Vault, VaultError } from './vault.ts';

/** hub → viewer. The value of a `frame` event is a Uint8Array, handed on as the engine sent it. */
export type ToViewer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly fault: Fault }
  | { readonly event: EventName; readonly value: unknown };

/** What a host's transport gives for one viewer. */
export interface Viewer {
  readonly role: Role;
  post(message: ToViewer): void;
}

/** What the transport gets back. */
export interface ViewerLink {
  /** Takes one message `{id, call, arg}` as it came from outside; what is no such message is dropped. */
  receive(message: unknown): void;
  close(): void;
}

export interface HubOptions extends HostClock, DemoDoors {
  spawnEngine(): EngineProcess;
  readonly hostName: HelloReply['host'];
  readonly version: string;
  /** Sources of this run (`--source`), given to every engine anew. */
  readonly sources?: readonly SourceSettings[];
  /** Opens the demo fleet for this run. */
  readonly demo?: boolean;
  /** Shows a notice of the system's that says it is a test; left out where the host has none. */
  testNotice?(severity: AlertSeverity): boolean;
  /** Where this host keeps secrets; none where it is left out. */
  readonly vault?: Vault;
}

/** The middle of a host: many viewers on one side, one engine that may die on the other. */
export interface Hub {
  connect(viewer: Viewer): ViewerLink;
  engine(): EngineEvent;
  /** The console can be reached at this address now; every engine is told. */
  served(url: string): void;
  /** Ends the engine and the demo; pending calls are answered with a fault. */
  close(): void;
}

/** Starts an engine and keeps it running. */
export function createHub(options: HubOptions): Hub {
  return new RunningHub(options);
}

interface Pending {
  readonly viewer: number;
  readonly name: string;
  readonly arg: unknown;
  settle(reply: Reply): void;
}

type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: Fault };

/** The hub's own place among the viewers; it watches nothing, so no frame is made for it. */
const OURSELVES = 0;
/** Calls that one viewer may have open. */
const MOST_PENDING = 256;

const RESTARTING: Fault = {
  code: 'engine-restarting',
  message: 'The engine stopped before it could answer.',
  hint: 'It is being started again. Try once more in a few seconds.',
};
const STOPPING: Fault = { code: 'host-stopping', message: 'Fleetwatt is being closed.', hint: 'Start it again.' };

class FaultError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

class RunningHub implements Hub {
  readonly #options: HubOptions;
  readonly #keeper: EngineKeeper;
  readonly #demo: DemoKeeper;
  readonly #viewers = new Map<number, Viewer>();
  readonly #pending = new Map<number, Pending>();
  #lastViewer = OURSELVES;
  #lastCall = 0;
  #closed = false;
  #url = '';
  /** This engine has secrets, so it must hear when there are none any more. */
  #gaveSecrets = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#demo = new DemoKeeper(options, options, (files) => void this.#giveSource(demoSource(files)).catch(() => {}));
    this.#keeper = new EngineKeeper(() => options.spawnEngine(), options, {
      up: () => this.#up(),
      down: () => this.#down(),
      message: (message) => this.#fromEngine(message),
    });
    if (options.demo) void this.#demo.open().catch(() => {});
    this.#keeper.start();
  }

  connect(viewer: Viewer): ViewerLink {
    this.#lastViewer += 1;
    const id = this.#lastViewer;
    this.#viewers.set(id, viewer);
    this.#keeper.post({ kind: 'open', viewer: id, role: viewer.role });
    const engine = this.#keeper.event();
    // The very first start is no event: a viewer that came early waits for its first answer.
    if (engine.starts > 1 || engine.state === 'up') viewer.post({ event: 'engine', value: engine });
    return { receive: (message) => this.#fromViewer(id, message), close: () => this.#leave(id) };
  }

  engine(): EngineEvent {
    return this.#keeper.event();
  }

  served(url: string): void {
    this.#url = url;
    this.#keeper.post({ kind: 'served', url });
  }

  close(): void {
    this.#closed = true;
    this.#settleAll(STOPPING);
    this.#demo.close();
    this.#keeper.close();
    this.#viewers.clear();
  }

  #up(): void {
    // Asked while the engine started; what is asked from here on goes out by itself.
    const held = [...this.#pending];
    this.#gaveSecrets = false;
    void this.#giveSecrets().catch(() => {});
    if (this.#url !== '') this.#keeper.post({ kind: 'served', url: this.#url });
    this.#keeper.post({ kind: 'open', viewer: OURSELVES, role: 'operate' });
    for (const [id, { role }] of this.#viewers) this.#keeper.post({ kind: 'open', viewer: id, role });
    for (const source of this.#options.sources ?? []) void this.#giveSource(source).catch(() => {});
    void this.#resumeDemo().catch(() => {});
    for (const [id, { viewer, name, arg }] of held) this.#keeper.post({ kind: 'call', viewer, id, name, arg });
    this.#tellEngine();
  }

  #down(): void {
    this.#settleAll(RESTARTING);
    this.#tellEngine();
  }

  #tellEngine(): void {
    const value = this.#keeper.event();
    for (const viewer of this.#viewers.values()) viewer.post({ event: 'engine', value });
  }

  #settleAll(fault: Fault): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { settle } of pending) settle({ ok: false, fault });
  }

  #leave(id: number): void {
    if (!this.#viewers.delete(id)) return;
    for (const [call, pending] of this.#pending) if (pending.viewer === id) this.#pending.delete(call);
    this.#keeper.post({ kind: 'close', viewer: id });
  }

  #fromEngine(message: FromEngine): void {
    if (message.kind === 'event') {
      this.#viewers.get(message.viewer)?.post({ event: message.name, value: message.value });
    } else if (message.kind === 'reply') {
      const pending = this.#pending.get(message.id);
      if (pending === undefined || pending.viewer !== message.viewer) return;
      this.#pending.delete(message.id);
      pending.settle(message);
    }
  }

  #fromViewer(viewerId: number, message: unknown): void {
    const viewer = this.#viewers.get(viewerId);
    if (viewer === undefined || typeof message !== 'object' || message === null) return;
    const { id, call: name, arg } = message as { id?: unknown; call?: unknown; arg?: unknown };
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) return;
    const answer = (reply: Reply) => {
      if (this.#viewers.has(viewerId))
        viewer.post(reply.ok ? { id, ok: true, value: reply.value } : { id, ok: false, fault: reply.fault });
    };
    const refusal = this.#refuse(viewerId, viewer.role, name, arg);
    if (refusal) answer({ ok: false, fault: refusal });
    else if (isHostCall(name)) {
      this.#answer(name, arg).then(
        (value) => answer({ ok: true, value }),
        (error: unknown) => answer({ ok: false, fault: faultOf(error) }),
      );
    } else {
      this.#send(viewerId, name as CallName, arg, (reply) =>
        answer(name === 'hello' && reply.ok ? { ok: true, value: this.#named(reply.value, viewer.role) } : reply),
      );
    }
  }

  /** What only the host can do: start processes, keep secrets. */
  async #answer(name: HostCall, arg: unknown): Promise<unknown> {
    if (name === 'openDemo') return this.#openDemo();
    if (name === 'closeDemo') return this.#closeDemo();
    if (name === 'testNotice')
      return { shown: this.#options.testNotice?.((arg as { severity: AlertSeverity }).severity) ?? false };
    const vault = this.#options.vault ?? noVault;
    const { name: secret, value } = arg as { name: string; value: string };
    if (name === 'setSecret') await vault.set(secret, value);
    else if (name === 'removeSecret') await vault.remove(secret);
    if (name !== 'secrets') await this.#giveSecrets();
    return vault.list();
  }

  async #giveSecrets(): Promise<void> {
    const values = await (this.#options.vault ?? noVault).values();
    if (Object.keys(values).length > 0 || this.#gaveSecrets) this.#keeper.post({ kind: 'secrets', values });
    this.#gaveSecrets = Object.keys(values).length > 0;
  }

  /** The engine knows neither its host nor who asks. */
  #named(hello: unknown, role: Role): HelloReply {
    const { hostName: host, version } = this.#options;
    return { ...(hello as HelloReply), host, version, role };
  }

  /** Why a viewer's call goes no further; the engine parses the argument of those that do. */
  #refuse(viewerId: number, role: Role, name: unknown, arg: unknown): Fault | undefined {
    if (typeof name !== 'string' || !Object.hasOwn(calls, name))
      return { code: 'unknown-call', message: 'There is no such call.', hint: 'Reload the page.' };
    const call = calls[name as CallName];
    if (call.role === 'operate' && role !== 'operate')
      return {
        code: 'forbidden',
        message: 'This viewer may only look.',
        hint: 'Open the console with an operate key.',
      };
    // What was wrong is not repeated: it may hold a secret.
    if (isHostCall(name) && !call.arg.safeParse(arg).success)
      return { code: 'bad-argument', message: `${name} does not take this argument.`, hint: 'Correct the value.' };
    let open = 0;
    for (const pending of this.#pending.values()) if (pending.viewer === viewerId) open += 1;
    if (open >= MOST_PENDING)
      return { code: 'too-many-calls', message: `More than ${MOST_PENDING} calls are open.`, hint: 'Reload the page.' };
    return undefined;
  }

  /** Sends a call, keeps it for an engine that is starting, or answers at once where none is. */
  #send(viewer: number, name: CallName, arg: unknown, settle: (reply: Reply) => void): void {
    const up = this.#keeper.event().state === 'up';
    if (this.#closed || (!up && !this.#keeper.starting())) {
      settle({ ok: false, fault: this.#closed ? STOPPING : RESTARTING });
      return;
    }
    this.#lastCall += 1;
    const id = this.#lastCall;
    this.#pending.set(id, { viewer, name, arg, settle });
    if (up) this.#keeper.post({ kind: 'call', viewer, id, name, arg });
  }

  /** A call of our own. @throws FaultError */
  #ask<Name extends CallName>(name: Name, arg: unknown): Promise<CallResult<Name>> {
    return new Promise((resolve, reject) => {
      this.#send(OURSELVES, name, arg, (reply) =>
        reply.ok ? resolve(reply.value as CallResult<Name>) : reject(new FaultError(reply.fault)),
      );
    });
  }

  #giveSource(source: SourceSettings): Promise<Settings> {
    return this.#ask('saveSource', { source, keep: false });
  }

  /** After each start of the engine: the running demo is given again, a remembered one is started. */
  async #resumeDemo(): Promise<void> {
    const wanted = this.#demo.isWanted() || (await this.#ask('hello', {})).settings.demo;
    if (wanted) await this.#giveSource(demoSource(await this.#demo.open()));
  }

  async #openDemo(): Promise<Settings> {
    const settings = await this.#giveSource(demoSource(await this.#demo.open()));
    // Open it is; settings that cannot be written only mean that it does not open by itself the next time.
    return this.#remember(true).catch(() => ({ ...settings, demo: true }));
  }

  async #closeDemo(): Promise<Settings> {
    this.#demo.close();
    // Not open in this engine is as good as removed; a failure to remember is told by `remember`.
    await this.#ask('removeSource', { id: DEMO_SOURCE_ID }).catch(() => {});
    return this.#remember(false);
  }

  /** Writes whether the demo opens with the console, without the sources that are of this run only. */
  async #remember(demo: boolean): Promise<Settings> {
    const { settings } = await this.#ask('hello', {});
    if (settings.demo === demo) return settings;
    const ofThisRun = new Set([DEMO_SOURCE_ID, ...(this.#options.sources ?? []).map(({ id }) => id)]);
    const sources = settings.sources.filter(({ id }) => !ofThisRun.has(id));
    return this.#ask('saveSettings', { settings: { ...settings, sources, demo } });
  }
}

/** Calls that the host answers itself. */
const HOST_CALLS = ['openDemo', 'closeDemo', 'secrets', 'setSecret', 'removeSecret', 'testNotice'] as const;
type HostCall = (typeof HOST_CALLS)[number];
const isHostCall = (name: unknown): name is HostCall => HOST_CALLS.includes(name as HostCall);

function faultOf(error: unknown): Fault {
  if (error instanceof FaultError || error instanceof VaultError) return error.fault;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'demo-failed', message: `The demo fleet did not start: ${message}`, hint: 'Try once more.' };
}
