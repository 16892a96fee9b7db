import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { decodeFrame } from '../../shared/wire.ts';
import { newQueryClient } from '../ask/ask.ts';
import type { Link } from '../link/link.ts';
import type { ReplayLink } from '../link/replay.ts';
import { type Console, ConsoleProvider } from './console.tsx';
import { LiveStore } from './store.ts';

/** The page's timer. */
export const later = (run: () => void, ms: number) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

// A hidden page paints nothing: it acknowledges at once, so that it is up to date when it is shown.
const drawn = (run: () => void) => (document.hidden ? run() : requestAnimationFrame(run));
const complain = (error: unknown) => console.error('A frame could not be read', error);

/** The live store of an engine's link. */
export function liveStore(link: Link): LiveStore {
  // The wiring of the viewer's two clocks; everything else gets the time from here.
  const clock = () => ({ steady: performance.now(), wall: Date.now() });
  return new LiveStore(link, { decode: decodeFrame, clock, drawn, complain });
}

/** The store of a replay, and of any past: its clock stands still, so that what is shown is as old as it was then. */
export function stillStore(link: Link, missing = () => ''): LiveStore {
  return new LiveStore(link, { missing, decode: decodeFrame, clock: () => ({ steady: 0, wall: 0 }), drawn, complain });
}

/** The store of a replay. */
export function replayStore(link: ReplayLink): LiveStore {
  const store = stillStore(link);
  // Whatever view comes first has a frame: an engine is watched by the time a replay begins, a replay is not.
  store.watch({ signal: 'power', gpus: false, racks: [] });
  return store;
}

/** The console of a report: on the one snapshot that is in its file, with no fleet to go back to. */
export function ReplayRoot({ link, live, children }: { link: ReplayLink; live: LiveStore; children: ReactNode }) {
  const client = useMemo(newQueryClient, []);
  const value = useMemo((): Console => ({ ...ALONE, link, live, replay: link, engine: link }), [link, live]);
  return (
    <QueryClientProvider client={client}>
      <ConsoleProvider value={value}>{children}</ConsoleProvider>
    </QueryClientProvider>
  );
}

/** A report shows its own snapshot and no other. */
const ALONE = {
  ...{ report: true, opening: null, openReplay: async () => {}, closeReplay: () => {}, dismiss: () => {} },
  readReplay: () => Promise.reject(new Error('A report shows its own snapshot')),
};
