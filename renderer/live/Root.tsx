import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { newQueryClient } from '../ask/ask.ts';
import { faultOf, type Link } from '../link/link.ts';
import type { ReplayLink } from '../link/replay.ts';
import { type Console, ConsoleProvider, type Opening } from './console.tsx';
import { later, replayStore } from './ReplayRoot.tsx';
import type { LiveStore } from './store.ts';

interface Opened {
  readonly link: ReplayLink;
  readonly live: LiveStore;
}

/** Reads a file on a thread of its own; resolves once its moment can be shown. */
const readReplay: Console['readReplay'] = async (read, progress) => {
  // Loaded when it is first needed: most pages never replay anything.
  const { openOffThread, preparedReplay } = await import('../link/opening.ts');
  const snapshot = await openOffThread(await read((share) => progress(share / 2)));
  return preparedReplay(snapshot, (share) => progress(0.5 + share / 2));
};

/** Opens one file after another; what is wrong with one is told, and what was shown stays. */
function useOpening(show: (opened: Opened) => void) {
  const [opening, setOpening] = useState<Opening | null>(null);
  const openReplay = useCallback<Console['openReplay']>(
    async (name, read) => {
      const tell = (share: number) => setOpening({ name, share, trouble: '' });
      tell(0);
      try {
        const { ReplayLink } = await import('../link/replay.ts');
        const replay = await readReplay(read, tell);
        const link = new ReplayLink(replay.snapshot, { later }, replay);
        show({ link, live: replayStore(link) });
        setOpening(null);
      } catch (error) {
        const { message, hint } = faultOf(error);
        setOpening({ name, share: 0, trouble: `${message} ${hint}`.trim() });
      }
    },
    [show],
  );
  return { opening, openReplay, dismiss: useCallback(() => setOpening(null), []) };
}

/** The console on its engine, or on a snapshot that was opened. What is asked of one is never shown for the other. */
export function Root({ link, live, children }: { link: Link; live: LiveStore; children: ReactNode }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const liveClient = useMemo(newQueryClient, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another snapshot has another cache.
  const replayClient = useMemo(newQueryClient, [opened]);
  const show = useCallback(
    (next: Opened | null) =>
      setOpened((before) => {
        before?.link.close();
        return next;
      }),
    [],
  );
  const opening = useOpening(show);
  const shared = {
    ...opening,
    readReplay,
    engine: link,
    report: false,
    closeReplay: useCallback(() => show(null), [show]),
  };
  const value: Console = opened
    ? { ...opened, ...shared, replay: opened.link }
    : { ...shared, link, live, replay: null };
  return (
    <QueryClientProvider client={opened ? replayClient : liveClient}>
      <ConsoleProvider key={opened ? opened.link.snapshot.manifest.id : 'live'} value={value}>
        {children}
      </ConsoleProvider>
    </QueryClientProvider>
  );
}
