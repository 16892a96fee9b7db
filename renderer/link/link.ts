import type { CallArg, CallName, CallResult, EventName, Events, Fault } from '../../shared/contract.ts';

/**
 * How a viewer reaches an engine: two verbs and a state. The renderer knows nothing else of its host.
 */
export interface Link {
  /** Asks the engine. Rejects with a `CallFault`. */
  call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>>;
  /** Hears an event until the returned function is called. */
  on<Name extends EventName>(name: Name, listener: (value: Events[Name]) => void): () => void;
  /** The same object until the state changes. */
  state(): LinkState;
  onState(listener: () => void): () => void;
}

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Was open, or could not be opened; being tried again for ever. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** The host answered and does not let us in; still tried again, since a restart may change that. */
  | { readonly kind: 'refused'; readonly reason: string };

/** A fault of a call as something that can be thrown. */
export class CallFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'CallFault';
    this.fault = fault;
  }
}

/** What to tell a person about any error of a call. */
export function faultOf(error: unknown): Fault {
  if (error instanceof CallFault) return error.fault;
  return { code: 'unknown', message: error instanceof Error ? error.message : String(error), hint: '' };
}

/** A set of listeners for each event; one that throws does not keep the others from hearing. */
export class Listeners {
  readonly #byName = new Map<string, Set<(value: unknown) => void>>();

  add(name: string, listener: (value: unknown) => void): () => void {
    const set = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  tell(name: string, value: unknown): void {
    for (const listener of this.#byName.get(name) ?? []) {
      try {
        listener(value);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
