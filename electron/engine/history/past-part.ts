import type { CallAt } from '../../../shared/contract/history.ts';
import { type CallArg, type CallParsed, calls } from '../../../shared/contract.ts';
import { formatDate, formatTime } from '../../../shared/format.ts';
import { askView } from '../../../shared/view-calls.ts';
import type { PastAlerts } from '../alerts/past-alerts.ts';
import type { FabricPart } from '../fabric-part.ts';
import { FaultError } from '../fault.ts';
import type { Answers, Asker, EnginePart } from '../part.ts';
import { type HistoryPart, superseded } from './history-part.ts';
import type { Past } from './instants.ts';

/** What the past is told from: instants, and what parts of the engine make of one. */
interface Doors {
  readonly history: Pick<HistoryPart, 'at' | 'power'>;
  readonly fabric: Pick<FabricPart, 'at'>;
}

/** The instant that a viewer asks about, and what ends its questions. */
interface Moment {
  readonly time: number;
  readonly over: AbortController;
}

/**
 * Calls of the view as of an instant of the past, so that every screen can be moved to it. Newest wins: who asks about
 * another instant has moved on, and what is not told yet of the one before is called off, at servers too.
 */
export class PastPart implements EnginePart {
  readonly #doors: Doors;
  readonly #latest = new WeakMap<Asker, Moment>();
  readonly answers: Answers = { askAt: (arg, asker) => this.#askAt(arg, asker) };

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  async #askAt({ time, name, arg }: CallParsed<'askAt'>, asker: Asker): Promise<unknown> {
    const parsed = calls[name].arg.safeParse(arg);
    if (!parsed.success)
      throw new FaultError('bad-argument', `${name}: the argument is not valid`, 'Correct the value.');
    const { signal } = this.#momentOf(asker, time).over;
    const past = await this.#doors.history.at(time, signal);
    signal.throwIfAborted();
    return this.#answer(name, parsed.data, past, signal);
  }

  #momentOf(asker: Asker, time: number): Moment {
    const before = this.#latest.get(asker);
    if (before?.time === time) return before;
    const moment = { time, over: new AbortController() };
    this.#latest.set(asker, moment);
    before?.over.abort(superseded());
    return moment;
  }

  #answer(name: CallAt, arg: unknown, past: Past, signal: AbortSignal): unknown {
    const current = past.view.current();
    if (!current) {
      const when = `${formatDate(past.time)}, ${formatTime(past.time)}`;
      throw new FaultError('not-recorded', `Nothing is recorded of ${when}.`, past.missing);
    }
    if (name === 'alerts') return alertsOf(past).reply();
    if (name === 'rules') return alertsOf(past).rules();
    if (name === 'power') return this.#doors.history.power.report(past, arg as CallParsed<'power'>, signal);
    if (name === 'energy') return this.#doors.history.power.energy(past);
    if (name === 'fabricOverview') return this.#doors.fabric.at(current).overview();
    if (name === 'fabric') {
      const { kind, pod } = arg as CallArg<'fabric'>;
      return this.#doors.fabric.at(current).matrix(kind, pod);
    }
    return askView(past.view, name, arg);
  }
}

/** Alerts as they stood. @throws FaultError where rows of then are not kept any more, or no engine ran */
function alertsOf({ alerts }: Past): PastAlerts {
  if (alerts) return alerts;
  throw new FaultError('not-recorded', 'Alerts and rules of this time are not written down.', 'Go to a later time.');
}
