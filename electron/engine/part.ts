import type { CallArg, CallName, CallParsed, CallResult, EventName, Events, Role } from '../../shared/contract.ts';
import type { Fleet } from '../../shared/fleet.ts';
import type { Settings } from '../../shared/settings.ts';
import type { FleetView } from '../../shared/view.ts';
import type { Clock } from './schedule.ts';
import type { Source } from './sources/source.ts';
import type { Store } from './store/database.ts';

/** Who asks. */
export interface Asker {
  readonly role: Role;
}

/** Calls by name; arguments were parsed by the contract's own schema. A FaultError that is thrown is the answer. */
export type Answers = {
  readonly [Name in CallName]?: (arg: CallParsed<Name>, asker: Asker) => CallResult<Name> | Promise<CallResult<Name>>;
};

/** What a part of the engine may use. Everything is asked anew each time: settings, view and fleet are replaced. */
export interface EngineContext {
  /** The profile folder. */
  readonly folder: string;
  readonly clock: Clock;
  /** The embedded database: one for all parts. */
  readonly store: Store;
  settings(): Settings;
  /** Where the host serves the console; '' where it does not. */
  served(): string;
  view(): FleetView;
  fleet(): Fleet;
  /** Sources in the order they were configured. */
  sources(): readonly Source[];
  /** Writes settings.json and takes the settings into use. @throws FaultError when they cannot be written */
  changeSettings(settings: Settings): void;
  /** Asks another part as a viewer with role `read` would. Rejects with its fault, also where none answers. */
  ask<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>>;
  /** Tells every viewer. */
  broadcast<Name extends EventName>(name: Name, value: Events[Name]): void;
}

/** A part of the engine with calls and state of its own: history in files, alerts, snapshots. */
export interface EnginePart {
  readonly answers: Answers;
  /**
   * After each update of the view, once a second; not while a source is read for the first time.
   *
   * @param polled a new poll began with this update: once a poll
   */
  tick?(now: number, polled: boolean): void;
  /** Does some milliseconds of what need not be done within a tick. @returns whether more waits */
  work?(): boolean;
  /** The engine ends: state is written, files are closed. */
  close?(): void;
}
