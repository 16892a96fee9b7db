import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { ConsoleProvider, useConsole } from './console.tsx';
import { later, stillStore } from './ReplayRoot.tsx';
import { hashAt, timeOfHash } from './time-address.ts';
import { type Travel, TravelContext } from './travel.tsx';
import { Traveller } from './traveller.ts';

/**
 * Between the console of now and its views: at a time of the past they get a link and a store of then, and are not made
 * anew, so that what is chosen, scrolled to and focused stays. Live frames go on arriving in the store of now, which no
 * view looks at meanwhile.
 */
export function TravelRoot({ children }: { children: ReactNode }) {
  const now = useConsole();
  const { link, live, replay } = now;
  const client = useQueryClient();
  const traveller = useMemo(
    () => new Traveller({ link, live, client, address, later, storeOf: stillStore }),
    [link, live, client],
  );
  const journey = useSyncExternalStore(
    (listener) => traveller.subscribe(listener),
    () => traveller.get(),
  );
  useEffect(() => (replay === null ? attach(traveller) : undefined), [traveller, replay]);
  const { past, opening } = journey;
  const travel = useMemo(
    (): Travel => ({
      past: past?.link ?? null,
      opening: opening?.link ?? null,
      now: link,
      traveller: replay === null ? traveller : null,
    }),
    [past, opening, link, replay, traveller],
  );
  const console = useMemo(() => (past ? { ...now, ...past } : now), [now, past]);
  return (
    <TravelContext.Provider value={travel}>
      <ConsoleProvider value={console}>{children}</ConsoleProvider>
    </TravelContext.Provider>
  );
}

const address = {
  get: () => window.location.hash,
  replace(hash: string) {
    history.replaceState(null, '', hash);
    // The browser tells only of what it did itself.
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  },
};

/** Follows the address. Links within the page lead on at the time that is shown; only an address without one leads to now. */
function attach(traveller: Traveller): () => void {
  const follow = () => traveller.follow();
  const click = (event: MouseEvent) => {
    const time = timeOfHash(window.location.hash);
    const anchor = event.target instanceof Element ? event.target.closest('a[href^="#/"]') : null;
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (time === null || anchor === null || !plain || event.defaultPrevented) return;
    event.preventDefault();
    window.location.hash = hashAt(anchor.getAttribute('href') ?? '#/', time);
  };
  window.addEventListener('hashchange', follow);
  document.addEventListener('click', click);
  follow();
  return () => {
    window.removeEventListener('hashchange', follow);
    document.removeEventListener('click', click);
    traveller.close();
  };
}
