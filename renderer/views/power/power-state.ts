import { useCallback, useRef } from 'react';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { NODE } from '../../../shared/topology.ts';
import type { Go, Route } from '../route.ts';

const MINUTE = 60_000;
/** Windows of the highest draw, by the text that stands in the address. */
export const WINDOWS = { '15m': 15 * MINUTE, '1h': 60 * MINUTE, '6h': 360 * MINUTE, '24h': 1440 * MINUTE } as const;
export type WindowId = keyof typeof WINDOWS;

/** Which places are ranked: those right under the scope, or one level of it. */
export const LEVEL_IDS = ['hall', 'row', 'rack'] as const;
export type LevelId = (typeof LEVEL_IDS)[number];

export const LISTS = ['feeds', 'jobs', 'tokens', 'servers', 'lost', 'energy'] as const;
export type ListId = (typeof LISTS)[number];

const oneOf = <One extends string>(all: readonly One[], text: string | undefined, otherwise: One) =>
  all.find((one) => one === text) ?? otherwise;

/** What the viewer chose: all of it stands in the address, the place by its path. */
export function usePowerState(layout: LayoutDocument, route: Route, go: Go) {
  const { object, params } = route;
  const found = object === '' ? 0 : layout.path.indexOf(object);
  const place = found >= 0 && found < layout.start[NODE] ? found : 0;
  const newest = useRef({ object, params });
  newest.current = { object, params };
  const put = useCallback(
    (change: { readonly object?: string; readonly params?: Readonly<Record<string, string>> }) => {
      const { object, params } = newest.current;
      newest.current = { object: change.object ?? object, params: { ...params, ...change.params } };
      go({ view: 'power', ...newest.current }, true);
    },
    [go],
  );
  const windowId = oneOf(Object.keys(WINDOWS) as WindowId[], params.window, '1h');
  return {
    place,
    setPlace: (next: number) => put({ object: next <= 0 ? '' : (layout.path[next] ?? '') }),
    windowId,
    windowMs: WINDOWS[windowId],
    setWindow: (next: WindowId) => put({ params: { window: next === '1h' ? '' : next } }),
    feed: oneOf(['A', 'B'] as const, params.lose, 'A'),
    setFeed: (next: 'A' | 'B') => put({ params: { lose: next === 'A' ? '' : next } }),
    level: oneOf(LEVEL_IDS, params.level, 'rack'),
    setLevel: (next: LevelId) => put({ params: { level: next === 'rack' ? '' : next } }),
    list: oneOf(LISTS, params.list, 'feeds'),
    setList: (next: ListId) => put({ params: { list: next === 'feeds' ? '' : next } }),
  };
}

export type PowerState = ReturnType<typeof usePowerState>;
