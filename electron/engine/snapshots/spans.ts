import type { SourceSpan } from '../../../shared/snapshot/document.ts';
import type { FleetInstant } from '../../../shared/view.ts';
import { spanOf } from './record.ts';

/** A source that flaps with every reading must not fill the memory. */
const MOST_SPANS = 5000;

/** How the sources did over the last minutes: an entry whenever one did otherwise than before. */
export class Spans {
  readonly #spans: SourceSpan[] = [];

  add({ now, sources }: FleetInstant, badSamples: number, keepFrom: number): void {
    if (now < (this.#spans.at(-1)?.from ?? now)) this.#spans.length = 0;
    spanOf(this.#spans, now, badSamples, ...sources);
    while (this.#spans.length > 1 && this.#spans[1].from <= keepFrom) this.#spans.shift();
    if (this.#spans.length > MOST_SPANS) this.#spans.shift();
  }

  /** Entries that hold within [from, to], the first from `from` on. */
  within(from: number, to: number): readonly SourceSpan[] {
    const first = this.#spans.findLastIndex((span) => span.from <= from);
    return this.#spans
      .slice(Math.max(0, first))
      .filter((span) => span.from <= to)
      .map((span) => ({ ...span, from: Math.max(from, span.from) }));
  }
}
