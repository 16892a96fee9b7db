import type { CallAt } from '../../../shared/contract/history.ts';
import { type CallArg, type CallParsed, calls } from '../../../shared/contract.ts';
import { formatDate, formatTime } from '../../../shared/format.ts';
import { askView } from '../../../shared/view-calls.ts';
import type { PastAlerts } from '../alerts/past-alerts.ts';
import type { FabricPart } from '../fabric-part.ts';
import { FaultError } from '../fault.ts';
import type { Answers, EnginePart } from '../part.ts';
import type { HistoryPart } from './history-part.ts';
import type { Past } from './instants.ts';

/** What the past is told from: instants, and what parts of the engine make of one. */
interface Doors {
  readonly history: Pick<HistoryPart, 'at' | 'power'>;
  readonly fabric: Pick<FabricPart, 'at'>;
}

/** Calls of the view as of an instant of the past, so that every screen can be moved to it. */
export class PastPart implements EnginePart {
  readonly #doors: Doors;
  readonly answers: Answers = { askAt: (arg) => this.#askAt(arg) };

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  async #askAt({ time, name, arg }: CallParsed<'askAt'>): Promise<unknown> {
    const parsed = calls[name].arg.safeParse(arg);
    if (!parsed.success)
      throw new FaultError('bad-argument', `${name}: the argument is not valid`, 'Correct the value.');
    return this.#answer(name, parsed.data, await this.#doors.history.at(time));
  }

  #answer(name: CallAt, arg: unknown, past: Past): unknown {
    const current = past.view.current();
    if (!current) {
      const when = `${formatDate(past.time)}, ${formatTime(past.time)}`;
      throw new FaultError('not-recorded', `Nothing is recorded of ${when}.`, past.missing);
    }
    if (name === 'alerts') return alertsOf(past).reply();
    if (name === 'rules') return alertsOf(past).rules();
    if (name === 'power') return this.#doors.history.power.report(past, arg as CallParsed<'power'>);
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
  throw new FaultError('not-recorded', 'Alerts of this time are not written down.', 'Go to a later time.');
}
