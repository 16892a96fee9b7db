import { useEffect, useRef } from 'react';
import type { DataDocument } from '../../shared/tables/document.ts';

/** A table or a chart that is on the screen and may be saved. */
export interface Savable {
  readonly title: string;
  /** Made when it is asked for; null where there is nothing yet. */
  document(): DataDocument | null;
}

/** What is on the screen, in the order in which it came there. */
const shown = new Map<symbol, { current: Savable }>();

/**
 * Tables and charts that are on the screen. Each is read anew whenever its document is asked for: what came later is in
 * it, and a time beside it is that of its numbers. What has left the screen since has no document.
 */
export const savables = (): readonly Savable[] =>
  [...shown].map(([key, held]) => ({
    title: held.current.title,
    document: () => (shown.has(key) ? held.current.document() : null),
  }));

/** Offers a table or a chart to be saved for as long as its component is shown. null offers nothing. */
export function useSavable(title: string, document: (() => DataDocument | null) | null): void {
  const held = useRef<Savable>({ title, document: () => null });
  held.current = { title, document: document ?? (() => null) };
  const offered = document !== null;
  useEffect(() => {
    if (!offered) return;
    const key = Symbol();
    shown.set(key, held);
    return () => void shown.delete(key);
  }, [offered]);
}
