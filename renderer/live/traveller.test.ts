import type { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import type { CallArg } from '../../shared/contract.ts';
import type { Link } from '../link/link.ts';
import type { LiveStore } from './store.ts';
import { textOfTime } from './time-address.ts';
import { Traveller } from './traveller.ts';

const NOW = Date.UTC(2026, 10, 23, 14, 32, 10);
/** The newest instant that can be gone to: samples of later ones are not all there. */
const LATEST = NOW - 2000;

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

it('the address says the instant that is shown, also where a later one led to the same again', async () => {
  let hash = '#/';
  const timers: (() => void)[] = [];
  const nothing = () => () => {};
  const traveller = new Traveller({
    link: {
      call: async (_: string, { time }: CallArg<'frameAt'>) => ({
        ...{ time, frame: null, layout: null, layoutId: '', origin: 'none', judged: 'rules', sources: [] },
        ...{ stepMs: 0, missing: '' },
      }),
      ...{ on: nothing, state: () => ({ kind: 'open' }), onState: nothing },
    } as unknown as Link,
    live: {
      ...{ get: () => null, layout: () => null, watched: () => null, subscribe: nothing },
      freshness: () => ({ now: NOW }),
    } as unknown as LiveStore,
    client: {
      fetchQuery: ({ queryFn }: { queryFn(): unknown }) => queryFn(),
      removeQueries: () => {},
      getQueryCache: () => ({ findAll: () => [] }),
    } as unknown as QueryClient,
    address: {
      get: () => hash,
      replace: (to) => {
        hash = to;
      },
    },
    later(run) {
      timers.push(run);
      return () => void (timers.includes(run) && timers.splice(timers.indexOf(run), 1));
    },
    storeOf: () => ({ get: () => null, subscribe: nothing }) as unknown as LiveStore,
  });
  for (const time of [NOW - 1000, NOW]) {
    hash = `#/power?t=${textOfTime(time)}`;
    traveller.follow();
    await settled();
    for (const run of timers.splice(0)) run();
    expect(hash).toBe(`#/power?t=${textOfTime(LATEST)}`);
  }
  traveller.close();
});
