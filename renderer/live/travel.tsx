import { createContext, useContext, useSyncExternalStore } from 'react';
import type { CallArg, CallName, CallResult } from '../../shared/contract.ts';
import type { Link } from '../link/link.ts';
import type { PastLink, PastPosition } from '../link/past.ts';
import { askPast } from '../link/past-calls.ts';
import { useConsole } from './console.tsx';
import type { Traveller } from './traveller.ts';

/** Time travel as views use it. */
export interface Travel {
  /** The past that is shown; null while the live fleet, or a snapshot, is. */
  readonly past: PastLink | null;
  /** Being opened, while the live fleet is still shown. */
  readonly opening: PastLink | null;
  /** The link of now, whatever is shown. */
  readonly now: Link;
  /** null where there is nothing to go back in: in a replay of a snapshot. */
  readonly traveller: Traveller | null;
}

export const TravelContext = createContext<Travel | null>(null);

/** How a page travels; in a replay, and in a report, it does not. */
export function useTravel(): Travel {
  const { link } = useConsole();
  return useContext(TravelContext) ?? { past: null, opening: null, now: link, traveller: null };
}

const NOWHERE = () => null;
const NOTHING = () => () => {};

/** Where the past that is shown, or being opened, is; null on a live fleet. */
export function usePastPosition(): PastPosition | null {
  const { past, opening } = useTravel();
  const link = past ?? opening;
  return useSyncExternalStore<PastPosition | null>(
    link ? (listener) => link.onPosition(listener) : NOTHING,
    link ? () => link.position() : NOWHERE,
  );
}

/** Whether what is shown is of a time that is over: nothing of it is "now". */
export function useIsOver(): boolean {
  const { replay } = useConsole();
  const { past } = useTravel();
  return replay !== null || past !== null;
}

/** Why nothing can be acknowledged, silenced or changed now; '' where it can, by who may. */
export function useOffReason(): string {
  return !useIsOver() ? '' : 'Off in a replay: what is shown is over. Shift Esc goes back to live.';
}

/** As of when the page asks: a part for the keys of its queries, and the way to ask. */
export interface Scope {
  /** `undefined` on a live fleet: keys stay as they are. */
  readonly at: { readonly at: number } | undefined;
  /** Tells layouts of the past apart, for keys of what is asked by place; '' on a live fleet. */
  readonly places: string;
  call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>>;
}

/** Of a live fleet, or of the instant that is shown. */
export function useScope(): Scope {
  const { link } = useConsole();
  const { past, now } = useTravel();
  usePastPosition();
  if (past === null) return { at: undefined, places: '', call: (name, arg) => link.call(name, arg) };
  const moment = past.moment();
  return {
    at: { at: moment.time },
    places: `past ${moment.layout?.version ?? ''}`,
    call: (name, arg) => askPast(now, moment, name, arg),
  };
}
