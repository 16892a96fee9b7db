import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LayoutDocument, WatchSignal } from '../../../shared/contract.ts';
import { type SignalId, signals } from '../../../shared/signals/catalogue.ts';
import { useConsole } from '../../live/console.tsx';
import { pageOf } from '../rack/rack-model.ts';
import type { Go, Route } from '../route.ts';
import type { Detail } from './floor-plan/FloorPlan.tsx';

const HOUR = 3_600_000;
const SIGNALS: readonly WatchSignal[] = [
  ...(['power', 'util', 'temp', 'throttle', 'nvlink', 'nic'] as const),
  ...signals.map(({ id }): SignalId => id),
];
const DETAILS: readonly Detail[] = ['auto', 'rack', 'node', 'gpu'];

/**
 * What the viewer chose on the overview. What others should see when they are sent the address stands in the address:
 * the object by its path, since a new layout numbers places anew, the signal and the detail.
 */
export function useOverviewState(layout: LayoutDocument, route: Route, go: Go, shown: boolean) {
  const { live } = useConsole();
  const { object, params } = route;
  const signal = SIGNALS.find((one) => one === params.signal) ?? 'power';
  const detail = DETAILS.find((one) => one === params.detail) ?? 'auto';
  const filter = params.filter ?? '';
  const [filtering, setFiltering] = useState(false);
  const [flagged, setFlagged] = useState(false);
  const [table, setTable] = useState(false);
  const [range, setRange] = useState(HOUR);
  const [condition, setCondition] = useState('');
  const [racks, setRacks] = useState<readonly number[]>([]);
  const selected = useMemo(() => (object === '' ? -1 : layout.path.indexOf(object)), [layout, object]);
  // Two choices of one key press must not undo each other: the second starts from what the first asked for.
  const newest = useRef({ object, params });
  newest.current = { object, params };
  const put = useCallback(
    (change: { readonly object?: string; readonly params?: Readonly<Record<string, string>> }) => {
      const { object, params } = newest.current;
      newest.current = { object: change.object ?? object, params: { ...params, ...change.params } };
      go({ view: 'overview', ...newest.current }, true);
    },
    [go],
  );
  const select = useCallback((place: number) => put({ object: layout.path[place] ?? '' }), [layout, put]);
  // While another view is shown, that view says what is looked at.
  useEffect(() => {
    if (shown) live.watch({ signal, gpus: true, racks, filter });
  }, [live, signal, racks, filter, shown]);
  return {
    /** Goes to another view. */
    leave: (view: 'power' | 'interconnect') => go({ view }),
    signal,
    setSignal: (next: WatchSignal) => put({ params: { signal: next === 'power' ? '' : next } }),
    detail,
    setDetail: (next: Detail) => put({ params: { detail: next === 'auto' ? '' : next } }),
    filter,
    setFilter: (next: string) => put({ params: { filter: next } }),
    /** The filter's line is open, though nothing may stand in it yet. */
    filtering: filtering || filter !== '',
    setFiltering,
    flagged,
    setFlagged,
    table,
    setTable,
    range,
    setRange,
    selected,
    select,
    /** Racks and GPUs have pages of their own; anything else is only chosen. Tells whether it led there. */
    open: (place: number) => {
      const page = pageOf(layout, place);
      if (page) go(page);
      else select(place);
      return page !== null;
    },
    condition,
    setCondition,
    setRacks,
  };
}

export type OverviewState = ReturnType<typeof useOverviewState>;
