import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { ViewFrame } from '../../shared/contract.ts';
import type { Replay } from '../../shared/snapshot/replay.ts';
import type { Link } from '../link/link.ts';
import type { ReplayLink } from '../link/replay.ts';
import type { ReplayPosition } from '../link/replay-position.ts';
import type { Freshness } from './freshness.ts';
import type { LiveStore } from './store.ts';

/** A file on its way into a replay. */
export interface Opening {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
  /** What is wrong with it and what to do; '' while it is being opened. */
  readonly trouble: string;
}

/** What every view may use: the link and its live store, of the engine or of a snapshot that is replayed. */
export interface Console {
  readonly link: Link;
  readonly live: LiveStore;
  /** The link as a replay; null on a live fleet. */
  readonly replay: ReplayLink | null;
  /** Inside a report's file: there is no live fleet, and the report itself is one of the views. */
  readonly report: boolean;
  /** The link of the engine, also while a snapshot is replayed; in a report's file the replay itself. */
  readonly engine: Link;
  /** A file that is being opened, or why one was not. */
  readonly opening: Opening | null;
  /** Opens a snapshot's file in place of what is shown. Never rejects: `opening` tells what is wrong. */
  openReplay(name: string, read: (progress: (share: number) => void) => Promise<Uint8Array>): Promise<void>;
  /** Reads a file without showing it: to be compared. Rejects with what is wrong with it. */
  readReplay(
    read: (progress: (share: number) => void) => Promise<Uint8Array>,
    progress: (share: number) => void,
  ): Promise<Replay>;
  /** Takes note of what was wrong. */
  dismiss(): void;
  closeReplay(): void;
}

const ConsoleContext = createContext<Console | null>(null);

export function ConsoleProvider({ value, children }: { value: Console; children: ReactNode }) {
  return <ConsoleContext.Provider value={value}>{children}</ConsoleContext.Provider>;
}

export function useConsole(): Console {
  const value = useContext(ConsoleContext);
  if (value === null) throw new Error('useConsole needs a ConsoleProvider above it');
  return value;
}

/**
 * One value of the live store. `select` gives a primitive or an object that the store itself holds
 * (never a new one), so that React renders only when it changes.
 */
export function useLive<Value>(select: (frame: ViewFrame | null, live: LiveStore) => Value): Value {
  const { live } = useConsole();
  return useSyncExternalStore(
    (listener) => live.subscribe(listener),
    () => select(live.get(), live),
  );
}

/** The age of what is on the screen, told again every second though no frame may come. */
export function useFreshness(): Freshness {
  const { live } = useConsole();
  const [told, setTold] = useState(() => ({ live, freshness: live.freshness() }));
  useEffect(() => {
    const tell = () => setTold({ live, freshness: live.freshness() });
    tell();
    const timer = setInterval(tell, 1000);
    const off = live.subscribe(tell);
    return () => {
      clearInterval(timer);
      off();
    };
  }, [live]);
  // Of another store's frame nothing is told by the age of this one's.
  return told.live === live ? told.freshness : live.freshness();
}

const NOWHERE = () => null;
const NOTHING = () => () => {};

/** Where the replay is; null on a live fleet. */
export function useReplayPosition(): ReplayPosition | null {
  const { replay } = useConsole();
  return useSyncExternalStore<ReplayPosition | null>(
    replay ? (listener) => replay.onPosition(listener) : NOTHING,
    replay ? () => replay.position() : NOWHERE,
  );
}
