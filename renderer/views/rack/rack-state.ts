import { useCallback, useEffect, useRef, useState } from 'react';
import { RAMPS, type Ramp } from '../../draw/ramp.ts';
import { useConsole } from '../../live/console.tsx';
import type { Go, Route } from '../route.ts';
import type { RackModel } from './rack-model.ts';
import { RACK_VIEWS, type RackView, viewOfSignal } from './signals.ts';

export const STEP_MS = 15_000;
export const COLUMNS = 240;
const MINUTE = 60_000;
/** The window of the small multiples until a person chooses another. */
const FIRST_SPAN_MS = 18 * MINUTE;
const LEAST_SPAN_MS = MINUTE;

/** The span of time that the small multiples show, epoch ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * What the viewer chose on a rack. Signal, colours, window, sorting and the chosen GPU stand in the address, so that
 * another sees the same; a window that ends now goes on with the time.
 */
export function useRackState(model: RackModel, gridEnd: number, names: readonly string[], route: Route, go: Go) {
  const { live } = useConsole();
  const { params } = route;
  const view = RACK_VIEWS.find((one) => one === params.signal) ?? 'power';
  const ramp = RAMPS.find((one) => one === params.colours) ?? viewOfSignal(view).ramp;
  const [table, setTable] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);
  const selected = params.gpu === undefined ? -1 : names.indexOf(params.gpu);

  const newest = useRef(params);
  newest.current = params;
  const put = useCallback(
    (change: Readonly<Record<string, string>>) => {
      newest.current = { ...newest.current, ...change };
      go({ view: 'rack', object: model.path, params: newest.current }, true);
    },
    [go, model.path],
  );
  useEffect(() => live.watch({ signal: 'power', gpus: false, racks: [], rack: model.rack }), [live, model.rack]);

  const gridFrom = gridEnd - COLUMNS * STEP_MS;
  const window = windowOf(params, gridFrom, gridEnd);
  const setWindow = ({ from, to }: Window) => {
    const span = Math.max(LEAST_SPAN_MS, Math.round((to - from) / STEP_MS) * STEP_MS);
    const follows = gridEnd - to < STEP_MS;
    put({ span: span === FIRST_SPAN_MS && follows ? '' : `${span / 1000}`, end: follows ? '' : `${Math.round(to)}` });
  };
  return {
    ...{ view, ramp, selected, window, setWindow, table, setTable, cursor, setCursor },
    setView: (next: RackView) => put({ signal: next === 'power' ? '' : next, colours: '' }),
    setRamp: (next: Ramp) => put({ colours: next === viewOfSignal(view).ramp ? '' : next }),
    select: (gpu: number) => put({ gpu: names[gpu] ?? '' }),
    sorted: params.sort === 'value',
    setSorted: (on: boolean) => put({ sort: on ? 'value' : '' }),
    /** Moves the beginning of the window. */
    extend: (byMs: number) => {
      const from = Math.min(window.to - LEAST_SPAN_MS, Math.max(gridFrom, window.from + byMs));
      setWindow({ from, to: window.to });
    },
    resetWindow: () => put({ span: '', end: '' }),
  };
}

export type RackState = ReturnType<typeof useRackState>;

/** The window of an address within the grid: seconds long, up to a time or to the end. */
export function windowOf(params: Readonly<Record<string, string>>, gridFrom: number, gridEnd: number): Window {
  const asked = Number(params.span) * 1000;
  const span = asked >= LEAST_SPAN_MS ? Math.min(asked, gridEnd - gridFrom) : FIRST_SPAN_MS;
  const end = Number(params.end);
  const to = end > 0 ? Math.min(gridEnd, Math.max(end, gridFrom + span)) : gridEnd;
  return { from: to - span, to };
}
