import { type RefObject, useEffect, useMemo, useState } from 'react';

/** Rows that are drawn: from `first` up to and without `end`. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
}

/** So many rows are drawn whole; of more, as the pods of 100,000 GPUs, only those near the ones that are seen. */
const MOST_WHOLE = 256;
const STEP = 64;

/** The rows that are drawn where `top` and `height` (CSS pixels) of them are seen. */
export function rowsAround(top: number, height: number, rowHeight: number, rows: number): RowWindow {
  if (rows <= MOST_WHOLE) return { first: 0, end: rows };
  const seen = Math.min(rows - 1, Math.max(0, Math.floor(top / rowHeight)));
  const first = Math.max(0, (Math.floor(seen / STEP) - 1) * STEP);
  return { first, end: Math.min(rows, first + 4 * STEP + Math.ceil(height / rowHeight)) };
}

/** Follows what is seen of rows that scroll; another answer only where other rows have to be drawn. */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  height: number,
  rowHeight: number,
  rows: number,
): RowWindow {
  const [top, setTop] = useState(0);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const step = STEP * rowHeight;
    const follow = () => setTop(Math.floor(element.scrollTop / step) * step);
    follow();
    element.addEventListener('scroll', follow, { passive: true });
    return () => element.removeEventListener('scroll', follow);
  }, [scroller, rowHeight]);
  return useMemo(() => rowsAround(top, height, rowHeight, rows), [top, height, rowHeight, rows]);
}
