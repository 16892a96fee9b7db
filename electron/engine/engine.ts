import { join } from 'node:path';
import { type CallName, calls, type FromEngine, type HelloReply, type ToEngine } from '../../shared/contract.ts';
import { Fleet } from '../../shared/fleet.ts';
import type { Port } from '../../shared/port.ts';
import { racksWanted } from '../../shared/recorded/wanted.ts';
import type { Settings, SourceSettings } from '../../shared/settings.ts';
import { FleetView } from '../../shared/view.ts';
import { askView } from '../../shared/view-calls.ts';
import { checkedCall } from './checked-call.ts';
import { Chores } from './chores.ts';
import { FaultError, faultOf } from './fault.ts';
import { withRetry } from './health.ts';
import type { Asker, EngineContext, EnginePart } from './part.ts';
import { makeParts } from './parts.ts';
import { type Clock, Schedule } from './schedule.ts';
import { holdVault } from './secrets.ts';
import { Settling } from './settling.ts';
import { ExportersScraper } from './sources/exporters.ts';
import { PrometheusReader } from './sources/prometheus.ts';
import type { Source } from './sources/source.ts';
import { shownWorkstation } from './sources/workstation.ts';
import { WORKSTATION_ID, WorkstationNode } from './sources/workstation-node.ts';
import { Store } from './store/database.ts';
import { NO_PLACE_FILES, type PlaceFiles, PlaceReader } from './store/place-files.ts';
import { SettingsFile } from './store/settings-file.ts';
import { type ProfilesInUse, UserProfileReader } from './store/user-profiles.ts';
import { coverageOf, testConnection } from './test-connection.ts';
import { type Viewer, Viewers } from './viewers.ts';

const CONCURRENCY = 64;

/** Reads all sources on schedule, keeps the fleet, and answers viewers. Everything that fails is told, not thrown. */
export class Engine {
  readonly #port: Port;
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #startedAt: number;
  readonly #viewers: Viewers;
  readonly #settling: Settling;
  readonly #store: Store;
  readonly #parts: readonly EnginePart[];
  readonly #chores: Chores;
  readonly #sources = new Map<string, Source>();
  readonly #ephemeral = new Map<string, SourceSettings>();
  readonly #places = new PlaceReader();
  readonly #userProfiles: UserProfileReader;
  #profiles: ProfilesInUse;
  #files: PlaceFiles = NO_PLACE_FILES;
  readonly #file: SettingsFile;
  #settings: Settings;
  #fleet: Fleet;
  #view: FleetView;
  #schedule: Schedule;
  #polledAt = 0;
  #served = '';
  #stopped = false;

  constructor(port: Port, options: { readonly profile: string; readonly clock: Clock }) {
    this.#port = port;
    this.#clock = options.clock;
    this.#folder = options.profile;
    this.#startedAt = this.#clock.now();
    this.#file = new SettingsFile(this.#folder);
    this.#settings = this.#file.atStart;
    this.#userProfiles = new UserProfileReader(this.#folder);
    this.#profiles = this.#userProfiles.read();
    this.#fleet = this.#newFleet();
    this.#view = this.#newView();
    this.#schedule = new Schedule(this.#clock, CONCURRENCY);
    this.#settling = new Settling(
      this.#clock,
      () => this.#sources.values(),
      () => this.#refresh(),
    );
    this.#viewers = new Viewers((message, transfer) => this.#post(message, transfer));
    this.#store = new Store(this.#folder, this.#startedAt);
    this.#parts = makeParts(this.#context());
    this.#chores = new Chores(this.#clock, () => [this.#view.remembered, ...this.#parts]);
    port.onMessage((message) => this.#receive(message as ToEngine));
    this.#startSources();
    this.#post({ kind: 'ready' });
    this.#beat();
  }

  /** Ends all reads. */
  stop(): void {
    this.#stopped = true;
    for (const one of [this.#settling, this.#chores, this.#schedule]) one.stop();
    for (const source of this.#sources.values()) source.close();
    for (const part of this.#parts) part.close?.();
    this.#store.close(this.#clock.now());
    this.#port.close();
  }

  #context(): EngineContext {
    return {
      folder: this.#folder,
      clock: this.#clock,
      store: this.#store,
      settings: () => this.#settings,
      served: () => this.#served,
      view: () => this.#view,
      fleet: () => this.#fleet,
      sources: () => [...this.#sources.values()],
      changeSettings: (settings) => {
        this.#file.save(settings);
        this.#apply(settings);
      },
      ask: (name, arg) =>
        this.#call({ role: 'read' } as Viewer, name, calls[name].arg.parse(arg) as never) as Promise<never>,
      broadcast: (name, value) => this.#viewers.broadcast(name, value),
    };
  }

  #newFleet(): Fleet {
    return new Fleet({ mappings: this.#settings.mappings, profiles: this.#profiles.profiles });
  }

  #newView(): FleetView {
    const { historyBytes, pollMs, staleMs, warnRatio, critRatio } = this.#settings;
    return new FleetView({ historyBytes, pollMs, staleMs, warnRatio, critRatio, alerted: true });
  }

  #post(message: FromEngine, transfer?: readonly ArrayBuffer[]): void {
    this.#port.post(message, transfer);
  }

  /** The host hears that work goes on: binding 100,000 GPUs for the first time takes seconds in which no timer runs. */
  readonly #alive = () => this.#post({ kind: 'beat' });

  /** Once a second: says that it lives, lets values age, and sends what is due. */
  #beat(): void {
    if (this.#stopped) return;
    this.#alive();
    this.#refresh();
    this.#chores.begin();
    this.#clock.later(() => this.#beat(), 1000);
  }

  #refresh(): void {
    const now = this.#clock.now();
    this.#readProfiles();
    this.#readPlaces();
    const { pollMs, staleMs } = this.#settings;
    // History gets one instant a poll, whenever in it the targets answered.
    const poll = Math.floor(now / pollMs);
    const settling = this.#settling.isUnderWay(now);
    const remember = poll !== this.#polledAt && !settling;
    if (!settling) this.#polledAt = poll;
    // Nobody is shown a first, partial reading: working it out would only make it take longer.
    if (settling && this.#view.current()) return;
    const kept = remember && !this.#settling.isPartial(now);
    this.#view.update(this.#fleet.frame(now, staleMs), this.#health(), this.#fleet.badSamples, now, kept);
    this.#alive();
    if (!settling) for (const part of this.#parts) part.tick?.(now, remember);
    this.#viewers.due();
    if (!settling) this.#viewers.send(this.#view, now);
  }

  #health() {
    const own = [...this.#profiles.warnings, ...this.#files.warnings];
    return [...this.#sources.values()].map((source, index) =>
      withRetry(source.health(index === 0 ? own : []), this.#schedule),
    );
  }

  #readPlaces(): void {
    const configured = [...this.#sources.values()].map((source) => source.settings);
    const topology = configured.flatMap(({ topologyFile }) =>
      topologyFile ? [{ path: topologyFile, needed: true }] : [],
    );
    const budgets = configured.flatMap(({ budgetsFile }) => (budgetsFile ? [{ path: budgetsFile, needed: true }] : []));
    const files = this.#places.read(
      [{ path: join(this.#folder, 'topology.csv'), needed: false }, ...topology],
      [{ path: join(this.#folder, 'budgets.csv'), needed: false }, ...budgets],
    );
    if (files === this.#files) return;
    this.#files = files;
    this.#fleet.setTopology(files.topology, files.racks);
    this.#fleet.setBudgets(files.budgets);
  }

  #startSources(): void {
    const wanted = new Map(
      [...this.#settings.sources, ...this.#ephemeral.values()].map((source) => [source.id, source]),
    );
    for (const [id, source] of this.#sources) {
      if (id === WORKSTATION_ID && !wanted.has(id) && this.#settings.workstationAsNode) continue;
      const next = wanted.get(id);
      if (next && JSON.stringify(next) === JSON.stringify(source.settings)) continue;
      this.#dropSource(id, source);
    }
    for (const [id, settings] of wanted) {
      if (this.#sources.has(id)) continue;
      const source =
        settings.kind === 'prometheus'
          ? new PrometheusReader(settings, this.#fleet, this.#clock, this.#profiles.profiles, () => this.#racksWanted())
          : new ExportersScraper(settings, this.#fleet, this.#clock);
      this.#fleet.setWaitTick(id, settings.waitTickBytes);
      this.#sources.set(id, source);
      this.#settling.begin();
      source.start(this.#schedule, this.#settings.pollMs, { whole: () => this.#refresh(), alive: this.#alive });
    }
    this.#startWorkstation();
    this.#readPlaces();
  }

  /** Racks of which a server is asked for GPUs, where it records the others. */
  #racksWanted(): readonly string[] {
    const current = this.#view.current();
    return current ? racksWanted(current.frame, current.power, this.#viewers.racks()) : [];
  }

  #startWorkstation(): void {
    if (!this.#settings.workstationAsNode || this.#sources.has(WORKSTATION_ID)) return;
    const source = new WorkstationNode(this.#fleet, this.#clock);
    this.#sources.set(WORKSTATION_ID, source);
    source.start(this.#schedule, this.#settings.pollMs);
  }

  #dropSource(id: string, source: Source): void {
    source.close();
    for (const job of this.#schedule.ids()) if (job.startsWith(`${id}\n`)) this.#schedule.remove(job);
    this.#sources.delete(id);
    this.#fleet.forgetSource(id);
  }

  /** Reads the user's own profiles again where a file changed: every series is bound anew then. */
  #readProfiles(): void {
    const profiles = this.#userProfiles.read();
    if (profiles === this.#profiles) return;
    this.#profiles = profiles;
    this.#rebuild();
    this.#startSources();
  }

  /** Drops all sources and what they brought; they have to be started again. */
  #rebuild(): void {
    for (const [id, source] of this.#sources) this.#dropSource(id, source);
    this.#schedule.stop();
    this.#schedule = new Schedule(this.#clock, CONCURRENCY);
    this.#fleet = this.#newFleet();
    this.#files = NO_PLACE_FILES;
  }

  /** New settings take effect at once; what depends on them is made anew, objects and history stay where they can. */
  #apply(settings: Settings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (before.pollMs !== settings.pollMs) this.#rebuild();
    else if (JSON.stringify(before.mappings) !== JSON.stringify(settings.mappings))
      this.#fleet.setMappings(settings.mappings);
    // Limits are told anew of what is remembered; only another poll or another size makes another memory.
    const remembers = before.pollMs === settings.pollMs && before.historyBytes === settings.historyBytes;
    if (remembers) this.#view.configure(settings);
    else this.#view = this.#newView();
    this.#startSources();
    this.#viewers.broadcast('settings', settings);
    this.#refresh();
  }

  /** Sources that name a secret of the vault begin anew with what it holds now. */
  #takeSecrets(values: Readonly<Record<string, string>>): void {
    holdVault(values);
    for (const [id, source] of this.#sources)
      if (JSON.stringify(source.settings).includes('"vault":')) this.#dropSource(id, source);
    this.#startSources();
  }

  #receive(message: ToEngine): void {
    if (message.kind === 'open') this.#viewers.open(message.viewer, message.role);
    else if (message.kind === 'close') this.#viewers.close(message.viewer);
    else if (message.kind === 'secrets') this.#takeSecrets(message.values);
    else if (message.kind === 'served') this.#served = message.url;
    else void this.#answer(message);
  }

  async #answer({ viewer: id, id: call, name, arg }: Extract<ToEngine, { kind: 'call' }>): Promise<void> {
    try {
      const viewer = this.#viewers.get(id);
      if (!viewer) return;
      const checked = checkedCall(viewer.role, name, arg);
      const value = await this.#call(viewer, checked.name, checked.arg as never);
      this.#post({ kind: 'reply', viewer: id, id: call, ok: true, value });
    } catch (error) {
      this.#post({ kind: 'reply', viewer: id, id: call, ok: false, fault: faultOf(error) });
    }
  }

  // One case a call: their arguments have been parsed by the contract's own schema.
  async #call(viewer: Viewer, name: CallName, arg: never): Promise<unknown> {
    for (const { answers } of this.#parts) {
      const answer = answers[name] as ((arg: never, asker: Asker) => unknown) | undefined;
      if (answer) return answer(arg, viewer);
    }
    const seen = askView(this.#view, name, arg);
    if (seen !== undefined) return seen;
    switch (name) {
      case 'hello':
        this.#viewers.greet(viewer);
        this.#sendFrames();
        return this.#hello(viewer);
      case 'watch':
        this.#viewers.watch(viewer, arg);
        this.#sendFrames();
        return null;
      case 'ack':
        this.#viewers.ack(viewer, (arg as { seq: number }).seq);
        this.#sendFrames();
        return null;
      case 'energy':
        return this.#view.energy(this.#settings.sites);
      case 'workstation':
        return shownWorkstation(this.#clock.now());
      case 'coverage':
        return coverageOf(this.#fleet, (arg as { id: string }).id, this.#clock.now());
      case 'testSource':
        return testConnection((arg as { source: SourceSettings }).source, this.#clock);
      case 'saveSource':
        return this.#saveSource(arg);
      case 'removeSource':
        return this.#removeSource((arg as { id: string }).id);
      case 'retry':
        this.#schedule.retry();
        return null;
      case 'saveSettings': {
        const { settings } = arg as { settings: Settings };
        this.#file.save(settings);
        this.#apply(settings);
        return settings;
      }
      case 'openDemo':
      case 'closeDemo':
        throw new FaultError('host-call', 'The demo fleet is opened by the host', 'This is a fault of Fleetwatt.');
      default:
        throw new FaultError('no-answer', `Nothing answers ${name}`, 'This is a fault of Fleetwatt.');
    }
  }

  #sendFrames(): void {
    const now = this.#clock.now();
    if (!this.#settling.isUnderWay(now)) this.#viewers.send(this.#view, now);
  }

  #hello({ role }: Viewer): HelloReply {
    // The host puts in its own name and version.
    return {
      version: '',
      host: 'serve',
      role,
      engineStarted: this.#startedAt,
      reading: [...this.#sources.values()].map(({ settings }) => settings.name),
      settings: this.#settings,
      profile: this.#folder,
      trouble: this.#file.trouble,
    };
  }

  #saveSource({ source, keep }: { source: SourceSettings; keep: boolean }): Settings {
    if (keep) {
      const settings = {
        ...this.#settings,
        sources: [...this.#settings.sources.filter(({ id }) => id !== source.id), source],
      };
      this.#file.save(settings);
      this.#ephemeral.delete(source.id);
      this.#apply(settings);
    } else {
      this.#ephemeral.set(source.id, source);
      this.#startSources();
      this.#refresh();
    }
    return this.#settings;
  }

  #removeSource(id: string): Settings {
    this.#ephemeral.delete(id);
    const settings = { ...this.#settings, sources: this.#settings.sources.filter((source) => source.id !== id) };
    if (settings.sources.length !== this.#settings.sources.length) this.#file.save(settings);
    this.#apply(settings);
    return settings;
  }
}
