import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '../../../shared/alerting/alert.ts';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { CallArg, CallName, CallResult } from '../../../shared/contract.ts';
import { calls } from '../../../shared/contract.ts';
import { frameOf, times, topologyOf, type Values } from '../../../shared/frame.fixture.ts';
import type { Frame } from '../../../shared/frame.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { FleetView } from '../../../shared/view.ts';
import type { EngineContext } from '../part.ts';
import type { Source } from '../sources/source.ts';
import { Store } from '../store/database.ts';
import { AlertPart } from './alert-part.ts';

export const POLL = 5000;
export const MINUTE = 60_000;
export const T0 = Date.UTC(2026, 10, 23, 14, 0, 0);

/** One rack of two nodes and sixteen boards, with a budget of 10 kW. */
export const rackOf16 = topologyOf({ nodes: 2, budgets: { 'S/A/A1/A1-01': 10_000 } });

/** One source as far as alerts look at it. */
export interface FakeSource {
  readonly name: string;
  readonly site: string;
  state: SourceHealth['state'];
  partial?: SourceHealth['partial'];
}

/** The alert engine on a profile of its own, a clock of the test's, and frames that the test makes. */
export class Bench {
  readonly folder: string;
  readonly sources: FakeSource[] = [];
  now = T0;
  settings: Settings = defaultSettings;
  view = new FleetView({ ...defaultSettings, alerted: true });
  store: Store;
  part: AlertPart;

  constructor(folder = mkdtempSync(join(tmpdir(), 'fleetwatt-alerts-'))) {
    this.folder = folder;
    [this.store, this.part] = this.#open();
  }

  #open(): [Store, AlertPart] {
    const store = new Store(this.folder, this.now);
    const context = {
      ...{ folder: this.folder, store, clock: { now: () => this.now, later: () => () => {} } },
      ...{ settings: () => this.settings, view: () => this.view },
      changeSettings: (settings: Settings) => {
        this.settings = settings;
      },
      sources: () =>
        this.sources.map(({ name, site }) => ({ settings: { id: name, name, site } }) as unknown as Source),
    } as unknown as EngineContext;
    return [store, new AlertPart(context)];
  }

  /** A poll later: the fleet is like this. */
  poll(frame: Frame, polled = true): void {
    const health = this.sources.map(
      ({ name, state, partial = null }) => ({ id: name, name, state, partial, fault: null }) as SourceHealth,
    );
    this.view.update(frame, health, 0, this.now, polled);
    this.part.tick(this.now, polled);
  }

  /** Polls for a while: the boards of `rackOf16` draw so many watts together. */
  draw(watts: number, forMs = 0, more: Values = times(16, watts / 16)): void {
    const until = this.now + forMs;
    for (;;) {
      this.poll(frameOf(rackOf16, { 'gpu.power': more }, this.now));
      if (this.now >= until) return;
      this.next();
    }
  }

  next(ms = POLL): void {
    this.now += ms;
  }

  /** Ends, as a host does, or as a kill does: without a word. Then starts again. */
  restart(afterMs: number, how: 'stopped' | 'killed' = 'killed'): void {
    if (how === 'stopped') this.part.close();
    this.store.close(this.now);
    this.now += afterMs;
    this.view = new FleetView({ ...defaultSettings, alerted: true });
    [this.store, this.part] = this.#open();
  }

  call<Name extends CallName>(name: Name, arg: CallArg<Name>): CallResult<Name> {
    const answer = this.part.answers[name] as unknown as (arg: unknown) => CallResult<Name>;
    return answer(calls[name].arg.parse(arg));
  }

  /** The alert of a rule that has one. */
  alert(rule: string): Alert {
    const found = this.call('alerts', {}).alerts.find((one) => one.rule === rule);
    if (!found) throw new Error(`${rule} is not there`);
    return found;
  }

  /** Alerts as "rule state", sorted. */
  told(): string[] {
    return this.call('alerts', {})
      .alerts.map(({ rule, state, unknownSince }) => `${rule} ${state}${unknownSince === null ? '' : ' unknown'}`)
      .sort();
  }

  /** Kinds of the journal's rows of a rule, oldest first. */
  written(rule: string): string[] {
    return this.call('alertHistory', { rule, most: 1000 })
      .rows.map(({ kind }) => kind)
      .reverse();
  }

  end(): void {
    this.store.close(this.now);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
