import { type BrushBehavior, brushX, type D3BrushEvent, select } from 'd3';
import { type RefObject, useEffect, useRef } from 'react';
import type { Window } from './rack-state.ts';
import type { TimeScale } from './time-scale.ts';

/** What a brush over the time tells. */
export interface BrushDoes {
  /** Another window, while it is dragged and when it is let go. */
  onWindow(window: Window, done: boolean): void;
}

/** d3's brush on a group: React owns the window, d3 the dragging. A click is no brush: the window stays as it is. */
export function useBrush(
  group: RefObject<SVGGElement | null>,
  x: TimeScale,
  top: number,
  bottom: number,
  window: Window,
  does: BrushDoes,
): void {
  const current = useRef({ x, window, does });
  current.current = { x, window, does };
  const brush = useRef<BrushBehavior<unknown> | null>(null);
  useEffect(() => {
    const element = group.current;
    if (!element || x.right <= x.left) return;
    const made = brushX<unknown>()
      .handleSize(10)
      .extent([
        [x.left, top],
        [x.right, bottom],
      ])
      .on('brush end', (event: D3BrushEvent<unknown>) => {
        const { x, window, does } = current.current;
        // A move of our own has no source; telling it again would never end.
        if (!event.sourceEvent) return;
        const selection = event.selection as [number, number] | null;
        if (selection === null) select(element).call(made.move, [x.at(window.from), x.at(window.to)]);
        else does.onWindow({ from: x.time(selection[0]), to: x.time(selection[1]) }, event.type === 'end');
      });
    brush.current = made;
    const { window } = current.current;
    select(element)
      .call(made)
      .call(made.move, [x.at(window.from), x.at(window.to)]);
    return () => {
      select(element).on('.brush', null);
      element.replaceChildren();
    };
  }, [group, x.left, x.right, x, top, bottom]);
  const [from, to] = [x.at(window.from), x.at(window.to)];
  useEffect(() => {
    const element = group.current;
    if (element && brush.current) select(element).call(brush.current.move, [from, to]);
  }, [group, from, to]);
}
