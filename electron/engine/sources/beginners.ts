import type { Layout } from '../../../shared/decoded.ts';
import type { Series } from '../../../shared/labels.ts';

/**
 * Until when there are series that began within the window of rate(). A board that another pod got has series of other
 * labels, and so has a target that was away: each is new when an answer has it that the one before had not.
 */
export class Beginners {
  readonly #windowMs: number;
  readonly #known = new Map<string, Layout>();
  #until = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Whether at that instant, epoch ms, the window is partly before the beginning of a series. */
  any(time: number): boolean {
    return this.#known.size === 0 || time < this.#until;
  }

  /** Looks for series that the last answer of that query had not. The same layout costs nothing. */
  look(query: string, layout: Layout, time: number): void {
    const before = this.#known.get(query);
    if (before === layout) return;
    this.#known.set(query, layout);
    if (before === undefined ? layout.series.length > 0 : hasOthers(before, layout))
      this.#until = time + this.#windowMs;
  }
}

/** Whether a layout has series that the one before had not. */
function hasOthers(before: Layout, layout: Layout): boolean {
  const keys = new Set<string>();
  for (const series of before.series) keys.add(keyOf(series));
  for (const series of layout.series) if (!keys.has(keyOf(series))) return true;
  return false;
}

/** A server writes the labels of one query in one order. */
const keyOf = ({ name, labels }: Series) => `${name}\n${[...labels].flat().join('\n')}`;
